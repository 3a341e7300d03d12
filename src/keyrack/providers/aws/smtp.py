"""IAM users that exist to send mail: Amazon SES turns their secret access key into an SMTP password.

Source of the facts: Amazon SES Developer Guide, "Obtaining Amazon SES SMTP credentials" (the password is derived from the secret
key and needs ``ses:SendRawEmail``; it works until the access key is deleted, and the key works with every other API too).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.providers.aws.policies import PolicyBook, attached
from keyrack.providers.aws.raw import Raw, rows, texts
from keyrack.sdk.aws_policy import Document, parse_document

SENDING = frozenset({
    "ses:sendrawemail", "ses:sendemail", "ses:sendtemplatedemail", "ses:sendbulktemplatedemail", "ses:sendbulkemail", "ses:send*",
    "ses:sendbounce", "ses:sendcustomverificationemail", "ses:getsendquota",
})  # fmt: skip
_SMTP = frozenset({"ses:sendrawemail", "ses:send*"})


def smtp_only(book: PolicyBook, user: Raw, groups: Mapping[str, Raw]) -> bool:
    """Whether everything a user is allowed is to send mail, sending raw mail among it; Denies are not weighed. Pure."""
    allowed: set[str] = set()
    for document in _documents(book, user, groups):
        if not isinstance(document, Document):
            return False
        for statement in document.statements:
            if statement.effect == "allow":
                if statement.not_actions:
                    return False
                allowed.update(action.lower() for action in statement.actions)
    return bool(allowed & _SMTP) and allowed <= SENDING


def _documents(book: PolicyBook, user: Raw, groups: Mapping[str, Raw]) -> Iterator[object]:
    holders = [(user, "UserPolicyList")]
    for name in texts(user, "GroupList"):
        if name not in groups:
            yield None  # what the group allows is unknown
        else:
            holders.append((groups[name], "GroupPolicyList"))
    for holder, member in holders:
        for policy in rows(holder, member):
            yield parse_document(policy.get("PolicyDocument"))
        for arn in attached(holder):
            yield book.document(arn)
