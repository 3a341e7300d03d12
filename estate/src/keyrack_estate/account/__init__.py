"""The AWS account: what is in it, and what is wrong with it."""
