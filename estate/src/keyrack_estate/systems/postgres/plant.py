"""What is wrong, and what only looks wrong, on Nordholm's PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyrack_estate.truth import Anchor, native

if TYPE_CHECKING:
    from keyrack_estate.world import World


@dataclass
class State:
    """Statements by database, lines of pg_hba.conf, and sessions: role, password, database, program."""

    statements: list[tuple[str, str]] = field(default_factory=list)
    hba: list[str] = field(default_factory=list)
    sessions: list[tuple[str, str, str, str]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict, repr=False)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Planter:
    """Plants one server; each method a risk, its problems first and what resembles them after."""

    def __init__(self, world: World, server: str) -> None:
        self.world = world
        self.server = server
        self.chance = world.chance.child("postgres")
        self.state = State()
        self.truth = world.truth

    def plant(self) -> State:
        """The whole server."""
        self._databases()
        self._owners()
        self._stored()
        self._vendors()
        self._passwords()
        self._lines()
        self._power()
        self._environments()
        self._sessions()
        return self.state

    def anchor(self, name: str) -> Anchor:
        """A role, function or line by the name its administrators use."""
        return native("pg", name)

    def run(self, statement: str, database: str = "postgres") -> None:
        """One statement of the superuser."""
        self.state.statements.append((database, statement))

    def role(self, name: str, words: str = "", comment: str = "", *, password: bool = True) -> str:
        """A login role with a password of its own; returns the password."""
        secret = self.chance.child(name).dense(24)
        self.state.values[name] = secret
        told = f" PASSWORD {_text(secret)}" if password else ""
        self.run(f'CREATE ROLE "{name}" LOGIN {words}{told}')
        if comment:
            self.run(f'COMMENT ON ROLE "{name}" IS {_text(comment)}')
        return secret

    def _living(self, number: int) -> str:
        return self.world.company.active[number % len(self.world.company.active)].email

    def _gone(self, number: int) -> str:
        return self.world.company.gone[number % len(self.world.company.gone)].email

    def _databases(self) -> None:
        for name in ("payments_prod", "storefront_prod", "storefront_staging", "warehouse", "latest_prices"):
            self.run(f"CREATE DATABASE {name}")
            self.run("CREATE TABLE public.orders (id int); CREATE TABLE public.people (id int)", name)
        self.run("COMMENT ON DATABASE warehouse IS 'env: prod; owner: team data'")

    def _owners(self) -> None:
        for number, name in enumerate(("invoice_app", "loyalty_sync", "fx_rates_job")):
            self.role(name, comment=f"owner: {self._gone(number)}")
            self.truth.planted("pg_owner_gone", self.anchor(name))
        self.role("payout_app", comment=f"owner: {self._living(3)}; env: prod")
        self.role("settlement_job", comment=f"first made by {self._gone(1)}, now {self._living(4)} looks after it")
        self.role("ledger_app", comment="owner: team payments")
        self.role("parked_app", "CONNECTION LIMIT 0", f"owner: {self._gone(2)}", password=False)
        for name in ("payout_app", "settlement_job", "ledger_app", "parked_app"):
            self.truth.decoy(
                "NHI1:2025", self.anchor(name), "a living owner, two addresses of which none is named owner, or no way in"
            )
        self.role("closed_batch", "CONNECTION LIMIT 0")
        self.truth.planted("pg_closed_role_with_password", self.anchor("closed_batch"))
        self.role("closed_clean", "CONNECTION LIMIT 0", password=False)
        self.truth.decoy("NHI1:2025", self.anchor("closed_clean"), "closed, and no password is left")

    def _stored(self) -> None:
        payments = self.world.share("payments-db")
        self.state.values["payments-db"] = payments
        self.run(f"CREATE ROLE payments_app LOGIN PASSWORD {_text(payments)}")
        self.run(f"COMMENT ON ROLE payments_app IS {_text(f'owner: {self._living(1)}; env: prod')}")
        traced = self.anchor("payments_app")
        if "gcp" in self.world.systems:
            self.truth.planted("prod_key_outside_prod", traced, note="its password is in a function of the test project")
        self.truth.debatable("NHI8:2025", traced, "who else has its password depends on the systems that are there")
        self.truth.debatable("NHI9:2025", traced, "who else has its password depends on the systems that are there")
        self.role("warehouse_loader")
        self.role("reporting_ro")
        self.role("archive_job")
        self.run("CREATE EXTENSION postgres_fdw", "warehouse")
        for name, host in (
            ("payments", self.server),
            ("erp", "erp-db.nordholm.example"),
            ("archive", "archive-db.nordholm.example"),
        ):
            options = f"host {_text(host)}, dbname 'payments_prod'"
            self.run(f"CREATE SERVER {name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({options})", "warehouse")
        erp = self.chance.child("erp").dense(26)
        self.state.values["erp"] = erp
        mappings = (("warehouse_loader", "payments", "payments_app", payments), ("reporting_ro", "erp", "erp_reader", erp))
        for role, server, user, secret in mappings:
            options = f"user {_text(user)}, password {_text(secret)}"
            self.run(f"CREATE USER MAPPING FOR {role} SERVER {server} OPTIONS ({options})", "warehouse")
            self.truth.planted("pg_stored_password", self.anchor(role))
        options = "user 'archiver', sslcert '/etc/pg/archive.crt', sslkey '/etc/pg/archive.key', password_required 'false'"
        self.run(f"CREATE USER MAPPING FOR archive_job SERVER archive OPTIONS ({options})", "warehouse")
        self.truth.decoy("NHI2:2025", self.anchor("archive_job"), "a mapping that signs in by certificate")
        self._comments()

    def _comments(self) -> None:
        """What administrators note: two give a password away, two only speak of one."""
        wrong = {"kiosk_app": "owner: team storefront; password is {}", "label_printer": "for the printers in Malmo, pw={}"}
        for name, words in wrong.items():
            told = f"Nh7{self.chance.child(f'told/{name}').dense(15)}"
            self.state.values[f"told/{name}"] = told
            self.role(name, comment=words.format(told))
            self.truth.planted("pg_comment", self.anchor(name))
        for name, words in {
            "pricing_app": "password: see vault, secret/pricing",
            "stock_app": "password rotated 2026-10-31",
        }.items():
            self.role(name, comment=f"owner: {self._living(11)}; {words}")
            self.truth.decoy("NHI2:2025", self.anchor(name), "says where a password is, or how old")

    def _vendors(self) -> None:
        self.role("lumenwatch_agent", "SUPERUSER", f"vendor: Lumenwatch; owner: {self._living(7)}")
        self.truth.planted("pg_superuser", self.anchor("lumenwatch_agent"))
        self.truth.planted("pg_vendor_rules", self.anchor("lumenwatch_agent"))
        self.role("tidewater_backup", "IN ROLE pg_write_server_files", f"vendor: Tidewater Backup; owner: {self._living(9)}")
        self.truth.planted("pg_superuser", self.anchor("tidewater_backup"))
        self.truth.planted("pg_vendor_rules", self.anchor("tidewater_backup"))
        self.role("cobalt_reports", comment=f"vendor: Cobalt Support; owner: {self._living(10)}")
        self.truth.planted("pg_vendor_left", self.anchor("cobalt_reports"))
        self.role("cobalt_closed", "CONNECTION LIMIT 0", "vendor: Cobalt Support", password=False)
        self.truth.decoy("NHI1:2025", self.anchor("cobalt_closed"), "a former supplier's role that lets nobody in")
        self.role("brightcost_ro", "IN ROLE pg_read_all_stats", f"vendor: Brightcost; owner: {self._living(8)}")
        self.truth.decoy("NHI3:2025", self.anchor("brightcost_ro"), "a supplier's role that reads statistics")

    def _passwords(self) -> None:
        for name in ("legacy_erp_app", "till_sync", "old_exporter"):
            secret = self.chance.child(name).dense(20)
            self.state.values[name] = secret
            self.run(
                f"SET password_encryption = 'md5'; CREATE ROLE {name} LOGIN PASSWORD {_text(secret)}; RESET password_encryption"
            )
            self.truth.planted("pg_md5", self.anchor(name))
        ended = "PASSWORD 'gone-2021' VALID UNTIL '2021-03-01'"
        self.run(f"SET password_encryption = 'md5'; CREATE ROLE ended_app LOGIN {ended}; RESET ALL")
        self.truth.decoy("NHI4:2025", self.anchor("ended_app"), "an MD5 password that has ended")
        self.run("SET password_encryption = 'md5'; CREATE ROLE \"cecilia.carlsson\" LOGIN PASSWORD 'by hand'; RESET ALL")
        self.truth.decoy("NHI4:2025", self.anchor("cecilia.carlsson"), "a person's own role")

    def _lines(self) -> None:
        wrong = (
            ("pg_open_sign_in", "host storefront_staging all 10.20.0.0/16 trust"),
            ("pg_open_sign_in", "host warehouse till_sync 10.30.0.0/16 password"),
            ("pg_world", "host warehouse reporting_ro 0.0.0.0/0 scram-sha-256"),
            ("pg_world", "host latest_prices all ::/0 scram-sha-256"),
        )
        right = (
            ("NHI4:2025", "host all night_job 127.0.0.1/32 password", "clear text, but never leaves this computer"),
            ("NHI4:2025", "local all backup_job peer", "the account of the operating system"),
            ("NHI6:2025", "host all nobody_in 0.0.0.0/0 reject", "a line that refuses"),
            ("NHI6:2025", "host all payments_app 10.0.0.0/8 scram-sha-256", "a private network"),
        )
        for label, line in wrong:
            self.state.hba.append(line)
            self.truth.planted(label, self.anchor(line))
        for owasp, line, note in right:
            self.state.hba.append(line)
            self.truth.decoy(owasp, self.anchor(line), note)

    def _power(self) -> None:
        self.run("CREATE ROLE dba NOLOGIN SUPERUSER; CREATE ROLE operators NOLOGIN NOINHERIT; GRANT dba TO operators")
        self.role("migrations_app", "SUPERUSER", f"owner: {self._living(5)}")
        self.role("nightly_job", "NOINHERIT IN ROLE operators")
        self.role("import_job", "IN ROLE pg_read_server_files")
        self.role("provision_svc", "CREATEROLE")
        for name in ("migrations_app", "nightly_job", "import_job", "provision_svc"):
            self.truth.planted("pg_superuser", self.anchor(name))
        self.role("bjorn.bergman", "SUPERUSER")
        self.role("metrics_exporter", "IN ROLE pg_monitor")
        self.role("backup_job", "REPLICATION")
        self.role("search_app", "CREATEDB")
        notes = {"bjorn.bergman": "a person's own role", "estate_admin": "the superuser the server was made with"}
        for name in ("bjorn.bergman", "metrics_exporter", "backup_job", "search_app", "estate_admin"):
            self.truth.decoy("NHI5:2025", self.anchor(name), notes.get(name, "less than a superuser"))
        body = "RETURNS int LANGUAGE sql SECURITY DEFINER"
        self.run(f"CREATE FUNCTION public.reset_counters() {body} AS 'SELECT 1'", "payments_prod")
        self.run(f"CREATE FUNCTION public.rotate_partition() {body} SET search_path = pg_catalog AS 'SELECT 1'", "payments_prod")
        self.run(
            f"CREATE FUNCTION public.close_day() {body} AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION public.close_day() FROM PUBLIC",
            "payments_prod",
        )
        self.truth.planted("pg_definer", self.anchor("payments_prod/public.reset_counters()"))
        for name in ("rotate_partition", "close_day"):
            self.truth.decoy(
                "NHI5:2025", self.anchor(f"payments_prod/public.{name}()"), "a fixed search path, or not for everybody"
            )

    def _environments(self) -> None:
        self.role("storefront_app")
        self.role("catalog_sync")
        self.role("price_reader")
        self.role("health_app")
        for role, databases in {
            "storefront_app": ("storefront_prod", "storefront_staging"),
            "catalog_sync": ("warehouse", "storefront_staging"),
            "price_reader": ("storefront_prod", "latest_prices"),
        }.items():
            for database in databases:
                self.run(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}", database)
        for role in ("storefront_app", "catalog_sync"):
            self.truth.planted("pg_two_environments", self.anchor(role))
        self.run(
            "GRANT CONNECT ON DATABASE storefront_prod TO health_app; GRANT CONNECT ON DATABASE storefront_staging TO health_app"
        )
        for role in ("price_reader", "health_app"):
            self.truth.decoy("NHI8:2025", self.anchor(role), "one environment only, or no rights on tables")

    def _sessions(self) -> None:
        programs = {
            "shop_app": ("checkout", "recommender", "mail digest"),
            "orders_rw": ("orders", "invoicing", "returns portal"),
            "queue_app": ("worker-1", "worker-2", "worker-3"),
        }
        secrets = {name: self.role(name) for name in (*programs, "cart_app", "disa.dalman", "mailer_app")}
        for role, names in {**programs, "mailer_app": ("mailer",)}.items():
            self.state.sessions += [(role, secrets[role], "payments_prod", name) for name in names]
        for role, name in (
            ("cart_app", "DBeaver 24.2.1 - SQLEditor"),
            ("cart_app", "cart"),
            ("disa.dalman", "psql"),
            ("shop_app", "pgAdmin 4"),
        ):
            self.state.sessions.append((role, secrets[role], "payments_prod", name))
        for role in ("shop_app", "orders_rw"):
            self.truth.planted("pg_shared", self.anchor(role))
        for role in ("queue_app", "cart_app"):
            self.truth.decoy("NHI9:2025", self.anchor(role), "one program, and clients made for people do not count")
        for role in ("cart_app", "shop_app"):
            self.truth.planted("pg_by_hand", self.anchor(role))
        for role in ("disa.dalman", "mailer_app", "queue_app"):
            self.truth.decoy("NHI10:2025", self.anchor(role), "a person's own role, or a program's own name")
