"""Records derive everything else; names are canonical and stable."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.records import OBSERVED, Finding, Identity
from keyrack.records.arrow import batch, schema
from keyrack.records.uids import aws_arn, aws_uid, credential_uid, row_uid

text = st.text(max_size=20)


@pytest.mark.parametrize("record", [*OBSERVED, Finding], ids=lambda r: r.__name__)
def test_every_record_has_a_schema_descriptions_and_a_table(record):
    assert record.table
    assert schema(record).names == [field.name for field in msgspec.structs.fields(record)]
    described = msgspec.json.schema(record)["$defs"][record.__name__]["properties"]
    assert [name for name, facts in described.items() if "description" not in facts] == []
    assert set(record.key) <= set(described)


@given(text, text, st.dictionaries(text, text, max_size=3))
def test_records_survive_the_lake(uid, name, attrs):
    row = Identity(uid=uid, kind="cicd", type="t", name=name, provider="p", scope="s", attrs=attrs)
    stored = batch(Identity, [row]).to_pylist()[0]
    stored["attrs"], stored["tags"] = dict(stored["attrs"]), dict(stored["tags"])
    assert msgspec.convert(stored, Identity) == row


def test_wrong_values_are_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"uid": "x", "kind": "wizard", "type": "t", "name": "n", "provider": "p", "scope": "s"}, Identity)


def test_times_keep_their_zone():
    assert schema(Identity).field("created_at").type == pa.timestamp("us", "UTC")


@given(st.lists(st.one_of(st.none(), text, st.integers()), min_size=1, max_size=4))
def test_row_uids_are_stable_and_readable(parts):
    assert row_uid("x", *parts) == row_uid("x", *parts)
    assert row_uid("x", *parts).startswith("x:")


def test_arns_and_uids_are_inverse():
    arn = "arn:aws-cn:iam::111122223333:role/path/deploy"
    assert aws_uid(arn) == "aws-cn:iam::111122223333:role/path/deploy"
    assert aws_arn(aws_uid(arn)) == arn


def test_best_name_of_a_credential():
    assert credential_uid("aws", public_id="K", fingerprint="f", holder="h") == "cred:aws:K"
    assert credential_uid("aws", fingerprint="f", holder="h") == "cred:fp:f"
    assert credential_uid("aws", holder="h", name="n") == "cred:at:h/n"
    with pytest.raises(ValueError, match="needs"):
        credential_uid("aws")
