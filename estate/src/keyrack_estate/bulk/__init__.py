"""The estate at bank size, written as columns."""
