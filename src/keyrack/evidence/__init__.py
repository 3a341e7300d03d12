"""What was really used: granted against used, graded by what the logs cover; rehearsal of a change on logged calls."""
