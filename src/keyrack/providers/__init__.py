"""One folder per system Keyrack can look at; loaded by entry point, imported by nobody."""
