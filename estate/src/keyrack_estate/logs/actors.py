"""Who acts: for every identity of the account what it uses of its grants, what it tries in vain, and who stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from keyrack_estate.account.model import AccessKey, Document, Role, User
from keyrack_estate.chance import Chance
from keyrack_estate.logs import allowed, things
from keyrack_estate.logs.callers import Callers
from keyrack_estate.logs.catalogue import APIS, Api, Target
from keyrack_estate.logs.consumers import Consumer
from keyrack_estate.world import World

Rhythm = Literal["steady", "daily", "weekly", "monthly", "quarterly", "once"]
DAYS = 90
DENIED_ONLY = 12
_ERRORS = {
    "dynamodb": ("ConditionalCheckFailedException", "The conditional request failed"),
    "s3": ("NoSuchKey", "The specified key does not exist."),
    "sqs": ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."),
    "secretsmanager": ("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One call that recurs. ``denied``: AWS refuses it. ``error``: allowed, and goes wrong now and then (rarely used paths)."""

    api: Api
    target: Target
    consumer: Consumer
    rhythm: Rhythm
    weight: float = 1.0
    denied: bool = False
    error: tuple[str, str] | None = None


@dataclass(slots=True)
class Actor:
    """One identity: its documents, when it is at work, its uses and consumers."""

    arn: str
    name: str
    kind: Literal["user", "role"]
    path: str
    created: datetime
    documents: list[Document] = field(repr=False)
    boundary: list[Document] | None = field(repr=False)
    first: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)
    """When each credential (key id; empty text for a role) was first and last in use."""
    uses: list[Use] = field(default_factory=list)
    denied_only: bool = False

    @property
    def context(self) -> dict[str, str]:
        """Condition keys the evaluator knows."""
        return {"aws:username": self.name} if self.kind == "user" else {}

    def may(self, action: str, resource: str, context: dict[str, str] | None = None) -> bool:
        """Whether its own documents allow it."""
        return allowed.permits(self.documents, self.boundary, action, resource, {**self.context, **(context or {})})


class Cast:
    """Makes the actors of a world; the same world gives the same cast."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account = world.account
        self.fill = {"account": world.account.id, "region": world.account.region}
        self.start = world.now - timedelta(days=DAYS)
        self.pool = things.pool(world.account)
        self.callers = Callers(world)

    def make(self) -> list[Actor]:
        """All identities, idle ones too, users first."""
        cast = [self._user(user) for user in self.account.users.values()]
        cast += [self._role(role) for role in self.account.roles.values()]
        chance = self.world.chance.child("logs/denied")
        modest = [a for a in cast if a.kind == "role" and a.name.endswith(("-worker", "-task")) and a.uses]
        for actor in chance.some(modest, DENIED_ONLY):
            actor.uses = self._denied(actor, [use.consumer for use in actor.uses], chance, 2)
            actor.denied_only = True
        return cast

    def resource(self, template: str, target: Target) -> str:
        """An ARN template filled."""
        return template.format(name=target.name, key=target.key, role=target.role, **self.fill)

    def listed(self, use: Use) -> list[tuple[str, str]]:
        """What CloudTrail lists under ``resources``: the thing of a data event, keys and secrets of management events."""
        service = use.api.source.partition(".")[0]
        arn = self.resource(use.api.needs[0][1], use.target)
        if service == "s3":
            bucket = ("AWS::S3::Bucket", f"arn:aws:s3:::{use.target.name}")
            return [("AWS::S3::Object", arn), bucket] if use.target.kind == "object" else [bucket] * (use.target.kind == "bucket")
        if use.api.data is not None:
            return [(use.api.data, arn)]
        return [("AWS::KMS::Key", arn)] if use.target.kind == "key" else []

    def keys(self, actor: Actor) -> list[AccessKey]:
        """Access keys of a user; none of a role."""
        return list(self.account.users[actor.name].keys) if actor.kind == "user" else []

    def _user(self, user: User) -> Actor:
        actor = Actor(
            self.account.user_arn(user),
            user.name,
            "user",
            user.path,
            user.created,
            allowed.documents(self.account, user),
            allowed.boundary(self.account, user),
        )
        at_work = [(made, made.last_used) for made in user.keys if made.last_used is not None and made.last_used > self.start]
        behind = []
        for number, (made, last) in enumerate(at_work):
            actor.first[made.id], actor.last[made.id] = max(made.created, self.start), last
            behind.append(self.callers.of_key(user, made, number))
        if behind:
            self._plan(actor, behind)
        return actor

    def _role(self, role: Role) -> Actor:
        arn = self.account.role_arn(role.name)
        held, limit = allowed.documents(self.account, role), allowed.boundary(self.account, role)
        actor = Actor(arn, role.name, "role", role.path, role.created, held, limit)
        if role.last_used is not None and role.last_used > self.start:
            actor.first[""], actor.last[""] = max(role.created, self.start), role.last_used
            behind = self.callers.of_role(role)
            if behind:
                self._plan(actor, behind)
        return actor

    def _plan(self, actor: Actor, behind: list[Consumer]) -> None:
        """A part of what it may do, each thing in its rhythm; now and then something it may not."""
        chance = self.world.chance.child(f"logs/uses/{actor.arn}")
        options = self.options(actor)
        actions = sorted({api.action for api, _ in options})
        kept = set(chance.some(actions, max(1, round(len(actions) * 0.6)))) if len(actions) > 1 else set(actions)
        few = [option for option in options if option[0].action in kept]
        few = few if len(few) <= 12 else chance.some(few, chance.integer(5, 9))
        for number, (api, target) in enumerate(few):
            actor.uses.append(self._use(actor, api, target, behind[number % len(behind)], chance, first=number < len(behind)))
        if not few or chance.chance(0.3):
            actor.uses += self._denied(actor, behind, chance, chance.integer(1, 2))
        actor.denied_only = not few

    def _use(self, actor: Actor, api: Api, target: Target, consumer: Consumer, chance: Chance, *, first: bool) -> Use:
        rhythm: Rhythm = (
            "steady" if first else chance.pick(["steady", "steady", "steady", "daily", "weekly", "monthly", "quarterly", "once"])
        )
        if api.write and api.data is None:
            rhythm = "daily" if first else chance.pick(["weekly", "monthly", "quarterly", "once"])
        if "monthly" in actor.name or "quarterly" in actor.name:
            rhythm = "monthly" if "monthly" in actor.name else "quarterly"
        service = api.source.partition(".")[0]
        error = _ERRORS.get(service) if rhythm in {"once", "steady"} and chance.chance(0.15) else None
        return Use(api, target, consumer, rhythm, 1.0 / (1 + chance.integer(0, 9)), error=error)

    def options(self, actor: Actor) -> list[tuple[Api, Target]]:
        """Everything of the catalogue it may truly do: what its policies name, or (wildcards) things of the account."""
        own = things.named(actor.documents)
        reach = [*own, *(target for target in self.pool if target not in own)]
        return [(api, target) for api in APIS for target in reach if target.kind == api.kind and self.allows(actor, api, target)]

    def universe(self, actor: Actor) -> set[tuple[str, str, str]]:
        """(action, resource, service it is passed to) of every call on a thing within reach, allowed or not."""
        own = things.named(actor.documents)
        reach = [*own, *(target for target in self.pool if target not in own)]
        return {
            (action, self.resource(template, target), _passed_to(api))
            for api in APIS
            for target in reach
            if target.kind == api.kind
            for action, template in api.needs
        }

    def allows(self, actor: Actor, api: Api, target: Target) -> bool:
        """Whether all permissions of a call are granted."""
        passed = {"iam:passedtoservice": _passed_to(api)}
        return all(actor.may(action, self.resource(template, target), passed) for action, template in api.needs)

    def _denied(self, actor: Actor, behind: list[Consumer], chance: Chance, count: int) -> list[Use]:
        """Calls it is refused: its own actions on things of others first, for those are mistaken for use most easily."""
        own = {api.action for api, _ in self.options(actor)}
        refused = [
            (api, target)
            for api in APIS
            for target in self.pool
            if api.kind == target.kind and not api.everywhere and not self.allows(actor, api, target)
        ]
        near = [option for option in refused if option[0].action in own]
        chosen = chance.some(near or refused, min(count, len(near or refused)))
        rhythm: tuple[Rhythm, ...] = ("daily", "weekly", "monthly")
        return [Use(api, target, behind[0], chance.pick(rhythm), denied=True) for api, target in chosen]


def _passed_to(api: Api) -> str:
    """iam:PassedToService of a call that hands over a role."""
    return api.source.replace("ecs.", "ecs-tasks.")
