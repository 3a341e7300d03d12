"""gcp: its logs as usage (``usage.py``)."""
