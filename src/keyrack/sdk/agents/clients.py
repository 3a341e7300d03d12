"""Every known agent and MCP client, and where its configuration lies on Linux, macOS and Windows.

Paths come from the vendors' pages named beside each entry and from the tables of snyk/agent-scan (well_known_clients.py),
neondatabase/add-mcp (agents.ts), docker/mcp-gateway (client/config.yml) and msaad00/agent-bom (discovery). All are relative
to a home directory or a project folder, never read from the live environment: a scan may look at another machine's disk.

In ``user`` patterns ``A/`` stands for the per-user application folder (``.config``, ``Library/Application Support``,
``AppData/Roaming``, a Flatpak's ``.var/app/*/config``), ``L/`` for the local data folder, ``C/`` for the ``User`` folder of
VS Code's own builds and remote servers, and ``V/`` for that of the forks as well (extensions run in all of them).
"""

from __future__ import annotations

from typing import Final, NamedTuple

_MAP = ("mcpServers",)


class Client(NamedTuple):
    """One client: its files, and the dotted keys that hold its servers (``*`` stands for any key)."""

    name: str
    title: str
    user: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    keys: tuple[str, ...] = _MAP
    system: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()


CLIENTS: Final[tuple[Client, ...]] = (
    Client(  # modelcontextprotocol.io/docs/develop/connect-local-servers
        "claude-desktop",
        "Claude Desktop",
        (
            "A/Claude/claude_desktop_config.json",
            ".config/claude/claude_desktop_config.json",
            "AppData/Local/Packages/*Claude*/LocalCache/Roaming/Claude/claude_desktop_config.json",
        ),
    ),
    Client(  # code.claude.com/docs/en/settings, /mcp, /managed-mcp, /iam
        "claude-code",
        "Claude Code",
        (
            ".claude.json",
            ".claude/settings.json",
            ".claude/settings.local.json",
            ".claude/plugins/cache/**/.mcp.json",
            ".mcp.json",
        ),
        (".mcp.json", ".claude/settings.json", ".claude/settings.local.json"),
        ("mcpServers", "projects.*.mcpServers", "servers"),
        tuple(
            f"{folder}/{file}"
            for folder in (
                "etc/claude-code",
                "Library/Application Support/ClaudeCode",
                "ProgramData/ClaudeCode",
                "Program Files/ClaudeCode",
            )
            for file in ("managed-mcp.json", "managed-settings.json", "managed-settings.d/*.json")
        ),
        (".claude/.credentials.json",),
    ),
    Client(  # cursor.com/docs/context/mcp, /docs/cli/reference/configuration
        "cursor",
        "Cursor",
        (
            ".cursor/mcp.json",
            ".cursor/cli-config.json",
            "A/Cursor/User/mcp.json",
            "A/Cursor/User/globalStorage/cursor.mcp/mcp.json",
        ),
        (".cursor/mcp.json", ".cursor/cli.json"),
        ("mcpServers", "servers"),
    ),
    Client(  # code.visualstudio.com/docs/copilot/customization/mcp-servers
        "vscode",
        "VS Code",
        ("C/mcp.json", "C/settings.json", "C/profiles/*/mcp.json", "C/profiles/*/settings.json", ".vscode/mcp.json"),
        (".vscode/mcp.json", ".vscode/settings.json", ".devcontainer/devcontainer.json", "*.code-workspace"),
        (
            "servers",
            "mcpServers",
            "mcp.servers",
            "settings.mcp.servers",
            "customizations.vscode.mcp.servers",
            "amp.mcpServers",
            "augment.advanced.mcpServers",
        ),
    ),
    Client(  # learn.microsoft.com/visualstudio/ide/mcp-servers
        "visual-studio", "Visual Studio", (), (".vs/mcp.json",), ("servers", "mcpServers")
    ),
    Client(  # docs.windsurf.com/windsurf/cascade/mcp
        "windsurf",
        "Windsurf",
        (
            ".codeium/windsurf/mcp_config.json",
            ".codeium/windsurf-next/mcp_config.json",
            ".codeium/mcp_config.json",
            ".windsurf/mcp.json",
        ),
        (".windsurf/mcp.json", ".windsurf/mcp_config.json"),
    ),
    Client(  # zed.dev/docs/ai/mcp: macOS and Linux read ~/.config/zed, Windows %APPDATA%\Zed
        "zed",
        "Zed",
        (
            ".config/zed/settings.json",
            ".var/app/*/config/zed/settings.json",
            "AppData/Roaming/Zed/settings.json",
            "Library/Application Support/Zed/settings.json",
        ),
        (".zed/settings.json",),
        ("context_servers",),
    ),
    Client(  # developers.openai.com/codex/mcp, /codex/config-reference, /codex/auth
        "codex",
        "Codex",
        (".codex/config.toml",),
        (".codex/config.toml",),
        ("mcp_servers", "profiles.*.mcp_servers"),
        ("etc/codex/config.toml", "etc/codex/managed_config.toml"),
        (".codex/auth.json", ".codex/.credentials.json"),
    ),
    Client(  # github.com/google-gemini/gemini-cli docs/cli/configuration.md
        "gemini-cli",
        "Gemini CLI",
        (".gemini/settings.json", ".gemini/extensions/*/gemini-extension.json"),
        (".gemini/settings.json",),
        _MAP,
        (
            "etc/gemini-cli/settings.json",
            "Library/Application Support/GeminiCli/settings.json",
            "ProgramData/gemini-cli/settings.json",
        ),
        (".gemini/oauth_creds.json", ".gemini/mcp-oauth-tokens.json"),
    ),
    Client(  # antigravity.google/docs/mcp
        "antigravity",
        "Antigravity",
        (".gemini/antigravity/mcp_config.json", ".gemini/config/mcp_config.json", "A/Antigravity/User/mcp.json"),
    ),
    Client(  # qwenlm.github.io/qwen-code-docs
        "qwen-code", "Qwen Code", (".qwen/settings.json",), (".qwen/settings.json",), _MAP, (), (".qwen/oauth_creds.json",)
    ),
    Client(  # docs.continue.dev/customize/deep-dives/mcp
        "continue",
        "Continue",
        (
            ".continue/config.yaml",
            ".continue/config.json",
            ".continue/mcpServers/*.yaml",
            ".continue/mcpServers/*.yml",
            ".continue/mcpServers/*.json",
        ),
        (
            ".continue/mcpServers/*.yaml",
            ".continue/mcpServers/*.yml",
            ".continue/mcpServers/*.json",
            ".continue/config.yaml",
            ".continue/config.json",
        ),
        ("mcpServers", "experimental.modelContextProtocolServers", "experimental.modelContextProtocolServer"),
    ),
    Client(  # block.github.io/goose/docs/guides/config-files
        "goose",
        "Goose",
        (".config/goose/config.yaml", "AppData/Roaming/Block/goose/config/config.yaml"),
        (),
        ("extensions",),
        ("etc/goose/config.yaml",),
        (".config/goose/secrets.yaml", "AppData/Roaming/Block/goose/config/secrets.yaml"),
    ),
    Client(  # docs.cline.bot/mcp/configuring-mcp-servers
        "cline",
        "Cline",
        ("V/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", ".cline/mcp_settings.json"),
    ),
    Client(  # docs.cline.bot/cline-cli
        "cline-cli", "Cline CLI", (".cline/data/settings/cline_mcp_settings.json",), (), _MAP, (), (".cline/data/secrets.json",)
    ),
    Client(  # docs.roocode.com/features/mcp/using-mcp-in-roo
        "roo-code",
        "Roo Code",
        (
            "V/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
            "V/globalStorage/rooveterinaryinc.roo-cline/settings/cline_mcp_settings.json",
        ),
        (".roo/mcp.json",),
    ),
    Client(  # kilo.ai/docs/automate/mcp/using-in-kilo-code
        "kilo-code",
        "Kilo Code",
        ("V/globalStorage/kilocode.kilo-code/settings/mcp_settings.json", ".kilocode/mcp.json"),
        (".kilocode/mcp.json", "kilo.json", "kilo.jsonc", ".kilo/kilo.json", ".kilo/kilo.jsonc"),
        ("mcpServers", "mcp"),
    ),
    Client(  # docs.github.com/copilot/how-tos/copilot-cli
        "copilot-cli",
        "GitHub Copilot CLI",
        (".copilot/mcp-config.json", ".copilot/config.json"),
        (".copilot/mcp-config.json", ".github/mcp.json"),
        ("mcpServers", "servers"),
    ),
    Client(  # github.com/github/copilot-for-jetbrains; microsoft/apm#1225
        "copilot-jetbrains",
        "GitHub Copilot for JetBrains",
        (".config/github-copilot/intellij/mcp.json", "L/github-copilot/intellij/mcp.json"),
        (),
        ("servers", "mcpServers"),
        (),
        (
            "A/github-copilot/hosts.json",
            "A/github-copilot/apps.json",
            "L/github-copilot/hosts.json",
            "L/github-copilot/apps.json",
        ),
    ),
    Client(  # opencode.ai/docs/config, /docs/mcp-servers
        "opencode",
        "OpenCode",
        (".config/opencode/opencode.json", ".config/opencode/opencode.jsonc", ".config/opencode/config.json", ".opencode.json"),
        ("opencode.json", "opencode.jsonc", ".opencode/opencode.json", ".opencode/opencode.jsonc", ".opencode.json"),
        ("mcp", "mcpServers"),
        (
            "etc/opencode/opencode.json",
            "etc/opencode/opencode.jsonc",
            "Library/Application Support/opencode/opencode.json",
            "ProgramData/opencode/opencode.json",
        ),
        (".local/share/opencode/auth.json", ".local/share/opencode/mcp-auth.json"),
    ),
    Client(  # docs.aws.amazon.com/amazonq/latest/qdeveloper-ug/qdev-mcp.html
        "amazon-q",
        "Amazon Q Developer",
        (
            ".aws/amazonq/mcp.json",
            ".aws/amazonq/default.json",
            ".aws/amazonq/agents/*.json",
            ".aws/amazonq/cli-agents/*.json",
            "V/globalStorage/amazonwebservices.amazon-q-vscode/mcp.json",
        ),
        (".amazonq/mcp.json", ".amazonq/default.json", ".amazonq/agents/*.json", ".amazonq/cli-agents/*.json"),
    ),
    Client(  # kiro.dev/docs/mcp/configuration
        "kiro",
        "Kiro",
        (".kiro/settings/mcp.json", ".kiro/agents/*.json"),
        (".kiro/settings/mcp.json", ".kiro/agents/*.json"),
    ),
    Client(  # lmstudio.ai/docs/app/plugins/mcp
        "lm-studio", "LM Studio", (".lmstudio/mcp.json", ".cache/lm-studio/mcp.json")
    ),
    Client(  # docs.warp.dev/agent-platform/capabilities/mcp
        "warp", "Warp", (".warp/.mcp.json", ".warp_cli/.mcp.json"), (".warp/.mcp.json",)
    ),
    Client(  # jetbrains.com/help/junie/model-context-protocol-mcp.html
        "junie", "JetBrains Junie", (".junie/mcp/mcp.json",), (".junie/mcp/mcp.json",)
    ),
    Client(  # jetbrains.com/help/ai-assistant/mcp.html
        "jetbrains-ai",
        "JetBrains AI Assistant",
        ("A/JetBrains/*/mcp.json", "A/JetBrains/*/options/llm.mcpServers.json"),
        (".ai/mcp/mcp.json",),
    ),
    Client(  # docs.trae.ai/ide/add-mcp-servers
        "trae",
        "Trae",
        ("A/Trae/User/mcp.json", "A/Trae CN/User/mcp.json", ".trae/mcp.json", ".trae-cn/mcp.json"),
        (".trae/mcp.json",),
    ),
    Client(  # github.com/charmbracelet/crush (crush.json; the newer crushrc is a script and is not run)
        "crush",
        "Crush",
        ("A/crush/crush.json", "L/crush/crush.json"),
        ("crush.json", ".crush.json"),
        ("mcp",),
    ),
    Client(  # docs.factory.ai/cli/configuration/mcp
        "factory",
        "Factory Droid",
        (".factory/mcp.json", ".factory/settings.json", ".factory/config.json"),
        (".factory/mcp.json",),
    ),
    Client(  # ampcode.com/manual
        "amp", "Amp", ("A/amp/settings.json",), (".amp/settings.json",), ("amp.mcpServers",), (), ("L/amp/secrets.json",)
    ),
    Client(  # docs.augmentcode.com/cli/integrations
        "augment", "Augment", (".augment/settings.json",), (".augment/settings.json",)
    ),
    Client(  # docs.openclaw.ai/gateway/configuration
        "openclaw",
        "OpenClaw",
        (".openclaw/openclaw.json", ".clawdbot/clawdbot.json"),
        (),
        ("mcpServers", "mcp.servers"),
    ),
    Client(  # docs.snowflake.com/user-guide/cortex-code
        "cortex-code", "Snowflake Cortex Code", (".snowflake/cortex/mcp.json", ".snowflake/cortex/settings.json")
    ),
    Client(  # github.com/steipete/mcporter
        "mcporter", "MCPorter", (".mcporter/mcporter.json", ".mcporter/mcporter.jsonc"), ("config/mcporter.json",)
    ),
    Client(  # docs.tabnine.com/main/getting-started/tabnine-agent/mcp
        "tabnine", "Tabnine", (".tabnine/mcp_servers.json",), (".tabnine/mcp_servers.json",)
    ),
    Client(  # github.com/geelen/mcp-remote: the bridge that signs in for clients without OAuth of their own
        "mcp-remote", "mcp-remote", (), (), (), (), (".mcp-auth/*/*_tokens.json",)
    ),
    Client(  # sema4.ai studio, per docker/mcp-gateway
        "sema4",
        "Sema4.ai Studio",
        (".sema4ai/sema4ai-studio/mcp_servers.json", "AppData/Local/sema4ai/sema4ai-studio/mcp_servers.json"),
    ),
    Client(  # aider.chat/docs/config/aider_conf.html: no MCP, but API keys
        "aider", "Aider", (".aider.conf.yml",), (".aider.conf.yml",), ()
    ),
)

BY_NAME: Final = {client.name: client for client in CLIENTS}

APPLICATION: Final = (".config", "Library/Application Support", "AppData/Roaming", ".var/app/*/config")
LOCAL: Final = (".local/share", "Library/Application Support", "AppData/Local")
CODE: Final = (
    *(f"A/{build}/User" for build in ("Code", "Code - Insiders", "Code - OSS", "VSCodium")),
    *(f".{server}/data/User" for server in ("vscode-server", "vscode-server-insiders", "vscodium-server")),
    ".local/share/code-server/User",
)
FORKS: Final = (
    *(f"A/{fork}/User" for fork in ("Cursor", "Windsurf", "Trae", "Kiro", "Antigravity", "Void")),
    *(f".{server}/data/User" for server in ("cursor-server", "windsurf-server")),
)
WSL: Final = ("AppData/Local/Packages/*/LocalState/rootfs/home/*", "AppData/Local/Packages/*/LocalState/rootfs/root")
"""Homes of WSL 1 distributions inside a Windows home; WSL 2 keeps them in a disk image, which is mounted and scanned alone."""


def expand(pattern: str) -> tuple[str, ...]:
    """A ``user`` pattern as plain patterns relative to a home."""
    if pattern.startswith(("V/", "C/")):
        bases = CODE if pattern.startswith("C/") else (*CODE, *FORKS)
        return tuple(path for base in bases for path in expand(f"{base}/{pattern[2:]}"))
    if pattern.startswith("A/"):
        return tuple(f"{base}/{pattern[2:]}" for base in APPLICATION)
    if pattern.startswith("L/"):
        return tuple(f"{base}/{pattern[2:]}" for base in LOCAL)
    return (pattern,)
