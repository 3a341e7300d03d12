"""Where a declaration stands: repository, file and the module (folder) that makes its address unique."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from keyrack.sdk import Fingerprinter


@dataclass(frozen=True, slots=True)
class Origin:
    """A file of infrastructure code in a repository."""

    repository: str
    path: str
    fingerprint: Fingerprinter

    @property
    def folder(self) -> str:
        """Folder of the file; empty at the root."""
        parent = str(PurePosixPath(self.path).parent)
        return "" if parent == "." else parent

    @property
    def module(self) -> str:
        """Prefix of addresses: the folder and a slash; Terraform's unit is the folder."""
        return f"{self.folder}/" if self.folder else ""
