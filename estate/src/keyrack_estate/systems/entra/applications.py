"""Applications, agents, other tenants' applications: planted problems, and what only looks like one."""

from __future__ import annotations

from typing import Final

from keyrack_estate.fakes.microsoft.maker import MICROSOFT_TENANT, App
from keyrack_estate.systems.entra.ground import Ground

GITHUB: Final = "https://token.actions.githubusercontent.com"
_IMPLICIT: Final = {"enableAccessTokenIssuance": True, "enableIdTokenIssuance": True}
_ID_ONLY: Final = {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": True}


class Applications:
    """Plants the directory's part."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.maker = ground.maker

    def plant(self) -> None:
        """All of it."""
        self._owners()
        self._use()
        self._disabled()
        self._agents()
        self._vendors()
        self._ways_in()
        self._powers()
        self._federation()
        self._lifetimes()
        self._people()

    def _owners(self) -> None:
        ground, maker = self.ground, self.maker
        for name in ("invoice-export", "hr-sync"):
            ground.wrong("entra_app_no_owner", ground.app(name, owners=[]))
        orphan = ground.app("web-deploy", owners=[], secret=False)
        maker.federate(orphan, "deploy", GITHUB, "repo:nordholm/web:environment:live")
        ground.wrong("entra_app_no_owner", orphan)
        for number, name in enumerate(("stock-feed", "price-robot")):
            ground.wrong("entra_owner_left", ground.app(name, owners=[ground.gone[number]]))
        one = ground.app("half-owned", owners=[ground.gone[2], ground.active[5]])
        ground.right("NHI1:2025", one, "one of its two owners left, the other did not")
        quiet = ground.app("empty-shell", owners=[], secret=False)
        ground.right("NHI1:2025", quiet, "nobody owns it, and it can do nothing")
        noted = ground.app("noted", owners=[], notes=f"Run by the data team, ask {ground.world.company.active[3].email}")
        ground.right("NHI1:2025", noted, "its notes name somebody who is there")

    def _use(self) -> None:
        ground, maker = self.ground, self.maker
        for name, age in (("pilot-2025", 120), ("old-crm-link", 160)):
            app = ground.app(name, secret=False)
            ground.key_wrong("entra_secret_never_used", maker.secret(app, "first", age=age))
        for name, used in (("quarterly-report", 45), ("campaign-mailer", 130)):
            app = ground.app(name, secret=False)
            ground.key_wrong("entra_secret_idle", maker.secret(app, "first", age=170, life=300, used=used))
        app = ground.app("monthly-close", secret=False)
        ground.key_right("NHI1:2025", maker.secret(app, "first", age=100, used=28), "used less than a month ago")
        app = ground.app("brand-new", secret=False)
        ground.key_right("NHI1:2025", maker.secret(app, "first", age=6), "six days old, not used yet")
        app = ground.app("rotated")
        ground.key_right("NHI1:2025", maker.secret(app, "previous", age=400, life=365), "over: nobody can use it")

    def _disabled(self) -> None:
        ground, maker = self.ground, self.maker
        app = ground.app("frozen-billing", secret=False, enabled=False)
        maker.assign(app.sp, "Contributor", f"/subscriptions/{ground.shared}/resourceGroups/rg-billing")
        ground.wrong("entra_disabled_keeps_roles", app)
        app = ground.app("frozen-import", enabled=False)
        ground.wrong("entra_disabled_with_secret", app)
        ground.key_wrong("entra_disabled_with_secret", app.keys["current"])
        app = ground.app("frozen-viewer", secret=False, enabled=False)
        maker.assign(app.sp, "Reader", f"/subscriptions/{ground.shared}")
        ground.right("NHI1:2025", app, "off, and it may only read")

    def _agents(self) -> None:
        ground, maker = self.ground, self.maker
        blueprint = maker.blueprint("Support agents", ground.two_owners(), ground.two_owners())
        for number in range(3):
            agent = maker.agent(f"Support agent {number}", blueprint, ground.two_owners())
            ground.right("NHI1:2025", agent, "sponsored by two people who are there")
        for number in range(2):
            ground.wrong("entra_agent_no_sponsor", maker.agent(f"Drafting agent {number}", blueprint, []))
        ground.wrong("entra_owner_left", maker.agent("Pricing agent", blueprint, [ground.gone[3]]))
        ground.wrong("entra_agent_no_sponsor", maker.blueprint("Shadow agents", [], ground.two_owners()))
        retired = maker.agent("Retired agent", blueprint, [], enabled=False)
        ground.right("NHI1:2025", retired, "switched off: nobody has to answer for it")

    def _vendors(self) -> None:
        ground, maker = self.ground, self.maker
        names = {vendor.slug: vendor for vendor in ground.world.company.vendors}
        ended = next(vendor for vendor in names.values() if vendor.status == "ended")
        app = maker.foreign(f"{ended.name} connector", verified=ended.name)
        maker.consent(app, "User.Read Tickets.Read")
        ground.wrong("entra_vendor_ended", app)
        healthy = next(vendor for vendor in names.values() if vendor.status == "active")
        app = maker.foreign(f"{healthy.name} mail", verified=healthy.name)
        maker.consent(app, "Mail.ReadWrite offline_access")
        ground.right("NHI3:2025", app, "a verified publisher under contract, on behalf of its users")
        app = maker.foreign("PDF Magic", verified=None)
        for person in ground.active[8:11]:
            maker.consent(app, "Mail.Read Files.ReadWrite.All offline_access User.Read", person)
        ground.wrong("entra_unverified_app", app, note="three people consented for themselves")
        app = maker.foreign("Calendar Helper", verified=None)
        maker.consent(app, "Calendars.ReadWrite")
        ground.wrong("entra_unverified_app", app)
        app = maker.foreign("Legacy archiver", verified=None)
        maker.permit(app, "Mail.ReadWrite")
        ground.wrong("entra_unverified_app", app, note="as itself, over every mailbox")
        app = maker.foreign("Lunch orders", verified=None)
        maker.consent(app, "openid profile email offline_access User.Read")
        ground.right("NHI3:2025", app, "it lets people sign in and reads nothing")
        app = maker.foreign("Old survey", verified=None, accountEnabled=False)
        maker.consent(app, "Mail.Read")
        ground.right("NHI3:2025", app, "switched off")
        app = maker.foreign("Brightcost optimiser", verified="Brightcost")
        maker.assign(app, "Owner", f"/subscriptions/{ground.shared}")
        ground.wrong("entra_vendor_admin", app)
        app = maker.foreign("Lumenwatch onboarding", verified="Lumenwatch")
        maker.permit(app, "Application.ReadWrite.All")
        ground.wrong("entra_vendor_admin", app)
        ground.wrong("entra_directory_takeover", app, note="any application, administrators among them")
        app = maker.foreign("Office 365 Exchange Online", owner=MICROSOFT_TENANT)
        maker.permit(app, "Group.ReadWrite.All")
        ground.right("NHI3:2025", app, "Microsoft's own")

    def _ways_in(self) -> None:
        ground, maker = self.ground, self.maker
        app = ground.app(
            "storefront-spa",
            secret=False,
            web={"redirectUris": ["https://shop.nordholm.example"], "implicitGrantSettings": _IMPLICIT},
        )
        ground.wrong("entra_implicit_grant", app)
        uris = ["http://intranet.nordholm.example/callback"]
        app = ground.app("old-portal", secret=False, web={"redirectUris": uris, "implicitGrantSettings": _IMPLICIT})
        ground.wrong("entra_implicit_grant", app)
        for uri in ("http://wiki.nordholm.example/auth", "https://*.nordholm.example/auth"):
            ground.wrong(
                "entra_plain_redirect",
                ground.app("wiki" if "wiki" in uri else "preview-sites", secret=False, spa={"redirectUris": [uri]}),
            )
        app = ground.app(
            "aspnet-intranet", web={"redirectUris": ["https://i.nordholm.example"], "implicitGrantSettings": _ID_ONLY}
        )
        ground.right("NHI4:2025", app, "hybrid flow: ID tokens only")
        app = ground.app(
            "desktop-tool", secret=False, publicClient={"redirectUris": ["http://localhost", "http://127.0.0.1:8400"]}
        )
        ground.right("NHI4:2025", app, "a native application listens on loopback")
        app = ground.app("mixed-deploy")
        maker.federate(app, "main", GITHUB, "repo:nordholm/api:environment:live")
        ground.wrong("entra_secret_beside_federation", app)
        app = ground.app("mixed-edi")
        maker.certificate(app, "edi", age=100, used=3)
        ground.wrong("entra_secret_beside_federation", app)
        app = ground.app("migrated-deploy", secret=False)
        maker.secret(app, "before", age=300, life=180)
        maker.federate(app, "main", GITHUB, "repo:nordholm/etl:environment:live")
        ground.right("NHI4:2025", app, "the secret is over since it moved to federation")

    def _powers(self) -> None:
        ground, maker = self.ground, self.maker
        for name, permission in (
            ("identity-governance", "RoleManagement.ReadWrite.Directory"),
            ("provisioner", "Group.ReadWrite.All"),
        ):
            app = ground.app(name)
            maker.permit(app.sp, permission)
            ground.wrong("entra_directory_takeover", app)
        app = ground.app("break-glass-script")
        maker.directory_role(app.sp, "Global Administrator")
        ground.wrong("entra_directory_takeover", app)
        app = ground.app("group-held")
        group = maker.guid()
        maker.directory.members[group] = [app.sp]
        maker.directory_role(group, "Application Administrator")
        ground.wrong("entra_directory_takeover", app, note="through a group")
        app = ground.app("staff-directory")
        maker.permit(app.sp, "User.Read.All")
        maker.permit(app.sp, "Directory.Read.All")
        ground.right("NHI5:2025", app, "reads the directory")
        app = ground.app("admin-portal")
        maker.consent(app.sp, "Directory.ReadWrite.All")
        ground.right("NHI5:2025", app, "on behalf of the administrator who signed in")
        app = ground.app("unit-helpdesk")
        maker.directory_role(app.sp, "Helpdesk Administrator", scope="/administrativeUnits/stores")
        ground.right("NHI5:2025", app, "for one administrative unit")
        app = ground.app("emergency-tool")
        maker.directory_role(app.sp, "Global Administrator", eligible=True)
        ground.right("NHI5:2025", app, "eligible: it must be activated first")

    def _federation(self) -> None:
        ground = self.ground
        self._trusts("fic-any-repo", "entra_federation_any", like="claims['sub'] matches 'repo:nordholm/*'")
        self._trusts("fic-any-branch", "entra_federation_any", like="claims['sub'] matches 'repo:nordholm/mobile:*'")
        self._trusts("fic-pull-request", "entra_federation_any", subject="repo:nordholm/api:pull_request")
        self._trusts(
            "fic-audience",
            "entra_federation_audience",
            subject="repo:nordholm/api:environment:live",
            audience="https://github.com/nordholm",
        )
        exact = self._trusts("fic-exact", subject="repo:nordholm/etl:environment:live")
        release = self._trusts("fic-release", like="claims['sub'] matches 'repo:nordholm/api:ref:refs/heads/release/*'")
        job = "nordholm/ci/.github/workflows/deploy.yml@refs/heads/main"
        workflow = f"claims['sub'] matches 'repo:nordholm/*' and claims['job_workflow_ref'] eq '{job}'"
        pinned = self._trusts("fic-reusable", like=workflow)
        for app, note in (
            (exact, "one environment"),
            (release, "release branches of one repository"),
            (pinned, "one reusable workflow"),
        ):
            ground.right("NHI6:2025", app, note)
        self._trusts(
            "checkout-prod-deploy",
            "entra_prod_trusts_staging",
            subject="repo:nordholm/web:environment:staging",
            tags=["env:production"],
        )
        right = self._trusts("checkout-live-release", subject="repo:nordholm/web:environment:production", tags=["env:production"])
        ground.right("NHI8:2025", right, "production trusts production")
        several = self._trusts("one-for-all", "entra_app_many_repositories", subject="repo:nordholm/web:environment:live")
        self.maker.federate(several, "second", GITHUB, "repo:nordholm/api:environment:live")
        twice = self._trusts("two-branches", subject="repo:nordholm/web:ref:refs/heads/main")
        self.maker.federate(twice, "second", GITHUB, "repo:nordholm/web:environment:live")
        ground.right("NHI9:2025", twice, "two jobs of one repository")

    def _trusts(
        self,
        name: str,
        label: str = "",
        *,
        subject: str = "",
        like: str = "",
        audience: str = "api://AzureADTokenExchange",
        tags: list[str] | None = None,
    ) -> App:
        app = self.ground.app(name, secret=False, tags=tags or [])
        self.maker.federate(app, "github", GITHUB, subject, audience=audience, like=like)
        if label:
            self.ground.wrong(label, app)
        return app

    def _lifetimes(self) -> None:
        ground, maker = self.ground, self.maker
        for name, life in (("forever-2021", 36_135), ("two-years", 730)):
            app = ground.app(name, secret=False)
            ground.key_wrong("entra_secret_far_end", maker.secret(app, "first", age=60, life=life, used=1))
        app = ground.app("edi-gateway", secret=False)
        ground.key_wrong("entra_certificate_far_end", maker.certificate(app, "edi", age=200, life=3650, used=1))
        app = ground.app("yearly", secret=False)
        ground.key_right("NHI7:2025", maker.secret(app, "first", age=30, life=365, used=1), "a year to the day")
        app = ground.app("cert-user", secret=False)
        ground.key_right("NHI7:2025", maker.certificate(app, "c", age=90, life=365, used=1), "a certificate for a year")

    def _people(self) -> None:
        ground, maker = self.ground, self.maker
        app = ground.app("reporting-suite")
        maker.permit(app.sp, "Sites.Selected")
        maker.signed_in(app.app_id, application=1, delegated=2)
        ground.wrong("entra_people_and_machine", app)
        app = ground.app("ops-cli", isFallbackPublicClient=True)
        ground.wrong("entra_public_client_secret", app)
        app = ground.app("web-shop-admin")
        maker.consent(app.sp, "User.Read")
        maker.signed_in(app.app_id, application=1, delegated=1)
        ground.right("NHI10:2025", app, "a web application on behalf of its users")
        app = ground.app("cli-without-secret", secret=False, isFallbackPublicClient=True)
        ground.right("NHI10:2025", app, "a public client, and nothing but that")
