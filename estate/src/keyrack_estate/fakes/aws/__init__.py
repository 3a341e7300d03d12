"""AWS services that no emulator has, at the wire: Roles Anywhere, Access Analyzer, EKS access, and calls moto lacks.

The front stands before an emulator: what it knows it answers, everything else it passes on. Requests are read and replies are
written by botocore's own service models, and each reply is held against the operation's output shape before it leaves.
"""

from keyrack_estate.fakes.aws.front import Front, front
from keyrack_estate.fakes.aws.state import State

__all__ = ["Front", "State", "front"]
