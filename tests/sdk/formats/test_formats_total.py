"""Laws of every parser: it takes any bytes, never raises, is quick, and its records hold valid text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.sdk import Fingerprinter, Place, observe
from keyrack.sdk.formats import crontab, recognise, systemd
from keyrack.sdk.formats.base import Parsed, when
from keyrack.sdk.formats.catalogue import RULES, _plausible
from keyrack.sdk.formats.urls import endpoint_of, issuer_of, logins
from keyrack.sdk.testing.words import _check_types

PARSERS: dict[str, Callable[[bytes], Parsed]] = {form.name: form.parse for _, form in RULES}
PARSERS |= {"systemd": systemd.parse, "crontab.system": crontab.parse_system, "crontab.user": crontab.parse_user}

SEEDS = [
    b"[default]\naws_access_key_id = AKIA" + b"Z" * 16 + b"\naws_secret_access_key = ",
    b'{"type": "service_account", "private_key": "", "private_key_id": []}',
    b'{"keys": [{"kty": "RSA", "n": "", "e": "AQAB", "d": ""}]}',
    b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----",
    b"-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----",
    b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    b"SQLite format 3\x00" + bytes(200),
    b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x05\x00\x00\x00\x01\x00\x01a" + bytes(40),
    b"0\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
    b"apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: b}}]\nclusters: 5\ncontexts: [1]",
    b'{"version": 4, "terraform_version": "1", "resources": [{"type": "aws_iam_access_key", "instances": [{"attributes": []}]}]}',
    b"ssh-rsa AAAAB3NzaC1yc2E= x",
    b"PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 99999999999999999999\n",
    b"machine x login y password z",
    b'[Service]\nEnvironment="A=',
    b"* * * * * root curl -u a:b https://u:p@h/",
    b"\xff\xfeA\x00=\x00b\x00",
]


def _expand(pattern: str) -> Iterator[str]:
    """A name for every alternative a catalogue pattern has, with the simplest filling."""
    text = (
        pattern.replace("[^/]*", "").replace("[^/]+", "x").replace("[^/.]+", "x").replace(".+", "x").replace("[a-z0-9]+", "rsa")
    )
    text = text.replace("[a-z][a-z0-9-]+-[0-9a-f]{12}", "a1-0123456789ab").replace("\\d+", "1")
    group = re.search(r"\(\?:([^()]*)\)(\?)?", text)
    if group:
        for option in [*group[1].split("|"), *([""] if group[2] else [])]:
            yield from _expand(text[: group.start()] + option + text[group.end() :])
        return
    text = re.sub(r"\[(.)[^\]]*\]\?", "", text)
    text = re.sub(r"\[(.)[^\]]*\]", r"\1", text)
    for plain in {re.sub(r"(\\?.)\?", "", text), re.sub(r"(\\?.)\?", r"\1", text)}:
        yield plain.replace("\\", "")


EVERY = [
    (form.name, path)
    for pattern, form in RULES
    for path in _expand(pattern.pattern.removeprefix("(?:^|/)").removesuffix("$"))
    if path
]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A seed with pieces cut out, doubled or overwritten."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 12))
        data[at : at + size] = draw(st.binary(max_size=24))
    return bytes(data)


@pytest.mark.parametrize("name", sorted(PARSERS))
@settings(max_examples=60, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=600), mangled(), st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
)
def test_parsers_take_anything(name: str, data: bytes) -> None:
    found = PARSERS[name](data)
    place = Place(system="file", exposure="config", scope="h", path="/x")
    for material in found.materials:
        for record in observe(material, place, Fingerprinter(b"k" * 32)):
            _check_types(record)
    for trouble in found.troubles:
        assert trouble.detail


@pytest.mark.parametrize("name", sorted(PARSERS))
@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"a" * 500_000,
        b"password " * 50_000,
        b"x=y " * 100_000,
        b"://@" * 100_000,
        b"https://a:b@" * 40_000,
        b"-----BEGIN PRIVATE KEY-----\n" * 20_000,
        b"-" * 500_000,
        b" " * 500_000,
        b"=\n" * 100_000,
        b"'" * 200_000,
        b'A="' * 100_000,
        b"ssh-rsa " * 60_000,
        b'{"version": 1' + b"0" * 100_000 + b"}",
    ],
    ids=lambda data: repr(data[:12]),
)
def test_hostile_size_is_quick(name: str, data: bytes) -> None:
    start = time.perf_counter()
    PARSERS[name](data)
    assert time.perf_counter() - start < 5


@given(st.text(max_size=120))
def test_url_readers_take_anything(text: str) -> None:
    logins(text)
    issuer_of(text)
    endpoint_of(text)
    when(text)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/a/.aws/credentials", "aws.credentials"),
        (".aws/config", "aws.credentials"),
        ("/home/a/.config/gcloud/application_default_credentials.json", "gcloud.adc"),
        ("C/Users/a/AppData/Roaming/gcloud/credentials.db", "gcloud.database"),
        ("/home/a/.kube/config", "kubeconfig"),
        ("deploy/prod-kubeconfig.yaml", "kubeconfig"),
        ("/home/a/.ssh/id_ed25519", "ssh.private_key"),
        ("/home/a/.ssh/authorized_keys", "ssh.authorized_keys"),
        ("/etc/ssh/ssh_host_rsa_key", "ssh.private_key"),
        ("/etc/ssh/ssh_host_rsa_key-cert.pub", "ssh.certificate"),
        ("/home/a/.ssh/work.pem", "ssh.private_key"),
        ("web/.env.production", "dotenv"),
        ("web/prod.env", "dotenv"),
        ("infra/terraform.tfstate.backup", "tfstate"),
        ("infra/terraform.tfstate.1700000000.backup", "tfstate"),
        ("acme-prod-0123456789ab.json", "json.credential"),
        ("keys/my-service-account.json", "json.credential"),
        ("group_vars/all/vars.yml", "ansible.vars"),
        ("/srv/tls/server.key", "pem"),
        ("/srv/app/keystore.p12", "keystore"),
        ("/srv/app/.well-known/jwks.json", "jwks"),
        (".git/config", "git.config"),
        ("/home/a/.config/gh/hosts.yml", "gh.hosts"),
        ("/etc/default/shop", "shell.rc"),
        ("/home/a/.bash_history", "shell.history"),
    ],
)
def test_file_names(path: str, name: str) -> None:
    form = recognise(path)
    assert form is not None
    assert form.name == name


@given(st.sampled_from([path for _, path in EVERY]), st.sampled_from(["", "/home/a/", "x/y/"]))
def test_the_cheap_look_agrees_with_the_table(path: str, prefix: str) -> None:
    found = recognise(prefix + path)
    assert found is next(form for pattern, form in RULES if pattern.search(prefix + path))


@pytest.mark.parametrize("ending", ["json", "yaml", "yml", "toml", "xml", "php", "conf", "ini", "properties"])
@pytest.mark.parametrize(
    "folder", ["", ".kube/", ".ssh/", "group_vars/all/", "host_vars/", "etc/default/", ".config/pip/", "environment.d/", "x/"]
)
def test_common_endings_agree_with_the_table(folder: str, ending: str) -> None:
    for stem in (
        "x",
        ".env",
        "id_rsa",
        "secrets",
        "config",
        "my-kubeconfig",
        "jwks",
        "application-prod",
        "vault_pass",
        "auth",
        "id_x",
    ):
        path = f"/home/a/{folder}{stem}.{ending}"
        whole = next((form for pattern, form in RULES if pattern.search(path)), None)
        assert not _plausible(path) or recognise(path) is whole


@pytest.mark.parametrize(
    "path",
    [
        "web/.env.example",
        "web/.env.sample",
        "main.py",
        "package.json",
        "package-lock.json",
        "id_rsa.pub",
        "README.md",
        "key.pub",
        ".env.template",
        "x/environment.ts",
        "tsconfig.json",
    ],
)
def test_names_of_other_files(path: str) -> None:
    assert recognise(path) is None
