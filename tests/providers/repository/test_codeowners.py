"""CODEOWNERS and Backstage as GitHub, GitLab and Backstage document them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.providers.repository import backstage, codeowners
from keyrack.providers.repository.owners import person
from keyrack.records import Gap, Identity, Ownership

GITHUB = """
# the example of GitHub's "About code owners", shortened
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  mona@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octo-logs
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("x.c", ["@global-owner1", "@global-owner2"]),
        ("a/b.js", ["@js-owner"]),
        ("a/b.go", ["docs@example.com"]),
        ("r.txt", ["team:octo-org/octocats"]),
        ("build/logs/x/y", ["@octo-logs"]),
        ("other/build/logs2/y", ["@global-owner1", "@global-owner2"]),
        ("docs/x", ["@doctocat"]),
        ("deep/apps/x", ["@octocat"]),
        ("scripts/a/b", ["@doctocat", "@octocat"]),
        ("deploy/logs/today", ["@octo-logs"]),
        ("apps/github", []),
        ("apps/github/x", []),
        ("apps/other", ["@octocat"]),
    ],
)
def test_github_rules(path, owners):
    assert [owner for owner, _ in codeowners.parse(GITHUB).owners(path)] == owners


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("docs/*", ["docs/a"], ["docs/a/b", "x/docs/a"]),
        ("/*", ["a"], ["a/b"]),
        ("*", ["a", "a/b"], []),
        ("foo", ["foo", "x/foo", "foo/y"], ["foobar"]),
        ("/foo", ["foo", "foo/x"], ["x/foo"]),
        ("foo/", ["foo/x", "a/foo/x"], ["foo"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["b", "ab"]),
        ("/a/**", ["a/b", "a/b/c"], ["a", "b/a/c"]),
        ("*.tf", ["x.tf", "a/x.tf"], ["x.tfvars"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        (r"with\ space", ["with space"], ["with"]),
        (r"\#x", ["#x"], ["x"]),
    ],
)
def test_patterns(pattern, matching, other):
    expression = codeowners.expression(pattern)
    assert [path for path in matching if not expression.match(path)] == []
    assert [path for path in other if expression.match(path)] == []


def test_gitlab_sections_each_decide():
    rules = codeowners.parse("* @all\n[Docs][2] @docs-team\n*.md\n^[Infra]\n*.md @infra/ops\nx.md @one\n")
    assert [owner for owner, _ in rules.owners("r.md")] == ["@all", "@docs-team", "team:infra/ops"]
    assert rules.owners("x.md")[-1] == ("@one", 6)


def test_lines_without_sense_are_passed_over():
    rules = codeowners.parse("!x @a\n/ @b\nok me@ @x/ not-an-owner @good\n" + "z" * 5000 + " @c\n")
    assert rules.owners("ok") == [("@good", 3)]
    assert rules.owners("x") == []


@given(st.text(max_size=400), st.text(max_size=40))
def test_codeowners_is_total(text, path):
    for owner, line in codeowners.parse(text).owners(path):
        assert owner
        assert line >= 1


@given(st.lists(st.sampled_from(["*", "a", "/", "**", "?", ".", "b/"]), max_size=12).map("".join), st.text("ab/.", max_size=12))
def test_a_later_rule_for_everything_always_wins(pattern, path):
    text = f"{pattern or 'x'} @first\n* @last\n"
    assert codeowners.parse(text).owners(path or "a") == [("@last", 2)]


CATALOGUE = b"""
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: web}
spec: {type: service, owner: group:default/Web-Team}
---
kind: API
metadata: {name: web-api}
spec: {owner: user:jane}
---
kind: Group
metadata: {name: x}
spec: {owner: nobody}
---
- not a mapping
"""


def test_backstage_documents():
    found = backstage.entries("catalog-info.yaml", CATALOGUE)
    assert [(entry.folder, entry.owner, entry.entity) for entry in found] == [
        ("", "team:web-team", "Component web"),
        ("", "jane", "API web-api"),
    ]


@pytest.mark.parametrize(
    ("reference", "owner"),
    [
        ("team-a", "team:team-a"), ("group:team-a", "team:team-a"), ("group:ns/team-a", "team:team-a"), ("user:ns/jo", "jo"),
        ("ns/team-a", "team:team-a"), ("Jo@Corp.example", "jo@corp.example"), ("", ""), ("group:", ""),
    ],
)  # fmt: skip
def test_backstage_owner_references(reference, owner):
    assert backstage.owner_name(reference) == owner


def test_nearest_descriptor_applies():
    near, far = backstage.Entry("services/a", "team:a", "x"), backstage.Entry("", "team:root", "y")
    assert backstage.applying("services/a/ci.yml", [far, near]) == [near]
    assert backstage.applying("services/ab/ci.yml", [far, near]) == [far]


@pytest.mark.parametrize(
    ("author", "who"),
    [
        ("Ada@Corp.example", "ada@corp.example"), ("49699333+dependabot[bot]@users.noreply.github.com", None),
        ("1234+ada@users.noreply.github.com", "@ada"), ("noreply@github.com", None), ("renovate@whitesourcesoftware.com", None),
        ("ci@corp.example", None), ("jenkins-bot@corp.example", None), ("root@localhost", None), ("", None), ("not a mail", None),
        ("cicero@corp.example", "cicero@corp.example"), ("abbott@corp.example", "abbott@corp.example"),
        ("41898282+github-actions[bot]@users.noreply.github.com", None),
    ],
)  # fmt: skip
def test_people_and_robots(author, who):
    assert person(author) == who


PIPELINE = "on: push\njobs:\n  b:\n    runs-on: x\n    steps: [{run: make}]\n"


def test_first_codeowners_location_counts(repo, scan):
    repo.put(".github/workflows/a.yml", PIPELINE)
    repo.put("docs/CODEOWNERS", "* @docs\n")
    repo.put("CODEOWNERS", "* @root\n")
    repo.save()
    assert [o.owner for o in scan(repo.path).of(Ownership) if o.evidence == "codeowners"] == ["@root"]
    repo.put(".github/CODEOWNERS", "* @github\n")
    repo.save()
    assert [o.owner for o in scan(repo.path).of(Ownership) if o.evidence == "codeowners"] == ["@github"]


def test_committers_are_the_latest_people_and_the_creator_is_the_first(repo, scan):
    repo.put(".github/workflows/a.yml", PIPELINE)
    repo.save(author="first@corp.example")
    for number, author in enumerate(["b@corp.example", "c@corp.example", "dependabot[bot]@x.example", "d@corp.example"]):
        repo.put(".github/workflows/a.yml", PIPELINE + f"# {number}\n")
        repo.save(author=author)
    found = scan(repo.path)
    evidence = [(o.evidence, o.owner) for o in found.of(Ownership)]
    latest = ["d@corp.example", "c@corp.example", "b@corp.example"]
    assert evidence == [*(("committer", who) for who in latest), ("creator", "first@corp.example")]
    (workflow,) = [i for i in found.of(Identity) if i.type == "github:workflow"]
    assert workflow.created_by == "first@corp.example"
    assert workflow.created_at is not None


def test_backstage_is_evidence_and_a_broken_one_a_gap(repo, scan):
    repo.put(".github/workflows/a.yml", PIPELINE)
    repo.put("catalog-info.yaml", CATALOGUE)
    repo.put("x/catalog-info.yaml", "kind: [")
    repo.save()
    found = scan(repo.path)
    assert {o.owner for o in found.of(Ownership) if o.evidence == "backstage"} == {"team:web-team", "jane"}
    assert [(g.capability, g.subject) for g in found.of(Gap)] == [("repository.owners", "x/catalog-info.yaml")]
