"""A big organisation without truth, for benchmarks."""

from __future__ import annotations

from datetime import datetime, timedelta

from keyrack_estate.chance import HEX, Chance
from keyrack_estate.fakes.gcp_state import GcpState, stamp

_ROLES = (
    "roles/storage.objectViewer",
    "roles/run.developer",
    "roles/pubsub.publisher",
    "roles/bigquery.dataViewer",
    "roles/editor",
)


def bulk_state(size: int, seed: int, now: datetime) -> GcpState:
    """About ``size`` service accounts: every second with a key, every one with a role; a workload for every fourth."""
    chance, state = Chance(seed, "gcp-bulk"), GcpState()
    state.open_organization()
    count = max(1, min(100, size // 500))
    names = [f"unit-{number:03}" for number in range(count)]
    for number, name in enumerate(names):
        parent = f"organizations/{state.organization}"
        state.project(
            name, str(500_000_000_000 + number), parent, {"env": "prod" if number % 3 else "dev", "team": f"team-{number % 9}"}
        )
    since = now - timedelta(days=400)
    for number in range(size):
        project = names[number % count]
        email = f"app-{number}@{project}.iam.gserviceaccount.com"
        unique = str(10**20 + number)
        name = f"projects/{project}/serviceAccounts/{email}"
        data = {"name": name, "projectId": project, "uniqueId": unique, "email": email, "oauth2ClientId": unique}
        state.add("account", project, f"projects/{project}/serviceAccounts/{unique}", data)
        state.on_project(project, _ROLES[number % len(_ROLES)], f"serviceAccount:{email}")
        used = now - timedelta(days=chance.integer(0, 300))
        row = {
            "fullResourceName": f"//iam.googleapis.com/{name}", "activityType": "serviceAccountLastAuthentication",
            "activity": {"lastAuthenticatedTime": stamp(used)},
            "observationPeriod": {"startTime": stamp(since), "endTime": stamp(now)},
        }  # fmt: skip
        state.activities.setdefault("serviceAccountLastAuthentication", []).append((project, row))
        if number % 2:
            identifier = chance.text(40, HEX)
            made = {
                "name": f"{name}/keys/{identifier}", "keyType": "USER_MANAGED", "keyAlgorithm": "KEY_ALG_RSA_2048",
                "keyOrigin": "GOOGLE_PROVIDED", "validAfterTime": stamp(now - timedelta(days=chance.integer(1, 700))),
                "validBeforeTime": "9999-12-31T23:59:59Z",
            }  # fmt: skip
            state.add("key", project, f"{name}/keys/{identifier}", made)
        if number % 4 == 0:
            state.run(project, f"app-{number}", email)
    return state
