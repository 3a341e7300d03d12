"""Pod specifications: what they mount and name, the secrets written into them, and what lets them out of their box. Pure.

Facts: the core/v1 PodSpec reference, "Pod Security Standards", "Service account token volume projection" (kubernetes.io/docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from keyrack.sdk import shapes
from keyrack.sdk.fields import Raw, number, part, rows, text, texts
from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.dotenv import environment_materials
from keyrack.sdk.material import Material

_HOST = ("hostPID", "hostIPC", "hostNetwork")
_CAPABILITIES = frozenset({"ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "BPF", "DAC_READ_SEARCH"})
_DANGEROUS_PATHS = (
    "/etc",
    "/root",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/proc",
    "/home",
    "/var/lib/docker",
    "/var/lib/containerd",
)
_SOCKETS = ("docker.sock", "containerd.sock", "crio.sock")
_GROUPS = ("initContainers", "containers", "ephemeralContainers")
_PUBLIC_HOSTS = frozenset(
    {"docker.io", "index.docker.io", "registry.hub.docker.com", "quay.io", "ghcr.io", "public.ecr.aws", "gcr.io", "lscr.io"}
)
_DEFAULT_LIFETIME = 3600
_INJECTED = "kube-api-access-"
"""Volume that the admission controller puts into every pod that mounts its account's token."""


@dataclass(frozen=True, slots=True)
class Projected:
    """A token asked for by a projected volume: its audience (empty: the API server's own) and lifetime in seconds."""

    volume: str
    audience: str
    seconds: int


def containers(spec: Raw) -> Iterator[tuple[str, Raw]]:
    """Every container with the path of its list entry (``containers.api``)."""
    for group in _GROUPS:
        for number_, item in enumerate(rows(spec, group)):
            yield f"{group}.{clean(text(item, 'name') or number_)}", item


def secrets_used(spec: Raw) -> Iterator[str]:
    """Names of Secrets that the pod mounts, takes variables from, or pulls images with."""
    for volume in rows(spec, "volumes"):
        yield from _named(part(volume, "secret"), "secretName")
        for source in rows(volume, "projected", "sources"):
            yield from _named(part(source, "secret"), "name")
        yield from _named(part(volume, "csi", "nodePublishSecretRef"), "name")
    for _, item in containers(spec):
        for source in rows(item, "envFrom"):
            yield from _named(part(source, "secretRef"), "name")
        for variable in rows(item, "env"):
            yield from _named(part(variable, "valueFrom", "secretKeyRef"), "name")
    for pull in rows(spec, "imagePullSecrets"):
        yield from _named(pull, "name")


def configs_used(spec: Raw) -> Iterator[str]:
    """Names of ConfigMaps that the pod mounts or takes variables from."""
    for volume in rows(spec, "volumes"):
        yield from _named(part(volume, "configMap"), "name")
        for source in rows(volume, "projected", "sources"):
            yield from _named(part(source, "configMap"), "name")
    for _, item in containers(spec):
        for source in rows(item, "envFrom"):
            yield from _named(part(source, "configMapRef"), "name")
        for variable in rows(item, "env"):
            yield from _named(part(variable, "valueFrom", "configMapKeyRef"), "name")


def _named(raw: Raw, name: str) -> Iterator[str]:
    if (found := text(raw, name)) is not None:
        yield found


def projected(spec: Raw) -> Iterator[Projected]:
    """Tokens asked for beside the one that every pod gets."""
    for volume in rows(spec, "volumes"):
        name = text(volume, "name") or ""
        if name.startswith(_INJECTED):
            continue
        for source in rows(volume, "projected", "sources"):
            if isinstance(source.get("serviceAccountToken"), Mapping):
                seconds = number(source, "serviceAccountToken", "expirationSeconds") or _DEFAULT_LIFETIME
                yield Projected(clean(name), clean(text(source, "serviceAccountToken", "audience") or ""), min(seconds, 1 << 40))


def literals(spec: Raw) -> Iterator[Material]:
    """Credentials written into variables, commands and arguments of containers; ``field`` says where."""
    for path, item in containers(spec):
        given = {name: value for entry in rows(item, "env") if (name := text(entry, "name")) and (value := text(entry, "value"))}
        for material in environment_materials(given, detector="kubernetes.env"):
            yield replace(material, field=clean(f"{path}.env.{material.field or material.name}", 300))
        for listed in ("command", "args"):
            for argument in texts(item, listed):
                for shape in shapes.inside(argument):
                    yield shape.material(f"argument of {path}", "kubernetes.arguments", field=f"{path}.{listed}")


def escapes(spec: Raw) -> list[str]:
    """What lets the pod, and so its account, out to the node ("Pod Security Standards", privileged and baseline)."""
    found = [name for name in _HOST if spec.get(name) is True]
    for _, item in containers(spec):
        context = part(item, "securityContext")
        if context.get("privileged") is True:
            found.append("privileged")
        added = {name.upper().removeprefix("CAP_") for name in texts(context, "capabilities", "add")}
        found.extend(f"capability:{name}" for name in sorted(added & _CAPABILITIES))
    for volume in rows(spec, "volumes"):
        path = text(volume, "hostPath", "path")
        if path and _dangerous(path):
            found.append(f"hostPath:{clean(path, 100)}")
    return list(dict.fromkeys(found))


def _dangerous(path: str) -> bool:
    plain = path.rstrip("/") or "/"
    return (
        plain == "/" or plain.endswith(_SOCKETS) or any(plain == one or plain.startswith(f"{one}/") for one in _DANGEROUS_PATHS)
    )


def images(spec: Raw) -> list[str]:
    """Images of the containers, each once, those that run before the ones that only start it up."""
    found = [(path.startswith("init"), image) for path, item in containers(spec) if (image := text(item, "image"))]
    return list(dict.fromkeys(clean(image, 300) for _, image in sorted(found, key=lambda pair: pair[0])))


def public_registry(image: str) -> str | None:
    """The public registry an image comes from; ``None`` for a private one, and for Kubernetes' own (registry.k8s.io)."""
    first, slash, _ = image.partition("/")
    host = first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"
    return host if host in _PUBLIC_HOSTS else None


def pin(image: str) -> str:
    """How exactly an image is named: ``digest``, ``tag`` or ``none`` (``latest``)."""
    if "@sha256:" in image:
        return "digest"
    tag = image.rsplit("/", maxsplit=1)[-1].partition(":")[2]
    return "tag" if tag and tag != "latest" else "none"
