"""The contract suite on a directory that notes each sign-in."""

from __future__ import annotations

import time
from typing import Any

from keyrack.sdk.testing import check_contract


def contract(*words: Any, **options: Any) -> Any:
    """:func:`check_contract`, begun with a second: each bind moves pwdLastSuccess, in whole seconds, of the account that scans.

    Both its runs then fall into one second, and the directory says the same in both.
    """
    time.sleep(1 - time.time() % 1)
    return check_contract(*words, **options)
