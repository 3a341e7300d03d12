"""github: its logs as usage (``usage.py``)."""
