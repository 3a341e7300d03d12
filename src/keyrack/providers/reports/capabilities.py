"""What the provider sees and needs, and the words it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Resource, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission, Words

FILES: Final = "reports.files"
SECRETS: Final = "reports.secrets"
STATEMENTS: Final = "reports.statements"
TABLES: Final = "reports.tables"

_READ: Final = Permission("file:read", "read the report files, and list the folder they lie in")

WORDS: Final = Words(
    identity_attrs={
        "email": "address of the account, as a report's table has it",
        "title": "what the account is for, as a report's table has it",
    },
    placement_attrs={
        "seen_by": "tool that saw it, its version where the report says so, and its detector or rule",
        "report": "file that says so",
        "reported_at": "when the report was made, ISO time: as it says itself, else its file's time",
        "verified": "what that tool says of a live check it made: true, false (its issuer refused it)",
        "hidden": "how the report hides the value: redacted, sha1",
        "link": "where the tool says it can be looked at",
    },
    resource_types={
        "reports:file": "report of another tool",
        "reports:statement": "what another tool's check says of an identity or a resource of ours",
    },
    resource_attrs={
        "about": "uid of the identity or resource a statement is about",
        "check": "check of the tool, by its own name",
        "topic": "what the check is about: unused, exposed, trust, sign-in, privilege, deployment, rotation",
        "tool": "tool that says so, with its version where the report has it",
        "says": "one sentence of the tool's check (its title)",
        "rated": "how grave the tool finds it: info, low, medium, high, critical",
        "reported_at": "when the report was made, ISO time",
        "report": "file that says so",
        "findings": "number of findings, statements or rows of a report",
        "stale": "the report is older than it may be (true)",
    },
    grant_attrs={"column": "column of a report's table that says so"},
)


def grant(permissions: Sequence[Permission]) -> str:
    """What a person sets up so that Keyrack may read the reports: text for a shell."""
    del permissions
    return (
        "# A folder that scanners write and Keyrack only reads. Reports hold secret values: nobody else may open them.\n"
        "groupadd --system keyrack\n"
        "install -d -m 2750 -o SCANNER_USER -g keyrack /var/lib/keyrack-reports\n"
        "# each job: umask 027, write to a temporary name in the folder, then rename\n"
    )


MANIFEST: Final = Manifest(
    name="reports",
    title="Reports of other tools",
    summary="What TruffleHog, Gitleaks, detect-secrets, ggshield, Kingfisher, SARIF scanners, Prowler and Steampipe found.",
    capabilities=(
        Capability(
            name=FILES,
            title="Report files: found, opened, told apart by their content",
            yields=(Resource,),
            permissions=(_READ,),
            blind_spots=(
                "what came after the tool ran, what it skipped and what it does not know is not in its report",
                "an empty file is the same for a tool that found nothing and for one that died",
                "archives other than gzip are not unpacked",
            ),
            calls="none: 1 read of each file, 2 of SARIF and detect-secrets baselines",
        ),
        Capability(
            name=SECRETS,
            title="Secrets that other scanners found",
            yields=(Credential, Placement),
            permissions=(_READ,),
            blind_spots=(
                "a value the report hides (redacted, hashed) is joined with a known credential by its place, if exactly one fits",
                "whether a secret in a commit is still at HEAD: the scan of the repository knows",
                "verdicts on liveness are the tool's, of the day of its report; no key is ever tried",
                "results of SARIF rules that do not say that they are about credentials are left out",
            ),
            calls="none: files",
        ),
        Capability(
            name=STATEMENTS,
            title="What Prowler's checks say of non-human identities (OCSF)",
            yields=(Identity, Resource),
            permissions=(_READ,),
            blind_spots=(
                "checks that passed, were muted or are not about non-human identities are left out",
                "findings whose resource is not named by an ARN or a service account's address",
                "whether an IAM user is a person: it is taken for a service unless its account is scanned",
            ),
            calls="none: files",
        ),
        Capability(
            name=TABLES,
            title="Tables of accounts and credentials (Steampipe, CSV) by a mapping file",
            yields=(Identity, Credential, Usage, Ownership, Grant),
            permissions=(_READ, Permission("file:read of the mapping", "which column means what", optional=True)),
            blind_spots=(
                "columns that the mapping does not name, and tables that no mapping matches",
                "an empty last-used or expiry column means unknown unless the mapping says what it means",
            ),
            calls="none: files",
        ),
    ),
    options=(
        Option("path", "--reports-path", "A report, a folder of reports, or - for standard input.", "path"),
        Option(
            "mapping",
            "--reports-mapping",
            "TOML file: which column of which table means what, which report is of which repository.",
            "path",
        ),
        Option(
            "repository",
            "--reports-repository",
            "owner/name of the repository whose files the reports name, where they do not say.",
        ),
        Option(
            "root",
            "--reports-root",
            "Folder that paths in reports begin with, left out (a CI checkout: /home/runner/work/web/web).",
        ),
        Option("host", "--reports-host", "Host whose files the reports name, for scans of a machine."),
        Option("label", "--reports-label", "Name of this source (the folder's or file's name)."),
        Option(
            "stale_days",
            "--reports-stale-days",
            "Days after which a report is called stale, and its live checks no longer count (30).",
        ),
    ),
    words=WORDS,
    grant=grant,
)
