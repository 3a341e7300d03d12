"""What a reading process needs, imported once for all of them by the server they are forked from; for nobody else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from keyrack.app import usage_worker
from keyrack.records import Event
from keyrack.records.arrow import schema
from keyrack.sdk.usage import logs

READY = (np, pa, pq, usage_worker, schema(Event), logs())
