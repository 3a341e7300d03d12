"""kubernetes: its logs as usage (``usage.py``)."""
