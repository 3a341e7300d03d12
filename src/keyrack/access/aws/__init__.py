"""AWS IAM: parse, decide, effective access, least policy, comparison. Pure, no I/O.

``model`` holds the words; each other file is one question about them.
"""
