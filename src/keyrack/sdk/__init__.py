"""What a provider author imports: the contract, Gaps, secrets, fingerprints and parsed material."""

from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.gaps import gap
from keyrack.sdk.manifest import Capability, Manifest, Option, Permission, Words
from keyrack.sdk.material import Material, Place, observe
from keyrack.sdk.provider import (
    Context,
    Expanding,
    Forgetful,
    Memory,
    Probe,
    Probing,
    Progress,
    Provider,
    Silent,
    Source,
    Target,
)
from keyrack.sdk.secret import Secret

__all__ = [
    "Capability",
    "Context",
    "Expanding",
    "Fingerprinter",
    "Forgetful",
    "Manifest",
    "Material",
    "Memory",
    "Option",
    "Permission",
    "Place",
    "Probe",
    "Probing",
    "Progress",
    "Provider",
    "Secret",
    "Silent",
    "Source",
    "Target",
    "Words",
    "gap",
    "observe",
]
