"""What was observed: immutable Parquet per run, made visible by one atomic commit.

Layout under the lake's root::

    runs/run=<ulid>/source=<n>/<table>/part-<k>.parquet    records of one source, as its provider yielded them
    runs/run=<ulid>/evaluated/<table>.parquet              what the house made of them: inventory, findings, scores
    commits/<ulid>.json                                    the commit: which source run is in force, which evaluation
"""

from keyrack.lake.commits import Commit, Lake, SourceState
from keyrack.lake.writer import RunWriter, SourceWriter

__all__ = ["Commit", "Lake", "RunWriter", "SourceState", "SourceWriter"]
