"""Secrets in text: the Kingfisher engine with our own rules, its hits in our words, and what is none filtered out.

Offline: scanning never uses the network (kingfisher-secret-scanner, "Scanning is offline. Validation may contact providers").
Only :meth:`Detector.check` does, and nothing calls it unless a person asked with ``--verify``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyrack.records.placement import Liveness
from keyrack.sdk import checksums
from keyrack.sdk.detection import keys, naming, negatives, paths
from keyrack.sdk.detection.hits import Hit, assigned, aws_pairs, best, hit_of
from keyrack.sdk.formats.pem import private_key
from keyrack.sdk.material import Material
from keyrack.sdk.placeholders import hashed
from keyrack.sdk.secret import Secret
from keyrack.sdk.shapes import Shape, anonymous, classify, entropy, suspect

if TYPE_CHECKING:
    from kingfisher_sdk import Finding, Scanner

__all__ = ["Detector", "is_test_path", "shared"]

_RULES: Final = Path(__file__).with_name("detection") / "rules.yml"
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s\"'`<>]+")
_KUBERNETES: Final = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?Secret\b")
_OWN: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "db", "postgres", "mysql", "redis", "host.docker.internal"})  # noqa: S104
"""Hosts of a throwaway database: the runner's own, or a service container beside it."""
_UNUSED: Final = frozenset({"kubernetes-secret-yaml"})
"""Rules whose match is not the value alone; a named value in a Secret is found by its name."""
_FIREBASE: Final = re.compile(
    rb"(?i)authDomain|messagingSenderId|mobilesdk_app_id|GCM_SENDER_ID|firebaseapp\.com|firebase_?config"
)
"""What stands beside the key in a Firebase app's configuration (Firebase, "Learn about using and managing API keys")."""
_BESIDE: Final = 2000
_BASIC: Final = re.compile(r"(?i)basic[ \t]+$")
_LIVENESS: Final[dict[str, Liveness]] = {"verified_active": "live", "verified_inactive": "dead"}
_REMEMBERED: Final = 4096

is_test_path = paths.is_test


class Detector:
    """Compiled detectors; build one per process (:func:`shared`), use it from any thread."""

    def __init__(self, cache_dir: Path | None = None) -> None:
        """Compile the rules, or load them from the engine's cache.

        Args:
            cache_dir: where the compiled rules are kept; ``None``: the engine's own folder in the user's cache directory.
        """
        from kingfisher_sdk import DetectionScanner, Rules

        rules = Rules([_RULES], confidence="low", cache_dir=cache_dir)
        self._scanner: Scanner = DetectionScanner(rules, inline_ignores=False)
        self._samples: dict[tuple[str, str, str], bool] = {}
        self._judged: dict[tuple[str, str, str, str, str, Context], tuple[Material | None]] = {}

    def scan(self, data: bytes, path: str) -> list[Material]:
        """Credentials in ``data``, which stands at ``path`` (its name decides which rules apply); ordered by line.

        Samples, placeholders, references, ciphertext, hashes and public keys are left out. An AWS key id and the secret
        near it are one Material; a lone key id has no ``secret``. ``detector`` is the rule; values that only their name
        makes suspicious carry the attribute ``entropy``.
        """
        findings = self._findings(data, path)
        return [material for material, _ in self._materials(findings, data, path)] if findings else []

    def check(self, data: bytes, path: str, *, timeout: float = 60.0) -> list[tuple[Material, Liveness]]:
        """As :meth:`scan`, and ask each credential's issuer whether it still works: **this uses the network**.

        ``unknown`` covers rules without a live check, issuers that cannot be reached, and a check that took too long.
        """
        from kingfisher_sdk import Validator

        findings = self._findings(data, path)
        found = list(self._materials(findings, data, path))
        if not found:
            return []
        try:
            results = Validator(timeout=10, concurrency=4).validate(findings, timeout=timeout)
        except (TimeoutError, RuntimeError, ValueError):
            return [(material, "unknown") for material, _ in found]
        outcome = {id(result.finding): _LIVENESS.get(result.outcome, "unknown") for result in results}
        return [(material, outcome.get(id(finding), "unknown")) for material, finding in found]

    def _findings(self, data: bytes, path: str) -> list[Finding]:
        from kingfisher_sdk import ScanInput

        return self._scanner.scan_input(ScanInput(path=path, data=data))

    def _materials(self, findings: Sequence[Finding], data: bytes, path: str) -> Iterator[tuple[Material, Finding]]:
        if negatives.encrypted(data):
            return
        hits = [hit for finding in findings if (hit := self._hit(finding, data)) is not None]
        pairs, rest = aws_pairs(hits)
        found = [*((_aws(*pair), pair[0]) for pair in pairs), *((self._judge(hit, data, path), hit) for hit in best(rest))]
        for material, hit in sorted(found, key=lambda item: (item[1].line, item[1].start)):
            if material is not None:
                yield material, hit.finding

    def _hit(self, finding: Finding, data: bytes) -> Hit | None:
        """The match with its surroundings; ``None`` for a sample, a placeholder or ciphertext."""
        if naming.bare(finding.rule_id) in _UNUSED:
            return None
        hit = hit_of(finding, data)
        key = (hit.value, hit.before, hit.after)
        sample = self._samples.get(key)
        if sample is None:
            self._make_room()
            sample = self._samples[key] = _sample(hit)
        return None if sample else hit

    def _judge(self, hit: Hit, data: bytes, path: str) -> Material | None:
        """The Material of a hit, remembered: a history shows the same line again and again."""
        context = _context(hit, data)
        key = (hit.rule, hit.value, hit.before, hit.after, path, context)
        known = self._judged.get(key)
        if known is None:
            self._make_room()
            known = self._judged[key] = (_judge(hit, context, path),)
        return replace(known[0], line=hit.line) if known[0] is not None else None

    def _make_room(self) -> None:
        if len(self._samples) > _REMEMBERED or len(self._judged) > _REMEMBERED:
            self.forget()

    def forget(self) -> None:
        """Drop the values remembered from earlier scans; call it when a source has been scanned."""
        self._samples.clear()
        self._judged.clear()


@cache
def _shared(cache_dir: Path | None) -> Detector:
    return Detector(cache_dir)


_LOCK = threading.Lock()


def shared(cache_dir: Path | None = None) -> Detector:
    """The process's detector, compiled at first use."""
    with _LOCK:
        return _shared(cache_dir)


Context = keys.ServiceAccount | bool
"""What the rest of the document says of a hit: whose service-account file it is, that it is a Kubernetes Secret, or (for a
Google API key) a Firebase app's configuration."""


def _context(hit: Hit, data: bytes) -> Context:
    if hit.by("private-key"):
        return keys.service_account(data, hit.start) or False if hit.name == "private_key" else False
    if hit.value.startswith("AIza"):
        return _FIREBASE.search(data, max(0, hit.start - _BESIDE), hit.end + _BESIDE) is not None
    return hit.rank == 0 and _KUBERNETES.search(data) is not None


def _sample(hit: Hit) -> bool:
    if "\n" in hit.value or "\\n" in hit.value:
        return False
    if checksums.genuine(hit.value) is False or hashed(hit.value) or anonymous(hit.value):
        return True
    return negatives.sample(hit.value, hit.text) or negatives.embedded(hit.before, hit.after)


def _aws(key: Hit, secret: Hit | None) -> Material:
    shape = classify(key.value.encode())
    return Material(
        kind=shape.kind,
        issuer="aws",
        name=secret.name if secret and secret.name else "AWS access key",
        detector=key.rule,
        secret=Secret(secret.value) if secret else None,
        public_id=key.value,
        line=(secret or key).line,
        expiry=shape.expiry,
    )


def _judge(hit: Hit, context: Context, path: str) -> Material | None:
    if hit.by("private-key"):
        return _private_key(hit, context)
    if hit.rank == 0:
        return _generic(hit, path, kubernetes=context is True)
    if hit.by("jwt") and negatives.unsigned(hit.value):
        return None
    if not hit.visible:
        return None  # a helper (client id, tenant, account name) without the secret it belongs to
    wide = hit.rank <= 2 or hit.by("generic-credential-uri", "mongodb-connection-string")
    return None if wide and negatives.implausible(hit.value, path) else _specific(hit, firebase=context is True)


def _private_key(hit: Hit, context: Context) -> Material | None:
    """A private key block; inside a Google service-account file it goes by that file's key id."""
    block = keys.block(hit.value)
    material = private_key(block) if block is not None and not block.startswith(b"-----BEGIN PGP") else None
    if block is not None and block.startswith(b"-----BEGIN PGP"):
        material = Material(kind="signing_key", issuer="pgp", name="OpenPGP private key", detector=hit.rule, secret=Secret(block))
    if material is None:
        return None
    if isinstance(context, keys.ServiceAccount):
        return replace(
            material, issuer="gcp", name=f"service account key of {context.email}", detector=hit.rule,
            public_id=context.key_id, expiry="never", attrs={"login": context.email, "cloud": "gcp"},
        )  # fmt: skip
    return replace(material, name=hit.name or material.name, detector=hit.rule)


def _generic(hit: Hit, path: str, *, kubernetes: bool) -> Material | None:
    encoded = keys.decoded(hit.value) if kubernetes and hit.value.isascii() else None
    if encoded is not None:
        hit = replace(hit, value=encoded)  # the Secret's own encoding: the value elsewhere is the decoded one
    if negatives.unlikely(hit.name, hit.value, path, bare=hit.by("generic-bare")):
        return None
    shape = suspect(hit.name, hit.value)
    return _shaped(hit, shape) if shape is not None else None


def _specific(hit: Hit, *, firebase: bool = False) -> Material | None:
    address = next((match[0] for match in _URI.finditer(hit.text) if f":{hit.value}@" in match[0]), None)
    if address is not None:
        shape = suspect("", address)  # None: the default login of a developer's own database
        if shape is None or (shape.endpoint in _OWN and negatives.plain(hit.value)):
            return None
        name = assigned(hit.before[: hit.before.rfind(address.partition("://")[0])])
        return _shaped(replace(hit, name=name or f"login at {shape.endpoint}"), shape)
    scheme = "Basic " if _BASIC.search(hit.before) else ""
    shape = classify((scheme + hit.value).encode("utf-8", "surrogateescape"), f"{hit.name} firebase" if firebase else hit.name)
    if shape.known:
        return _shaped(hit, shape)
    issuer, kind = naming.issuer(hit.rule), naming.kind(hit.rule)
    return _shaped(hit, replace(shape, issuer=issuer, kind=kind, entropy=None))


def _shaped(hit: Hit, shape: Shape) -> Material:
    attrs = shape.attrs()
    if hit.rank == 0:
        attrs["entropy"] = f"{entropy(hit.value):.1f}"
    return Material(
        kind=shape.kind,
        issuer=shape.issuer,
        name=hit.name or naming.bare(hit.rule).replace("-", " "),
        detector=hit.rule,
        secret=shape.secret,
        public_id=shape.public_id,
        line=hit.line,
        created_at=shape.created_at,
        expires_at=shape.expires_at,
        expiry=shape.expiry,
        attrs=attrs,
    )
