"""The contract suite every provider passes. ``check_contract`` runs it whole; each check also stands alone.

Use from a provider's own tests, against a real target the test built::

    records = check_contract(provider, Target("machine", options={"root": str(tree)}), ctx, planted=[key])
"""

from keyrack.sdk.testing.contract import ContractError, check_contract
from keyrack.sdk.testing.leaks import check_no_secret
from keyrack.sdk.testing.lightness import check_light_import
from keyrack.sdk.testing.words import check_manifest, check_words

__all__ = ["ContractError", "check_contract", "check_light_import", "check_manifest", "check_no_secret", "check_words"]
