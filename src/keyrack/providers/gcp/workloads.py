"""Workloads: Cloud Run services and jobs, functions, virtual machines, clusters; whom they run as, what lies in their settings.

Pure and total. References: run/docs/reference/rest/v1/namespaces.services (Knative), functions/docs/reference/rest/v2,
compute/docs/reference/rest/v1/instances, kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters; access scopes in
"Service accounts" (cloud.google.com/compute/docs/access/service-accounts): they limit what a token of the machine may call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.providers.gcp.accounts import known
from keyrack.providers.gcp.assets import Asset
from keyrack.providers.gcp.hierarchy import environment, strings
from keyrack.providers.gcp.names import Project, Projects, account_uid, last, project_of
from keyrack.records import Record, Resource, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk import Fingerprinter, Place, observe, shapes
from keyrack.sdk.fields import part, rows, text, texts, when

DETECTOR = "gcp.workload-environment"
_FULL = frozenset({"https://www.googleapis.com/auth/cloud-platform"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One workload. ``variables``: plain settings by place inside it; they end in :func:`keyrack.sdk.observe`."""

    uid: str
    type: str
    name: str
    path: str
    account: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    attrs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    changed: datetime | None = None


def workload_records(item: Asset, projects: Projects, fingerprint: Fingerprinter) -> Iterator[Record]:
    """Records of the workloads in one asset (a cluster has one for each node pool)."""
    home = projects.id(project_of(item.name) or item.project) or projects.home
    project = projects.known.get(home)
    for work in _READERS[item.kind](item, home, _default(project)):
        stated = environment(work.labels) or (project.environment if project else None)
        runs_as = account_uid(work.account) if "@" in work.account else None
        yield Resource(
            uid=work.uid, type=work.type, name=work.name, provider="gcp", scope=home, environment=stated,
            tags=dict(work.labels), attrs={**work.attrs, **known(role=runs_as)},
        )  # fmt: skip
        if runs_as:
            yield Trust(
                uid=row_uid("trust", runs_as, "gcp:runs-as", work.uid), identity_uid=runs_as, subject=work.uid,
                subject_kind="workload", mechanism="gcp:runs-as", attrs=known(project=home, scopes=work.attrs.get("scopes")),
            )  # fmt: skip
        for where, values in work.variables.items():
            for name, shape in shapes.environment(values):
                field_name = f"{where}.{name}" if where else name
                place = Place(
                    system="workload_env", exposure="config", scope=home, path=work.path, consumer_uid=runs_as,
                    seen_at=work.changed, environment=stated, attrs={"workload": work.uid},
                )  # fmt: skip
                yield from observe(shape.material(name, DETECTOR, variable=name, field=field_name), place, fingerprint)


def _default(project: Project | None) -> str:
    """The account that is used where nobody names one."""
    return f"{project.number}-compute@developer.gserviceaccount.com" if project and project.number.isdigit() else ""


def _run(item: Asset, home: str, default: str) -> Iterator[Workload]:
    """Knative shape (v1) or the API's own (v2): Cloud Asset and old clients write the first."""
    data, kind = item.data, "service" if item.kind == "service" else "job"
    spec = part(data, "spec", "template", "spec") or part(data, "template")
    if kind == "job":
        spec = part(spec, "template", "spec") or part(spec, "template") or spec
    labels = strings(data, "metadata", "labels") or strings(data, "labels")
    region = labels.get("cloud.googleapis.com/location") or _after(item.name, "locations")
    name = text(data, "metadata", "name") or last(text(data, "name") or item.name)
    variables: dict[str, dict[str, str]] = {}
    for number, container in enumerate(rows(spec, "containers")):
        values = {n: v for row in rows(container, "env") if (n := text(row, "name")) and (v := text(row, "value"))}
        variables[text(container, "name") or (str(number) if number else "")] = values
    yield Workload(
        uid=f"gcp:run-{kind}/{home}/{region}/{name}",
        type=f"gcp:run-{kind}",
        name=name,
        path=item.name,
        account=(text(spec, "serviceAccountName") or text(spec, "serviceAccount") or default).lower(),
        labels={key: value for key, value in labels.items() if "googleapis.com/" not in key},
        variables=variables,
        changed=when(data, "updateTime") or when(data, "metadata", "creationTimestamp"),
    )


def _function(item: Asset, home: str, default: str) -> Iterator[Workload]:
    """Both generations come in one shape; the build runs as an account of its own, which is not the function's."""
    config = part(item.data, "serviceConfig") or item.data
    name = text(item.data, "name") or item.name
    yield Workload(
        uid=f"gcp:function/{home}/{_after(name, 'locations')}/{last(name)}",
        type="gcp:function",
        name=last(name),
        path=item.name,
        account=(text(config, "serviceAccountEmail") or default).lower(),
        labels=strings(item.data, "labels"),
        attrs=known(
            runtime=text(item.data, "buildConfig", "runtime") or text(item.data, "runtime"), status=text(item.data, "state")
        ),
        variables={
            "": strings(config, "environmentVariables"),
            "build": strings(item.data, "buildConfig", "environmentVariables"),
        },
        changed=when(item.data, "updateTime"),
    )


def _instance(item: Asset, home: str, default: str) -> Iterator[Workload]:
    """A machine without an account runs as nobody. Metadata is readable to whoever may see the machine."""
    del default
    accounts = rows(item.data, "serviceAccounts")
    scopes = texts(accounts[0], "scopes") if accounts else []
    values = {k: v for row in rows(item.data, "metadata", "items") if (k := text(row, "key")) and (v := text(row, "value"))}
    scripts = {
        key: values.pop(key) for key in list(values) if key in {"startup-script", "user-data", "windows-startup-script-ps1"}
    }
    zone = last(text(item.data, "zone") or "") or _after(item.name, "zones")
    name = text(item.data, "name") or last(item.name)
    yield Workload(
        uid=f"gcp:instance/{home}/{zone}/{name}",
        type="gcp:instance",
        name=name,
        path=item.name,
        account=(text(accounts[0], "email") or "").lower() if accounts else "",
        labels=strings(item.data, "labels"),
        attrs=known(status=text(item.data, "status"), scopes=_scopes(scopes)),
        variables={"metadata": values, **{f"metadata.{key}": _assigned(script) for key, script in scripts.items()}},
        changed=when(item.data, "creationTimestamp"),
    )


def _cluster(item: Asset, home: str, default: str) -> Iterator[Workload]:
    """Node pools: every pod without an identity of its own may ask the node's metadata server for the node's token."""
    name = text(item.data, "name") or last(item.name)
    region = text(item.data, "location") or _after(item.name, "locations")
    federated = text(item.data, "workloadIdentityConfig", "workloadPool")
    for pool in rows(item.data, "nodePools"):
        config = part(pool, "config")
        stated = text(config, "serviceAccount") or "default"
        metadata = text(config, "workloadMetadataConfig", "mode") or ""
        yield Workload(
            uid=f"gcp:node-pool/{home}/{region}/{name}/{text(pool, 'name') or ''}",
            type="gcp:node-pool",
            name=f"{name}/{text(pool, 'name') or ''}",
            path=item.name,
            account=(default if stated == "default" else stated).lower(),
            labels=strings(item.data, "resourceLabels"),
            attrs=known(
                status=text(pool, "status"),
                scopes=_scopes(texts(config, "oauthScopes")),
                workload_pool=federated,
                node_metadata="hidden" if metadata == "GKE_METADATA" else "open",
            ),
            changed=when(item.data, "createTime"),
        )


def _scopes(scopes: list[str]) -> str | None:
    if _FULL & set(scopes):
        return "cloud-platform"
    return ",".join(sorted(last(scope) for scope in scopes)) or None


def _after(name: str, word: str) -> str:
    """The part after ``/locations/`` or ``/zones/`` in a name."""
    return name.partition(f"/{word}/")[2].partition("/")[0] or "-"


def _assigned(script: str) -> dict[str, str]:
    """``NAME=value`` and ``export NAME="value"`` lines of a start-up script."""
    found: dict[str, str] = {}
    for line in script[:65_536].splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.isidentifier():
            found[name] = value.strip().strip("\"'")
    return found


_READERS: Mapping[str, Callable[[Asset, str, str], Iterator[Workload]]] = {
    "service": _run,
    "job": _run,
    "function": _function,
    "function_v1": _function,
    "instance": _instance,
    "cluster": _cluster,
}
