# ruff: noqa: INP001 - a script, not a package
"""Make src/keyrack/access/data/*.json.gz from checkouts (or bare clones) of the public repositories that hold the facts.

    git clone --bare https://github.com/iann0036/iam-dataset
    git clone --bare https://github.com/microsoftgraph/microsoft-graph-devx-content
    git clone --bare https://github.com/octokit/app-permissions
    python scripts/refresh_access_data.py --iam-dataset DIR --graph DIR --github DIR

Give any of the three. Each file is written with the commit it was made from; copy the printed lines to data/SOURCES.md.
Run by a person who looks at the difference; nothing reads these repositories at run time.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "src" / "keyrack" / "access" / "data"


def main() -> None:
    """Write the files asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iam-dataset", type=Path)
    parser.add_argument("--graph", type=Path)
    parser.add_argument("--github", type=Path)
    given = parser.parse_args()
    if given.iam_dataset:
        write("gcp_roles", gcp_roles(given.iam_dataset), given.iam_dataset)
        write("azure_roles", azure_roles(given.iam_dataset), given.iam_dataset)
    if given.graph:
        write("graph_permissions", graph_permissions(given.graph), given.graph)
    if given.github:
        write("github_permissions", github_permissions(given.github), given.github)


def git(repository: Path, *arguments: str) -> bytes:
    """Output of a git command there."""
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True).stdout


def read(repository: Path, path: str) -> Any:
    """A JSON file of the newest commit."""
    return json.loads(git(repository, "show", f"HEAD:{path}"))


def write(name: str, content: dict[str, Any], repository: Path) -> None:
    """One file, the same bytes for the same content."""
    commit, date = git(repository, "log", "-1", "--format=%H %cs").decode().split()
    text = json.dumps({"commit": commit, "date": date, **content}, separators=(",", ":"), sort_keys=True)
    packed = gzip.compress(text.encode(), 9, mtime=0)
    (DATA / f"{name}.json.gz").write_bytes(packed)
    print(f"{name}: {commit} of {date}, {len(packed):,} bytes")  # noqa: T201


def files(repository: Path, folder: str) -> Iterator[Any]:
    """All JSON files of a folder."""
    with tarfile.open(fileobj=io.BytesIO(git(repository, "archive", "HEAD", folder))) as archive:
        for member in archive:
            if member.isfile() and (content := archive.extractfile(member)):
                yield json.load(content)


def gaps(numbers: Iterable[int]) -> list[int]:
    """Ascending numbers as differences: they compress to a third."""
    ordered = sorted(numbers)
    return [number - before for number, before in zip(ordered, [0, *ordered], strict=False)]


def gcp_roles(repository: Path) -> dict[str, Any]:
    """``{"permissions": [name…], "roles": {name: gaps of permission numbers}}``."""
    roles = {role["name"]: role.get("includedPermissions", []) for role in files(repository, "gcp/roles")}
    permissions = sorted({permission for listed in roles.values() for permission in listed})
    number = {permission: index for index, permission in enumerate(permissions)}
    return {"permissions": permissions, "roles": {name: gaps(number[one] for one in listed) for name, listed in roles.items()}}


def azure_roles(repository: Path) -> dict[str, Any]:
    """``{"roles": {id: {"name", "permissions": [{actions, notActions, dataActions, notDataActions} without empty ones]}}}``."""
    roles = {}
    for role in read(repository, "azure/built-in-roles-raw.json"):
        blocks = [{key: value for key, value in block.items() if value} for block in role["permissions"]]
        roles[role["name"]] = {"name": role["roleName"], "permissions": blocks}
    return {"roles": roles}


def also(marks: str) -> tuple[str, ...]:
    """Names behind ``AlsoRequires=`` in a path's marks."""
    found = next((mark.partition("=")[2] for mark in marks.split(";") if mark.startswith("AlsoRequires=")), "")
    return tuple(name.strip() for name in found.split(",") if name.strip())


def graph_permissions(repository: Path) -> dict[str, Any]:
    """Paths, and for each permission its schemes (level, id) and uses: ``[[schemes, methods, gaps of path numbers, also]…]``.

    ``also`` names permissions of which one is needed beside it; empty for most.
    """
    listed = read(repository, "permissions/new/permissions.json")["permissions"]
    ids: dict[str, dict[str, str]] = defaultdict(dict)
    for name, deployments in read(repository, "permissions/new/provisioningInfo.json")["permissionDeployments"].items():
        for one in deployments:
            if one["environment"] == "public":
                ids[name][one["scheme"]] = one.get("id", "")
    paths = sorted({path for entry in listed.values() for block in entry["pathSets"] for path in block["paths"]})
    number = {path: index for index, path in enumerate(paths)}
    permissions = {}
    for name, entry in listed.items():
        uses = []
        for block in entry["pathSets"]:
            grouped: dict[tuple[str, ...], list[int]] = defaultdict(list)
            for path, marks in block["paths"].items():
                grouped[also(marks)].append(number[path])
            uses += [[block["schemeKeys"], block["methods"], gaps(found), list(needed)] for needed, found in grouped.items()]
        schemes = {}
        for scheme, about in entry["schemes"].items():
            schemes[scheme] = {"level": about.get("privilegeLevel", 0), "id": ids[name].get(scheme, "")}
        permissions[name] = {"schemes": schemes, "uses": uses}
    return {"paths": paths, "permissions": permissions}


WRONG = "/repos/{owner}/{repo}/actions/secrets/{name}"
"""Listed under contents by mistake, beside the right ``{secret_name}``."""
RENAMED = {
    "/orgs/{org}/actions/secrets": "organization_secrets",
    "/orgs/{org}/actions/runners": "organization_self_hosted_runners",
}
"""Organisation endpoints whose permission got a name of its own since the list was made (the same page of docs.github.com)."""


def github_permissions(repository: Path) -> dict[str, Any]:
    """``{"needs": {path: {METHOD: [[permission, level]…]}}}``: any one of the permissions is enough."""
    needs: dict[str, dict[str, list[list[str]]]] = defaultdict(lambda: defaultdict(list))
    for permission, levels in sorted(read(repository, "generated/api.github.com.json")["permissions"].items()):
        for level, calls in levels.items():
            for call in calls if level != "url" else ():
                method, _, path = call.partition(" ")
                name = next((new for start, new in RENAMED.items() if path.startswith(start)), permission)
                # whoever may read or write all contents may do so with a single file
                names = ("contents", name) if name == "single_file" else (name,)
                needs[path][method] += [[one, level] for one in names if [one, level] not in needs[path][method]]
    del needs[WRONG]
    return {"needs": needs}


if __name__ == "__main__":
    main()
