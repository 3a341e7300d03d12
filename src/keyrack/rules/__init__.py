"""What is wrong: one `.sql` file per rule under `nhi01_…` to `nhi10_…`; the file is the check, its page and its test."""

from keyrack.rules.evaluate import evaluate
from keyrack.rules.load import builtin, from_folder
from keyrack.rules.model import OWASP, Rule
from keyrack.rules.prepare import prepare

__all__ = ["OWASP", "Rule", "builtin", "evaluate", "from_folder", "prepare"]
