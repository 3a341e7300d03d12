"""The verbs: scan, report, explain, except; the only wiring of rooms."""
