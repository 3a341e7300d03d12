"""One module a tool: from one entry of its report to what it tells. Pure, and total on hostile input."""
