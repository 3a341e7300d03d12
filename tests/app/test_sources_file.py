"""keyrack.toml changed as text: what a person wrote stays, a secret never gets in, and what cannot be done safely is not done."""

from __future__ import annotations

import tomllib

import pytest
from fakes import Fakes
from hypothesis import given
from hypothesis import strategies as st

from keyrack.app.config import load
from keyrack.app.sources_config import configured
from keyrack.app.sources_file import add, remove
from keyrack.errors import UsageError

HAND = """# our sources
[[sources]]           # the box
target = "machine"    # this one

# production, careful
[[sources]]
name = "prod"
target = "aws"
regions = '''
[[sources]]
eu-west-1'''

# us
[organisation]
accounts = ["111122223333"]
"""


def test_add_keeps_every_word_and_is_read_again(tmp_path):
    path = tmp_path / "keyrack.toml"
    path.write_text(HAND)
    add(path, {"name": "stage", "target": "aws", "every": "6h", "region": 'eu "west" \\ \x7f\u2028é'})
    text = path.read_text()
    assert text.startswith(HAND)
    assert tomllib.loads(text)["sources"][-1]["region"] == 'eu "west" \\ \x7f\u2028é'
    assert [source.name for source in configured(load(path))] == ["machine", "prod", "stage"]


def test_add_makes_the_file_and_keeps_its_mode_and_line_ends(tmp_path):
    path = tmp_path / "keyrack.toml"
    add(path, {"target": "machine"})
    assert path.read_text() == '[[sources]]\ntarget = "machine"\n'
    path.write_bytes(b"# dos\r\n[rules]\r\ndisabled = []")
    path.chmod(0o640)
    add(path, {"target": "machine"})
    assert path.read_bytes() == b'# dos\r\n[rules]\r\ndisabled = []\r\n\r\n[[sources]]\r\ntarget = "machine"\r\n'
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_remove_takes_one_table_and_leaves_its_neighbours_comments(tmp_path):
    path = tmp_path / "keyrack.toml"
    path.write_text(HAND.replace("[[sources]]\neu-west-1", "eu-west-1"))
    remove(path, "prod")
    text = path.read_text()
    assert "# us\n[organisation]" in text
    assert 'target = "machine"    # this one' in text
    assert [source.name for source in configured(load(path))] == ["machine"]
    remove(path, "machine")
    assert load(path).sources == ()
    assert load(path).organisation.accounts == ("111122223333",)


def test_what_cannot_be_changed_safely_is_left(tmp_path):
    path = tmp_path / "keyrack.toml"
    for text in ('sources = [{target = "machine"}]\n', HAND):
        path.write_text(text)
        with pytest.raises(UsageError, match=r"cannot be changed safely|not written as"):
            remove(path, "machine" if text is not HAND else "prod")
        assert path.read_text() == text
    path.write_text('sources = [{target = "machine"}]\n')
    with pytest.raises(UsageError):
        add(path, {"target": "aws"})
    path.write_text("[[sources\n")
    with pytest.raises(UsageError):
        add(path, {"target": "aws"})


@pytest.mark.parametrize("name", ["nope", ""])
def test_remove_of_a_stranger_is_a_usage_error(tmp_path, name):
    path = tmp_path / "keyrack.toml"
    path.write_text(HAND)
    with pytest.raises(UsageError, match="no source"):
        remove(path, name)


def test_two_of_one_name_are_refused(tmp_path):
    path = tmp_path / "keyrack.toml"
    add(path, {"name": "a", "target": "machine"})
    with pytest.raises(UsageError, match="called 'a'"):
        add(path, {"name": "a", "target": "machine"})


@pytest.mark.parametrize("kind", ["github", "gitlab", "npm", "stripe", "url", "private_key"])
def test_a_secret_never_gets_in(tmp_path, kind):
    fakes = Fakes(3)
    values = {
        "url": f"https://ann:{fakes.word()}@example.com/api",
        "private_key": "-----BEGIN " + "PRIVATE KEY-----\n" + fakes.text(64) + "\n-----END " + "PRIVATE KEY-----",
    }
    value = values.get(kind) or getattr(fakes, kind)()
    path = tmp_path / "keyrack.toml"
    with pytest.raises(UsageError, match="looks like a secret") as told:
        add(path, {"target": "aws", "token": value})
    assert value not in str(told.value) + told.value.hint
    assert not path.exists()


@pytest.mark.parametrize(
    "value",
    ["GITHUB_TOKEN", "/run/secrets/keyrack/token", "https://keyrack.example/api", "nordholm-prod", "security-audit",
     "11111111-2222-3333-4444-555555555555", "deployer@nordholm-prod.iam.gserviceaccount.com", "dc=nordholm,dc=example", "postgresql://db.example/app"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["token_env", "profile", "endpoint", "tenant"])
def test_names_of_places_and_things_are_no_secrets(tmp_path, name, value):
    add(tmp_path / "keyrack.toml", {"target": "aws", name: value})


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12) | st.booleans(), max_size=3))
def test_anything_is_written_so_that_it_reads_the_same(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("toml") / "keyrack.toml"
    path.write_text(HAND)
    try:
        add(path, table)
    except (UsageError, UnicodeEncodeError):
        assert path.read_text() == HAND
        return
    assert tomllib.loads(path.read_text())["sources"][-1] == table
