"""Identity providers the account trusts: OIDC and SAML."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.labels import environment
from keyrack.providers.aws.raw import iso, known, tags, text, texts, when
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap, Record, Resource
from keyrack.records.uids import aws_uid

LIST_OIDC = Call(
    "aws.federation", "iam", "list_open_id_connect_providers", "iam:ListOpenIDConnectProviders", ("OpenIDConnectProviderList",)
)
GET_OIDC = Call(
    "aws.federation",
    "iam",
    "get_open_id_connect_provider",
    "iam:GetOpenIDConnectProvider",
    ("Url", "ClientIDList"),
    absent_ok=True,
)
LIST_SAML = Call("aws.federation", "iam", "list_saml_providers", "iam:ListSAMLProviders", ("SAMLProviderList",))


def federation(scan: Scan) -> Iterator[Record]:
    """OIDC providers (one listing, one call each; the default quota is 100) and SAML providers (one listing)."""
    arns: list[str] = []
    for item in scan.listing(LIST_OIDC):
        if isinstance(item, Gap):
            yield item
        elif arn := text(item, "Arn"):
            arns.append(arn)
    for reply in scan.each("aws: OIDC providers", [GET_OIDC.of(OpenIDConnectProviderArn=arn) for arn in arns]):
        if isinstance(reply, Gap):
            yield reply
            continue
        arn, raw = str(reply[0].params["OpenIDConnectProviderArn"]), reply[1]
        labels = tags(raw)
        yield Resource(
            uid=aws_uid(arn),
            type="aws:oidc-provider",
            name=arn.partition("oidc-provider/")[2] or arn,
            provider="aws",
            scope=scan.account,
            environment=environment(labels),
            tags=labels,
            attrs=known(
                url=text(raw, "Url"),
                audiences=",".join(texts(raw, "ClientIDList")),
                thumbprints=",".join(texts(raw, "ThumbprintList")),
            ),
        )
    yield from _saml(scan)


def _saml(scan: Scan) -> Iterator[Record]:
    for item in scan.listing(LIST_SAML):
        if isinstance(item, Gap):
            yield item
        elif arn := text(item, "Arn"):
            yield Resource(
                uid=aws_uid(arn),
                type="aws:saml-provider",
                name=arn.rpartition("/")[2],
                provider="aws",
                scope=scan.account,
                attrs=known(valid_until=iso(when(item, "ValidUntil"))),
            )
