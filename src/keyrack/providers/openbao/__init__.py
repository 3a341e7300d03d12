"""openbao: its logs as usage (``usage.py``)."""
