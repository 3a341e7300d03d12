"""Bad weather over the whole provider, hostile names, and mapping that is total on anything."""

import string

import msgspec
import pytest
import stamina
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kubernetes_seed import TOKEN
from matrix import record_outcomes

from keyrack.errors import KeyrackError
from keyrack.providers.kubernetes import kinds, provider
from keyrack.records import Gap, Identity
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.testing import check_contract, check_weather, storm
from keyrack.sdk.unique import row_key
from keyrack_estate.fakes.kubernetes import KubernetesFake, State
from keyrack_estate.fakes.kubernetes_kinds import KINDS
from keyrack_estate.fakes.server import serve


@pytest.fixture(autouse=True)
def _fast():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def test_every_kind_of_weather(seeded, ctx, target):
    server, made = seeded
    with storm(server.url) as sky:
        outcomes = check_weather(provider, sky, lambda url: target(url, timeout="0.3"), ctx, planted=[*made.values(), TOKEN])
    record_outcomes("kubernetes", outcomes)
    assert {o.gale for o in outcomes if o.refused} == set()


def test_one_kind_that_is_refused_never_hides_the_others(seeded, ctx, target):
    server, _ = seeded
    whole = {row_key(r) for r in provider.discover(target(server.url), ctx)}
    server.denied.add("/secrets$")
    try:
        found = list(provider.discover(target(server.url), ctx))
    finally:
        server.denied.clear()
    gaps = [r for r in found if isinstance(r, Gap)]
    assert [(g.capability, g.permission) for g in gaps] == [("kubernetes.secrets", "list secrets")]
    lost = whole - {row_key(r) for r in found}
    assert {key[0] for key in lost} <= {"credentials", "placements", "usage"}


HOSTILE = [
    "a" * 10_000, "../../etc/passwd", "name\x00with\x1b[31mcontrol\r\n", "x'; DROP TABLE identities; --", '"quoted"\\',
    "\u202egnp.exe", "\U0001f4a5\U0001f511", "%2F%2e%2e", "<script>alert(1)</script>", "{service}", "a,b\tc",
]  # fmt: skip


def hostile_cluster():
    """Every kind of object under every hostile name, and every text in it hostile too."""
    state = State("fake")
    for number, name in enumerate(HOSTILE):
        meta = {"name": name, "namespace": name, "labels": {name: name, "owner": name}, "annotations": {name: name, "team": name}}
        spec = {
            "serviceAccountName": name,
            "hostPID": name,
            "containers": [{"name": name, "image": name, "env": [{"name": name, "value": name}]}],
        }
        for plural in KINDS:
            body = {
                "metadata": dict(meta),
                "type": name,
                "data": {name: name, "password": "aGlkZGVu" + f"{number:04}".encode().hex()},
                "spec": {
                    "template": {"spec": spec},
                    **spec,
                    "provider": {name: {"server": name}},
                    "secretStoreRef": {"name": name},
                },
                "rules": [{"verbs": [name], "apiGroups": [name], "resources": [name], "resourceNames": [name]}],
                "roleRef": {"kind": "ClusterRole", "name": name},
                "subjects": [
                    {"kind": kind, "name": name, "namespace": name} for kind in ("ServiceAccount", "User", "Group", name)
                ],
                "webhooks": [{"name": name, "clientConfig": {"url": f"https://{name}"}}],
            }
            state.add(plural, body)
    return state


def test_hostile_names_are_named_and_harmless(ctx, target):
    with serve(KubernetesFake(state=hostile_cluster(), tokens={TOKEN: "admin"})) as url:
        records = check_contract(provider, target(url), ctx)
    names = [r.name for r in records if isinstance(r, Identity) and r.type == "k8s:service-account"]
    assert len(set(names)) >= len(HOSTILE)
    assert all(name.isprintable() and len(name) < 260 for name in names)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(string.printable + "\u202e\ud83d", max_size=12)
)
KEYS = st.sampled_from(
    """metadata name namespace labels annotations creationTimestamp ownerReferences controller kind spec template containers env value valueFrom
    secretKeyRef volumes secret secretName projected sources serviceAccountToken expirationSeconds rules verbs apiGroups resources resourceNames
    nonResourceURLs aggregationRule clusterRoleSelectors matchLabels matchExpressions roleRef subjects data type status certificate provider vault
    auth kubernetes role serviceAccountRef secretStoreRef remoteRef key property target dataFrom webhooks clientConfig url issuerRef conditions
    managedFields fieldsV1 time jobTemplate hostPath path tls.crt token mapRoles""".split()  # noqa: SIM905
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)
OBJECTS = st.dictionaries(KEYS, ANYTHING, max_size=7)


@pytest.mark.parametrize("plural", sorted(KINDS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies=st.lists(OBJECTS, max_size=3))
def test_mapping_is_total(plural, bodies):
    """Whatever an object looks like, records come out that the lake takes, and no exception."""
    from datetime import UTC, datetime

    from keyrack.providers.kubernetes.discover import Scan, discover
    from keyrack.providers.kubernetes.names import Cluster

    named = [
        {**body, "metadata": {**(body.get("metadata") if isinstance(body.get("metadata"), dict) else {}), "name": "x"}}
        for body in bodies
    ]
    api = Listed({plural: named})
    ctx = Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b"k" * 32))
    for record in discover(Scan(api, Cluster("c"), ctx)):
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


class Listed:
    """An API that has these objects of one kind, and nothing else."""

    namespaces = ()
    incomplete = frozenset()

    def __init__(self, objects):
        self.held, self.web = objects, self

    def look(self):
        """Nothing to learn."""

    def one(self, call):
        del call

    def remarks(self, capability):
        del capability
        return iter(())

    def objects(self, kind):
        from keyrack.providers.kubernetes.names import meta

        key = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
        return iter([(item, meta(item)) for item in self.held.get(key, [])])


def test_signing_in_says_what_is_wrong(ctx, tmp_path, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    cases = {
        "kubernetes.token": {"endpoint": "http://127.0.0.1:1", "token_file": str(tmp_path / "absent")},
        "kubernetes.ca": {"endpoint": "https://127.0.0.1:1", "ca_file": str(tmp_path / "absent")},
        "kubernetes.kubeconfig": {"kubeconfig": str(tmp_path / "absent")},
        "kubernetes.secrets": {"endpoint": "http://127.0.0.1:1", "secrets": "all"},
        "kubernetes.namespaces": {"endpoint": "http://127.0.0.1:1", "namespaces": "../x"},
        "kubernetes.timeout": {"endpoint": "http://127.0.0.1:1", "timeout": "soon"},
        "kubernetes.plain_http": {"endpoint": "http://kube.example", "token_env": "KUBE_TOKEN"},
    }
    for code, options in cases.items():
        with pytest.raises(KeyrackError) as refused:
            list(provider.discover(Target("kubernetes", options=options), ctx))
        assert refused.value.code == code


def kubeconfig(tmp_path, url, *, insecure=False):
    import json

    cluster = {"server": url, **({"insecure-skip-tls-verify": True} if insecure else {})}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": TOKEN}}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("one", "two")],
        "current-context": "one",
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(document))
    return str(path)


def test_a_kubeconfig_signs_in_and_stands_for_its_contexts(seeded, ctx, tmp_path):
    path = kubeconfig(tmp_path, seeded[0].url)
    options = {"kubeconfig": path, "contexts": "all"}
    targets = list(provider.expand(Target("kubernetes", options=options), ctx))
    assert [t.options["context"] for t in targets] == ["one", "two"]
    assert provider.source(targets[0], ctx).id.startswith("kubernetes:127.0.0.1:")
    assert any(isinstance(r, Identity) for r in provider.discover(targets[0], ctx))


def test_a_kubeconfig_without_tls_verification_is_refused(ctx, tmp_path):
    target = Target("kubernetes", options={"kubeconfig": kubeconfig(tmp_path, "https://127.0.0.1:1", insecure=True)})
    with pytest.raises(KeyrackError) as refused:
        provider.source(target, ctx)
    assert refused.value.code == "kubernetes.insecure"


def test_in_a_pod_the_mounted_token_signs_in(seeded, ctx, tmp_path, monkeypatch):
    from keyrack.providers.kubernetes import session

    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "ca.crt").write_text("no certificate")
    monkeypatch.setattr(session, "POD", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    with pytest.raises(KeyrackError) as refused:
        provider.source(Target("kubernetes"), ctx)
    assert refused.value.code == "kubernetes.cluster"  # two clusters must not be taken for one
    found = provider.discover(Target("kubernetes", options={"endpoint": seeded[0].url, "cluster": "c"}), ctx)
    assert any(isinstance(r, Identity) for r in found)


def test_permissions_are_written_as_kubectl_takes_them():
    assert kinds.REQUESTS.permission == "list certificatesigningrequests.certificates.k8s.io"
    assert kinds.SECRETS.permission == "list secrets"
