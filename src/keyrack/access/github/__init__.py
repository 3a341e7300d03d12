"""GitHub: permissions of an App's installation and of a workflow's ``GITHUB_TOKEN``. Pure, no I/O.

Facts: "Permissions required for GitHub Apps", "Automatic token authentication" and "Workflow syntax for GitHub Actions"
(docs.github.com). GitHub consent has no denials.
"""

from keyrack.access.github.cases import answer
from keyrack.access.github.decide import decide
from keyrack.access.github.effective import effective
from keyrack.access.github.model import Held, Request
from keyrack.access.github.shrink import Call, shrink
from keyrack.access.github.subsume import subsumes
from keyrack.access.github.token import Run, job_token

__all__ = ["Call", "Held", "Request", "Run", "answer", "decide", "effective", "job_token", "shrink", "subsumes"]
