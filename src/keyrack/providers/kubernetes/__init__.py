"""kubernetes: one cluster, read over its API (``discover.py``), and its audit log as usage (``usage.py``). Cheap to import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.errors import KeyrackError
from keyrack.providers.kubernetes.capabilities import MANIFEST
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class Kubernetes:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the cluster; nothing is sent.

        Raises:
            KeyrackError: no way to sign in is configured.
        """
        from keyrack.providers.kubernetes.session import sign_in

        del ctx
        name = sign_in(target.options).cluster
        return Source(f"kubernetes:{name}", f"Kubernetes cluster {name}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the cluster.

        Raises:
            KeyrackError: no way to sign in is configured, or an option makes no sense.
        """
        from keyrack.providers.kubernetes.discover import Scan, discover
        from keyrack.providers.kubernetes.fetch import Api
        from keyrack.providers.kubernetes.names import Cluster
        from keyrack.providers.kubernetes.session import reach

        how = _secrets(target.options)
        signed, web = reach(target, ctx.progress)
        scan = Scan(Api(web, _namespaces(target.options)), Cluster(signed.cluster), ctx, how)
        yield from unique(discover(scan))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """Whether each permission of the manifest is held.

        Raises:
            KeyrackError: no way to sign in is configured.
        """
        from keyrack.providers.kubernetes.probe import probe
        from keyrack.providers.kubernetes.session import reach

        _, web = reach(target, ctx.progress)
        yield from probe(web, _namespaces(target.options), _secrets(target.options))

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """Every context of the kubeconfig, where the option says so; else the one cluster.

        Raises:
            KeyrackError: the kubeconfig cannot be read.
        """
        from keyrack.providers.kubernetes.session import contexts

        del ctx
        wish = target.options.get("contexts", "").strip()
        if not wish:
            yield target
            return
        rest = {name: value for name, value in target.options.items() if name not in {"contexts", "context", "cluster"}}
        names = contexts(target.options) if wish == "all" else [name.strip() for name in wish.split(",") if name.strip()]
        for name in names:
            yield Target(target.provider, target.location, {**rest, "context": name})


def _namespaces(options: Mapping[str, str]) -> tuple[str, ...]:
    names = [name.strip() for name in options.get("namespaces", "").split(",") if name.strip()]
    bad = next((name for name in names if not name.replace("-", "").isalnum() or not name.isascii()), None)
    if bad is not None:
        raise KeyrackError(
            "kubernetes.namespaces", "a namespace's name has letters, digits and dashes only", hint="e.g. payments,storefront"
        )
    return tuple(dict.fromkeys(names))


def _secrets(options: Mapping[str, str]) -> str:
    wish = options.get("secrets", "").strip() or "values"
    if wish not in {"values", "metadata", "none"}:
        raise KeyrackError(
            "kubernetes.secrets", "how much of Secrets to read is values, metadata or none", hint="--kubernetes-secrets metadata"
        )
    return wish


provider = Kubernetes()
