"""azure: its logs as usage (``usage.py``)."""
