"""The repository provider: a git working tree and its whole history, or a plain directory of files."""
