"""What it adds up to: the life of findings, the risk score, the numbers of the first page."""

from keyrack.posture.judge import Waiver, judge, register_waivers
from keyrack.posture.summary import Risk, Summary, summarise

__all__ = ["Risk", "Summary", "Waiver", "judge", "register_waivers", "summarise"]
