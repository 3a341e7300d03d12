"""Values that stand for a secret without being one: references resolved at run time, and sample text. Pure."""

from __future__ import annotations

import re
from typing import Final

_REFERENCE: Final = re.compile(
    r"""(?x)
      \$\{[^{}]*\}                            # ${VAR} ${env:VAR} ${input:x} ${VAR:-}
    | \$\{\{.*\}\}                            # ${{ secrets.X }}
    | \{\{.*\}\}                              # {{ template }}
    | \{(?:env|file|input|cmd):[^{}]*\}       # OpenCode {env:VAR} {file:path}
    | \$\([^()]*\)                            # $(command)
    | <%.*%>
    """
)
_WHOLE_REFERENCE: Final = re.compile(
    r"""(?x)
      \$[A-Z_][A-Z0-9_]* | \$env:\w+ | %\w+% | `[^`]*`
    | (?:op|vault|keychain|keyring|bws|doppler|infisical|akv|gcpsm|awssm|ref\+\w+|secret|secrets)://\S+
    | (?:keychain|keyring|env|secretref|vault|file|1password|cmd|command):\S+
    | arn:aws[\w-]*:(?:secretsmanager|ssm):\S+
    | projects/[^/]+/secrets/\S+
    | @Microsoft\.KeyVault\(.*\)
    | !(?:secret|vault|Ref|GetAtt|Sub|ImportValue)\b.*
    | (?:process\.env|os\.environ|os\.getenv|ENV)[.\[(].*
    | (?:var|local|data|module|secrets|vars|inputs)\.[\w.\[\]"'-]+
    """
)
_WORDS: Final = re.compile(
    r"""(?ix)
      (?:^|[^a-z0-9])
        (?:your|my|the|insert|replace|enter|paste|add|put|set|change|fill)[\s_-]*(?:your|me|my|own|here|this|with|in|it)?[\s_-]*
        (?:[a-z]+[\s_-]+)*
        (?:api|access|secret|auth|token|key|password|passwd|pass|pat|credential|client|account|here|value|me)s?(?:[^a-z0-9]|$)
    | ^your(?:[_-]|$)
    | change[\s_-]?me | changeit | replace[\s_-]?(?:me|this|with)
    | (?:^|[^a-z])(?:placeholder|dummy|fake|redacted|example|sample|fixme|todo|tbd)(?:[^a-z]|$)
    | not[\s_-]?(?:a[\s_-]?)?(?:real|secret|set)
    | (?:token|key|secret|password)[\s_-]?(?:goes)?[\s_-]?here
    | EXAMPLE(?:KEY)?$
    """
)
_TRIVIAL: Final = frozenset(
    """
    password passwd pass password123 secret token apikey api-key api_key key pat bearer authorization none null undefined unset
    empty default n/a na string text test testing foo bar foobar xxx abc abc123 123456 12345678 hunter2 letmein s3cr3t mysecret
    mypassword secretkey topsecret sk-xxx true false disabled enabled redacted hidden masked
    """.split()  # noqa: SIM905 - a list of forty quoted words is harder to read
)
_FILLER: Final = re.compile(r"(?i)(?:[a-z]{2,12}[-_])*(?:[x*.#•_-]{3,}|0{6,}|1{6,}|a{6,})(?:[-_][x*.#•]+)*")
_LONG_FILLER: Final = re.compile(r"(?i)x{6,}|\*{4,}|\.{3,}|…|•{3,}|_{6,}|0{12,}")
_SEQUENCE: Final = re.compile(
    r"(?i)(?:[a-z]+[_-])*(?:0?1234567890?|abcdef(?:gh)?[0-9]*|1234(?:56(?:78)?)?|abc123|deadbeef|cafebabe)+(?:abcdef|xyz)?"
)
_BRACKETS: Final = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}\"]*\}|__\w+__")
_SAMPLE_LENGTH: Final = 200  # longer text is a document or a key, and a filler inside it means nothing

_HASHED: Final = re.compile(
    r"""(?x)
      \$(?:1|2[abxy]?|5|6|7|y|gy|sha1|md5|apr1|scrypt|argon2(?:id?|d)|pbkdf2(?:-sha\d+)?|bcrypt(?:-sha256)?)\$\S{8,}
    | (?:pbkdf2|bcrypt|argon2|scrypt)(?:_sha\d+)?\$\S{8,}         # Django
    | (?:pbkdf2:sha\d+|scrypt:\d+)[:\d]*\$\S{8,}                # Werkzeug
    | \{(?:S?SHA\d*|SMD5|CRYPT|bcrypt|argon2|PBKDF2[\w-]*)\}\S{8,}  # LDAP (RFC 2307), Spring Security
    | SCRAM-SHA-\d+\$\S{8,}                                     # PostgreSQL
    """
)
_SECRET_NAME: Final = re.compile(
    r"""(?x)
      token | secret | passw | passphrase | (?:^|_)p(?:wd|ass)(?:_|$) | pwd$ | apikey
    | (?:api|access|account|auth|private|signing|encryption|master|service|license|shared|storage|subscription|session)_?key
    | credential | (?:^|_)pat(?:_|$) | authorization | (?:^|_)auth$ | bearer | (?:^|_)cookie | (?:^|_)key$
    | (?:^|_)dsn$ | connection_?string | conn_?str | (?:^|_)jwt(?:_|$)
    """
)
_NOT_SECRET: Final = re.compile(
    r"""(?x)
      (?:_|^)(?:
          path|file|filename|dir|folder|name|id|ids|type|url|uri|endpoint|host|port|region|ttl|expiry|expires|expiration|lifetime
        | limit|count|length|size|enabled|required|prefix|format|mode|version|algorithm|scope|scopes|arn|ref|hint|policy|audience
        | issuer|method|provider|store|helper|backend|budget|usage|window|max|min|date|time|timestamp
        | at|status|state|label|title|var|hash|hashes|digest|checksum|fingerprint|thumbprint
      )$
    | ^(?:max|min|num|n|enable|disable|use|allow|no|has|is|show)_
    | max_?(?:\w+_)?tokens | tokens$ | public | tokenizer | keyboard | ssh_auth_sock | author(?!iz)
    """
)


def reference(value: str) -> bool:
    """Whether a value only names where the secret is (``${VAR}``, ``op://``, ``$(cmd)``, an ARN of a secret store...)."""
    text = value.strip()
    return bool(_REFERENCE.search(text)) or bool(_WHOLE_REFERENCE.fullmatch(text))


def placeholder(value: str) -> str | None:
    """Why a value is sample text rather than a secret, or None."""
    text = value.strip().strip("\"'`").strip()
    low = text.lower()
    short = len(text) < _SAMPLE_LENGTH
    reasons = (
        ("empty", lambda: not text),
        ("sample word", lambda: low in _TRIVIAL),
        ("in brackets", lambda: _BRACKETS.fullmatch(text)),
        ("one repeated character", lambda: len(set(low)) <= 2),
        ("filler", lambda: short and (_FILLER.fullmatch(text) or _LONG_FILLER.search(text))),
        ("sequence", lambda: short and _SEQUENCE.fullmatch(text)),
        ("sample words", lambda: short and _WORDS.search(text)),
    )
    return next((reason for reason, holds in reasons if holds()), None)


def secret_name(name: str) -> bool:
    """Whether a variable, header or field of this name usually holds a secret."""
    low = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    low = re.sub(r"[^a-z0-9]+", "_", low).strip("_")
    return bool(_SECRET_NAME.search(low)) and not _NOT_SECRET.search(low)


def hashed(value: str) -> bool:
    """Whether a value is a password's hash in one of the usual notations (crypt(5), PHC, LDAP): it lets nobody in."""
    return _HASHED.fullmatch(value.strip()) is not None
