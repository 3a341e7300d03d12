"""IAM Identity Center: who becomes what in which accounts, applications, token issuers, and the people of its identity store.

Read in the management account or a delegated administrator's; elsewhere AWS shows no instance. Facts: IAM Identity Center API
Reference (ListInstances, ListPermissionSets, ListAccountAssignments...), Identity Store API Reference (ListUsers, ListGroups).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.identity_center_map import Center, PermissionSet, application, instance, token_issuer
from keyrack.providers.aws.raw import Raw, part, text
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap, Record

CAPABILITY = "aws.identity_center"


def _call(operation: str, action: str, member: str, *, absent_ok: bool = False, service: str = "sso-admin") -> Call:
    prefix = {"sso-admin": "sso", "identitystore": "identitystore", "organizations": "organizations"}[service]
    return Call(
        CAPABILITY, service, operation, f"{prefix}:{action}", (member,), absent_ok=absent_ok, optional=service == "organizations"
    )


INSTANCES = _call("list_instances", "ListInstances", "Instances")
SETS = _call("list_permission_sets", "ListPermissionSets", "PermissionSets")
SET = _call("describe_permission_set", "DescribePermissionSet", "PermissionSet")
MANAGED = _call("list_managed_policies_in_permission_set", "ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies")
INLINE = _call("get_inline_policy_for_permission_set", "GetInlinePolicyForPermissionSet", "InlinePolicy", absent_ok=True)
CUSTOMER = _call(
    "list_customer_managed_policy_references_in_permission_set", "ListCustomerManagedPolicyReferencesInPermissionSet",
    "CustomerManagedPolicyReferences",
)  # fmt: skip
BOUNDARY = _call(
    "get_permissions_boundary_for_permission_set", "GetPermissionsBoundaryForPermissionSet", "PermissionsBoundary", absent_ok=True
)
ACCOUNTS = _call("list_accounts_for_provisioned_permission_set", "ListAccountsForProvisionedPermissionSet", "AccountIds")
ASSIGNED = _call("list_account_assignments", "ListAccountAssignments", "AccountAssignments")
APPLICATIONS = _call("list_applications", "ListApplications", "Applications")
APPLICATION_ASSIGNED = _call("list_application_assignments", "ListApplicationAssignments", "ApplicationAssignments")
ISSUERS = _call("list_trusted_token_issuers", "ListTrustedTokenIssuers", "TrustedTokenIssuers")
ISSUER = _call("describe_trusted_token_issuer", "DescribeTrustedTokenIssuer", "TrustedTokenIssuerArn", absent_ok=True)
USERS = _call("list_users", "ListUsers", "Users", service="identitystore")
GROUPS = _call("list_groups", "ListGroups", "Groups", service="identitystore")
MEMBERS = _call("list_group_memberships", "ListGroupMemberships", "GroupMemberships", service="identitystore")
DELEGATED = _call(
    "list_delegated_administrators", "ListDelegatedAdministrators", "DelegatedAdministrators", service="organizations"
).of(ServicePrincipal="sso.amazonaws.com")


def identity_center(scan: Scan) -> Iterator[Record | Center]:
    """Gaps, applications and issuers at once; a :class:`Center` for each instance, to be mapped when policy texts are there."""
    for item in scan.listing(INSTANCES):
        if isinstance(item, Gap):
            yield item
            continue
        arn, owner = text(item, "InstanceArn"), text(item, "OwnerAccountId")
        if not arn or not text(item, "IdentityStoreId"):
            continue
        admins = (yield from scan.collected(DELEGATED)) if owner == scan.account else []
        delegated = [account for admin in admins if (account := text(admin, "Id"))]
        yield instance(item, scan.account, delegated)
        yield from _applications(scan, arn)
        center = Center(arn, text(item, "IdentityStoreId") or "", scan.account, scan.partition)
        yield from _sets(scan, center)
        yield from _people(scan, center)
        yield center


def _sets(scan: Scan, center: Center) -> Iterator[Gap]:
    arn = center.arn
    listed = yield from scan.collected(SETS.of(InstanceArn=arn))
    names = [name for row in listed if (name := text(row, ""))]
    for reply in scan.each("aws: permission sets", [SET.of(InstanceArn=arn, PermissionSetArn=name) for name in names]):
        if isinstance(reply, Gap):
            yield reply
        else:
            key = str(reply[0].params["PermissionSetArn"])
            center.sets[key] = PermissionSet(key, part(reply[1], "PermissionSet"))
    for call, member in ((INLINE, "InlinePolicy"), (BOUNDARY, "PermissionsBoundary")):
        yield from _facts(scan, center, call, member)
    yield from _lists(scan, center)
    by_call = {(found.arn, account): found for found in center.sets.values() for account in found.accounts}
    calls = [ASSIGNED.of(InstanceArn=arn, PermissionSetArn=name, AccountId=account) for name, account in by_call]
    for rows in scan.listings("aws: assignments", calls):
        if isinstance(rows, Gap):
            yield rows
            continue
        name, account = str(rows[0].params["PermissionSetArn"]), str(rows[0].params["AccountId"])
        by_call[name, account].assigned += [(account, row) for row in rows[1]]


def _facts(scan: Scan, center: Center, call: Call, member: str) -> Iterator[Gap]:
    """Inline policies and boundaries: one call for each set."""
    calls = [call.of(InstanceArn=center.arn, PermissionSetArn=name) for name in center.sets]
    for reply in scan.each("aws: permission sets", calls):
        if isinstance(reply, Gap):
            yield reply
            continue
        found = center.sets[str(reply[0].params["PermissionSetArn"])]
        if member == "InlinePolicy":
            found.inline = text(reply[1], member)
        else:
            found.boundary = part(reply[1], member)


def _lists(scan: Scan, center: Center) -> Iterator[Gap]:
    """Managed policies, customer policies by name, and the accounts a set is provisioned in: three listings a set."""
    for call in (MANAGED, CUSTOMER, ACCOUNTS):
        calls = [call.of(InstanceArn=center.arn, PermissionSetArn=name) for name in center.sets]
        for reply in scan.listings("aws: permission sets", calls):
            if isinstance(reply, Gap):
                yield reply
                continue
            found = center.sets[str(reply[0].params["PermissionSetArn"])]
            for row in reply[1]:
                _take(found, call, row)


def _take(found: PermissionSet, call: Call, row: Raw) -> None:
    if call is MANAGED and (arn := text(row, "Arn")):
        found.managed.append(arn)
    elif call is CUSTOMER and (name := text(row, "Name")):
        found.customer.append((text(row, "Path") or "/") + name)
    elif call is ACCOUNTS and (account := text(row, "")):
        found.accounts.append(account)


def _people(scan: Scan, center: Center) -> Iterator[Gap]:
    """All users and groups in bulk, and the members of the groups that something is assigned to."""
    store = {"IdentityStoreId": center.store}
    for call, kept, key in ((USERS, center.users, "UserId"), (GROUPS, center.groups, "GroupId")):
        for row in scan.listing(call.of(**store)):
            if isinstance(row, Gap):
                yield row
            elif found := text(row, key):
                kept[found] = row
    wanted = {
        text(row, "PrincipalId")
        for found in center.sets.values()
        for _, row in found.assigned
        if text(row, "PrincipalType") == "GROUP"
    }
    calls = [MEMBERS.of(**store, GroupId=group) for group in sorted(name for name in wanted if name)]
    for reply in scan.listings("aws: group members", calls):
        if isinstance(reply, Gap):
            yield reply
        else:
            users = [user for row in reply[1] if (user := text(part(row, "MemberId"), "UserId"))]
            center.members[str(reply[0].params["GroupId"])] = users


def _applications(scan: Scan, arn: str) -> Iterator[Record]:
    listed = yield from scan.collected(APPLICATIONS.of(InstanceArn=arn))
    found = {name: raw for raw in listed if (name := text(raw, "ApplicationArn"))}
    for reply in scan.listings("aws: applications", [APPLICATION_ASSIGNED.of(ApplicationArn=name) for name in found]):
        if isinstance(reply, Gap):
            yield reply
        else:
            yield from application(found.pop(str(reply[0].params["ApplicationArn"])), len(reply[1]), scan.account)
    for item in found.values():
        yield from application(item, None, scan.account)
    rows = yield from scan.collected(ISSUERS.of(InstanceArn=arn))
    issuers = [name for raw in rows if (name := text(raw, "TrustedTokenIssuerArn"))]
    for answer in scan.each("aws: token issuers", [ISSUER.of(TrustedTokenIssuerArn=name) for name in issuers]):
        yield from (answer,) if isinstance(answer, Gap) else token_issuer(answer[1], scan.account)
