"""entra: its logs as usage (``usage.py``)."""
