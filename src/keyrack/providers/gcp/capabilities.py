"""What the gcp provider sees, what each part costs in permissions and calls, and what it cannot see."""

from __future__ import annotations

from keyrack.providers.gcp.grant import custom_role
from keyrack.providers.gcp.words import WORDS
from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Policy, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission

_ASSETS = "cloudasset.assets.listResource"


def _needs(why: str, *names: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(name, why, optional) for name in names)


def _either(why: str, *names: str) -> tuple[Permission, ...]:
    """In bulk, or one project by itself."""
    return (Permission(_ASSETS, f"{why}, in bulk"), *_needs(f"{why}, where Cloud Asset is closed", *names, optional=True))


def _sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    return Capability(f"gcp.{name}", title, yields, permissions, blind, calls)


_CAPABILITIES = (
    _sees(
        "hierarchy",
        "organisation, folders, projects",
        (Resource,),
        (
            *_either("name the projects", "resourcemanager.projects.get"),
            *_needs("nodes above the target", "resourcemanager.folders.get", "resourcemanager.organizations.get", optional=True),
        ),
        "1 + pages(projects, 1,000 each) + pages(folders) + pages(organisation) + 1 for each node above the target",
        "Cloud Asset lags behind changes by minutes, rarely by hours",
    ),
    _sees(
        "service_accounts",
        "service accounts, their owners by description and project labels",
        (Identity, Ownership),
        _either("who there is", "iam.serviceAccounts.list"),
        "pages(accounts, 1,000 each); alone 100 each",
        "when an account was created: Google does not say",
        "domain-wide delegation: only the Workspace admin console knows it, and no API lists it",
        "service accounts have no labels: owners are read from descriptions (`Owner: a@b.c`) and project labels",
    ),
    _sees(
        "service_account_keys",
        "keys of service accounts",
        (Credential,),
        _either("long-lived keys", "iam.serviceAccountKeys.list"),
        "pages(keys, 1,000 each); alone 1 for each account",
        "keys that Google manages are left out: they rotate and never leave Google",
        "a key made elsewhere and uploaded shows its certificate's dates, not when the private half was made",
    ),
    _sees(
        "hmac_keys",
        "HMAC keys of Cloud Storage",
        (Credential,),
        _needs("keys in the manner of S3", "storage.hmacKeys.list"),
        "1 for each project and 250 keys",
        "their last use: nobody reports it",
        "HMAC keys of users, which hold for people, are listed to those people alone",
    ),
    _sees(
        "api_keys",
        "API keys and what limits them",
        (Identity, Credential, Ownership),
        _either("keys that authenticate projects", "apikeys.keys.list"),
        "pages(keys, 1,000 each); alone 300 each",
        "their strings are never asked for, so a key found in code is not tied to its name",
        "their last use",
    ),
    _sees(
        "federation",
        "workload identity pools and providers",
        (Resource, Trust, Policy),
        _either("who signs in from outside", "iam.workloadIdentityPools.list", "iam.workloadIdentityPoolProviders.list"),
        "pages(pools) + pages(providers, 1,000 each); alone 1 + 1 for each pool",
        "workforce pools: they admit people, and belong to organisations",
        "what a token really carries: the mapping is read, not the issuer",
    ),
    _sees(
        "policies",
        "allow and deny policies at every level, custom roles",
        (Grant, Policy, Trust, Identity),
        (
            Permission("cloudasset.assets.searchAllIamPolicies", "every allow policy, in bulk"),
            *_either("permissions of custom roles", "iam.roles.list"),
            *_needs(
                "allow policies where Cloud Asset is closed",
                "resourcemanager.projects.getIamPolicy", "iam.serviceAccounts.getIamPolicy", "secretmanager.secrets.getIamPolicy",
                optional=True,
            ),
            *_needs(
                "allow policies of nodes above the target",
                "resourcemanager.folders.getIamPolicy", "resourcemanager.organizations.getIamPolicy", optional=True,
            ),
            *_needs("deny policies", "iam.denypolicies.list", "iam.denypolicies.get", optional=True),
        ),
        "pages(policies, 500 each) + pages(custom roles) + 1 for each node above + 1 for each node, and each deny policy; alone "
        "2 + 1 for each account + 1 for each secret",
        "members of groups: they stand in Cloud Identity",
        "principal access boundaries, VPC Service Controls and organisation policies, which may take away what a role gives",
        "a role's permissions change with Google's releases; the packaged list has a date",
        "alone: policies of single buckets, topics, data sets and other resources",
    ),
    _sees(
        "secrets",
        "secrets in Secret Manager: age, versions, rotation",
        (Resource, Credential, Placement),
        _either("what is kept, and how old it is", "secretmanager.secrets.list", "secretmanager.versions.list"),
        "pages(secrets) + pages(versions, 1,000 each); alone 1 + 1 for each secret",
        "a rotation schedule only sends a message: that somebody acts on it shows in the age of the newest version",
        "who read a secret, without Data Access logs",
    ),
    _sees(
        "secret_values",
        "fingerprints of stored secrets (asked for by --gcp-read-secrets)",
        (Credential, Placement),
        _needs("recognise a secret wherever else it lies", "secretmanager.versions.access", optional=True),
        "1 for each secret",
        "older versions than the newest",
    ),
    _sees(
        "workloads",
        "Cloud Run, functions, virtual machines, GKE node pools: whom they run as, secrets in their settings",
        (Resource, Trust, Credential, Placement),
        _either(
            "who runs as which account", "run.services.list", "run.jobs.list", "cloudfunctions.functions.list",
            "compute.instances.list", "container.clusters.list",
        ),
        "pages(services) + pages(jobs) + pages(functions of both generations) + pages(machines) + pages(clusters), 1,000 each",
        "Cloud Build triggers, Dataflow, Composer, App Engine versions, instance templates",
        "values that a workload fetches when it runs",
    ),
    _sees(
        "activity",
        "last authentication of accounts and keys",
        (Usage,),
        _needs(
            "which accounts and keys lie idle",
            "policyanalyzer.serviceAccountLastAuthenticationActivities.query",
            "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
        ),
        "2 for each project and 1,000 accounts or keys",
        "days, not times; up to two days late; failed calls count as use, and for keys even being listed does",
        "HMAC keys, API keys bound to an account and domain-wide delegation are not counted",
        "reaches back no further than the observation period it states (about 400 days)",
    ),
)  # fmt: skip

MANIFEST = Manifest(
    name="gcp",
    title="Google Cloud",
    summary="Service accounts, keys, federation, policies, secrets and workloads of a project, folder or organisation.",
    capabilities=_CAPABILITIES,
    options=(
        Option("project", "--gcp-project", "project id; default: that of the sign-in"),
        Option("folder", "--gcp-folder", "a folder as a whole, by number"),
        Option("organization", "--gcp-organization", "an organisation as a whole, by number"),
        Option("read_secrets", "--gcp-read-secrets", "read stored secrets, for their fingerprints only", "switch"),
        Option("token_env", "--gcp-token-env", "name of the environment variable that holds an access token"),
        Option("endpoint", "--gcp-endpoint", "other address of the APIs; {service} stands for iam, compute, ..."),
        Option("timeout", "--gcp-timeout", "seconds to wait for a reply; default 30"),
    ),
    target="name",
    extra="gcp",
    libraries=("google.auth",),
    words=WORDS,
    grant=custom_role,
)
