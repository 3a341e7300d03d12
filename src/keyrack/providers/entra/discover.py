"""A whole scan, in the order in which one answer is needed for the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.providers.entra import directory
from keyrack.providers.entra.activity import Watch, activity
from keyrack.providers.entra.azure import Azure
from keyrack.providers.entra.names import Tenant
from keyrack.providers.entra.scan import Scan
from keyrack.providers.entra.session import Session
from keyrack.records import Record
from keyrack.sdk import Context, gap


def discover_all(session: Session, tenant: Tenant, options: Mapping[str, str], ctx: Context) -> Iterator[Record]:
    """All records of the tenant and of its Azure."""
    scan = Scan(session=session, tenant=tenant, ctx=ctx, options=options)
    watch = Watch()
    azure = Azure(scan, session.azure) if session.azure is not None else None
    yield from directory.tenant(scan)
    yield from azure.before() if azure else _no_azure()
    yield from directory.conditional_access(scan)
    yield from directory.users(scan)
    yield from watch.through(directory.principals(scan))
    yield from directory.permissions(scan)
    yield from directory.directory_roles(scan)
    yield from activity(scan, watch)
    yield from directory.unread(scan)
    if azure:
        yield from azure.after()
    yield from scan.graph.remarks("entra.tenant")


def _no_azure() -> Iterator[Record]:
    yield gap(
        "entra.azure", "Azure", "not_configured",
        "Azure was left out, as asked: roles, managed identities' places and vaults are not known.",
        hint="scan without --entra-directory-only", incomplete=False,
    )  # fmt: skip
