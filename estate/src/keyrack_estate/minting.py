"""Secrets of every shape, made up at run time. Shapes from the issuers' pages and from public detector rules.

Each function takes a stream and returns a value that a detector has to take for real: right prefix, alphabet, length
and, where the issuer has one, checksum. None was ever issued by anybody.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from datetime import datetime

from keyrack_estate.chance import BASE62, HEX, URLSAFE, Chance


def access_key_id(chance: Chance, account: str, prefix: str = "AKIA") -> str:
    """AWS access key id: prefix, then the account id and chance in base32 (how AWS encodes the account since 2019)."""
    packed = (1 << 47 | int(account) << 7 | chance.bits(7)).to_bytes(6, "big") + chance.bytes(4)
    return prefix + base64.b32encode(packed).decode()


def aws_secret(chance: Chance) -> str:
    """AWS secret access key: 40 characters of base64's alphabet."""
    return chance.dense(40, BASE62 + "/+")


def _checked(prefix: str, body: str) -> str:
    """GitHub's and npm's token: prefix, 30 characters, CRC-32 of them in six base62 digits."""
    checksum, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        checksum, digit = divmod(checksum, 62)
        digits = BASE62[digit] + digits
    return f"{prefix}_{body}{digits}"


def github_pat(chance: Chance) -> str:
    """GitHub classic personal access token."""
    return _checked("ghp", chance.dense(30))


def github_oauth(chance: Chance) -> str:
    """GitHub OAuth user token, as ``gh`` keeps it."""
    return _checked("gho", chance.dense(30))


def github_fine(chance: Chance) -> str:
    """GitHub fine-grained personal access token."""
    return f"github_pat_{chance.dense(22)}_{chance.dense(59)}"


def npm(chance: Chance) -> str:
    """Npm automation token."""
    return _checked("npm", chance.dense(30))


def gitlab(chance: Chance) -> str:
    """GitLab access token (the 20-character form)."""
    return "glpat-" + chance.dense(20, URLSAFE.replace("-", ""))


def anthropic(chance: Chance) -> str:
    """Anthropic API key."""
    return "sk-ant-" + "api03-" + chance.dense(93, BASE62) + "AA"


def openai(chance: Chance) -> str:
    """OpenAI project key: 74 characters, the fixed mark, 74 characters."""
    return "sk-" + "proj-" + chance.dense(74) + "T3Blbk" + "FJ" + chance.dense(74)


def slack_bot(chance: Chance) -> str:
    """Slack bot token."""
    return f"xoxb-{chance.integer(10**11, 10**12 - 1)}-{chance.integer(10**12, 10**13 - 1)}-{chance.dense(24)}"


def slack_user(chance: Chance) -> str:
    """Slack user token: acts as a person."""
    parts = "-".join(str(chance.integer(10**11, 10**12 - 1)) for _ in range(3))
    return f"xoxp-{parts}-{chance.text(32, HEX)}"


def stripe(chance: Chance) -> str:
    """Stripe live secret key."""
    return "sk_" + "live_" + "51" + chance.dense(97)


def sendgrid(chance: Chance) -> str:
    """SendGrid API key."""
    return f"SG.{chance.dense(22)}.{chance.dense(43)}"


def google(chance: Chance) -> str:
    """Google API key."""
    return "AIza" + "Sy" + chance.dense(33)


def huggingface(chance: Chance) -> str:
    """Hugging Face user token."""
    return "hf_" + chance.dense(34, BASE62[10:])


def docker_hub(chance: Chance) -> str:
    """Docker Hub personal access token."""
    return "dckr_" + "pat_" + chance.dense(27)


def pypi(chance: Chance) -> str:
    """PyPI upload token: a macaroon that starts with the site's name."""
    head = bytes([2, 1, 8]) + b"pypi.org" + bytes([2, 36])
    body = head + chance.text(36, HEX + "-").encode() + bytes([0, 2, 42]) + chance.bytes(96)
    return "pypi-" + base64.urlsafe_b64encode(body).decode().rstrip("=")


def datadog(chance: Chance) -> str:
    """Datadog API key: 32 hexadecimal digits."""
    return chance.dense(32, HEX)


def password(chance: Chance, length: int = 20) -> str:
    """A machine-made password that survives in a URL."""
    return chance.dense(length)


def postgres(chance: Chance, host: str, login: str = "app", database: str = "app") -> str:
    """PostgreSQL connection string with its password."""
    return f"postgresql://{login}:{password(chance)}@{host}:5432/{database}"


def jwt(chance: Chance, claims: dict[str, object]) -> str:
    """A JSON Web Token in HS256's shape; the signature is chance."""
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in [*parts, chance.bytes(32)])


def service_account_token(chance: Chance, namespace: str, name: str, issued: datetime) -> str:
    """Legacy Kubernetes service-account token: a JWT without ``exp``."""
    prefix = "kubernetes.io/serviceaccount"
    return jwt(
        chance,
        {
            "iss": prefix,
            f"{prefix}/namespace": namespace,
            f"{prefix}/service-account.name": name,
            "sub": f"system:serviceaccount:{namespace}:{name}",
            "iat": int(issued.timestamp()),
        },
    )


VENDOR_KEYS: dict[str, Callable[[Chance], str]] = {
    "ANTHROPIC_API_KEY": anthropic,
    "OPENAI_API_KEY": openai,
    "STRIPE_SECRET_KEY": stripe,
    "SENDGRID_API_KEY": sendgrid,
    "SLACK_BOT_TOKEN": slack_bot,
    "GITLAB_TOKEN": gitlab,
    "HF_TOKEN": huggingface,
}
"""Environment variable to maker, for places that just need a leaked vendor key. None of them is a person's own token."""

EXAMPLE_KEY_ID = "AKIA" + "IOSFODNN7" + "EXAMPLE"
"""The key id of AWS's documentation."""
EXAMPLE_SECRET = "wJalrXUtnFEMI" + "/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
"""The secret of AWS's documentation."""
