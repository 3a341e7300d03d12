"""Google Cloud: what looks wrong and is right."""

from __future__ import annotations

from collections.abc import Iterator

from examiner_gcp import DEV, FEDERATED, GITHUB, NUMBER, PROD, SHARED, TOKENS, Ground, member, sa
from examiner_kit import ANNA, Case, fine

from keyrack_estate.fakes.gcp import deny_policy

OWNED = {"attributeCondition": "assertion.repository_owner_id == '81204733'"}


def right(g: Ground) -> Iterator[Case]:
    """Seed what is right."""
    for part in (
        _offboarding,
        _google,
        _leaks,
        _third_parties,
        _sign_in,
        _rights,
        _limited,
        _federations,
        _old,
        _shared,
        _people,
    ):
        yield from part(g)


def _offboarding(g: Ground) -> Iterator[Case]:
    one = g.sa("young-window", used=None, since=20)
    yield fine(
        "G51",
        "NHI1",
        sa(one),
        "Not seen in 20 days of observation: too short to say.",
        "FIELD 0.4: unused is a three-valued verdict",
    )
    one = g.sa("s3-compat", used=None)
    g.state.hmac_key(one, "GOOG1" + "Y" * 56, g.ago(20))
    yield fine(
        "G52",
        "NHI1",
        sa(one),
        "Its only credential is an HMAC key, whose use Activity Analyzer does not see.",
        "FIELD 0.4: misses HMAC keys",
    )
    one = g.sa("tombstone", used=-1, disabled=True)
    yield fine(
        "G53",
        "NHI1 NHI5",
        sa(one),
        "Disabled, no role, no key: the grace period before deletion.",
        "IAM: disable before you delete",
    )
    one = g.sa("rotated")
    key = g.key(one, 120, used=40, disabled=True)
    yield fine("G54", "NHI1 NHI4 NHI7", f"cred:gcp:{key}", "A disabled key cannot sign in.", "IAM: disable service account keys")
    old = g.key(one, 200, 90, used=115)
    yield fine(
        "G55",
        "NHI1 NHI4 NHI7",
        f"cred:gcp:{old}",
        "It ended 110 days ago by itself.",
        "IAM: expiry times for service account keys",
    )


def _google(g: Ground) -> Iterator[Case]:
    s = g.state
    agent = f"{NUMBER}@cloudservices.gserviceaccount.com"
    s.on_project(PROD, "roles/editor", member(agent))
    yield fine(
        "G56",
        "NHI1 NHI3 NHI5",
        sa(agent),
        "Google APIs Service Agent: Editor by default, and not to be taken away.",
        "IAM: service agents",
    )
    agent = f"service-{NUMBER}@container-engine-robot.iam.gserviceaccount.com"
    s.on_project(PROD, "roles/container.serviceAgent", member(agent))
    yield fine("G57", "NHI1 NHI3 NHI5", sa(agent), "The service agent of GKE in its own role.", "IAM: service agents")
    agent = f"service-{NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com"
    s.on_project(PROD, TOKENS, member(agent))
    yield fine(
        "G58",
        "NHI1 NHI3",
        sa(agent),
        "Pub/Sub's agent signs push requests: the documented grant.",
        "Pub/Sub: authentication for push subscriptions",
    )
    s.on_project(PROD, "roles/logging.logWriter", f"serviceAccount:{NUMBER}@cloudbuild.gserviceaccount.com")
    yield fine(
        "G59",
        "NHI1 NHI3 NHI5",
        sa(f"{NUMBER}@cloudbuild.gserviceaccount.com"),
        "The legacy account of Cloud Build, of our own project, writing logs.",
        "Cloud Build: default service account",
    )


def _leaks(g: Ground) -> Iterator[Case]:
    publishable = "pk_" + "live_" + g.chance.text(24)
    env = {
        "DB_PASSWORD": f"sm://{PROD}/db-password/latest", "STRIPE_PUBLISHABLE_KEY": publishable,
        "PASSWORD_FILE": "/secrets/db/password", "SECRET_NAME": f"projects/{NUMBER}/secrets/db/versions/1", "API_TOKEN": "${API_TOKEN}",
    }  # fmt: skip
    g.state.run(PROD, "careful-shop", g.sa("careful-shop-sa"), env)
    yield fine(
        "G60",
        "NHI2",
        "~careful-shop",
        "References, paths, names and a publishable key.",
        "Stripe: publishable keys; berglas references",
    )
    inner = {
        "containers": [
            {"image": "x@sha256:0", "env": [{"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": "api", "key": "latest"}}}]}
        ],
        "serviceAccountName": g.sa("careful-ref-sa"),
    }
    g.state.run(PROD, "careful-ref", None)
    g.state.things["service"][-1].data["spec"]["template"]["spec"] = inner
    yield fine("G61", "NHI2", "~careful-ref", "The value comes from Secret Manager at start.", "Cloud Run: configure secrets")
    g.state.instance(
        PROD,
        "careful-vm",
        g.sa("careful-vm-sa"),
        {
            "startup-script": "#!/bin/sh\nexport PGPASSWORD=$(gcloud secrets versions access latest --secret=db)\n",
            "enable-oslogin": "TRUE",
        },
    )
    yield fine("G62", "NHI2", "~careful-vm", "The script fetches the password when it runs.", "Secret Manager: access a version")


def _third_parties(g: Ground) -> Iterator[Case]:
    s = g.state
    vendor = "serviceAccount:reader@lumenwatch-collector.iam.gserviceaccount.com"
    s.grant(f"//storage.googleapis.com/projects/_/buckets/{PROD}-metrics-export", "roles/storage.objectViewer", [vendor])
    s.on_project(PROD, "roles/monitoring.viewer", vendor)
    yield fine(
        "G63", "NHI3", "~reader@lumenwatch-collector", "A vendor under contract reads monitoring.", "FIELD 1 NHI3: allow-list"
    )
    s.grant(f"//storage.googleapis.com/projects/_/buckets/{PROD}-public-assets", "roles/storage.objectViewer", ["allUsers"])
    yield fine(
        "G64",
        "NHI3",
        "~public-assets",
        "A public web site's pictures: no identity of ours is in it.",
        "Cloud Storage: make data public",
    )
    one = g.sa("dev-logger", DEV)
    s.on_project(SHARED, "roles/logging.logWriter", member(one))
    yield fine(
        "G65",
        "NHI3 NHI5 NHI8",
        sa(one),
        "Of our own organisation, into the shared project's logs.",
        "Landing zone: shared projects",
    )
    s.on_project(PROD, "roles/viewer", f"user:{ANNA}", "group:auditors@nordholm.example")
    yield fine("G66", "NHI3 NHI10", f"gcp:user/{ANNA}", "A colleague who may look.", "IAM: principals")


def _sign_in(g: Ground) -> Iterator[Case]:
    s = g.state
    maps = {
        "browserKeyRestrictions": {"allowedReferrers": ["shop.nordholm.example/*"]},
        "apiTargets": [{"service": "maps-backend.googleapis.com"}],
    }
    s.api_key(PROD, "20000000-0000-4000-8000-000000000001", "shop-maps", g.ago(30), restrictions=maps)
    yield fine("G67", "NHI4", "~shop-maps", "Maps only, from our shop only.", "Google Cloud: apply API key restrictions")
    server = {"serverKeyRestrictions": {"allowedIps": ["203.0.113.7"]}, "apiTargets": [{"service": "translate.googleapis.com"}]}
    s.api_key(PROD, "20000000-0000-4000-8000-000000000002", "one-server", g.ago(30), restrictions=server)
    yield fine("G68", "NHI4", "~one-server", "One API from one address.", "Google Cloud: apply API key restrictions")
    one, pool = g.sa("moved"), s.pool(PROD, "moved-pool")
    s.provider(PROD, pool, "gh", GITHUB, {"google.subject": "assertion.sub"}, **OWNED)
    s.on_account(
        one, FEDERATED, f"principal://iam.googleapis.com/{pool}/subject/repo:nordholm@81204733/moved@11:environment:production"
    )
    g.key(one, 100, used=60, disabled=True)
    yield fine(
        "G69",
        "NHI4 NHI6 NHI7",
        sa(one),
        "Moved to federation by immutable ids; its old key is disabled.",
        "IAM: migrate from keys",
    )


def _rights(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("one-bucket")
    s.on_project(
        PROD, g.role("adminOfEverything", "Admin of everything", "storage.objects.get", "storage.objects.list"), member(one)
    )
    yield fine("G70", "NHI5", sa(one), "A frightening name over reading objects.", "IAM: custom roles")
    one, low = g.sa("front"), g.sa("front-signer")
    s.on_account(low, TOKENS, member(one))
    yield fine(
        "G71",
        "NHI5 NHI9",
        sa(one),
        "Mints tokens of one single account that has no right of its own.",
        "IAM: service account impersonation, grant on the account",
    )
    one = g.sa("self-signer")
    s.on_account(one, TOKENS, member(one))
    yield fine(
        "G72",
        "NHI5 NHI10",
        sa(one),
        "Its own token creator, to sign URLs.",
        "Cloud Storage: V4 signing with the IAM signBlob method",
    )
    one = g.sa("run-deployer")
    s.on_project(PROD, "roles/run.developer", member(one))
    s.on_account(low, "roles/iam.serviceAccountUser", member(one))
    yield fine(
        "G73",
        "NHI5",
        sa(one),
        "Deploys services that run as one weak account: the documented pair of roles.",
        "Cloud Run: deployment permissions",
    )


def _limited(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("temporary-fix")
    s.on_project(
        PROD,
        "roles/iam.securityAdmin",
        member(one),
        condition={"title": "one night", "expression": 'request.time < timestamp("2025-02-01T04:00:00Z")'},
    )
    yield fine("G74", "NHI5", sa(one), "A grant whose time ran out: it allows nothing any more.", "IAM: temporary access")
    one = g.sa("scratch-keeper")
    s.on_project(
        PROD,
        "roles/storage.admin",
        member(one),
        condition={"title": "scratch", "expression": 'resource.name.startsWith("projects/_/buckets/nordholm-prod-scratch")'},
    )
    yield fine("G75", "NHI5", sa(one), "Storage Admin of one bucket, by condition.", "IAM: conditions by resource name")
    one = g.sa("grant-helper")
    only = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/run.invoker'])"
    s.on_project(
        PROD, "roles/resourcemanager.projectIamAdmin", member(one), condition={"title": "only invoker", "expression": only}
    )
    yield fine("G76", "NHI5", sa(one), "May grant roles/run.invoker and no other role.", "IAM: set limits on granting roles")
    one = g.sa("denied-minter")
    s.on_project(PROD, TOKENS, member(one))
    acts = ("getAccessToken", "getOpenIdToken", "implicitDelegation", "signBlob", "signJwt")
    rule = {
        "deniedPrincipals": [f"principal://iam.googleapis.com/projects/-/serviceAccounts/{one}"],
        "deniedPermissions": [f"iam.googleapis.com/serviceAccounts.{act}" for act in acts],
    }
    s.deny.setdefault(f"projects/{PROD}", []).append(deny_policy(f"projects/{PROD}", "no-minting", rule))
    yield fine("G77", "NHI5", sa(one), "A deny policy takes all of the role away.", "IAM: deny policies")


def _federations(g: Ground) -> Iterator[Case]:
    s = g.state
    mapping = {"google.subject": "assertion.sub", "attribute.repository_id": "assertion.repository_id"}
    one, pool = g.sa("ci-exact"), s.pool(PROD, "ci-exact")
    s.provider(PROD, pool, "gh", GITHUB, mapping, **OWNED)
    s.on_account(one, FEDERATED, f"principalSet://iam.googleapis.com/{pool}/attribute.repository_id/5512")
    yield fine(
        "G78",
        "NHI6 NHI9",
        sa(one),
        "One repository by its number, within our own organisation by its number.",
        "IAM: WIF best practices, immutable attributes",
    )
    one, pool = g.sa("own-issuer"), s.pool(PROD, "own-issuer")
    s.provider(
        PROD,
        pool,
        "k8s",
        "https://container.googleapis.com/v1/projects/nordholm-prod/locations/europe-north1/clusters/main",
        {"google.subject": "assertion.sub"},
    )
    s.on_account(one, FEDERATED, f"principal://iam.googleapis.com/{pool}/subject/system:serviceaccount:payments:api")
    yield fine(
        "G79",
        "NHI6",
        sa(one),
        "The issuer is our own cluster, the subject one account: a condition would add nothing.",
        "IAM: WIF best practices, single-tenant issuers",
    )
    one, pool = g.sa("switched-off"), s.pool(PROD, "switched-off")
    s.provider(PROD, pool, "gh", GITHUB, {"google.subject": "assertion.sub"}, disabled=True)
    s.on_account(one, FEDERATED, f"principalSet://iam.googleapis.com/{pool}/*")
    yield fine(
        "G80",
        "NHI6",
        sa(one),
        "The provider is disabled: no token is exchanged.",
        "IAM: disable a workload identity pool provider",
    )


def _old(g: Ground) -> Iterator[Case]:
    s = g.state
    key = g.key(g.sa("quarterly"), 10, 90)
    yield fine(
        "G81", "NHI7", f"cred:gcp:{key}", "Ten days old, ends in eighty by itself.", "IAM: expiry times for service account keys"
    )
    s.hmac_key(g.sa("old-s3", used=3), "GOOG1" + "Z" * 56, g.ago(500), "INACTIVE")
    yield fine("G82", "NHI7", "cred:gcp:GOOG1" + "Z" * 56, "Inactive.", "Cloud Storage: HMAC key states")
    s.secret(
        PROD, "rotating-pass", g.ago(600), rotation={"rotationPeriod": "2592000s", "nextRotationTime": "2026-12-01T00:00:00Z"}
    )
    s.version(PROD, "rotating-pass", 2, g.ago(5))
    yield fine("G83", "NHI7", "~rotating-pass", "An old secret with a version of last week.", "Secret Manager: rotation")
    s.secret(PROD, "emptied-pass", g.ago(600))
    s.things["version"][-1].data["state"] = "DESTROYED"
    yield fine("G84", "NHI7", "~emptied-pass", "Its only version is destroyed.", "Secret Manager: version states")
    s.secret(PROD, "ending-pass", g.ago(20), expireTime="2026-12-24T00:00:00Z")
    yield fine("G85", "NHI7", "~ending-pass", "Twenty days old and gone at Christmas.", "Secret Manager: expiring secrets")


def _shared(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("web-fleet")
    for number in (1, 2, 3):
        s.instance(
            PROD,
            f"web-mig-{number}ab{number}",
            one,
            {"created-by": f"projects/{NUMBER}/zones/europe-north1-a/instanceGroupManagers/web-mig"},
            app="web",
        )
    yield fine(
        "G86",
        "NHI9",
        sa(one),
        "Three machines of one managed instance group are one consumer.",
        "Compute: managed instance groups",
    )
    one = g.sa("orders")
    s.run(PROD, "orders", one, app="orders")
    s.run(PROD, "orders-migrate", one, kind="job", app="orders")
    yield fine("G87", "NHI9", sa(one), "A service and its own migration job.", "OWASP NHI9: one identity per application")
    one = g.sa("artifact-reader", DEV)
    s.on_project(SHARED, "roles/artifactregistry.reader", member(one))
    yield fine("G88", "NHI8", sa(one), "Development pulls from the shared registry.", "Landing zone: shared projects")
    one = g.sa("product-catalog", DEV)
    s.function(DEV, "product-catalog", one)
    s.on_project(DEV, "roles/datastore.user", member(one))
    yield fine("G89", "NHI8", sa(one), "`product` is no `prod`.", "FIELD 1 NHI8")


def _people(g: Ground) -> Iterator[Case]:
    s = g.state
    one = g.sa("looked-at")
    s.on_account(one, "roles/iam.serviceAccountViewer", f"user:{ANNA}")
    yield fine("G90", "NHI10", sa(one), "A person may look at the account, not act as it.", "IAM roles: Service Account Viewer")
    one = g.sa("was-debugged")
    past = {"title": "incident 88", "expression": 'request.time < timestamp("2026-03-01T00:00:00Z")'}
    s.grant(f"//iam.googleapis.com/projects/{PROD}/serviceAccounts/{one}", TOKENS, [f"user:{ANNA}"], past)
    yield fine("G91", "NHI10", sa(one), "An incident's grant that ran out in March.", "IAM: temporary access")
