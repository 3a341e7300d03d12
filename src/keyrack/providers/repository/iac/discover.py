"""Finds infrastructure code in a repository, reads it module by module and file by file, and yields its records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.repository.iac import cloudformation, hcl, kubernetes
from keyrack.providers.repository.iac.aws import CAPABILITY
from keyrack.providers.repository.iac.clouds import WORDS
from keyrack.providers.repository.iac.hcl_sieve import sieve
from keyrack.providers.repository.iac.literals import Setting, literal_records
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.iac.terraform import Module, json_blocks
from keyrack.providers.repository.iac.terraform_records import module_records
from keyrack.providers.repository.marked import Node, UnparsableError, decode, parse_json, parse_yaml
from keyrack.providers.repository.tree import Tree
from keyrack.records import Identity, Record
from keyrack.records.gap import GapReason
from keyrack.sdk import Context, gap
from keyrack.sdk.unique import unique

__all__ = ["CAPABILITY", "discover"]

MAX_BYTES = 2 * 1024 * 1024
"""Larger files are a Gap: a CloudFormation template is at most 1 MB, a Kubernetes object 1.5 MB."""

MAX_HCL = 512 * 1024
"""Characters of Terraform code given to the parser, some hundred kilobytes a second."""

_MAX_NAMED = 8
_TERRAFORM = re.compile(r".*\.(?:tf|tofu)(?:\.json)?")
_VARIABLES = re.compile(r".*\.tfvars(?:\.json)?")
_MANIFEST = re.compile(r".*\.(?:ya?ml|json|template)")
_IAM = re.compile(rf"aws_iam_|{WORDS}".encode())
_WORDS = (
    rf"{WORDS}|aws_lambda_function|aws_ecs_task|aws_codebuild|aws_instance|aws_launch_|user_data|passw|secret|token|api_?key|access_?key|private_key"
    r"|credential|connection_string|_key\b"
)
_RELEVANT = re.compile(_WORDS.encode(), re.IGNORECASE)
_RELEVANT_BLOCK = re.compile(rf"{_WORDS}|aws_iam_|^\s*(?:variable|locals)\b", re.IGNORECASE | re.MULTILINE)


def discover(tree: Tree, ctx: Context) -> Iterator[Record]:
    """Identities, grants, trusts, workloads and literal credentials of all infrastructure code at HEAD, and Gaps.

    Each thing is yielded once, credentials last.
    """
    return unique(_Reader(tree, ctx).records())


@dataclass(slots=True)
class _Reader:
    tree: Tree
    ctx: Context
    gaps: list[Record] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    """Resources of Google and Azure that concern identities and were not understood, by type."""
    named: list[Record] = field(default_factory=list)
    """Accounts that only a reference names: passed on last, so that a manifest of theirs wins."""

    def records(self) -> Iterator[Record]:
        modules: dict[str, list[Origin]] = {}
        for path in self.tree.files():
            origin = Origin(self.tree.name, path, self.ctx.fingerprint)
            if "/.terraform/" in f"/{path}":
                continue
            if _TERRAFORM.fullmatch(path):
                modules.setdefault(origin.folder, []).append(origin)
            elif _VARIABLES.fullmatch(path):
                yield from self._variables(origin)
            elif _MANIFEST.fullmatch(path):
                yield from self._manifest(origin)
        for folder in sorted(modules):
            yield from self._module(modules[folder])
        yield from self.named
        yield from self.gaps
        yield from self._not_understood()

    def _module(self, origins: list[Origin]) -> Iterator[Record]:
        contents = [(origin, data) for origin in origins if (data := self._data(origin)) is not None]
        whole = any(_IAM.search(data) for _, data in contents)
        module = Module()
        for origin, data in contents:
            if whole or _RELEVANT.search(data):
                try:
                    text = decode(data)
                    module.add(origin, json_blocks(text) if origin.path.endswith(".json") else _blocks(text))
                except UnparsableError as problem:
                    self._problem(origin, problem)
        yield from self._late(module_records(module, self.unread))

    def _not_understood(self) -> Iterator[Record]:
        """One Gap a repository, so that silence about these clouds is never taken for cleanliness."""
        count = self.unread.total()
        if count:
            kinds = ", ".join(sorted(self.unread)[:_MAX_NAMED]) + (", ..." if len(self.unread) > _MAX_NAMED else "")
            detail = (
                f"{count} identity resources of Google or Azure in Terraform are not understood or name no identity ({kinds})"
            )
            hint = "review them by hand"
            yield gap(CAPABILITY, f"{self.tree.name}#google-azure", "unsupported", detail, hint=hint, incomplete=False)

    def _variables(self, origin: Origin) -> Iterator[Record]:
        data = self._data(origin)
        if data is None or not _RELEVANT.search(data):
            return
        try:
            text = decode(data)
            root = parse_json(text) if origin.path.endswith(".json") else hcl.parse(text)[1]
        except UnparsableError as problem:
            self._problem(origin, problem)
            return
        yield from literal_records(root, Setting(origin))

    def _manifest(self, origin: Origin) -> Iterator[Record]:
        data = self.tree.read(origin.path)
        if data is None:
            self._unread_manifest(origin)
            return
        if not (cloudformation.LIKELY.search(data) or kubernetes.LIKELY.search(data)):
            return
        if len(data) > MAX_BYTES:
            self._gap(origin, "too_large", f"is larger than {MAX_BYTES} bytes")
            return
        for document in self._documents(origin, decode(data)):
            if cloudformation.is_template(document):
                yield from cloudformation.records(document, origin)
            else:
                yield from self._late(kubernetes.records(document, origin))

    def _late(self, records: Iterator[Record]) -> Iterator[Record]:
        for record in records:
            if isinstance(record, Identity) and "declared_by" in record.attrs:
                self.named.append(record)
            else:
                yield record

    def _unread_manifest(self, origin: Origin) -> None:
        """Large JSON is data, not a definition; YAML that could not be read may have been one."""
        if origin.path.endswith(".json"):
            return
        large = (self.tree.size(origin.path) or 0) > MAX_BYTES
        self._gap(origin, "too_large" if large else "unreadable", "was not read", incomplete=not large)

    def _documents(self, origin: Origin, text: str) -> list[Node]:
        try:
            if origin.path.endswith(".json") or text.lstrip().startswith("{\n"):
                return [parse_json(text)]
            return parse_yaml(text)
        except UnparsableError as problem:
            if "{{" in text:
                place = origin.folder or origin.path
                detail = f"{place} holds templates of another tool (Helm, Jinja) that were not rendered"
                hint = "render them and scan the output"
                self.gaps.append(gap(CAPABILITY, place, "unsupported", detail, hint=hint, incomplete=False))
            else:
                self._problem(origin, problem)
            return []

    def _data(self, origin: Origin) -> bytes | None:
        data = self.tree.read(origin.path)
        if data is not None and len(data) <= MAX_BYTES:
            return data
        large = (self.tree.size(origin.path) or 0) > MAX_BYTES
        self._gap(
            origin, "too_large" if large else "unreadable", "is too large to be read as code" if large else "cannot be read"
        )
        return None

    def _problem(self, origin: Origin, problem: UnparsableError) -> None:
        self._gap(origin, problem.reason, str(problem))

    def _gap(self, origin: Origin, reason: GapReason, detail: str, *, incomplete: bool = True) -> None:
        hint = "read the file by hand, or split it" if reason == "too_large" else "repair the file"
        self.gaps.append(gap(CAPABILITY, origin.path, reason, f"{origin.path} {detail}", hint=hint, incomplete=incomplete))


def _blocks(text: str) -> list[hcl.Block]:
    kept = sieve(text, _matters)
    if len(kept) - kept.count("\n") > MAX_HCL:
        raise UnparsableError("too_large", f"holds more than {MAX_HCL} characters of relevant code")
    return hcl.parse(kept)[0]


def _matters(block: str) -> bool:
    """Whether a top-level block may declare an identity, hold a secret, or be what such a block refers to."""
    return _RELEVANT_BLOCK.search(block) is not None
