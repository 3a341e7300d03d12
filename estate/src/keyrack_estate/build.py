"""Make the estate and write it down."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from keyrack_estate import truth
from keyrack_estate.account import decoys as account_decoys
from keyrack_estate.account import extras as account_extras
from keyrack_estate.account import variants as account_variants
from keyrack_estate.account.labels import Labels
from keyrack_estate.account.model import Account
from keyrack_estate.account.roles import Roles
from keyrack_estate.account.services import Services
from keyrack_estate.account.users import Users
from keyrack_estate.account.workloads import Workloads
from keyrack_estate.host import decoys as host_decoys
from keyrack_estate.host import extras as host_extras
from keyrack_estate.host import variants as host_variants
from keyrack_estate.host.agents import Agents
from keyrack_estate.host.stores import Stores
from keyrack_estate.host.system import System
from keyrack_estate.repos import decoys as repo_decoys
from keyrack_estate.repos import extras as repo_extras
from keyrack_estate.repos import variants as repo_variants
from keyrack_estate.repos.plan import Repositories
from keyrack_estate.systems import systems
from keyrack_estate.world import World, new_world

DEFAULT_PORT = 15_300


def make(seed: int, now: datetime, *, others: Iterable[str] = ()) -> World:
    """The whole estate in memory: the same seed and moment give the same world.

    ``others`` names systems beside AWS, the host and the repositories (:mod:`keyrack_estate.systems`).
    """
    world = new_world(seed, now)
    Users(world).plant()
    roles = Roles(world)
    roles.plant()
    Workloads(world, roles).plant()
    account_extras.Extras(world, roles).plant()
    Services(world, roles).plant()
    account_decoys.Decoys(world, roles).plant()
    account_variants.Variants(world, roles).plant()
    homes = [*world.company.active[4:14], *world.company.gone[:2]]
    System(world).plant(homes)
    agents = Agents(world)
    agents.plant(homes)
    Stores(world).plant(homes)
    host_extras.Extras(world).plant(homes, agents)
    host_decoys.Decoys(world).plant(homes, agents)
    host_variants.Variants(world).plant(homes, agents)
    Repositories(world).plant()
    repo_extras.Extras(world).plant()
    repo_decoys.Decoys(world).plant()
    repo_variants.Variants(world).plant()
    wanted = frozenset(others)
    if wanted:
        repo_extras.Extras(world).database()
    for system in systems():
        if system.name in wanted:
            world.truth.system = system.name
            world.systems[system.name] = system.plant(world)
    world.label_shared()
    world.truth.system = ""
    Labels(world).write()
    world.sightings.label(world.truth, {public_id for public_id, _ in world.human_keys})
    return world


def write(world: World, folder: Path, *, port: int = DEFAULT_PORT, sources: Iterable[Mapping[str, str | bool]] = ()) -> None:
    """Write the estate below ``folder``, replacing an estate that is there; ``sources`` are tables of served systems.

    Raises:
        FileExistsError: the folder holds something that is no estate.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "truth.jsonl").exists():
            raise FileExistsError(f"{folder} is not empty and holds no estate")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    world.host.write(folder / "home-root", world.days_ago(3))
    for repo in world.repos.values():
        repo.write(folder / "repos" / repo.name)
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    (folder / "aws.json").write_bytes(msgspec.json.format(msgspec.json.encode(world.account), indent=1))
    (folder / "aws.json").chmod(0o600)
    (folder / "estate.json").write_bytes(
        msgspec.json.encode({"seed": world.seed, "now": world.now, "others": sorted(world.systems)})
    )
    (folder / "keyrack.toml").write_text(config(world, port, sources))
    truth.write(folder / "truth.jsonl", world.truth.entries())


def config(world: World, port: int, sources: Iterable[Mapping[str, str | bool]] = ()) -> str:
    """``keyrack.toml`` of the estate: all its sources, people, vendors and accounts."""
    lines = [
        "[[sources]]",
        'target = "aws"',
        f'endpoint_url = "http://127.0.0.1:{port}"',
        f'region = "{world.account.region}"',
        "user_data = true",
        "",
        "[[sources]]",
        'target = "machine"',
        'root = "home-root"',
        "",
    ]
    for name in sorted(world.repos):
        lines += ["[[sources]]", f'target = "repos/{name}"', ""]
    lines += source_tables(sources)
    accounts = ", ".join(f'"{number}"' for number in [world.account.id, *world.company.siblings.values()])
    lines += [
        "[people]",
        'file = "people.csv"',
        "",
        "[vendors]",
        'file = "vendors.csv"',
        "",
        "[organisation]",
        f"accounts = [{accounts}]",
        "",
    ]
    return "\n".join(lines)


def source_tables(sources: Iterable[Mapping[str, str | bool]]) -> list[str]:
    """Lines of ``[[sources]]`` tables."""
    return [
        line for source in sources for line in ("[[sources]]", *(f"{key} = {_toml(value)}" for key, value in source.items()), "")
    ]


def _toml(value: str | bool) -> str:
    """A TOML value; JSON strings are TOML basic strings."""
    return str(value).lower() if isinstance(value, bool) else json.dumps(value)


def rebuilt(folder: Path) -> World:
    """The world of a written estate, made again from its seed and moment.

    Raises:
        FileNotFoundError: no estate there.
    """
    made = msgspec.json.decode((folder / "estate.json").read_bytes())
    return make(made["seed"], datetime.fromisoformat(made["now"]), others=made["others"])


def read_account(folder: Path) -> Account:
    """The account of a written estate.

    Raises:
        FileNotFoundError: no estate there.
        msgspec.DecodeError: ``aws.json`` is damaged.
    """
    return msgspec.json.decode((folder / "aws.json").read_bytes(), type=Account)
