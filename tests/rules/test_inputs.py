"""Rules about records of any system name a table, not every provider."""

from keyrack.records import Credential, Usage
from keyrack.rules.inputs import ANY_INPUTS, expanded
from keyrack.sdk import Capability, Manifest, registry


def manifest(name, **capabilities):
    return Manifest(name, name, "", tuple(Capability(f"{name}.{key}", key, records) for key, records in capabilities.items()))


A = manifest("a", keys=(Credential,), used=(Usage,))
B = manifest("b", keys=(Credential, Usage))
BOTH = {"a": A, "b": B}


def test_a_table_stands_for_every_provider_that_is_not_named():
    assert expanded(["any.credentials"], BOTH) == ("a.keys", "b.keys")
    assert expanded(["a.used", "any.credentials"], BOTH) == ("a.used", "b.keys")
    assert expanded(["any.usage", "any.credentials"], BOTH) == ("a.used", "b.keys", "a.keys")
    assert expanded(["keyrack.graph", "a.keys"], BOTH) == ("keyrack.graph", "a.keys")
    assert expanded(["any.policies"], BOTH) == ()


def test_every_table_of_observations_may_be_named_and_installed_providers_fill_them():
    assert "any.placements" in ANY_INPUTS
    assert "aws.credential_report" in expanded(["any.credentials"], registry.manifests())
