"""Classes of Grant records of the languages beside AWS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.access.aws.actions import ORDER
from keyrack.access.grants import classify_grant

CASES = [
    ("gcp", "roles/owner", "admin"),
    ("gcp", "roles/editor", "permissions"),
    ("gcp", "roles/viewer", "read"),
    ("gcp", "roles/iam.serviceAccountTokenCreator", "permissions"),
    ("gcp", "roles/secretmanager.secretAccessor", "read"),
    ("gcp", "projects/p/roles/ours", "unknown"),
    ("azure", "Owner", "admin"),
    ("azure", "Contributor", "permissions"),
    ("azure", "Reader", "read"),
    ("azure", "User Access Administrator", "permissions"),
    ("azure", "Our own role", "unknown"),
    ("azure", "data:Microsoft.KeyVault/vaults/secrets/getSecret/action", "read"),
    ("entra", "RoleManagement.ReadWrite.Directory", "admin"),
    ("entra", "Mail.Read", "read"),
    ("entra", "Mail.ReadWrite", "write"),
    ("entra", "Global Administrator", "admin"),
    ("entra", "Directory Readers", "read"),
    ("kubernetes", "*:*", "admin"),
    ("kubernetes", "get:secrets", "permissions"),
    ("kubernetes", "create:deployments.apps", "write"),
    ("kubernetes", "get:pods", "read"),
    ("kubernetes", "list:pods", "list"),
    ("kubernetes", "get:/healthz", "read"),
    ("kubernetes", "*:/*", "read"),
    ("kubernetes", "get:secrets.example.com", "read"),  # somebody else's kind
    ("kubernetes", "create:rolebindings.rbac.authorization.k8s.io", "permissions"),
    ("kubernetes", "*:*.apps", "write"),
    ("kubernetes", "*:*.core", "permissions"),
    ("github", "contents:write", "write"),
    ("github", "secrets:write", "permissions"),
    ("github", "metadata:read", "list"),
    ("openbao", "sudo", "permissions"),
    ("postgres", "SUPERUSER", "admin"),
    ("postgres", "pg_execute_server_program", "permissions"),
    ("postgres", "SELECT", "read"),
    ("ldap", "Domain Admins", "admin"),
    ("nobody", "anything", "unknown"),
]


@pytest.mark.parametrize(("language", "action", "expected"), CASES)
def test_class_of_one_action(language, action, expected):
    assert classify_grant(language, [action]) == expected


@given(st.sampled_from(sorted({c[0] for c in CASES})), st.lists(st.sampled_from([c[1] for c in CASES]) | st.text(), max_size=5))
def test_total_and_the_highest_of_its_actions(language, actions):
    whole = classify_grant(language, actions)
    assert whole in ORDER
    assert ORDER.index(whole) == max((ORDER.index(classify_grant(language, [action])) for action in actions), default=0)
