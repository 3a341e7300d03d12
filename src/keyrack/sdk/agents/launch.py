"""What a command line launches: which runner fetches which package, and whether its version is pinned. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Final

_SEMVER: Final = re.compile(r"[v=]?\d+\.\d+\.\d+(?:[-+][A-Za-z0-9.+-]+)?")  # npm reads 1.2 as a range
_PEP440: Final = re.compile(r"\d[A-Za-z0-9.!+_-]*")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_NPM: Final = {"npx": (), "bunx": (), "pnpx": (), "npm": ("exec", "x"), "pnpm": ("dlx", "exec"), "yarn": ("dlx",), "bun": ("x",)}
_PYTHON: Final = {"uvx": (), "pipx": ("run",), "uv": ("tool", "x")}
CONTAINER: Final = frozenset({"docker", "podman", "nerdctl", "finch"})
"""Programs that speak the words of ``docker run``."""
_WRAPPERS: Final = frozenset(
    {"env", "sudo", "cmd", "sh", "bash", "zsh", "op", "doppler", "infisical", "dotenv", "wsl", "nice", "npx-env"}
)
_SWITCH: Final = re.compile(
    r"-[itdPq]+|--(?:rm|init|privileged|interactive|tty|detach|read-only|publish-all|quiet|no-healthcheck|sig-proxy)"
)


@dataclass(frozen=True, slots=True)
class Launch:
    """``runner`` and ``package`` are empty for a local program; ``pin`` is exact, floating or none."""

    command: str
    runner: str = ""
    package: str = ""
    pin: str = ""
    version: str = ""

    def attrs(self) -> dict[str, str]:
        """Identity attributes, in the words of the vocabulary."""
        found = {
            "command": self.command,
            "runner": self.runner,
            "package": self.package,
            "pin": self.pin,
            "version": self.version,
        }
        return {name: text for name, text in found.items() if text}


def read(command: str, args: Sequence[str]) -> Launch:
    """What a stdio server's command line starts, seen through ``env``, ``cmd /c``, ``sh -c`` and secret-injecting wrappers."""
    whole = [*split(command), *args]
    shown = whole[0] if whole else command
    line = words(command, args)
    if not line:
        return Launch(shown)
    name, rest = program(line[0]), line[1:]
    if name in _NPM:
        return _npm(shown, name, rest)
    if name in _PYTHON:
        return _python(shown, name, rest)
    if name in CONTAINER:
        return _container(shown, name, rest)
    if name in {"go", "deno", "dnx", "dotnet"}:
        return _other(shown, name, rest)
    return Launch(shown)


def words(command: str, args: Sequence[str]) -> list[str]:
    """The command line behind its wrappers, as words; the first one is the program that runs."""
    return _unwrap([*split(command), *args])


def container_options(args: Sequence[str]) -> tuple[list[tuple[str, str]], str]:
    """What follows ``docker run``: its options as (name, value), up to the image; the image is empty when none is named."""
    options: list[tuple[str, str]] = []
    pending = ""
    for arg in args:
        if pending:
            options.append((pending, arg))
            pending = ""
        elif not arg.startswith("-"):
            return options, arg
        elif re.match(r"-[ev][^=]", arg):  # a value written onto its letter: -v/:/host
            options.append((arg[:2], arg[2:]))
        elif "=" in arg or _SWITCH.fullmatch(arg):
            name, _, value = arg.partition("=")
            options.append((name, value))
        else:
            pending = arg
    return options, ""


def split(command: str) -> list[str]:
    """A command as words. A path with blanks stays whole; a whole line in one field is taken apart."""
    if " " not in command.strip() or re.match(r"^(?:[A-Za-z]:\\|/)[^'\"]*\.(?:exe|cmd|app|sh|py)$", command.strip()):
        return [command.strip()] if command.strip() else []
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def program(word: str) -> str:
    """A program's bare name: no folders, no Windows suffix."""
    path: PurePath = PureWindowsPath(word) if "\\" in word else PurePosixPath(word)
    return re.sub(r"(?i)\.(?:exe|cmd|bat|ps1)$", "", path.name).lower()


def mapped(args: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Variables an argument list sets (``-e NAME=value``, ``--env=NAME=value``, ``NAME=value npx``) as (name, value)."""
    pairs = []
    for index, arg in enumerate(args):
        flagged = arg.startswith(("--env=", "-e="))
        text = arg.split("=", 1)[1] if flagged else arg
        before = args[index - 1] if index else ""
        if _ASSIGNMENT.fullmatch(text) and (flagged or before in {"-e", "--env"} or not arg.startswith("-")):
            name, _, value = text.partition("=")
            pairs.append((name, value))
    return tuple(pairs)


def _unwrap(line: list[str]) -> list[str]:
    """Drop wrappers from the front; bounded, because a wrapper may wrap itself."""
    for _ in range(6):
        while line and _ASSIGNMENT.fullmatch(line[0]):
            line = line[1:]
        if not line or program(line[0]) not in _WRAPPERS:
            return line
        rest = line[1:]
        if "--" in rest:
            line = rest[rest.index("--") + 1 :]
        elif program(line[0]) in {"sh", "bash", "zsh"}:
            inner = [arg for arg in rest if not arg.startswith("-")]
            if len(inner) == len(rest) or not inner:
                return line  # a script file, not -c
            line = split(inner[0]) if len(inner) == 1 else inner
        else:
            line = rest
            while line and (line[0].startswith("-") or line[0].lower() in {"/c", "/d", "/s", "run", "exec"}):
                line = line[1:]
    return line


def _first(args: Sequence[str], named: Sequence[str], valued: Sequence[str]) -> str:
    """The package an argument list names: the value of a ``named`` flag, else its first word that is no flag."""
    for index, arg in enumerate(args):
        for flag in named:
            if arg == flag and index + 1 < len(args):
                return args[index + 1]
            if arg.startswith(flag + "="):
                return arg[len(flag) + 1 :]
    skip = False
    for arg in args:
        if skip:
            skip = False
        elif arg in valued:
            skip = True
        elif not arg.startswith("-"):
            return arg
    return ""


def _npm(shown: str, runner: str, args: Sequence[str]) -> Launch:
    verbs = _NPM[runner]
    if verbs:
        if not args or args[0] not in verbs:
            return Launch(shown)
        args = args[1:]
    spec = _first(args, ("-p", "--package"), ("-c", "--call", "--registry", "--prefix", "--userconfig", "--cache"))
    if not spec or spec.startswith((".", "/", "~", "file:")):
        return Launch(shown, runner)
    if "://" in spec or spec.startswith(("github:", "git+", "git@")) or re.fullmatch(r"[\w.-]+/[\w.-]+(?:#.*)?", spec):
        return _git(shown, runner, spec)
    name, _, version = spec[1:].partition("@")
    return _pinned(shown, runner, spec[0] + name, version)


def _python(shown: str, runner: str, args: Sequence[str]) -> Launch:
    verbs = _PYTHON[runner]
    if verbs:
        if not args or args[0] not in verbs:
            return Launch(shown)
        args = args[2:] if args[:2] == ["tool", "run"] else args[1:]
    spec = _first(
        args,
        ("--from", "--spec"),
        (
            "--with",
            "--python",
            "-p",
            "--index-url",
            "--index",
            "-i",
            "--extra-index-url",
            "--directory",
            "--with-editable",
            "--env-file",
        ),
    )
    if not spec or spec.startswith((".", "/", "~", "file:")):
        return Launch(shown, runner)
    if "git+" in spec or "://" in spec:
        return _git(shown, runner, spec)
    match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(?:(===?|@)\s*([^,;\s]+)|([<>~!].*))?", spec)
    if match is None:
        return Launch(shown, runner, "", "floating")
    name, operator, version, ranged = match.groups()
    if operator == "==" and "*" in version:
        return Launch(shown, runner, name, "floating", version)
    return Launch(shown, runner, name, "floating") if ranged else _pinned(shown, runner, name, version or "", _PEP440)


def _container(shown: str, runner: str, args: Sequence[str]) -> Launch:
    if "run" not in args:
        return Launch(shown, runner)
    if list(args).index("run") > 0 and args[0] in {"mcp", "compose"}:
        return Launch(shown, runner)
    _options, image = container_options(args[list(args).index("run") + 1 :])
    return _image(shown, runner, image) if image else Launch(shown, runner)


def _image(shown: str, runner: str, image: str) -> Launch:
    name, at, digest = image.partition("@")
    path, _, tag = name.rpartition(":")
    if not path or "/" in tag:
        path, tag = name, ""
    if at:
        return Launch(shown, runner, path, "exact" if re.fullmatch(r"sha256:[0-9a-f]{64}", digest) else "floating", digest)
    return Launch(shown, runner, path, "floating" if tag else "none", tag)


def _other(shown: str, name: str, args: Sequence[str]) -> Launch:
    if name in {"go", "deno", "dotnet"}:
        if not args or args[0] not in {"run", "x", "dnx"}:
            return Launch(shown)
        args = args[1:]
    spec = re.sub(r"^(?:npm|jsr):/?", "", _first(args, (), ("--config", "-c", "--source")))
    remote = name == "dnx" or "@" in spec[1:] or re.match(r"(?:npm|jsr):", " ".join(args)) is not None
    if not spec or spec.startswith((".", "/")) or not remote:
        return Launch(shown)
    package, _, version = spec[1:].partition("@")
    return _pinned(shown, name, spec[0] + package, version)


def _git(shown: str, runner: str, spec: str) -> Launch:
    """A package taken from a git address: only a full commit hash is a pin (tags and branches move)."""
    plain = re.sub(r"//[^/@]*@", "//", spec.removeprefix("git+"))
    address, _, ref = (
        plain.rpartition("#") if "#" in plain else plain.rpartition("@") if "@" in plain.rpartition("/")[2] else (plain, "", "")
    )
    if not ref:
        return Launch(shown, runner, address or plain, "none")
    return Launch(shown, runner, address, "exact" if _COMMIT.fullmatch(ref) else "floating", ref)


def _pinned(shown: str, runner: str, package: str, version: str, exact: re.Pattern[str] = _SEMVER) -> Launch:
    if not version:
        return Launch(shown, runner, package, "none")
    return Launch(shown, runner, package, "exact" if exact.fullmatch(version) else "floating", version)
