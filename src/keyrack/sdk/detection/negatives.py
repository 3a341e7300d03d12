"""What looks like a secret and is none: documented samples, placeholders, references, ciphertext, hashes, code. Pure.

Two strengths: :func:`sample` holds for every rule, :func:`unlikely` only for values known by the name beside them.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from typing import Final

from keyrack.sdk.detection import paths
from keyrack.sdk.placeholders import placeholder, reference, secret_name
from keyrack.sdk.shapes import entropy

_PUBLISHED: Final = frozenset(
    {
        "0011cc25eb4320717494d2703e8cba85",  # Azurite account key
        "aa6547439583c3a275d4542a0df6c1ad",  # Cosmos DB emulator key
        "2cafc0970149a84f3b9e62eaf169f36f",  # Stripe documentation
        "f2d6ca16515033e5dce14eba840b979d",  # Stripe documentation, older
        "3543c50b0cb9cea8e55eb1f529b79f04",  # GitHub documentation
        "f5375a46365089a84f4f822b70d44e74",  # Slack documentation
        "ac9265e56c79b234607ec72c53753cfe",  # Google Maps documentation
        "7f75367e7881255134e1375e723d1dea",  # jwt.io, HS256
        "da816f9f2c16e6c5390e7636cadc40c4",  # jwt.io, older page
        "c794fa6d20c64efb9adf980ae93af472",  # jwt.io, with admin claim
        "cf4d418ed3de92d71f767db5391d5a2d",  # RFC 7617, Basic
        "d05f6bb1aa2e4ccd9e4a1d22f1edbe11",  # RFC 7617, Basic, unpadded
    }
)
"""SHA-256 (32 digits) of values that vendors publish in their documentation or build into emulators; hashed so that this
file does not trip scanners itself."""

_CIPHERTEXT: Final = re.compile(
    r"ENC\[|ENC\(|\$ANSIBLE_VAULT|\{cipher\}|!vault\b|BEGIN PGP MESSAGE|age-encryption\.org|^AQICAH|^AQECAH|^vault:v\d+:",
    re.MULTILINE,
)
_SEALED: Final = re.compile(rb"kind:\s*[\"']?SealedSecret\b")
_VAULT_FILE: Final = re.compile(rb"\A\s*\$ANSIBLE_VAULT;")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_INTEGRITY: Final = re.compile(r"(?i)(?:sha(?:1|224|256|384|512)|md5|blake2b|h1)[-:=]\S+")
_PUBLIC: Final = re.compile(r"(?i)ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-|public|publishable|^pk_(?:live|test)_|^AAAA[BCE]3Nza")
_HASH_NAME: Final = re.compile(
    r"(?i)hash|digest|checksum|sha\d|md5|commit|revision|etag|integrity|thumbprint|fingerprint|salt_?rounds|_uid$|uuid|encryption$|_type$"
)
_PASSING_NAME: Final = re.compile(
    r"(?i)(?:next|client|page|output|input|sync|change|continuation|request|idempotency|csrf|xsrf|marker|start|upload|lock|cancellation)"
    r"[_.-]?tokens?$|token[_.-]?(?:class|loader|regex|pattern|kind|name|param|field|key|header|prefix|suffix|format|response)"
    r"|secret[_.-]?(?:name|ref|key[_.-]?ref|class|manager|provider|engine|backend)"
)
"""Tokens of paging and idempotence, and settings about tokens."""
_SAMPLE_WORD: Final = re.compile(
    r"(?i)example|dummy|placeholder|change_?me|redacted|insecure|notasecret|lorem|foobar|sample"
    r"|abc123|secret_?key|super_?secret|my_?(?:secret|password|token)|fake|test[-_]|[-_]test"
)
_SPOKEN: Final = re.compile(r"(?i)secret|s3cr|token|passw|value|bytes|admin|user|pass")
"""Words nobody generates; people write them into fixtures."""
_COUNTING: Final = re.compile(r"(?i)123456789|987654321|abcdefgh|00000000|xxxxxxxx")
_SLUG_PART: Final = re.compile(r"[A-Z]?[a-z](?:[a-z]|[A-Z](?=[a-z]))*\d{0,3}|\d{1,5}|[a-z]\d[a-z]|[A-Z]+")
_SHORT_HEX: Final = re.compile(r"(?i)[0-9a-f]{1,19}")
_CONSTANT: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_WORDLIKE: Final = re.compile(r"[A-Za-z]+(?:[._:/\\@-]+[A-Za-z]+)*[.:!?/-]?")
_CODE: Final = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:self|this|process|config|settings|req|request|params?|args|options|props|ctx)[.\[]|[({\[]|=>|::|\$\{|%[sd]|<[a-zA-Z/]"
)
_PATH: Final = re.compile(
    r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[\w.@ -]+[/\\])+[\w.@ -]*"
    r"|[\w./-]+\.(?:json|ya?ml|pem|key|txt|py|js|ts|go|java|crt|cfg|conf|sh)"
)
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]?\S*|[\d.,:/_-]+|v?\d+\.\d+\.\d+\S*")
_FORMAT: Final = re.compile(r"(?i)^(?:bearer|basic|token|application/|text/|image/|urn:|https?:|ldap:|file:)")
_SHORT: Final = 12
_RUN_END: Final = re.compile(r"[A-Za-z0-9+/=_-]*$")
_RUN_START: Final = re.compile(r"[A-Za-z0-9+/=_-]*")
_LONG_RUN: Final = 120


def encrypted(data: bytes) -> bool:
    """Whether the whole document is ciphertext: an Ansible vault file, or a SealedSecret manifest."""
    head = data[:4096]
    return _VAULT_FILE.match(head) is not None or (b"SealedSecret" in data and _SEALED.search(data) is not None)


def sample(value: str, line: str = "") -> bool:
    """Whether a value of any form is a published sample, a placeholder, a reference or ciphertext.

    ``line`` is the text the value stands in; it may reveal ciphertext (``password: ENC[...]``).
    """
    if hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32] in _PUBLISHED:
        return True
    if reference(value) or placeholder(value) is not None or _CIPHERTEXT.search(value) is not None:
        return True
    if len(value) < _LONG_RUN and _COUNTING.search(value) is not None:
        return True
    return monotonous(value) or _CIPHERTEXT.search(line) is not None


def monotonous(value: str) -> bool:
    """Whether the characters mostly repeat or count up: ``1234567890abcdef``, ``aaaabbbb``; nothing random does."""
    if len(value) < 8:
        return False
    steps = [ord(b) - ord(a) for a, b in itertools.pairwise(value)]
    regular = sum(1 for step in steps if step in {0, 1, -1})
    if regular >= 0.5 * len(steps):
        return True
    return len(value) >= 20 and len(set(value.lower())) <= len(value) // 5 and len(value) < 200


def unlikely(name: str, value: str, path: str, *, bare: bool) -> bool:
    """Whether a value that only its name makes suspicious is something else.

    Args:
        name: the variable or key it is assigned to.
        value: the value.
        path: the file it stands in.
        bare: the value was not quoted.
    """
    if paths.is_lock(path) or paths.is_built(path) or paths.is_template(path):
        return True
    if bare and not paths.is_configuration(path):
        return True
    if not secret_name(name) or any(form.search(name) for form in (_HASH_NAME, _PASSING_NAME, _PUBLIC)):
        return True
    return _not_a_value(value) or slug(value) or _too_plain(name, value) or (paths.is_test(path) and _fixture(value))


def _not_a_value(value: str) -> bool:
    whole = (_UUID, _INTEGRITY, _DATED, _PATH, _SHORT_HEX, _CONSTANT)
    return any(form.fullmatch(value) for form in whole) or any(
        form.search(value) for form in (_PUBLIC, _CODE, _FORMAT, _SAMPLE_WORD)
    )


def _too_plain(name: str, value: str) -> bool:
    """Words, identifiers and short lower-case text; a password may be a little plainer than a key."""
    if _WORDLIKE.fullmatch(value) and not (len(value) >= 16 and entropy(value) >= 3.7 and _mixed(value)):
        return True
    if re.search(r"(?i)passw|pwd|passphrase", name):
        return entropy(value) < 2.5
    return entropy(value) < (2.8 if len(value) < _SHORT else 3.0)


def slug(value: str) -> bool:
    """Whether a value is words joined by dashes, dots or underscores: ``latest-k8s-vault``, ``release-token-with-32-bytes``."""
    parts = re.split(r"[-_.:/]", value)
    return len(parts) > 1 and all(part and len(part) <= 16 and _SLUG_PART.fullmatch(part) for part in parts)


def plain(value: str) -> bool:
    """Whether a value is one word or words joined; a password of somebody who did not mean to hide anything."""
    return (_WORDLIKE.fullmatch(value) is not None and entropy(value) < 3.5) or slug(value)


def unsigned(token: str) -> bool:
    """Whether a JWT (RFC 7519) is a sample: not decodable, without a signature, or about the standard sample's subject."""
    parts = token.split(".")
    if len(parts) != 3 or len(parts[2].rstrip("=")) < _SHORTEST_SIGNATURE:
        return True
    try:
        header, body = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts[:2])
    except ValueError:
        return True
    return b'"alg"' not in header or b'"none"' in header.lower() or b"1234567890" in body or b"John Doe" in body


_SHORTEST_SIGNATURE: Final = 43
"""Characters of an HS256 signature; every other algorithm's is longer (RFC 7518)."""


def _mixed(value: str) -> bool:
    """Upper and lower case in no readable order, as random text has (a camelCase word changes case rarely)."""
    changes = sum(1 for a, b in itertools.pairwise(value) if a.isupper() != b.isupper())
    return changes >= 0.38 * len(value)


def _fixture(value: str) -> bool:
    """In a test or a document only a value that could be real counts: long, random and with digits."""
    spoken = _SPOKEN.search(value) is not None
    return spoken or len(value) < 16 or entropy(value) < 3.6 or not any(c.isdigit() for c in value)


def implausible(value: str, path: str) -> bool:
    """Whether a value of a wide rule (URI password, header) is a sample: a plain word outside configuration, code, a fixture."""
    if _CODE.search(value) or len(set(value)) < 3 or value == "x-oauth-basic":
        return True
    if plain(value) and not (paths.is_configuration(path) and not paths.is_test(path)):
        return True
    return paths.is_test(path) and (entropy(value) < 3.0 or _SPOKEN.search(value) is not None)


def embedded(before: str, after: str) -> bool:
    """Whether a match lies inside one long run of base64: a vendor's short prefix turns up there by chance."""
    run = _RUN_END.search(before)
    tail = _RUN_START.match(after)
    return (len(run[0]) if run else 0) + (len(tail[0]) if tail else 0) > _LONG_RUN
