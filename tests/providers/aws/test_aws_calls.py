"""API calls are counted on the wire: the manifest's formulas are promises."""

from wire import wire


def test_calls_do_not_grow_with_users_and_roles(moto, scan):
    iam = moto.client("iam")
    role = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
    counts = []
    for round_ in range(2):
        for number in range(20):
            iam.create_user(UserName=f"u{round_}-{number}")
            iam.create_role(RoleName=f"r{round_}-{number}", AssumeRolePolicyDocument=role)
        with wire(moto.url) as line:
            scan(line.url)
            counts.append(line.calls)
    for calls in counts:
        del calls["GenerateCredentialReport"]  # AWS answers it once or twice, as it likes
    assert counts[0] == counts[1]
    assert counts[0].total() <= 42


def test_calls_grow_with_key_holders_as_the_manifest_says(moto, scan):
    iam = moto.client("iam")
    for number in range(30):
        iam.create_user(UserName=f"u{number}")
        if number % 3 == 0:
            iam.create_access_key(UserName=f"u{number}")
    with wire(moto.url) as line:
        scan(line.url)
    assert line.calls["ListAccessKeys"] == 10
    assert line.calls["GetAccessKeyLastUsed"] == 0
    assert line.calls["GetAccountAuthorizationDetails"] == 1
    assert line.calls["GetCredentialReport"] == 1
