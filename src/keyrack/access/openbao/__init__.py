"""OpenBao and HashiCorp Vault ACL policies: parse, decide, effective access, least policy, comparison. Pure, no I/O.

``model`` holds the words, ``hcl`` reads the text, ``match`` finds the rule that governs a path, ``decide`` answers one request.
Facts: "Policies" (openbao.org/docs/concepts/policies) and, where the page is silent, the behaviour of the real server, which
tests/access/test_openbao_server.py compares with this engine.
"""

from keyrack.access.openbao.cases import answer
from keyrack.access.openbao.decide import capabilities, decide
from keyrack.access.openbao.effective import effective
from keyrack.access.openbao.model import Policy, Request, Rule
from keyrack.access.openbao.parse import parse
from keyrack.access.openbao.render import render
from keyrack.access.openbao.shrink import Call, shrink
from keyrack.access.openbao.subsume import subsumes

__all__ = [
    "Call",
    "Policy",
    "Request",
    "Rule",
    "answer",
    "capabilities",
    "decide",
    "effective",
    "parse",
    "render",
    "shrink",
    "subsumes",
]
