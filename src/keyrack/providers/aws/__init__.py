"""AWS: an account or a whole organisation, live through boto3, or offline from IAM's own dumps. boto3 loads when it is used."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.aws.capabilities import MANIFEST
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class Aws:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the account: one sts:GetCallerIdentity, or a look into the files.

        Raises:
            KeyrackError: no way to sign in, or no account in the files.
        """
        del ctx
        from keyrack.providers.aws.offline import offline, offline_account
        from keyrack.providers.aws.organisation import assume
        from keyrack.providers.aws.session import caller_account, connect

        live = not offline(target.options)
        account = caller_account(assume(connect(target.options), target.options)) if live else offline_account(target.options)
        return Source(f"aws:{account}", f"AWS account {account}{'' if live else ' (from files)'}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the account.

        Raises:
            KeyrackError: boto3 is missing, or there are no credentials at all.
        """
        from keyrack.providers.aws.offline import discover_offline, offline

        if offline(target.options):
            yield from unique(discover_offline(target.options, ctx))
            return
        from keyrack.providers.aws.discover import discover_live
        from keyrack.providers.aws.organisation import assume
        from keyrack.providers.aws.session import connect

        api = assume(connect(target.options, ctx.progress), target.options)
        yield from unique(discover_live(api, target.options, ctx))

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """With ``organization``: every active account of the organisation, each by its role; else the account itself.

        Raises:
            KeyrackError: there is no way to sign in at all.
        """
        from keyrack.providers.aws.offline import offline
        from keyrack.providers.aws.organisation import expand

        if offline(target.options):
            yield target
        else:
            yield from expand(target, ctx)

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """Which permissions are missing: the first call of every capability is tried.

        Raises:
            KeyrackError: there is no way to sign in at all.
        """
        from keyrack.providers.aws.offline import offline
        from keyrack.providers.aws.probe import probe

        if not offline(target.options):
            yield from probe(target, ctx)


provider = Aws()
