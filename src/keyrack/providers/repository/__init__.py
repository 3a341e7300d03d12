"""The repository provider: a git working tree and its whole history, or a plain directory of files.

``keyrack scan PATH``. Nothing the repository configures is executed, nothing is written, and no network is used unless
``--verify`` asks for live checks.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Policy, Record, Resource, Trust
from keyrack.sdk import Capability, Context, Manifest, Permission, Source, Target

_READ = Permission("file:read", "read the repository's objects and the files of its working tree")
_VERIFY = Permission("network:issuers", "only with --verify: ask each issuer whether a credential still works", optional=True)
_GIT = Permission("exec:git", "run the installed git's read-only plumbing", optional=True)

manifest = Manifest(
    name="repository",
    title="Git repository",
    summary="Secrets in every version of every file, pipelines, infrastructure code, agents and owners of a git repository.",
    target="path",
    capabilities=(
        Capability(
            name="repository.secrets",
            title="Secrets in files at HEAD and on disk",
            yields=(Credential, Placement, Resource),
            permissions=(_READ, _VERIFY),
            blind_spots=(
                "archives, images, PDF and other containers are not unpacked; files over 32 MiB are not read",
                "passwords that are words, or stand under a name that does not say so, look like text",
                "unquoted values are read in configuration files only, not in program code",
                "values in files named .example or .template, lock files and generated code count only with a vendor's format",
                "ignored files are looked at only when their name says that they hold credentials",
            ),
            calls="git processes, constant in number",
        ),
        Capability(
            name="repository.history",
            title="Secrets in every version of every file that a branch, tag, remote-tracking branch or stash can reach",
            yields=(Credential, Placement),
            permissions=(_READ, _GIT),
            blind_spots=(
                "commits no ref reaches any more (amended, force-pushed) and Git LFS contents are not looked at",
                "commit messages, notes, tag messages and symbolic-link targets are not looked at",
                "a credential at a path is one row with its first and last commit, however often it was rewritten in between",
                "objects a shallow or partial clone lacks are a Gap",
            ),
            calls="git processes, constant in number",
        ),
        Capability(
            name="repository.ci",
            title="Pipelines",
            yields=(Identity, Credential, Placement, Grant, Trust, Resource),
            permissions=(_READ,),
            blind_spots=(
                "HEAD only; reusable workflows, orbs and templates of other repositories are named, not read",
                "values of CI variables live at the forge and are known by name only",
            ),
        ),
        Capability(
            name="repository.iac",
            title="Identities declared in Terraform, CloudFormation and Kubernetes manifests",
            yields=(Identity, Credential, Placement, Grant, Policy, Trust, Resource),
            permissions=(_READ,),
            blind_spots=("HEAD only; modules of other repositories, computed values and templates are not evaluated",),
        ),
        Capability(
            name="repository.agents",
            title="Agents and MCP servers configured in the repository",
            yields=(Identity, Credential, Placement, Grant, Trust, Resource, Ownership),
            permissions=(_READ,),
            blind_spots=("HEAD only; what a person's own client adds at run time is seen by the machine provider",),
        ),
        Capability(
            name="repository.owners",
            title="Who owns what the repository defines",
            yields=(Ownership,),
            permissions=(_READ,),
            blind_spots=(
                "e-mail addresses of commits are whatever the committer wrote, and squash merges hide authors",
                "members of a team live at the forge",
            ),
        ),
        Capability(
            name="repository.config",
            title="Credential and configuration files: cloud, registry, kubeconfig, state, keys, certificates, .env",
            yields=(Credential, Placement),
            permissions=(_READ,),
            blind_spots=("files under names their tools do not use are read by the secret scanner only",),
        ),
    ),
)


class RepositoryProvider:
    """One path: a checkout, a bare repository, a directory or a file."""

    manifest = manifest

    def source(self, target: Target, ctx: Context) -> Source:  # noqa: ARG002 - the contract passes the context
        """``repository:<name>``: ``owner/name`` of the origin remote, else the directory's name.

        Raises:
            KeyrackError: the path does not exist or cannot be entered.
        """
        from keyrack.providers.repository.opening import opened

        place = opened(target.location)
        return Source(id=f"repository:{place.name}", title=f"repository {place.name}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records of the repository, each once, credentials last.

        Raises:
            KeyrackError: the path does not exist or cannot be entered.
        """
        from keyrack.providers.repository.discover import scan
        from keyrack.sdk.unique import unique

        return unique(scan(target.location, ctx))


provider = RepositoryProvider()
