"""Reference of the views that rules read: records' columns plus what the inventory and the access room derive."""

from __future__ import annotations

import typing
from collections.abc import Iterator

import msgspec
from msgspec import Meta

from generator.markdown import mark, table
from keyrack.records import OBSERVED

VIEWS = (
    ("identities", "One row an identity, merged from all sources."),
    ("credentials", "One row a credential, however often it was seen; use is graded."),
    ("placements", "One row a place a credential was seen in."),
    (
        "placements_of_several",
        "Placements of credentials that were seen in more than one place; what rules about sharing start from.",
    ),
    ("exposed", "Placements of material that really lies open: no references, samples, public halves or dead values."),
    ("told_elsewhere", "What another tool says is wrong with something that no source of ours sees: one row a thing and check."),
    ("grants", "One row a statement of permission, with its class."),
    ("privileges", "One row an identity that holds permissions: the highest class, after boundaries and outright denies."),
    (
        "become",
        "One row a step from one identity to another, decided from the policies.",
    ),
    ("admins", "One row an identity that is an administrator by itself."),
    ("admin_paths", "One row an identity that becomes an administrator in some steps: the shortest way."),
    ("blast_radius", "One row an identity: how many identities, resources and crown jewels it reaches, exact."),
    ("trusts", "One row a way in which somebody may act as an identity."),
    ("shared_run_as", "Workloads that run as an identity which more than one workload runs as."),
    ("oidc_trusts", "One row an accepted `sub` pattern of a trust in an OIDC issuer, with what it lets in."),
    ("resources", "Workloads and things reached."),
    ("usage", "One row a statement about use."),
    ("people", "People known to the organisation."),
    ("vendors", "Suppliers."),
    ("gaps", "What could not be looked at."),
)

DERIVED = {
    "sources": "sources that reported it",
    "source_id": "source that reported it",
    "last_used_at": "last observed or reported use",
    "use_source": "who says so",
    "absent_source": "who says that there was none",
    "age_days": "days since it was made",
    "rotated_days": "days since its value last changed (or since it was made)",
    "expires_in_days": "days until its end; negative: over",
    "lifetime_days": "days from start, or the last rotation, to end",
    "idle_days": "days without use; null: unknown, never a guess",
    "never_used": "true only when a source would have told us of a use",
    "usable": "may still work: active, or of unknown state and not over",
    "of_human": "its identity is a person",
    "environment_evidence": "`stated` (tag, place) or `name`",
    "nhi": "not a person",
    "credential_count": "credentials known",
    "usable_credentials": "credentials that may still work",
    "owner": "living owner, or null",
    "owner_confidence": "0 to 1",
    "owner_evidence": "why",
    "departed_owner": "owner who left",
    "owner_status": "`living`, `unverified`, `gone`, `none`",
    "creator_gone": "whoever made it has left",
    "seen_days": "days since it was first seen here",
    "used_days": "days since this use",
    "own_account": "the trusted account is one of ours",
    "vendor_status": "contract of the vendor",
    "escalations": "ways in which the statement lets its holder gain more rights",
    "unlimited": "every resource, no condition, and not a boundary",
    "all_actions": "every action of every service",
    "privilege": "`admin`, `permissions`, `write`, `read`",
    "statements": "number of allow statements",
    "bounded": "a boundary limits it",
    "denied": "an outright deny cancels it",
    "trust_uid": "the trust",
    "sub": "accepted pattern; null: none stated",
    "plain": "the pattern without GitHub's immutable ids",
    "head": "the pattern up to its first wildcard",
    "wild": "an effective wildcard is in it",
    "form": "`github`, `gitlab`, `organization`, `kubernetes`, `other`",
    "tenancy": "who else the issuer serves: `shared`, `private`, `login` (end users)",
    "optional": "the operator passes when the claim is absent",
    "claim_pins_repository": "another claim ties the token to one repository or workspace",
    "claim_pins_owner": "another claim ties the token to one owner",
    "breadth": "`anyone`, `owner`, `repository`, `narrow`, `unknown`",
    "repository": "owner and repository, where the pattern names one",
    "immutable": "owner and repository are given with their ids",
    "source_path": "file of the definition",
    "source_line": "line in it",
    "sub_operator": "operator of the condition on `sub`",
    "aud_operator": "operator of the condition on `aud`",
    "claims": "other claims that are pinned",
    "identity": "whose it is",
    "credential": "what lies there",
    "field": "field inside the document",
    "workload": "workload whose environment holds it",
    "file_owner": "unix owner of the file",
    "last_commit": "last commit that holds it",
    "test_path": "the path looks like a test or an example",
    "own_file": "a store that only its owner may read",
    "severity": "common scale of the leak rules",
    "confidence": "common scale of the leak rules",
    "vendor": "supplier behind it",
    "passes_role": "may hand a role to a service",
    "partners": "actions that complete an escalation",
    "whole_services": "services of which every action is allowed",
    "forbids": "the deny covers everything",
    "target": "who is become; `admin`: rights the identity gives itself",
    "via": "what makes the step possible",
    "conditional": "hangs on conditions nobody here can judge",
    "hops": "steps of the shortest way",
    "mechanism": "how; of a way its first step",
    "route": "the way, step by step",
    "identities": "identities within reach",
    "resources": "resources within reach",
    "crown": "crown jewels among them",
    "about": "uid of what it is about",
    "topic": "`unused`, `exposed`, `trust`, `sign-in`, `privilege`, `deployment`, `rotation`",
    "check_name": "the tool's name for the check",
    "told_by": "tool that says so",
    "says": "its sentence",
    "rated": "its severity, as ours are called",
    "stale": "every report that says so is old",
    "reported": "date of the newest report",
    "report": "file it stands in",
    "also_denies": "the same trust policy also denies",
}
"""What the inventory, access and graph rooms add, by column."""

_HEAD = """# Views that rules read

A rule is one SELECT over these. They are the same on DuckDB and on Spark. Maps are read as `attrs['name']`; an absent key is
null. See [Writing rules](../writing-rules.md) and the [vocabulary](vocabulary.md) of types and attributes.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text."""
    yield "reference/views.md", "\n".join([mark("`src/keyrack/inventory/` and `src/keyrack/rules/prepare.py`"), _HEAD, *_views()])


def _views() -> Iterator[str]:
    from keyrack.inventory import Facts
    from keyrack.lake.engines.duckdb import connect, load_rows
    from keyrack.rules.examples import NOW
    from keyrack.rules.prepare import prepare

    connection = connect()
    load_rows(connection, ())
    prepare(connection, Facts(now=NOW))
    there = {row[0] for row in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    for name, meaning in VIEWS:
        if name not in there:
            continue
        stated = _stated(name)
        rows = [
            (
                f"`{column}`",
                kind.lower().replace("timestamp with time zone", "timestamp"),
                DERIVED.get(column) or stated.get(column, ""),
            )
            for column, kind, *_ in connection.execute(f"DESCRIBE {name}").fetchall()
        ]
        yield f"## {name}\n\n{meaning}\n\n{table(('Column', 'Type', 'Meaning'), rows)}"


def _stated(view: str) -> dict[str, str]:
    """Descriptions of the record behind a view, by column; a derived view may hold columns of several."""
    own = [record for record in OBSERVED if record.table == view]
    found: dict[str, str] = {}
    for record in own or OBSERVED:
        for name, hint in typing.get_type_hints(record, include_extras=True).items():
            text = next((m.description for m in getattr(hint, "__metadata__", ()) if isinstance(m, Meta) and m.description), "")
            if name in {field.name for field in msgspec.structs.fields(record)}:
                found.setdefault(name, text)
    return found
