"""What a value looks like: whose credential, of which kind, and whether it is one at all. Pure; nothing is looked up.

:func:`suspect` answers for a named value (an env variable, a header, a config field); :func:`environment` for a block of them,
joining the AWS pair; :func:`classify` names the issuer and kind of a value already known to be secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from keyrack.records.credential import CredentialKind, Expiry
from keyrack.sdk import checksums
from keyrack.sdk.material import Material
from keyrack.sdk.placeholders import hashed, placeholder, reference, secret_name
from keyrack.sdk.secret import Secret
from keyrack.sdk.shape_table import DATABASE_SCHEMES, FORMATS, HINTS

_AWS_ID = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}")
_AWS_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*")
_PUBLISHABLE = re.compile(r"pk_(?:live|test)_[A-Za-z0-9]+|sb_publishable_[A-Za-z0-9_-]+")
_PEM = re.compile(r"-----BEGIN (?:(RSA|EC|DSA|OPENSSH|ENCRYPTED) )?PRIVATE KEY-----")
_SCHEME = re.compile(r"(?i)(bearer|basic|token|apikey|api-key|ssws|bot)\s+(?=\S)")
_AZURE_KEY = re.compile(r"(?i)(?:AccountKey|SharedAccessKey|Password|Pwd)\s*=\s*([^;]+)")
_PERSONAL = re.compile(r"(?i)personal")
_ANY_FORMAT = re.compile("|".join(f"(?:{form.pattern.pattern})" for form in FORMATS))
_INSIDE = re.compile(rf"(?<![A-Za-z0-9_])(?:{_ANY_FORMAT.pattern}|{_JWT.pattern})(?![A-Za-z0-9_])")
_PLAIN = re.compile(
    r"""(?x)
      (?: (?i:true|false|yes|no|on|off|null|none) | \d{1,7} | \S+@\S+\.\w+
        | \d{4}-\d\d-\d\d(?:[ T][\d:.]+(?:Z|[+-][\d:]+)?)?
        | [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+       # the name of a variable (Codex: env_key = "OPENAI_API_KEY")
      )\Z
    | ~/ | \.{1,2}[/\\] | [A-Za-z]:\\ | [A-Za-z][A-Za-z0-9+.-]*://
    """
)
"""Values that are no secret under whatever name: words, numbers, addresses, dates, names of variables, paths, plain URLs."""
_MAX = 64 * 1024  # nothing longer is a credential we know; it bounds the work on hostile input


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a value is. ``known``: by its own form, not only by the name beside it.

    ``secret`` is the part to fingerprint (the password of a URL, the key inside a JSON document); ``person`` is evidence
    that a human's account stands behind it; ``login`` the account it names; ``endpoint`` the host it is for.
    """

    kind: CredentialKind
    issuer: str
    known: bool
    secret: Secret
    public_id: str | None = None
    person: str | None = None
    login: str | None = None
    endpoint: str | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    expiry: Expiry = "unknown"
    entropy: float | None = None
    public: str | None = None
    genuine: bool | None = None
    """Whether the checksum in the value is right; ``None``: its form has none. A token that fails it was never issued."""

    def attrs(self) -> dict[str, str]:
        """Credential attributes of this shape, in the words of :mod:`keyrack.records.vocabulary`."""
        found = {"person": self.person, "login": self.login, "endpoint": self.endpoint, "public": self.public}
        if self.entropy is not None:
            found["entropy"] = f"{self.entropy:.1f}"
        if self.genuine:
            found["checksum"] = "valid"
        return {name: text for name, text in found.items() if text}

    def material(self, name: str, detector: str, *, line: int | None = None, **more: str) -> Material:
        """Material of this shape; ``more`` are further credential attributes, ``field`` the place in the document."""
        field = more.pop("field", None)
        return Material(
            kind=self.kind, issuer=self.issuer, name=name, detector=detector, secret=self.secret, public_id=self.public_id,
            field=field, line=line, created_at=self.created_at, expires_at=self.expires_at, expiry=self.expiry,
            attrs={**self.attrs(), **more},
        )  # fmt: skip


def classify(value: bytes, hint: str = "") -> Shape:
    """Issuer and kind of a value that is taken for a secret; total.

    Args:
        value: the raw value; surrounding quotes and an ``Authorization`` scheme (``Bearer``) are ignored.
        hint: the name it stands under (variable, header or field), used when the form says nothing.
    """
    text = value[:_MAX].decode("utf-8", "replace").strip().strip("\"'`").strip()
    shape = _recognised(text) or _by_hint(_bare(text), hint)
    if shape.person is None and _PERSONAL.search(hint) and shape.issuer == "gitlab" and shape.kind == "api_token":
        return replace(shape, person=f"variable is named {hint}")
    firebase = shape.issuer == "google" and shape.known and text[:4] == "AIza" and "firebase" in hint.lower()
    return replace(shape, public="key of a Firebase app: it names the project and authenticates nobody") if firebase else shape


def _bare(text: str) -> str:
    """A header's value without its scheme."""
    match = _SCHEME.match(text)
    return text[match.end() :].strip() if match else text


def _recognised(text: str) -> Shape | None:
    """The shape of a value whose own form says what it is."""
    bare = _bare(text)
    return (_basic(bare) if bare is not text and text[:5].lower() == "basic" else None) or _by_form(bare)


def suspect(name: str, value: str) -> Shape | None:
    """The credential a named value holds, or None: a reference, a placeholder, or plainly something else."""
    text = value.strip()
    if not text or len(text) > _MAX or reference(text):
        return None
    if not secret_name(name) and _recognised(text.strip("\"'`").strip()) is None:
        return None
    shape = classify(text.encode("utf-8", "replace"), name)
    inner = shape.secret.reveal().decode("utf-8", "replace")
    if reference(inner) or placeholder(inner):  # a lone AWS key id has no secret part: it names a key and gives nothing away
        return None
    if shape.genuine is False or hashed(inner) or anonymous(inner):
        return None
    if shape.known:
        return None if shape.endpoint and _default_login(shape, inner) else shape
    return shape if _credible(name, inner) else None


def environment(values: Mapping[str, str]) -> Iterator[tuple[str, Shape]]:
    """Every credential of an environment block as (variable, shape); an AWS key id and its secret are one credential."""
    taken: set[str] = set()
    for name, value in values.items():
        if not _AWS_ID.fullmatch(value.strip()) or placeholder(value):
            continue
        partner = _aws_partner(name, values)
        if partner is not None:
            taken |= {name, partner}
            yield partner, _aws(value.strip(), values[partner].strip())
    token_names = {"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"} if taken else set()
    for name, value in values.items():
        if name in taken or name.upper() in token_names:
            continue
        shape = suspect(name, value)
        if shape is not None:
            yield name, shape


def inside(text: str) -> Iterator[Shape]:
    """Every token of a known form anywhere in a text (``pkg@ghp_...``); samples are left out."""
    for match in _INSIDE.finditer(text[:_MAX]):
        shape = suspect("", match[0])
        if shape is not None:
            yield shape


def hidden(text: str) -> str:
    """The text with every token of a known form as ``***``: the last guard of what is shown."""
    return _INSIDE.sub("***", text)


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) if total else 0.0


def _by_form(text: str) -> Shape | None:
    for reader in (_token, _key_id, _service_account, _pem, _url, _azure):
        shape = reader(text)
        if shape is not None:
            return shape
    return None


def _token(text: str) -> Shape | None:
    if _ANY_FORMAT.fullmatch(text) is None:  # nearly every value: one expression instead of ninety
        return _jwt(text)
    form = next(form for form in FORMATS if form.pattern.fullmatch(text))
    genuine = checksums.genuine(text)
    return Shape(kind=form.kind, issuer=form.issuer, known=True, secret=Secret(text), person=form.person, genuine=genuine)


def _by_hint(text: str, hint: str) -> Shape:
    low = hint.lower().replace("-", "_")
    issuer = next((issuer for word, issuer in HINTS if word in low), "unknown")
    if issuer == "aws" and _AWS_SECRET.fullmatch(text):
        return Shape(kind="access_key", issuer="aws", known=False, secret=Secret(text))
    kind: CredentialKind = "secret"
    if re.search(r"passw|pwd|passphrase|_pass$|^pass$", low):
        kind = "password"
    elif "client_secret" in low:
        kind = "oauth_secret"
    elif "refresh" in low:
        kind = "refresh_token"
    elif re.search(r"token|api_?key|authorization|bearer|access_?key|_pat$|_key$", low):
        kind = "api_token"
    return Shape(kind=kind, issuer=issuer, known=False, secret=Secret(text), entropy=entropy(text))


def _key_id(text: str) -> Shape | None:
    return _aws(text, "") if _AWS_ID.fullmatch(text) else None


def _aws(key_id: str, secret: str) -> Shape:
    """An access key; ASIA ids are temporary (IAM User Guide, "IAM identifiers"), AKIA ids never expire by themselves."""
    temporary = key_id.startswith("ASIA")
    return Shape(
        kind="session_token" if temporary else "access_key", issuer="aws", known=True, secret=Secret(secret),
        public_id=key_id, expiry="set" if temporary else "never",
    )  # fmt: skip


def _aws_partner(name: str, values: Mapping[str, str]) -> str | None:
    """The variable beside a key id that holds its secret: the best name first, else the only value of the right form."""
    fitting = [n for n, v in values.items() if n != name and _AWS_SECRET.fullmatch(v.strip()) and not placeholder(v)]
    guess = re.sub(r"(?i)access_?key_?id|key_?id|access_?key$|id$", "", name).lower()
    likely = [n for n in fitting if "secret" in n.lower()]
    same = [n for n in likely if n.lower().startswith(guess)]
    for candidates in (same, likely):
        if candidates:
            return candidates[0]
    return None


def _jwt(text: str) -> Shape | None:
    """RFC 7519 claims, read without verifying: they describe the token, they prove nothing about its signer."""
    if not _JWT.fullmatch(text):
        return None
    claims = _claims(text.split(".")[1])
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    kubernetes = subject.startswith("system:serviceaccount:")
    moment = _moment(claims.get("exp"))
    login = next((c for key in ("email", "upn", "preferred_username") if "@" in (c := str(claims.get(key, "")))), None)
    person = login if login and not login.endswith("gserviceaccount.com") and claims.get("idtyp") != "app" else None
    return Shape(
        kind="session_token" if moment else "api_token", issuer="kubernetes" if kubernetes else "jwt", known=True,
        secret=Secret(text), person=person, login=(login or subject)[:200] or None, endpoint=_host(issuer),
        created_at=_moment(claims.get("iat")), expires_at=moment, expiry="set" if moment else "never",
    )  # fmt: skip


def anonymous(text: str) -> bool:
    """Whether a token says itself that it stands for nobody, public by design.

    The ``anon`` role of Supabase and PostgREST; publishable keys of Stripe ("API keys") and Supabase ("Understanding API keys").
    """
    if _PUBLISHABLE.fullmatch(text):
        return True
    return _JWT.fullmatch(text) is not None and _claims(text.split(".")[1]).get("role") == "anon"


def _moment(claim: object) -> datetime | None:
    """A NumericDate (RFC 7519, section 2); ``None`` when it is none, or beyond the last second of year 9999."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 < claim < 253402300800:
        return None
    return datetime.fromtimestamp(claim, UTC)


def _claims(segment: str) -> dict[str, object]:
    try:
        parsed: object = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _pem(text: str) -> Shape | None:
    match = _PEM.search(text)
    if match is None:
        return None
    issuer = "ssh" if match[1] == "OPENSSH" else "x509"
    return Shape(kind="private_key", issuer=issuer, known=True, secret=Secret(text.replace("\\n", "\n")))


def _service_account(text: str) -> Shape | None:
    """A Google service-account key file, plain or base64 (Google Cloud, "Create and delete service account keys")."""
    body = text
    if text.startswith(("eyJ", "ewog")):
        try:
            body = base64.b64decode(text, validate=True).decode()
        except (ValueError, binascii.Error):
            return None
    if not body.startswith("{") or "private_key" not in body:
        return None
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("private_key"), str):
        return None
    key_id, mail = document.get("private_key_id"), document.get("client_email")
    return Shape(
        kind="private_key", issuer="gcp", known=True, secret=Secret(document["private_key"]), expiry="never",
        public_id=key_id if isinstance(key_id, str) and key_id else None, login=mail if isinstance(mail, str) else None,
    )  # fmt: skip


def _url(text: str) -> Shape | None:
    """``scheme://user:password@host``: a connection string; the password alone is the secret."""
    parts = _split(text)
    if parts is None:
        return None
    scheme, user, password, host = parts
    known = _token(password) or _token(user)
    if known is not None:
        return replace(known, endpoint=host, login=user if password and known.secret != Secret(user) else None)
    if not password:
        return None
    database = scheme.split("+")[0] in DATABASE_SCHEMES
    return Shape(
        kind="connection_string" if database else "password", issuer="database" if database else "http", known=True,
        secret=Secret(password), login=user or None, endpoint=host,
    )  # fmt: skip


def _split(text: str) -> tuple[str, str, str, str] | None:
    """Scheme, user, password and host of a URL with userinfo."""
    text = text.removeprefix("jdbc:")
    if "://" not in text or "@" not in text:
        return None
    try:
        parts = urlsplit(text)
        user, password, host = parts.username, parts.password, parts.hostname
    except ValueError:
        return None
    if not parts.scheme or (not user and not password):
        return None
    return parts.scheme.lower(), unquote(user or ""), unquote(password or ""), host or ""


def _azure(text: str) -> Shape | None:
    """``Key=value;`` connection strings of Azure and ADO.NET; the key alone is the secret."""
    if text.count("=") < 2 or ";" not in text:
        return None
    match = _AZURE_KEY.search(text)
    if match is None:
        return None
    low = text.lower()
    issuer = "azure" if "accountkey" in low or "sharedaccesskey" in low else "database"
    return Shape(kind="connection_string", issuer=issuer, known=True, secret=Secret(match[1].strip()))


def _basic(text: str) -> Shape | None:
    """HTTP Basic (RFC 7617): base64 of ``user:password``."""
    try:
        user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return None
    inner = _token(password) if password else _token(user)
    if inner is not None:
        return replace(inner, login=user if password and user else None)
    if not password:
        return None
    return Shape(kind="password", issuer="http", known=True, secret=Secret(password), login=user or None)


def _host(issuer: str) -> str | None:
    try:
        return urlsplit(issuer).hostname
    except ValueError:
        return None


def _default_login(shape: Shape, password: str) -> bool:
    """A login that only a developer's own machine accepts: the database image's default on a loopback host."""
    weak = {"postgres", "root", "admin", "guest", "test", "dev", "mysql", "redis", "mongo", "user", "pass", shape.login or ""}
    return password.lower() in weak and shape.endpoint in {
        "localhost",
        "127.0.0.1",
        "::1",
        "db",
        "postgres",
        "host.docker.internal",
    }


def _credible(name: str, text: str) -> bool:
    """A value under a secret's name that could be one: not a word, a path, a number, a plain URL or a mail address."""
    if _PLAIN.match(text):
        return False
    if text.startswith("/") and (len(text) < 20 or entropy(text) < 4.3 or re.search(r"\.\w{1,5}$", text)):
        return False  # a path; base64 may begin with a slash too, but is far less regular
    if re.search(r"(?i)passw|pwd|passphrase", name):
        return len(text) >= 6
    if any(c.isspace() for c in text) or len(text) < 12:
        return False
    mixed = sum(bool(re.search(p, text)) for p in ("[a-z]", "[A-Z]", "[0-9]"))
    return mixed >= 2 and entropy(text) >= 2.8 and not re.fullmatch(r"[a-z]+(?:[-_.][a-z]+)*\d{0,2}", text)
