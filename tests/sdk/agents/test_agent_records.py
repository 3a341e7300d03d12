"""What a configuration turns into: authentication, references, permissions, owners, names, and no secret anywhere."""

from __future__ import annotations

import base64
import json
import random

import msgspec
import pytest
from agent_kit import FINGERPRINTER, HOLDER, one, scan
from hypothesis import given, settings
from hypothesis import strategies as st
from tokens import checked

from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Placement
from keyrack.sdk import Place
from keyrack.sdk.agents import Holder, Located, parse, records
from keyrack.sdk.agents.clients import CLIENTS


def of(kind, found):
    return [r for r in found if isinstance(r, kind)]


def server(entry, client="cursor", name="s"):
    found = one(client, json.dumps({"mcpServers": {name: entry}}))
    (identity,) = [r for r in of(Identity, found) if r.type == "mcp:server"]
    return identity, found


REMOTE = "https://mcp.example.com/mcp"
AUTH = [
    ({"command": "node", "args": ["x.js"]}, "none"),
    ({"command": "node", "env": {"LOG_LEVEL": "debug"}}, "none"),
    ({"command": "node", "env": {"API_TOKEN": "${API_TOKEN}"}}, "env"),
    ({"command": "docker", "args": ["run", "-e", "API_TOKEN=${TOKEN}", "img"]}, "env"),
    ({"url": REMOTE}, "unknown"),
    ({"url": REMOTE, "headers": {"Authorization": "Bearer ${TOKEN}"}}, "header"),
    ({"url": REMOTE, "headers": {"X-Trace": "1"}}, "unknown"),
    ({"url": f"{REMOTE}?api_key=${{input:key}}"}, "query"),
    ({"url": REMOTE, "oauth": {"clientId": "x"}}, "oauth"),
    ({"url": "http://mcp.example.com/mcp"}, "none"),
    ({"url": "http://127.0.0.1:9000/mcp"}, "none"),
    ({"command": "npx", "args": ["mcp-remote", REMOTE]}, "oauth"),
    ({"command": "npx", "args": ["mcp-remote", "http://mcp.example.com/sse"]}, "none"),
    ({"command": "npx", "args": ["mcp-remote", REMOTE, "--header", "Authorization: Bearer ${T}"]}, "header"),
]


@pytest.mark.parametrize(("entry", "auth"), AUTH, ids=range(len(AUTH)))
def test_authentication(entry, auth):
    identity, found = server(entry)
    assert identity.attrs["auth"] == auth
    assert of(Credential, found) == []


def test_bridge_shows_the_server_behind_it():
    identity, _ = server({"command": "npx", "args": ["-y", "mcp-remote@0.1.0", f"{REMOTE}?x=1"]})
    assert (identity.attrs["transport"], identity.attrs["url"], identity.attrs["pin"]) == ("stdio", REMOTE, "exact")


def test_codex_bearer_variable_is_a_header_and_no_secret():
    found = one("codex", f'[mcp_servers.x]\nurl = "{REMOTE}"\nbearer_token_env_var = "X_TOKEN"\n', "config.toml")
    (identity,) = [r for r in of(Identity, found) if r.type == "mcp:server"]
    assert identity.attrs["auth"] == "header"
    assert of(Credential, found) == []


def test_codex_tools_approved_for_good():
    head = '[mcp_servers.x]\ncommand = "x"\n'
    for text, tools in (
        (head + 'default_tools_approval_mode = "approve"\n', "*"),
        (
            head
            + '[mcp_servers.x.tools.delete_file]\napproval_mode = "approve"\n[mcp_servers.x.tools.other]\napproval_mode = "prompt"\n',
            "delete_file",
        ),
    ):
        found = one("codex", text, "config.toml")
        assert [r.attrs["tools"] for r in of(Identity, found) if r.type == "mcp:server"] == [tools]


def test_secrets_in_url_query_userinfo_and_path(tokens):
    query, password, path = tokens.bearer(), tokens.make("", 20), tokens.make("", 64)
    for url in (
        f"{REMOTE}?api_key={query}",
        f"https://svc:{password}@mcp.example.com/mcp",
        f"https://mcp.example.com/s/{path}/mcp",
    ):
        identity, found = server({"url": url})
        assert len(of(Credential, found)) == 1, url
        assert identity.attrs["auth"] in {"query", "header"}
        assert identity.attrs["url"].startswith("https://mcp.example.com/")
        assert not any(token in msgspec.json.encode(found).decode() for token in tokens.made)


@pytest.mark.parametrize(
    "shape", ["--api-key={}", "--api-key {}", "-e API_KEY={}", "--header 'X-Api-Key: {}'", "--env=API_KEY={}"]
)
def test_secrets_in_arguments(shape, tokens):
    import shlex

    token = tokens.bearer()
    _, found = server({"command": "docker", "args": ["run", "-i", *shlex.split(shape.format(token)), "img:1"]})
    (credential,) = of(Credential, found)
    (placement,) = of(Placement, found)
    assert placement.attrs["field"].startswith("mcpServers.s.args")
    assert credential.fingerprint
    assert token not in msgspec.json.encode(found).decode()


def test_whole_command_line_in_one_field(tokens):
    token = tokens.github()
    identity, found = server({"command": f"GITHUB_TOKEN={token} npx -y pkg@1.0.0"})
    assert [c.issuer for c in of(Credential, found)] == ["github"]
    assert identity.attrs["package"] == "pkg"
    assert token not in msgspec.json.encode(found).decode()


def test_a_token_glued_to_other_text_is_found(tokens):
    token = tokens.github()
    identity, found = server({"command": "npx", "args": [f"pkg@{token}"]})
    assert [c.issuer for c in of(Credential, found)] == ["github"]
    assert (identity.attrs["version"], identity.attrs["package"]) == ("***", "pkg")


def test_default_of_a_reference_is_a_value(tokens):
    token = tokens.github()
    _, found = server({"command": "x", "env": {"GITHUB_TOKEN": f"${{GITHUB_TOKEN:-{token}}}"}}, "claude-code")
    assert [c.issuer for c in of(Credential, found)] == ["github"]


def test_human_tokens_are_told_apart(tokens):
    human = {
        "A_TOKEN": tokens.github(),
        "B_TOKEN": tokens.make("gho_", 36),
        "C_TOKEN": tokens.make("xoxp-", 40),
        "D": tokens.make("sk-ant-oat01-", 80),
    }
    robot = {"E_TOKEN": tokens.make("ghs_", 36), "F_TOKEN": tokens.make("xoxb-", 40), "G": tokens.make("sk-svcacct-", 60)}
    _, found = server({"command": "x", "env": {**human, **robot}})
    person = {c.attrs["variable"]: "person" in c.attrs for c in of(Credential, found)}
    assert person == {**dict.fromkeys(human, True), **dict.fromkeys(robot, False)}


def test_tools_and_disabled():
    identity, found = server({"command": "x", "disabled": True, "alwaysAllow": ["create_issue", "list_issues"]}, "roo-code")
    assert (identity.attrs["tools"], identity.attrs["disabled"], identity.status) == (
        "create_issue,list_issues",
        "true",
        "disabled",
    )
    assert {(g.privilege, tuple(g.actions), tuple(g.resources)) for g in of(Grant, found)} == {
        ("write", ("create_issue",), (identity.uid,)),
        ("list", ("list_issues",), (identity.uid,)),
    }
    trusted, _ = server({"command": "x", "trust": True}, "gemini-cli")
    assert trusted.attrs["tools"] == "*"


def test_claude_permissions_reach_servers_in_other_files(tmp_path):
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": {"github": {"command": "x"}}}))
    allow = ["Bash(*)", "mcp__github__create_issue", "Read(./docs)"]
    (tmp_path / ".claude/settings.json").write_text(json.dumps({"permissions": {"allow": allow, "deny": ["Read(.env)"]}}))
    found = scan(tmp_path)
    (agent,) = [r for r in of(Identity, found) if r.type == "mcp:agent"]
    (github,) = [r for r in of(Identity, found) if r.type == "mcp:server"]
    assert github.attrs["tools"] == "create_issue"
    grants = {(g.effect, g.privilege): g for g in of(Grant, found)}
    assert grants["allow", "admin"].actions == ["Bash(*)"]
    assert grants["allow", "write"].resources == [github.uid]
    assert grants["deny", "read"].actions == ["Read(.env)"]
    assert all(g.identity_uid == agent.uid and g.language == "mcp" for g in grants.values())


def test_a_token_inside_a_permission_is_found_and_hidden(tokens):
    token = tokens.github()
    allow = [f'Bash(curl -H "Authorization: token {token}" https://api.github.com/user)']
    found = one("claude-code", json.dumps({"permissions": {"allow": allow}}), ".claude/settings.local.json")
    assert [c.issuer for c in of(Credential, found)] == ["github"]
    assert "***" in of(Grant, found)[0].actions[0]
    assert token not in msgspec.json.encode(found).decode()


def test_settings_env_and_helper(tokens):
    key, secret = tokens.aws()
    document = {
        "env": {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "ANTHROPIC_MODEL": "opus"},
        "apiKeyHelper": "op read op://x/y/z",
    }
    found = one("claude-code", json.dumps(document), ".claude/settings.json")
    (agent,) = of(Identity, found)
    (credential,) = of(Credential, found)
    assert (credential.uid, credential.attrs["variable"]) == (f"cred:aws:{key}", "AWS_SECRET_ACCESS_KEY")
    assert of(Placement, found)[0].consumer_uid == agent.uid


def test_account_signed_in_is_an_owner():
    found = one("claude-code", json.dumps({"oauthAccount": {"emailAddress": "Ann@Acme.example"}}), ".claude.json")
    (owner,) = of(Ownership, found)
    assert (owner.owner, owner.evidence) == ("ann@acme.example", "file_owner")


def test_an_ordinary_settings_file_holds_no_secret():
    """Fields of real ~/.claude.json, config.toml and settings.json files whose names or values resemble secrets."""
    claude = {
        "numStartups": 41, "userID": "9f" * 32, "claudeCodeFirstTokenDate": "2025-06-01T10:00:00.000000Z", "shiftEnterKeyBindingInstalled": True,
        "customApiKeyResponses": {"approved": ["abcDEF0123456789wxyz"]}, "anonymousId": "claudecode.v1.0b8e6d70-58cc-4372-a567-0e02b2c3d479",
        "oauthAccount": {"accountUuid": "0b8e6d70-58cc-4372-a567-0e02b2c3d479", "organizationName": "Acme"},
        "projects": {"/w": {"lastSessionId": "0b8e6d70-58cc-4372-a567-0e02b2c3d479", "lastTotalInputTokens": 12, "history": [{"display": "fix token x"}]}},
        "apiKeyHelper": "/usr/local/bin/key-helper.sh --profile Prod1", "env": {"MAX_THINKING_TOKENS": "32000", "ANTHROPIC_MODEL": "claude-opus-4-1"},
    }  # fmt: skip
    codex = '[model_providers.azure]\nenv_key = "AZURE_OPENAI_API_KEY2"\nbase_url = "https://x.openai.azure.com/openai"\n[mcp_servers.s]\ncommand = "x"\nenv_vars = ["API_TOKEN"]\n'
    cursor = {"authInfo": {"email": "ann@acme.example", "authId": "auth0|user_01JABCDEF0123456789"}, "version": 1}
    for client, text, path in (
        ("claude-code", json.dumps(claude), ".claude.json"),
        ("codex", codex, "config.toml"),
        ("cursor", json.dumps(cursor), "cli-config.json"),
    ):
        assert of(Credential, one(client, text, path)) == [], client


def test_claude_sign_in_store(tmp_path, tokens):
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": {"linear": {"type": "http", "url": REMOTE}}}))
    store = {
        "claudeAiOauth": {
            "accessToken": tokens.make("sk-ant-oat01-", 80), "refreshToken": tokens.make("sk-ant-ort01-", 80), "expiresAt": 1800000000000,
        },
        "mcpOAuth": {"linear|abc": {"serverName": "linear", "serverUrl": REMOTE, "accessToken": tokens.bearer()}},
    }  # fmt: skip
    (tmp_path / ".claude/.credentials.json").write_text(json.dumps(store))
    found = scan(tmp_path)
    (linear,) = [r for r in of(Identity, found) if r.type == "mcp:server"]
    assert linear.attrs["auth"] == "oauth"
    kinds = sorted((c.kind, c.issuer, c.expiry, "person" in c.attrs) for c in of(Credential, found))
    assert kinds == [
        ("refresh_token", "anthropic", "unknown", True),
        ("session_token", "anthropic", "set", True),
        ("session_token", "unknown", "unknown", True),
    ]


def test_bridge_and_copilot_sign_ins(tmp_path, tokens):
    bridge = tmp_path / ".mcp-auth/mcp-remote-0.1.29/0b8e6d7058cc4372a5670e02b2c3d479_tokens.json"
    copilot = tmp_path / ".config/github-copilot/apps.json"
    for file, document in (
        (bridge, {"access_token": tokens.bearer(), "token_type": "Bearer", "refresh_token": tokens.bearer()}),
        (
            copilot,
            {
                "github.com:Iv1.b507a08c87ecfe98": {
                    "user": "ann",
                    "oauth_token": tokens.make("gho_", 36),
                    "githubAppId": "Iv1.b507a08c87ecfe98",
                }
            },
        ),
    ):
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document))
    found = scan(tmp_path)
    kinds = {(c.issuer, c.kind) for c in of(Credential, found)}
    assert kinds == {("unknown", "session_token"), ("unknown", "refresh_token"), ("github", "api_token")}
    assert all("person" in c.attrs for c in of(Credential, found))
    assert [c.attrs["login"] for c in of(Credential, found) if c.issuer == "github"] == ["ann"]


def test_codex_auth_names_the_person(tokens):
    claims = base64.urlsafe_b64encode(json.dumps({"email": "ann@acme.example", "exp": 1800000000}).encode()).rstrip(b"=").decode()
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    access = tokens.bearer()
    store = {
        "OPENAI_API_KEY": None,
        "tokens": {"id_token": f"{head}.{claims}.x", "access_token": access, "refresh_token": tokens.bearer()},
    }
    found = one("codex", json.dumps(store), "/home/ann/.codex/auth.json")
    assert {c.attrs["person"] for c in of(Credential, found)} == {"ann@acme.example"}
    assert of(Ownership, found)[0].owner == "ann@acme.example"


def test_same_name_twice_gets_two_uids_and_same_entry_one(tmp_path):
    (tmp_path / ".continue/mcpServers").mkdir(parents=True)
    for name, command in (("a", "x"), ("b", "x"), ("c", "y")):
        (tmp_path / f".continue/mcpServers/{name}.json").write_text(json.dumps({"mcpServers": {"s": {"command": command}}}))
    servers = [r for r in of(Identity, scan(tmp_path)) if r.type == "mcp:server"]
    assert sorted(s.attrs["command"] for s in servers) == ["x", "y"]
    assert len({s.uid for s in servers}) == 2


def test_projects_of_one_home_are_told_apart():
    entry = {"mcpServers": {"s": {"command": "x"}}}
    found = one("claude-code", json.dumps({"projects": {"/w/a": entry, "/w/b": entry}}), ".claude.json")
    uids = {r.uid for r in of(Identity, found) if r.type == "mcp:server"}
    assert uids == {f"machine:build-7:mcp-server/ann/claude-code/s@{project}" for project in ("/w/a", "/w/b")}
    assert parse("claude-code", json.dumps({"projects": {"/w/a": {}, "C:\\w": {}}}).encode()).projects == ("/w/a", "C:\\w")


def test_repository_records_are_committed(tokens):
    config = parse(
        "claude-code", json.dumps({"mcpServers": {"s": {"command": "x", "env": {"T": tokens.github()}}}}).encode(), ".mcp.json"
    )
    place = Place(system="agent_config", exposure="committed", scope="acme/web", path=".mcp.json")
    found = list(records([Located(config, place)], Holder("repository", "acme/web", "repository.agents"), FINGERPRINTER))
    assert {r.uid for r in of(Identity, found)} == {"repo:acme/web:agent/claude-code", "repo:acme/web:mcp-server/claude-code/s"}
    assert [p.exposure for p in of(Placement, found)] == ["committed"]


def test_lines_and_stated_environment(tokens):
    token = tokens.github()
    entry = {"command": "x", "env": {"GITHUB_TOKEN": token}}
    servers = {
        "a": {**entry, "env": {**entry["env"], "APP_ENV": "production"}},
        "b": {**entry, "env": {**entry["env"], "NODE_ENV": "production"}},
    }
    text = json.dumps({"mcpServers": servers}, indent=1)
    found = one("cursor", text)
    stated = {r.name: (r.environment, int(r.attrs["line"])) for r in of(Identity, found) if r.type == "mcp:server"}
    lines = text.split("\n")
    assert stated == {"a": ("prod", lines.index('  "a": {') + 1), "b": (None, lines.index('  "b": {') + 1)}
    assert [p.line for p in of(Placement, found)] == [n for n, line in enumerate(lines, 1) if token in line]


def test_editor_settings_without_agents_say_nothing():
    assert one("vscode", '{"editor.fontSize": 12}', "settings.json") == []
    assert one("zed", "// empty\n{}", "settings.json") == []


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (b"{", "x.json", "malformed"),
        (b"\xff\xfe\xfa", "x.json", "malformed"),
        (b"[1]", "x.json", "malformed"),
        (b"[" * 100_000, "x.json", "malformed"),
        (b"a = [", "x.toml", "malformed"),
        (b"a: [", "x.yaml", "malformed"),
        (b"a: &a [x]\nb: [" + b"*a, " * 50 + b"]", "x.yaml", "malformed"),
        (b"a: 1\n" * 300_000, "x.yaml", "too_large"),
        (b" " * (33 * 1024 * 1024), "x.json", "too_large"),
    ],
)
def test_bad_files_become_gaps(data, path, reason):
    (gap,) = one("cursor", data, path)
    assert isinstance(gap, Gap)
    assert (gap.capability, gap.subject, gap.reason) == ("machine.agents", path, reason)


def test_bom_utf16_and_comments_are_read():
    text = '{"mcpServers": {"s": {"command": "x",},}, /* c */ }'
    for data in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        assert [s.name for s in parse("cursor", data).servers] == ["s"]


def test_yaml_cycle_ends():
    assert parse("goose", b"a: &a\n  b: *a\nextensions: {x: {cmd: y}}\n", "config.yaml").servers[0].name == "x"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([
        "mcpServers", "servers", "mcp", "extensions", "context_servers", "mcp_servers", "projects", "command", "args", "env", "url", "headers",
        "type", "transport", "permissions", "allow", "tools", "alwaysAllow", "disabled", "name", "oauth", "claudeAiOauth", "accessToken",
        "expiresAt", "permission", "agent", "x", "*", "amp.mcpServers",
    ]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip
CLIENT = st.sampled_from([c.name for c in CLIENTS])
PATH = st.sampled_from(["x.json", "x.toml", "x.yaml", ".mcp.json", ".claude/.credentials.json", ".codex/auth.json"])


@settings(deadline=None)
@given(CLIENT, st.binary(max_size=300), PATH)
def test_any_bytes(client, data, path):
    for record in one(client, data, path):
        msgspec.json.encode(record)


@settings(max_examples=300, deadline=None)
@given(CLIENT, JSON, PATH)
def test_any_json(client, value, path):
    found = one(client, json.dumps(value), path)
    assert len({(r.table, r.uid) for r in found}) == len(found)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), JSON, CLIENT)
def test_no_planted_secret_is_ever_written(seed, noise, client):
    rng = random.Random(seed)
    token = checked("ghp_", "".join(rng.choice("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(36)))
    places = [
        {"command": "x", "env": {"T": token}}, {"url": f"https://h.example/{token}/x?k={token}"}, {"command": token, "args": [token, f"--k={token}"]},
        {"url": "https://h.example", "headers": {"A": f"Bearer {token}"}}, {"command": f"x {token}"}, {"cmd": "sh", "args": ["-c", f"A={token} npx {token}"]},
        {"command": "npx", "args": [f"pkg@{token}"], "alwaysAllow": [token]},
    ]  # fmt: skip
    body = {
        "mcpServers": {f"s{i}": place for i, place in enumerate(places)},
        "permissions": {"allow": [f"Bash(x {token})"]},
        "noise": noise,
    }
    body["extensions"] = body["mcp"] = body["servers"] = body["context_servers"] = body["mcp_servers"] = body["mcpServers"]
    found = one(client, json.dumps(body))
    assert of(Credential, found)
    assert token not in msgspec.json.encode(found).decode()


def test_holder_uids():
    assert HOLDER.uid("agent", "cursor") == "machine:build-7:agent/ann/cursor"
