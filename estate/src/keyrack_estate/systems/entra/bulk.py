"""A large tenant without truth, for benchmarks: half applications, then managed identities, people and foreign applications."""

from __future__ import annotations

from datetime import datetime

from keyrack_estate.chance import Chance
from keyrack_estate.fakes.microsoft.maker import Maker

GITHUB = "https://token.actions.githubusercontent.com"


def tenant(size: int, chance: Chance, now: datetime) -> Maker:
    """About ``size`` identities; the same seed and moment give the same tenant."""
    maker = Maker(chance.child("ids"), now)
    people = [maker.user(f"user{number}@nordholm.example", f"User {number}") for number in range(max(2, size // 5))]
    subscriptions = [
        maker.subscription(f"sub-{number}-{'prod' if number % 2 else 'dev'}") for number in range(max(2, size // 2000))
    ]
    for number in range(size // 2):
        app = maker.app(f"app-{number}", age=100 + number % 900, owners=[people[number % len(people)]])
        maker.secret(app, "first", age=20 + number % 300, life=365, used=number % 90)
        if number % 4 == 0:
            maker.permit(app.sp, ("User.Read.All", "Mail.Send", "Group.ReadWrite.All")[number % 3])
        if number % 5 == 0:
            maker.federate(app, "github", GITHUB, f"repo:nordholm/repo-{number}:environment:live")
        if number % 3 == 0:
            maker.assign(
                app.sp, "Contributor", f"/subscriptions/{subscriptions[number % len(subscriptions)]}/resourceGroups/rg-{number}"
            )
    for number in range(size // 5):
        sub = subscriptions[number % len(subscriptions)]
        thing = maker.resource(sub, f"rg-{number % 200}", "Microsoft.Compute/virtualMachines", f"vm-{number}")
        maker.assign(maker.own_identity(thing), "Reader", f"/subscriptions/{sub}")
    for number in range(size // 10):
        app_id = maker.foreign(f"vendor-{number}", verified="Vendor" if number % 2 else None)
        maker.consent(app_id, "User.Read Mail.Read" if number % 7 == 0 else "openid profile")
    return maker
