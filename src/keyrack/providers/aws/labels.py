"""What tags, names and paths say: owner, environment, human or service. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyrack.providers.aws.raw import words
from keyrack.records import Ownership
from keyrack.records.identity import Environment
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid

_EMAIL = re.compile(r"[^@\s,;/<>]+@[^@\s,;/<>]+\.[A-Za-z]{2,}")
_OWNER_KEYS = words(
    "owner owners ownedby owneremail ownermail owneruser primaryowner serviceowner appowner applicationowner technicalowner "
    "businessowner contact contacts technicalcontact techcontact contactemail email mail maintainer maintainers responsible "
    "pointofcontact poc custodian steward sponsor"
)
_TEAM_KEYS = words("team teams squad teamname owningteam ownerteam teamowner group department")
_CREATOR_KEYS = words("createdby creator created author")
_NOBODY = words("none null na n/a unknown tbd todo - unassigned nobody default")
_MACHINES = words("terraform cloudformation cdk pulumi opentofu ansible crossplane github gitlab jenkins automation aws")
_ENVIRONMENT_KEYS = words("env environment stage environmentname envname deploymentstage tier environmenttype")
_PROD = words("prod production prd live prod1")
_NONPROD = words(
    "nonprod nonproduction dev develop development test testing tst qa uat sit stage staging stg preprod preproduction "
    "sandbox sbx lab demo int integration"
)
_SERVICE_TAGS = words("type kind usertype identitytype accounttype purpose usage principaltype")
_SERVICE_WORDS = words(
    "service serviceaccount svc machine bot automation application app system robot ci cicd pipeline workload nonhuman "
    "integration"
)
_HUMAN_WORDS = words("human person user people employee staff individual")
_SERVICE_NAME = re.compile(
    r"(?i)(?:^|[-_./+@])(?:svc|srv|service|serviceaccount|sa|bot|robot|ci|cd|cicd|deploy|deployer|deployment|terraform|tofu|jenkins|"
    r"gitlab|github|actions|circleci|travis|automation|pipeline|runner|backup|backups|app|api|lambda|system|monitor|monitoring|"
    r"exporter|smtp|ses|s3|etl|batch|cron|job|agent|integration|sync|uploader|reader|writer|worker|scanner|datadog|grafana|"
    r"prometheus|airflow|spark|machine|daemon|proxy|cloudwatch|bedrockapikey)(?:$|[-_./+@\d])"
)
_SERVICE_PATH = words(
    "service services svc service-accounts serviceaccounts machine machines bot bots system systems ci automation apps"
)
_HUMAN_PATH = words("human humans people person persons users employees staff")


def ownership(identity_uid: str, tags: Mapping[str, str], where: str) -> Iterator[Ownership]:
    """Ownership evidence in tags; ``where`` names the tagged thing in the evidence's detail."""
    for key, value in tags.items():
        kind, owners = _owners(key, value)
        for owner in owners:
            yield Ownership(
                uid=row_uid("own", identity_uid, owner, kind, key, where),
                identity_uid=identity_uid,
                owner=owner,
                evidence=kind,
                detail=f"tag {key} on {where}",
            )


def creator(tags: Mapping[str, str]) -> str | None:
    """Who created it, as a tag says."""
    return next((v.strip() for k, v in tags.items() if _word(k) in _CREATOR_KEYS - {"created"} and v.strip()), None)


def environment(tags: Mapping[str, str], path: str = "/") -> Environment | None:
    """Environment stated by a tag, else by a segment of the IAM path; ``None`` when neither does."""
    stated = [value for key, value in tags.items() if _word(key) in _ENVIRONMENT_KEYS]
    for value in [*stated, *path.split("/")]:
        word = _word(value)
        if word in _PROD:
            return "prod"
        if word in _NONPROD:
            return "nonprod"
    return None


@dataclass(frozen=True, slots=True)
class Nature:
    """Whether an IAM user is a person, and why."""

    human: bool
    service_evidence: str | None
    human_evidence: str | None


def nature(name: str, path: str, tags: Mapping[str, str], *, console: bool | None, has_key: bool) -> Nature:
    """Judge an IAM user. Service evidence beats a console password: a robot that can sign in is still a robot."""
    said = {_word(value) for key, value in tags.items() if _word(key) in _SERVICE_TAGS}
    segments = {segment.lower() for segment in path.split("/")}
    human: list[str] = []
    service: list[str] = []
    if said & _SERVICE_WORDS:
        service.append("tag")
    if said & _HUMAN_WORDS:
        human.append("tag")
    if segments & _SERVICE_PATH:
        service.append("path")
    if segments & _HUMAN_PATH:
        human.append("path")
    stated_human = bool(human)
    if _SERVICE_NAME.search(name.partition("@")[0]):
        service.append("name")
    if _EMAIL.fullmatch(name):
        human.append("e-mail name")
    if console:
        human.append("console password")
    elif console is False and has_key:
        service.append("no password")
    is_human = stated_human and not {"tag", "path"} & set(service)
    is_human = is_human or (bool(console) and not service) or (console is None and "e-mail name" in human and not service)
    return Nature(is_human, ", ".join(service) or None, ", ".join(human) or None)


def _owners(key: str, value: str) -> tuple[OwnerEvidence, list[str]]:
    word = _word(key)
    if word in _CREATOR_KEYS:
        mails = _EMAIL.findall(value)
        names = mails if mails or word == "created" else [value.strip()]
        return "creator", _real(names, machines=True)
    if word in _TEAM_KEYS:
        mails = _EMAIL.findall(value)
        return "tag", _real(mails) or [f"team:{name.removeprefix('team:')}" for name in _real([value.strip().lower()])]
    if word in _OWNER_KEYS:
        return "tag", _real(_EMAIL.findall(value) or [value.strip()])
    return "tag", []


def _real(names: list[str], *, machines: bool = False) -> list[str]:
    kept: list[str] = []
    for name in names:
        low = name.lower()
        if not low or low in _NOBODY or (machines and (low in _MACHINES or low.startswith("arn:"))):
            continue
        kept.append(low if "@" in name else name)
    return list(dict.fromkeys(kept))


def _word(value: str) -> str:
    return re.sub(r"[^a-z0-9/]", "", value.lower().rpartition(":")[2])
