"""The custom role to create for Keyrack, with the commands that create and bind it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.sdk import Permission

_HEAD = """\
# Keyrack reads Google Cloud with this custom role. Save as keyrack-role.yaml, then:
#   gcloud iam roles create keyrackReader --organization=ORGANIZATION --file=keyrack-role.yaml      (or --project=PROJECT)
#   gcloud organizations add-iam-policy-binding ORGANIZATION --role=organizations/ORGANIZATION/roles/keyrackReader \\
#     --member=serviceAccount:keyrack@PROJECT.iam.gserviceaccount.com --condition=None
#   gcloud services enable cloudasset.googleapis.com iam.googleapis.com cloudresourcemanager.googleapis.com \\
#     policyanalyzer.googleapis.com storage.googleapis.com
# No key: attach the account to the workload Keyrack runs as, or let it come by workload identity federation.
title: Keyrack reader
description: Read-only inventory of non-human identities
stage: GA
includedPermissions:
"""
_ORGANIZATION_ONLY = ("resourcemanager.folders.", "resourcemanager.organizations.")


def custom_role(permissions: Sequence[Permission]) -> str:
    """YAML of `gcloud iam roles create`, each permission with its reason; a project's role cannot hold some of them."""
    lines = []
    for permission in {item.name: item for item in permissions if "." in item.name}.values():
        note = f"{permission.why}{' (optional)' if permission.optional else ''}"
        if permission.name.startswith(_ORGANIZATION_ONLY):
            note += "; not in a project's role"
        lines.append(f"- {permission.name}  # {note}\n")
    return _HEAD + "".join(lines)
