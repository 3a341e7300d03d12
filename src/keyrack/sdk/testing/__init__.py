"""The contract suite every provider passes. ``check_contract`` runs it whole; each check also stands alone.

Use from a provider's own tests, against a real target the test built::

    records = check_contract(provider, Target("machine", options={"root": str(tree)}), ctx, planted=[key])
"""

from keyrack.sdk.testing.contract import ContractError, check_contract
from keyrack.sdk.testing.leaks import check_no_secret
from keyrack.sdk.testing.lightness import check_light_import
from keyrack.sdk.testing.storm import GALES, Gale, Storm, storm
from keyrack.sdk.testing.weather import Outcome, check_weather
from keyrack.sdk.testing.words import check_manifest, check_words

__all__ = [
    "GALES",
    "ContractError",
    "Gale",
    "Outcome",
    "Storm",
    "check_contract",
    "check_light_import",
    "check_manifest",
    "check_no_secret",
    "check_weather",
    "check_words",
    "storm",
]
