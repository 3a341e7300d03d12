"""What a provider says about itself: what it sees, which permissions that takes, and what it cannot see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from keyrack.records import Record


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission Keyrack needs, in the provider's own name, and why; ``on``: the only resources it is needed on."""

    name: str
    why: str
    optional: bool = False
    on: str = "*"


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a provider can see. Gaps name it; rules list it as an input; docs and policies derive from it."""

    name: str
    title: str
    yields: tuple[type[Record], ...]
    permissions: tuple[Permission, ...] = ()
    blind_spots: tuple[str, ...] = ()
    calls: str = "none"


RESERVED = frozenset({"name", "target", "every", "schedule", "logs"})
"""Keys of a ``[[sources]]`` table that are the house's; no option has such a name."""


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a provider: a flag of ``keyrack scan`` and a key of its table in ``keyrack.toml``.

    Never a secret: an option names the environment variable or file that holds one.
    """

    name: str
    flag: str
    help: str
    kind: Literal["text", "path", "switch"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words a provider brings beside those of :mod:`keyrack.records.vocabulary`, each with its meaning.

    Types and mechanisms begin with the system's prefix (``k8s:``, ``entra:``). Two providers may bring the same attribute.
    """

    identity_types: Mapping[str, str] = field(default_factory=dict)
    identity_attrs: Mapping[str, str] = field(default_factory=dict)
    credential_attrs: Mapping[str, str] = field(default_factory=dict)
    placement_attrs: Mapping[str, str] = field(default_factory=dict)
    grant_attrs: Mapping[str, str] = field(default_factory=dict)
    policy_attrs: Mapping[str, str] = field(default_factory=dict)
    trust_attrs: Mapping[str, str] = field(default_factory=dict)
    usage_attrs: Mapping[str, str] = field(default_factory=dict)
    resource_types: Mapping[str, str] = field(default_factory=dict)
    resource_attrs: Mapping[str, str] = field(default_factory=dict)
    mechanisms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A provider's declaration.

    ``target`` says how a person names it on the command line: ``name`` (``keyrack scan aws``) or ``path``
    (any existing path). ``policy_format`` names the shape that ``keyrack permissions`` prints; ``grant`` is the document
    to create where the system takes one (a role, an app manifest, a policy), made from the permissions asked for.
    ``forms`` are other documents of that kind, by name (``keyrack permissions PROVIDER --as NAME``), say for an organisation.
    ``libraries`` are import names that must be there, installed by ``extra``.
    """

    name: str
    title: str
    summary: str
    capabilities: tuple[Capability, ...]
    options: tuple[Option, ...] = ()
    target: Literal["name", "path"] = "name"
    policy_format: Literal["aws-iam", "text"] = "text"
    extra: str | None = None
    libraries: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    grant: Callable[[Sequence[Permission]], str] | None = None
    forms: Mapping[str, Callable[[Sequence[Permission]], str]] = field(default_factory=dict)

    def capability(self, name: str) -> Capability:
        """The capability of that name.

        Raises:
            KeyError: not declared.
        """
        return {c.name: c for c in self.capabilities}[name]

    def names(self) -> frozenset[str]:
        """Names of all declared capabilities."""
        return frozenset(c.name for c in self.capabilities)
