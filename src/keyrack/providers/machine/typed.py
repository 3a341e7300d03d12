"""Formats that say more than secrets: kubeconfig users, AWS profiles that assume roles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.machine.emit import Holder, Setting, sightings
from keyrack.providers.machine.root import File, shown
from keyrack.records import Identity, Record, Trust
from keyrack.records.uids import aws_uid, machine_uid, row_uid
from keyrack.sdk.formats.aws import AwsFile
from keyrack.sdk.formats.kubeconfig import KubeConfig, KubeUser

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}")


def kube_users(config: KubeConfig, file: File, setting: Setting, holder: Holder) -> Iterator[Record]:
    """Each user entry as an identity with its own credentials."""
    for user in config.users:
        identity = _kube_identity(user, file, setting, holder)
        yield identity
        yield from sightings(user.materials, file, setting, holder, identity_uid=identity.uid)


def _kube_identity(user: KubeUser, file: File, setting: Setting, holder: Holder) -> Identity:
    path = shown(file.path)
    server = user.servers[0].partition("://")[2] if user.servers else ""
    account = holder.account
    person = bool(user.plugin) and account is not None and not account.service
    attrs = {
        "path": path,
        "exec": user.plugin,
        "cluster": ",".join(user.servers),
        "insecure_tls": str(user.insecure_tls).lower() if user.servers else "",
        "user": account.name if account else "",
        "human_evidence": f"signs in through {user.plugin}" if person else "",
    }
    return Identity(
        uid=machine_uid(setting.host, "kube-user", f"{server or path}/{user.name}"),
        kind="human" if person else "service_account",
        type="kube:user",
        name=user.name,
        provider="machine",
        scope=setting.host,
        attrs={key: value for key, value in attrs.items() if value},
    )


def aws_profiles(found: AwsFile, file: File, setting: Setting, holder: Holder) -> Iterator[Record]:
    """The roles that profiles assume: edges from the account of the home to the role."""
    if holder.account is None:
        return
    subject = holder.account.uid(setting.host)
    for profile in found.profiles:
        if not _ROLE.fullmatch(profile.role_arn):
            continue
        role = aws_uid(profile.role_arn)
        yield Trust(
            uid=row_uid("trust", role, "os:assumes-role", subject, shown(file.path), profile.name),
            identity_uid=role,
            subject=subject,
            subject_kind="identity",
            mechanism="os:assumes-role",
            attrs={"source_path": shown(file.path), "line": str(profile.line)},
        )
