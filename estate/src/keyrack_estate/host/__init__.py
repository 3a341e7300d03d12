"""One host of the company, as a root file system."""
