"""okta: its logs as usage (``usage.py``)."""
