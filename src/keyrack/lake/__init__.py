"""What was observed: immutable Parquet per run, made visible by one atomic commit.

Layout under the lake's root::

    runs/run=<ulid>/source=<n>/<table>/part-<k>.parquet    records of one source, as its provider yielded them
    runs/run=<ulid>/source=<n>/memory.json                 what its provider keeps for the next run: cursors, hashes
    runs/run=<ulid>/whole/<n>.json                         that source is whole: a killed run is resumed from these
    runs/run=<ulid>/evaluated/<table>.parquet              what the house made of them: inventory, findings, scores
    commits/<ulid>.json                                    the commit: which source run is in force, which evaluation
"""

from keyrack.lake.commits import RESUMABLE, Commit, Lake, SourceState, Unseen, Whole
from keyrack.lake.writer import Origin, RunWriter, SourceWriter, kept

__all__ = ["RESUMABLE", "Commit", "Lake", "Origin", "RunWriter", "SourceState", "SourceWriter", "Unseen", "Whole", "kept"]
