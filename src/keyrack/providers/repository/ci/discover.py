"""Finds the CI definitions of a repository, reads each with its system's parser, and turns them into records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.repository.ci import azure_pipelines, bitbucket, circleci, github_actions, gitlab, jenkins
from keyrack.providers.repository.ci.mapping import records
from keyrack.providers.repository.ci.model import Pipeline, Scope
from keyrack.providers.repository.marked import Node, UnparsableError, decode, parse_yaml
from keyrack.providers.repository.tree import GitTree, Tree
from keyrack.records import Gap, Record
from keyrack.records.gap import GapReason
from keyrack.sdk import Context, gap
from keyrack.sdk.unique import unique

CAPABILITY = "repository.ci"
MAX_BYTES = 1024 * 1024
"""Larger definitions are a Gap; the systems themselves refuse far smaller ones (GitHub: 512 KiB)."""


_ROOT_ONLY = re.compile(r"/(?:\.github/workflows/[^/]+|\.circleci/[^/]+|bitbucket-pipelines\.ya?ml)$")
"""Below the root of a repository these run nowhere (templates, vendored code); a plain folder may hold several repositories."""


def discover(tree: Tree, ctx: Context) -> Iterator[Record]:
    """Identities, credentials, placements, grants and trusts of every CI definition at HEAD, and Gaps for unreadable ones.

    Each thing is yielded once, credentials last.
    """
    return unique(_Reader(tree, Scope(tree.name, ctx.fingerprint)).records())


@dataclass(slots=True)
class _Reader:
    tree: Tree
    scope: Scope
    gaps: list[Gap] = field(default_factory=list)
    included: set[str] = field(default_factory=set)

    def records(self) -> Iterator[Record]:
        gitlab_files = []
        inert = isinstance(self.tree, GitTree)
        for path in self.tree.files():
            if not path.endswith((".yml", ".yaml")) and "enkinsfile" not in path:
                continue
            if inert and _ROOT_ONLY.search(path):
                continue
            if gitlab.DEFINITION.fullmatch(path):
                gitlab_files.append(path)
            elif (pipeline := self._pipeline(path)) is not None:
                yield from self._finish(pipeline)
        for path in sorted(gitlab_files, key=lambda name: (name.count("/"), name)):
            if path not in self.included and (pipeline := self._gitlab(path)) is not None:
                yield from self._finish(pipeline)
        yield from self.gaps

    def _finish(self, pipeline: Pipeline) -> Iterator[Record]:
        for problem in pipeline.problems:
            self.gaps.append(gap(CAPABILITY, pipeline.path, "missing", f"{pipeline.path} {problem}", incomplete=True))
        yield from records(pipeline, self.scope)

    def _pipeline(self, path: str) -> Pipeline | None:
        """The pipeline a file defines by its path; ``None`` for all other files and unreadable ones."""
        try:
            if jenkins.DEFINITION.fullmatch(path):
                text = self._text(path)
                return jenkins.parse(path, text, self.scope) if text is not None else None
            for system in (github_actions, circleci, azure_pipelines, bitbucket):
                if system.DEFINITION.fullmatch(path):
                    root = self._document(path)
                    return system.parse(path, root, self.scope) if root is not None else None
        except UnparsableError as problem:
            self._problem(path, problem)
        return None

    def _gitlab(self, path: str) -> Pipeline | None:
        root = self._document(path)
        if root is None:
            return None
        try:
            pipeline, included = gitlab.parse(path, root, self.scope, self._document, lambda: list(self.tree.files()))
        except UnparsableError as problem:
            self._problem(path, problem)
            return None
        self.included |= included
        return pipeline

    def _text(self, path: str) -> str | None:
        data = self.tree.read(path)
        if data is None:
            size = self.tree.size(path)
            if size is not None:
                self._gap(path, "unreadable" if size <= MAX_BYTES else "too_large", "cannot be read")
            return None
        if len(data) > MAX_BYTES:
            self._gap(path, "too_large", f"is larger than {MAX_BYTES} bytes")
            return None
        return decode(data)

    def _document(self, path: str) -> Node | None:
        """The main document of a YAML file: the last of a stream, since GitLab puts its ``spec:`` header first."""
        text = self._text(path)
        if text is None:
            return None
        try:
            documents = [document for document in parse_yaml(text) if document]
        except UnparsableError as problem:
            self._problem(path, problem)
            return None
        if not documents:
            self._gap(path, "malformed", "holds no document")
            return None
        if documents[-1].repeated:
            self._gap(path, "malformed", f"repeats a key (line {documents[-1].repeated}); only its last value was followed")
        return documents[-1]

    def _problem(self, path: str, problem: UnparsableError) -> None:
        self._gap(path, problem.reason, str(problem))

    def _gap(self, path: str, reason: GapReason, detail: str) -> None:
        self.gaps.append(gap(CAPABILITY, path, reason, f"{path} {detail}", hint="repair the file, or read it by hand"))
