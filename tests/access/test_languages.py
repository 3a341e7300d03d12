"""Every language through the command's own registry: the examples of docs/access-languages.md, and cases that are broken anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.cases import LANGUAGES, answerer

PAGE = (Path(__file__).parents[2] / "docs" / "access-languages.md").read_text("utf-8")
SECTIONS = {
    match[1]: match[2] for match in re.finditer(r"^## `([a-z-]+)`[^\n]*\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
}


def examples(section: str) -> tuple[list[str], list[str]]:
    cases, answers = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    return cases.splitlines(), answers.splitlines()


def test_every_language_beside_aws_has_a_section():
    assert {*SECTIONS, "aws-iam"} == set(LANGUAGES)


@pytest.mark.parametrize("language", sorted(SECTIONS))
def test_documented_examples_are_answered_as_written(language):
    answer = answerer(language)
    cases, answers = examples(SECTIONS[language])
    assert [json.loads(answer(case.encode())) for case in cases] == [json.loads(line) for line in answers]


@pytest.mark.parametrize("language", sorted(SECTIONS))
def test_broken_lines_are_errors_with_their_id(language):
    answer = answerer(language)
    for line in (b'{"id": 7}', b'{"id": 7, "request": 1}', b'{"id": 7, "request": {}}'):
        found = json.loads(answer(line))
        assert found["id"] == 7
        assert found["error"]
    assert "error" in json.loads(answer(b"{"))
    assert "error" in json.loads(answer(b"[]"))


RICHER = {
    "openbao": [
        {
            "request": {
                "operation": "update",
                "path": "a/e1/b",
                "data": {"x": "1"},
                "wrap_ttl": 5,
                "entity": {"id": "e1", "metadata": {"t": "x"}, "aliases": {"acc": {"id": "1"}}},
                "groups": [{"id": "g", "name": "n"}],
                "now": "2026-01-01T00:00:00Z",
            },
            "policies": [
                {
                    "name": "p",
                    "document": {
                        "path": {
                            "a/{{identity.entity.id}}/*": {
                                "capabilities": ["update"],
                                "allowed_parameters": {"x": ["1"]},
                                "required_parameters": ["x"],
                                "max_wrapping_ttl": "10s",
                                "pagination_limit": 5,
                                "expiration": "2027-01-01T00:00:00Z",
                                "mfa_methods": ["m"],
                            }
                        }
                    },
                }
            ],
        }
    ],
    "kubernetes-rbac": [
        {
            "request": {"user": "a", "verb": "get", "path": "/healthz", "groups": ["g"]},
            "objects": [
                {
                    "kind": "ClusterRole",
                    "metadata": {"name": "a", "labels": {"x": "1"}},
                    "rules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}],
                },
                {
                    "kind": "ClusterRole",
                    "metadata": {"name": "b"},
                    "aggregationRule": {
                        "clusterRoleSelectors": [
                            {"matchLabels": {"x": "1"}, "matchExpressions": [{"key": "x", "operator": "In", "values": ["1"]}]}
                        ]
                    },
                },
                {
                    "kind": "List",
                    "items": [
                        {
                            "kind": "ClusterRoleBinding",
                            "metadata": {"name": "c"},
                            "roleRef": {"kind": "ClusterRole", "name": "b"},
                            "subjects": [{"kind": "User", "name": "a"}],
                        }
                    ],
                },
            ],
        }
    ],
    "gcp-iam": [
        {
            "request": {
                "principal": {"member": "principal://p/subject/s", "attributes": {"a": "b"}, "sets": ["x"]},
                "permission": "a.b.c",
                "time": "2026-01-01T00:00:00Z",
                "tags": {"k": "v"},
                "api": {"n": ["r"]},
                "context": {"destination.port": 1, "resource.name": "n"},
            },
            "hierarchy": [
                {
                    "name": "projects/p",
                    "allow": {
                        "bindings": [
                            {
                                "role": "r",
                                "members": ["principalSet://p/attribute.a/b"],
                                "condition": {
                                    "expression": "resource.matchTag('k', 'v') && api.getAttribute('n', []).hasOnly(['r']) && resource.name.extract('{x}') != '' && destination.port < 2"
                                },
                            }
                        ]
                    },
                }
            ],
            "boundaries": [{"name": "b", "details": {"rules": [{"resources": ["projects/p"]}], "enforcementVersion": "1"}}],
            "custom_roles": {"r": ["a.b.c"]},
        }
    ],
    "azure-rbac": [
        {
            "request": {
                "principal": "a",
                "action": "x/y/write",
                "scope": "/subscriptions/s",
                "groups": ["g"],
                "management_groups": ["m"],
                "attributes": {"@Resource[n]": "v", "@Request[m]": ["1", "2"]},
                "suboperation": "S",
            },
            "role_assignments": [
                {
                    "properties": {
                        "principalId": "g",
                        "roleDefinitionId": "r",
                        "scope": "/providers/Microsoft.Management/managementGroups/m",
                        "condition": "@Resource[n] StringLike 'v*' AND @Request[m] ForAllOfAnyValues:NumericEquals {1, 2}",
                    }
                }
            ],
            "deny_assignments": [
                {
                    "scope": "/",
                    "permissions": [{"actions": ["z"], "notActions": []}],
                    "principals": [{"id": "a"}],
                    "excludePrincipals": [{"id": "b"}],
                    "condition": "SubOperationMatches{'S'}",
                }
            ],
            "role_definitions": {"r": {"permissions": [{"actions": ["*"], "notActions": ["q"]}]}},
        }
    ],
    "entra": [
        {
            "request": {"method": "GET", "path": "/me", "kind": "delegated"},
            "held": [{"permission": "User.Read", "kind": "delegated", "resource": "x"}],
        }
    ],
    "github": [
        {
            "request": {"permission": "contents", "level": "read", "repository": "o/r"},
            "token": {
                "default": "permissive",
                "event": "push",
                "workflow": "read-all",
                "job": {"contents": "read"},
                "caller": {"contents": "write"},
                "repository": "o/r",
            },
        }
    ],
}
"""Cases that use what the documented examples do not."""

STRANGE = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        "",
        "*",
        "x",
        "{{",
        "}}",
        "((",
        [],
        [1],
        [[]],
        ["x"],
        {},
        {"x": 1},
        {"": []},
        [None],
        {"kind": "Role"},
    ]
)


def broken(case, data):
    """The case with one node, anywhere, put to something strange."""
    spots = [()]

    def walk(node, path):
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in items:
            spots.append((*path, key))
            walk(value, (*path, key))

    walk(case, ())
    path = data.draw(st.sampled_from(spots[1:]))
    node = case
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = data.draw(STRANGE)
    return case


@pytest.mark.parametrize("language", sorted(SECTIONS))
@settings(max_examples=300)
@given(data=st.data())
def test_a_case_that_is_strange_anywhere_is_answered_or_refused(language, data):
    cases = [*examples(SECTIONS[language])[0], *map(json.dumps, RICHER[language])]
    case = broken(json.loads(data.draw(st.sampled_from(cases))), data)
    found = json.loads(answerer(language)(json.dumps(case).encode()))
    assert "error" in found or found["decision"] in {"allow", "implicit_deny", "explicit_deny"}


@pytest.mark.parametrize("language", sorted(RICHER))
def test_richer_cases_are_answered(language):
    for case in RICHER[language]:
        assert "decision" in json.loads(answerer(language)(json.dumps(case).encode()))


def test_refused_documents_say_where():
    case = {
        "id": 1,
        "request": {"operation": "read", "path": "a"},
        "policies": [{"name": "p", "document": 'path "a" {\n  capabilities = [read]\n}'}],
    }
    assert "line 2:19" in json.loads(answerer("openbao")(json.dumps(case).encode()))["error"]
