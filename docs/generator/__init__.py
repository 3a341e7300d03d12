"""The generated pages of the documentation: each module turns one kind of source into pages, path to text."""
