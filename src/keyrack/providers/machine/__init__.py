"""The machine provider: the non-human identities and credentials of one computer, container image or disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.machine.walk import Budget
from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Record, Resource, Trust, Usage
from keyrack.sdk import Capability, Context, Manifest, Option, Permission, Source, Target

_ROOT = Permission(
    "root (or CAP_DAC_READ_SEARCH)", "other accounts' homes and /etc are readable by their owners only", optional=True
)


def _read(what: str, why: str) -> Permission:
    return Permission(f"read {what}", why)


MANIFEST = Manifest(
    name="machine",
    title="This computer",
    summary="Accounts, agents, services and the credentials on disk of this computer or of a file-system tree (--root).",
    capabilities=(
        Capability(
            name="machine.agents",
            title="AI agents and MCP servers",
            yields=(Identity, Credential, Placement, Grant, Trust, Ownership, Resource, Usage),
            permissions=(
                _read("agent configurations in each home", "servers, their credentials and the tools they may call"),
                _ROOT,
            ),
            blind_spots=(
                "agents that keep their configuration in a key chain or only on a server",
                "tools a server offers at run time",
            ),
            calls="one read per known configuration path that exists",
        ),
        Capability(
            name="machine.accounts",
            title="Accounts of the host",
            yields=(Identity, Resource),
            permissions=(
                _read("/etc/passwd", "accounts, shells and homes"),
                _read("/home, /Users", "homes of accounts listed nowhere"),
            ),
            blind_spots=("accounts of a directory (LDAP, Active Directory, NIS)", "when an account last logged in"),
            calls="one read, and a few existence checks per account",
        ),
        Capability(
            name="machine.ssh",
            title="SSH keys",
            yields=(Identity, Credential, Placement),
            permissions=(_read("~/.ssh, /etc/ssh", "private keys, authorized keys, host keys and certificates"), _ROOT),
            blind_spots=(
                "keys in an agent, a hardware token or served by AuthorizedKeysCommand",
                "size and fingerprint of encrypted keys in the old PEM form",
            ),
            calls="one read per key file",
        ),
        Capability(
            name="machine.cloud_credentials",
            title="Cloud and cluster credentials",
            yields=(Identity, Credential, Placement, Trust),
            permissions=(_read("~/.aws, ~/.config/gcloud, ~/.azure, ~/.kube", "keys, tokens, profiles and cluster users"), _ROOT),
            blind_spots=(
                "what a credential_process or exec plugin returns",
                "instance metadata services",
                "encrypted MSAL caches",
            ),
            calls="one read per file",
        ),
        Capability(
            name="machine.tool_credentials",
            title="Developer tools' credentials",
            yields=(Identity, Credential, Placement),
            permissions=(
                _read("tool files of each home", "git, gh, glab, npm, PyPI, Docker, Terraform, Ansible, databases"),
                _ROOT,
            ),
            blind_spots=(
                "key chains, Secret Service, Windows Credential Manager, credential helpers",
                "password managers and browser stores",
            ),
            calls="one read per file",
        ),
        Capability(
            name="machine.certificates",
            title="Certificates, private keys and key stores",
            yields=(Credential, Placement),
            permissions=(_read("/etc, /opt, /srv, homes", "PEM, DER, PKCS#12, JKS and JWKS files"), _ROOT),
            blind_spots=(
                "the content of key stores with a password (aliases and certificates of JKS are read)",
                "trust anchors are left out on purpose, and certificates of other formats",
            ),
            calls="one read per file with such a name",
        ),
        Capability(
            name="machine.services",
            title="Services and scheduled jobs",
            yields=(Identity, Credential, Placement, Trust),
            permissions=(
                _read("/etc/systemd, /usr/lib/systemd", "units, whom they run as and their environment"),
                _read("/etc/crontab, /etc/cron.d, /var/spool/cron", "jobs"),
                _ROOT,
            ),
            blind_spots=(
                "environment and memory of running processes",
                "launchd, Windows services, at jobs, other init systems",
                "vendor units that run as root without secrets are not listed",
            ),
            calls="one read per unit, drop-in, environment file and crontab",
        ),
        Capability(
            name="machine.env_files",
            title="Environment files and shell files",
            yields=(Credential, Placement, Identity),
            permissions=(_read("homes, /etc, /opt, /srv, /var/www", ".env files, shell start-up files and histories"), _ROOT),
            blind_spots=(
                "secrets in files with other names",
                "folders beyond the search budget (each is a Gap)",
                "node_modules, virtual environments, caches and mounted images of containers",
            ),
            calls="one listing per folder, one read per matching file",
        ),
        Capability(
            name="machine.state_files",
            title="Terraform and OpenTofu state",
            yields=(Credential, Placement, Identity),
            permissions=(_read("*.tfstate under homes, /opt, /srv", "secrets that resources keep in state"), _ROOT),
            blind_spots=("remote state", "encrypted state", "attributes of unknown resource types not marked as sensitive"),
            calls="one read per file",
        ),
    ),
    options=(Option("root", "--root", "scan this directory tree as if it were the machine's /", kind="path"),),
)


@dataclass(frozen=True, slots=True)
class MachineProvider:
    """Reads files, never runs anything, never leaves the root, never writes."""

    budget: Budget = field(default_factory=Budget)

    @property
    def manifest(self) -> Manifest:
        """See :data:`MANIFEST`."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """``machine:<hostname>``.

        Raises:
            KeyrackError: the root is no directory that can be entered.
        """
        from keyrack.providers.machine.scan import hostname, open_root

        del ctx  # the clock plays no part in a name
        host = hostname(open_root(target.options.get("root") or target.location or "/"))
        return Source(f"machine:{host}", host)

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of one tree.

        Raises:
            KeyrackError: the root is no directory that can be entered.
        """
        from keyrack.providers.machine.scan import Scan, hostname, open_root
        from keyrack.sdk.unique import unique

        root = open_root(target.options.get("root") or target.location or "/")
        yield from unique(Scan(root, ctx, self.budget, hostname(root)).records())


provider = MachineProvider()
