"""Types of condition values."""

from decimal import Decimal

import pytest

from keyrack.access.aws.values import moment, network, number, same_bool, same_bytes, within


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024", 1704067200),
        ("2024-02", 1706745600),
        ("2024-02-01", 1706745600),
        ("2024-02-01T00:00Z", 1706745600),
        ("2024-02-01T01:00:00+01:00", 1706745600),
        ("2024-01-31T23:30:00-0030", 1706745600),
        ("2024-02-01T00:00:00.250Z", Decimal("1706745600.25")),
        ("1706745600", 1706745600),
        ("2024-02-30", None),
        ("2024-13", None),
        ("yesterday", None),
        ("", None),
        ("2024-02-01 00:00", None),
    ],
)
def test_moment(text, seconds):
    assert moment(text) == seconds


@pytest.mark.parametrize(
    ("text", "value"),
    [("10", 10), ("-1.50", Decimal("-1.5")), ("1e3", 1000), (" 7 ", 7), ("0x10", None), ("NaN", None), ("", None)],
)
def test_number(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("allowed", "given", "expected"),
    [
        ("203.0.113.0/24", "203.0.113.77", True),
        ("203.0.113.77/24", "203.0.113.1", True),
        ("203.0.113.0/24", "203.0.114.1", False),
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("::ffff:203.0.113.0/120", "203.0.113.9", True),
        ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
        ("2001:DB8:1234:5678::/64", "203.0.113.9", False),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("0.0.0.0/0", "no address", False),
        ("no range", "203.0.113.9", False),
    ],
)
def test_within(allowed, given, expected):
    assert within(allowed)(given) is expected


def test_network_of_an_address_is_that_address():
    assert str(network("203.0.113.7")) == "203.0.113.7/32"
    assert str(network("2001:db8::1")) == "2001:db8::1/128"


def test_bool_and_binary():
    assert same_bool("true")("True")
    assert not same_bool("true")("1")
    assert not same_bool("yes")("yes")
    assert same_bytes("QmluYXJ5")("QmluYXJ5")
    assert not same_bytes("QmluYXJ5")("QmluYXJ6")
    assert not same_bytes("not base 64!")("not base 64!")
