"""An estate's AWS account, served by a moto server inside this process, with the dates the estate wants.

The account is made through boto3 over HTTP like any account. What no API can set (creation dates, key ids, last use,
rotation dates, ids of instances and certificates) is then written into moto's backends: moto documents ``last_used``
as part of its public interface for this purpose (getmoto/moto#5927, #6859), the rest are its models' plain fields.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from keyrack_estate.account.model import Account, User
from keyrack_estate.fakes.aws import front
from keyrack_estate.motoload import Loader
from keyrack_estate.motoservices import Services, state_of

_STAMP = "%Y-%m-%dT%H:%M:%S+00:00"


@contextlib.contextmanager
def serve(account: Account, port: int = 0) -> Iterator[str]:
    """Serve the account on a loopback port (0: a free one); yields the endpoint URL. Any credentials see this account.

    Raises:
        OSError: the port is taken.
    """
    import moto.iam.models as iam_models
    from moto.server import ThreadedMotoServer

    _free(port)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # a line a request, a traceback a call moto lacks
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    default: str = vars(iam_models)["DEFAULT_ACCOUNT_ID"]
    vars(iam_models)["DEFAULT_ACCOUNT_ID"] = account.id
    try:
        server.start()
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        load(account, endpoint)
        with front(endpoint, state_of(account), port) as made:
            yield made.url
    finally:
        vars(iam_models)["DEFAULT_ACCOUNT_ID"] = default
        server.stop()


def _free(port: int) -> None:
    """Fail now if the port is taken: the front would only after moto was filled."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def load(account: Account, endpoint: str) -> None:
    """Empty the emulator, then fill it; loading twice leaves the same account."""
    request = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")  # noqa: S310 - loopback
    with urllib.request.urlopen(request):  # noqa: S310
        pass
    _managed_policies(account)
    Loader(account, endpoint).load()
    Services(account, endpoint).load()
    _Clock(account).set()


def _managed_policies(account: Account) -> None:
    """Add the AWS-managed policies that are attached: as in a real account's authorization details, not all 1,583."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    iam = _backend("iam", account, "aws")
    attached = [user.managed for user in account.users.values()] + [role.managed for role in account.roles.values()]
    attached += account.groups.values()
    wanted = {arn for arns in attached for arn in arns}
    for name, data in json.loads(aws_managed_policies_data).items():
        made = AWSManagedPolicy.from_data(name, account.id, "aws", data)
        if made.arn in wanted and made.arn not in iam.managed_policies:
            iam.managed_policies[made.arn] = made


def _backend(service: str, account: Account, region: str | None = None) -> Any:
    from moto.backends import get_backend

    return get_backend(service)[account.id][region or account.region]  # type: ignore[call-overload]


def _with(answer: Callable[[], dict[str, Any]], more: dict[str, Any]) -> dict[str, Any]:
    return {**answer(), **more}


class _Clock:
    """Writes what no API sets."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.read_at = max(key.last_used for user in account.users.values() for key in user.keys if key.last_used)

    def set(self) -> None:
        """All of it."""
        iam = _backend("iam", self.account, "aws")
        for user in self.account.users.values():
            self._user(iam, user)
        for role in self.account.roles.values():
            made = iam.get_role(role.name)
            made.create_date = role.created.replace(tzinfo=None)
            made.last_used = role.last_used.replace(tzinfo=None) if role.last_used else None
            made.last_used_region = self.account.region if role.last_used else None
        self._vault()
        self._certificates()
        self._instances()
        self._siblings()
        self._keys()
        self._report(iam)

    def _user(self, iam: Any, user: User) -> None:
        from moto.iam.models import AccessKeyLastUsed

        made = iam.users[user.name]
        made.create_date = user.created.replace(tzinfo=None)
        made.password_last_used = user.password_used.replace(tzinfo=None) if user.password_used else None
        for held, key in zip(made.access_keys, user.keys, strict=True):
            iam.access_keys.pop(held.access_key_id, None)
            held.access_key_id, held.secret_access_key = key.id, key.secret
            held.create_date = key.created.replace(tzinfo=None)
            held.status = "Active" if key.active else "Inactive"
            if key.last_used:
                held.last_used = AccessKeyLastUsed(key.last_used.replace(tzinfo=None), key.service, self.account.region)
            iam.access_keys[key.id] = held
        for certificate in made.signing_certificates.values():
            certificate.upload_date = user.certificate.uploaded.replace(tzinfo=None) if user.certificate else None

    def _vault(self) -> None:
        store = _backend("secretsmanager", self.account).secrets
        for secret in self.account.secrets:
            made = store[secret.name]
            made.created_date = secret.created.timestamp()
            made.last_changed_date = secret.changed.timestamp()
            for version in made.versions.values():
                version["createdate"] = int(secret.changed.timestamp())
            # No field holds the last read, so the answer itself is completed.
            more: dict[str, Any] = {"LastAccessedDate": int(self.read_at.timestamp())}
            if secret.next_rotation:
                more["NextRotationDate"] = int(secret.next_rotation.timestamp())
            made.to_dict = partial(_with, made.to_dict, more)
            if secret.rotation_days:
                made.rotation_requested = made.rotation_enabled = True
                made.auto_rotate_after_days = secret.rotation_days
                made.last_rotation_date = int(secret.changed.timestamp())
                made.rotation_lambda_arn = self.account.arn("lambda", "function:rotator")

    def _certificates(self) -> None:
        held = _backend("acm", self.account)._certificates  # noqa: SLF001 - moto has no public way
        by_name = {bundle.common_name: bundle for bundle in held.values()}
        held.clear()
        for certificate in self.account.certificates:
            bundle = by_name[certificate.name]
            bundle.arn = certificate.arn
            bundle.created_at = certificate.imported.replace(tzinfo=None)
            bundle.in_use_by = [self.account.arn("elasticloadbalancing", f"loadbalancer/app/{certificate.name}/0f1e")]
            held[certificate.arn] = bundle

    def _instances(self) -> None:
        ec2 = _backend("ec2", self.account)
        made = {tag["value"]: item for item in ec2.all_instances() for tag in item.get_tags() if tag["key"] == "Name"}
        for instance in self.account.instances:
            item = made[instance.name]
            ec2.tags[instance.id] = ec2.tags.pop(item.id)
            item.id = instance.id

    def _siblings(self) -> None:
        organisation = _backend("organizations", self.account, "aws")
        for member in organisation.accounts:
            if member.name in self.account.siblings:
                member.id = self.account.siblings[member.name]

    def _keys(self) -> None:
        backend = _backend("kms", self.account)
        held = {key.description: key for key in backend.keys.values() if key.description}
        for key in self.account.kms:
            made = held[key.name]
            backend.keys.pop(made.id)
            old, made.id = made.id, key.id
            made.arn, made.creation_date = made.arn.replace(old, key.id), key.created.timestamp()
            backend.keys[key.id] = made
            backend.tagger.copy_tags(old, key.id)

    def _report(self, iam: Any) -> None:
        """Complete the credential report: moto's has no root user and no word on where keys were used."""
        for user in self.account.users.values():
            made = iam.users[user.name]
            made.to_csv = partial(_report_row, made.to_csv, user, self.account.region)
        iam.get_credential_report = partial(_with_root, iam.get_credential_report, self.account)


def _report_row(answer: Callable[[], str], user: User, region: str) -> str:
    cells = answer().rstrip("\n").split(",")
    for slot, key in enumerate(user.keys):
        if key.last_used:
            cells[11 + slot * 5], cells[12 + slot * 5] = region, key.service
    if user.certificate:
        cells[19] = user.certificate.uploaded.strftime(_STAMP)
    return ",".join(cells) + "\n"


def _with_root(answer: Callable[[], str], account: Account) -> str:
    head, _, rest = answer().partition("\n")
    root = account.root
    if root is None:
        return f"{head}\n{rest}"
    cells = ["<root_account>", f"arn:aws:iam::{account.id}:root", root.created.strftime(_STAMP), "not_supported"]
    cells += [root.password_used.strftime(_STAMP), "not_supported", "not_supported", str(root.mfa).lower()]
    cells += ["true", root.key_rotated.strftime(_STAMP), root.key_used.strftime(_STAMP), "us-east-1", "iam"]
    cells += ["false", "N/A", "N/A", "N/A", "N/A", "false", "N/A", "false", "N/A"]
    return f"{head}\n{','.join(cells)}\n{rest}"
