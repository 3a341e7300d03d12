"""Credential files of people and services: the tools' own stores, and everything that should not be there."""

from __future__ import annotations

import base64
import json

from keyrack_estate.account.users import external_key
from keyrack_estate.chance import HEX
from keyrack_estate.company import Person
from keyrack_estate.keys import pem, rsa_key
from keyrack_estate.minting import (
    EXAMPLE_KEY_ID,
    EXAMPLE_SECRET,
    VENDOR_KEYS,
    anthropic,
    docker_hub,
    github_oauth,
    github_pat,
    npm,
    openai,
    password,
    pypi,
    sendgrid,
    service_account_token,
    stripe,
)
from keyrack_estate.truth import key
from keyrack_estate.world import World


class Stores:
    """Plants credential files."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tree = world.host
        self.chance = world.chance.child("stores")

    def plant(self, homes: list[Person]) -> None:
        """All of them."""
        self._aws(homes)
        self._tools(homes)
        self._readable()
        self._environments()
        self._dotenv(homes)
        self._states()
        self._kube(homes)
        self._google()

    def store(self, path: str, content: str, value: str, public_id: str | None = None) -> None:
        """A tool's own store, readable by its owner only."""
        self.tree.put(path, content, 0o600)
        self.world.hold(self.world.at(path), value, public_id=public_id)

    def _aws(self, homes: list[Person]) -> None:
        for number, person in enumerate(homes[:8]):
            public_id, secret = self.world.human_keys[4 + number]
            text = f"[default]\naws_access_key_id = {public_id}\naws_secret_access_key = {secret}\n"
            self.store(f"home/{person.login}/.aws/credentials", text, secret, public_id)
        for number, person in enumerate(homes[8:10]):
            public_id, secret = self.world.service_keys[30 + number]
            text = f"[batch]\naws_access_key_id = {public_id}\naws_secret_access_key = {secret}\n"
            path = f"home/{person.login}/.aws/credentials"
            self.store(path, text, secret, public_id)
            self.world.truth.planted(
                "service_token_with_person", key(public_id), self.world.at(path), note="key of a service user"
            )
        sso = "[profile prod]\nsso_session = nordholm\nsso_account_id = {0}\nsso_role_name = ReadOnly\nregion = eu-north-1\n"
        for person in homes[8:10]:
            path = f"home/{person.login}/.aws/config"
            self.tree.put(path, sso.format(self.world.account.id), 0o644)
            self.world.truth.decoy("NHI2:2025", self.world.at(path), "single sign-on profile, no key")

    def _tools(self, homes: list[Person]) -> None:
        home = [f"home/{person.login}" for person in homes]
        value = github_oauth(self.chance)
        self.store(
            f"{home[0]}/.config/gh/hosts.yml",
            f"github.com:\n    user: {homes[0].login}\n    oauth_token: {value}\n    git_protocol: https\n",
            value,
        )
        value = npm(self.chance)
        self.store(f"{home[1]}/.npmrc", f"//registry.npmjs.org/:_authToken={value}\n", value)
        value = pypi(self.chance)
        self.store(f"{home[2]}/.pypirc", f"[pypi]\nusername = __token__\npassword = {value}\n", value)
        value = password(self.chance, 24)
        self.store(f"{home[3]}/.netrc", f"machine artifacts.nordholm.internal login {homes[3].login} password {value}\n", value)
        value = docker_hub(self.chance)
        auth = base64.b64encode(f"{homes[4].login}:{value}".encode()).decode()
        self.store(
            f"{home[4]}/.docker/config.json",
            json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": auth}}}, indent=1),
            value,
        )
        self.tree.put(f"{home[5]}/.docker/config.json", json.dumps({"credsStore": "secretservice", "auths": {}}, indent=1), 0o600)
        self.tree.put(f"{home[5]}/.npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nfund=false\n")
        self.tree.put(
            f"{home[6]}/.config/gh/hosts.yml", f"github.com:\n    user: {homes[6].login}\n    git_protocol: ssh\n", 0o600
        )
        for path in (f"{home[5]}/.docker/config.json", f"{home[5]}/.npmrc", f"{home[6]}/.config/gh/hosts.yml"):
            self.world.truth.decoy("NHI2:2025", self.world.at(path), "reference or key ring, no secret")

    def _readable(self) -> None:
        """Stores that everybody on the host can read."""
        public_id, secret = self.world.service_keys[10]
        text = f"[default]\naws_access_key_id = {public_id}\naws_secret_access_key = {secret}\n"
        token, login, value = github_pat(self.chance), password(self.chance, 24), npm(self.chance)
        files = (
            ("home/deploy/.aws/credentials", text, secret, public_id),
            ("home/etl/.git-credentials", f"https://etl-bot:{token}@github.com\n", token, None),
            ("home/syncer/.netrc", f"machine artifacts.nordholm.internal login syncer password {login}\n", login, None),
            ("home/jenkins/.npmrc", f"//registry.npmjs.org/:_authToken={value}\n", value, None),
        )
        for path, content, held, identifier in files:
            self.tree.put(path, content, 0o644)
            self.world.leak("readable_key_file", self.world.at(path), held, public_id=identifier, note="store with mode 0644")

    def _environments(self) -> None:
        """Production and staging of one application, side by side, with one secret in both."""
        for app, variable, make in (
            ("shop", "STRIPE_SECRET_KEY", stripe),
            ("assistant", "ANTHROPIC_API_KEY", anthropic),
            ("mail", "SENDGRID_API_KEY", sendgrid),
        ):
            value = make(self.chance)
            for stage in ("production", "staging"):
                path = f"srv/{app}/.env.{stage}"
                self.tree.put(path, f"APP_ENV={stage}\n{variable}={value}\nPORT=8080\n", 0o600, "deploy")
                environment = "prod" if stage == "production" else "nonprod"
                self.world.leak("secret_on_disk", self.world.at(path), value, environment=environment)  # type: ignore[arg-type]
        for app in ("blog", "docs"):
            for stage in ("production", "staging"):
                value, path = openai(self.chance), f"srv/{app}/.env.{stage}"
                self.tree.put(path, f"APP_ENV={stage}\nOPENAI_API_KEY={value}\n", 0o600, "deploy")
                self.world.leak("secret_on_disk", self.world.at(path), value)
                self.world.truth.decoy("NHI8:2025", self.world.at(path), "each environment has its own key")

    def _dotenv(self, homes: list[Person]) -> None:
        names = list(VENDOR_KEYS)
        for number, person in enumerate(homes[:6]):
            variable = names[number % len(names)]
            value, path = VENDOR_KEYS[variable](self.chance), f"home/{person.login}/projects/lab-{number}/.env"
            self.tree.put(path, f"DEBUG=1\n{variable}={value}\n", 0o600)
            self.world.leak("secret_on_disk", self.world.at(path), value, note=variable)
        external, secret = external_key(self.world, self.world.company.vendors[0].accounts[0])
        path = f"home/{homes[7].login}/projects/vendor-demo/.env"
        self.tree.put(path, f"AWS_ACCESS_KEY_ID={external}\nAWS_SECRET_ACCESS_KEY={secret}\n", 0o600)
        self.world.leak("secret_on_disk", self.world.at(path), secret, public_id=external, note="key of another account")
        blanks = (
            (
                "lab-a/.env.example",
                "OPENAI_API_KEY=sk-your-key-here\nDATABASE_URL=postgresql://user:password@localhost:5432/db\n",
            ),
            ("lab-b/.env", f"AWS_ACCESS_KEY_ID={EXAMPLE_KEY_ID}\nAWS_SECRET_ACCESS_KEY={EXAMPLE_SECRET}\n"),
            ("lab-c/.env", "STRIPE_SECRET_KEY=${STRIPE_SECRET_KEY}\nTOKEN=$(pass show token)\n"),
            ("lab-d/.env", "API_KEY=<your-api-key>\nPASSWORD=changeme\nSECRET=xxxxxxxxxxxxxxxxxxxx\n"),
            ("lab-e/.env", f"BUILD_SHA={self.chance.text(40, HEX)}\nASSET_HASH=sha256-{self.chance.text(43)}=\n"),
            ("lab-f/.env", "TOKEN=op://Engineering/github/token\nDB_PASSWORD=vault:secret/data/app#password\n"),
        )
        for number, (tail, content) in enumerate(blanks):
            path = f"home/{homes[number].login}/projects/{tail}"
            self.tree.put(path, content)
            self.world.truth.decoy("NHI2:2025", self.world.at(path), "example, placeholder, reference or hash")

    def _states(self) -> None:
        for app, variable in (("network", "db_password"), ("cluster", "admin_password")):
            value, path = password(self.chance, 28), f"srv/terraform/{app}/terraform.tfstate"
            resource = {
                "mode": "managed",
                "type": "aws_db_instance",
                "name": app,
                "instances": [{"attributes": {"identifier": app, "username": "master", "password": value}}],
            }
            state = {
                "version": 4,
                "terraform_version": "1.11.4",
                "serial": 7,
                "outputs": {variable: {"value": value, "type": "string", "sensitive": True}},
                "resources": [resource],
            }
            self.tree.put(path, json.dumps(state, indent=2), 0o640, "ansible")
            self.world.leak("secret_on_disk", self.world.at(path), value, note="Terraform state")
        for name in ("db", "mq"):
            value, path = password(self.chance, 22), f"srv/ansible/group_vars/{name}.yml"
            self.tree.put(path, f"---\n{name}_host: {name}.nordholm.internal\n{name}_password: {value}\n", 0o640, "ansible")
            self.world.leak("secret_on_disk", self.world.at(path), value, note="Ansible variable")
        for name in ("api", "web"):
            noise = self.chance.bytes(160).hex()
            lines = "\n".join("          " + noise[i : i + 80] for i in range(0, len(noise), 80))
            path = f"srv/ansible/group_vars/{name}.yml"
            self.tree.put(
                path, f"---\n{name}_password: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n{lines}\n", 0o640, "ansible"
            )
            self.world.truth.decoy("NHI2:2025", self.world.at(path), "Ansible vault")

    def _kube(self, homes: list[Person]) -> None:
        head = "apiVersion: v1\nkind: Config\nclusters:\n- name: {0}\n  cluster:\n    server: https://{0}.k8s.nordholm.internal:6443\n{1}"
        users = "contexts:\n- name: {0}\n  context: {{cluster: {0}, user: {1}}}\nusers:\n- name: {1}\n  user:\n"
        for number, (person, name) in enumerate(zip(homes[:6], ("ci", "ops", "lab", "argo", "sync", "debug"), strict=True)):
            token = service_account_token(self.chance, "kube-system", f"{name}-bot", self.world.days_ago(400))
            insecure = number < 3
            cluster = "    insecure-skip-tls-verify: true\n" if insecure else "    certificate-authority: /etc/ssl/k8s-ca.crt\n"
            path, user = f"home/{person.login}/.kube/config", f"{name}-bot"
            self.store(path, head.format("prod-1", cluster) + users.format("prod-1", user) + f"    token: {token}\n", token)
            self.world.truth.planted(
                "no_expiry", self.world.at(path), self.world.at(path, user), note="service-account token without exp"
            )
            self.world.truth.debatable("NHI1:2025", self.world.at(path, user), "a kubeconfig names no owner")
            self.world.truth.planted("service_token_with_person", self.world.at(path), self.world.at(path, user), note=user)
            if insecure:
                self.world.truth.planted("insecure_tls", self.world.at(path), self.world.at(path, user))
        person = homes[7]
        path = f"home/{person.login}/.kube/config"
        plugin = "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: aws\n"
        plugin += "      args: [eks, get-token, --cluster-name, prod-1]\n"
        cluster = "    certificate-authority: /etc/ssl/k8s-ca.crt\n"
        self.tree.put(path, head.format("prod-1", cluster) + users.format("prod-1", "sso") + plugin, 0o600)
        for owasp in ("NHI2:2025", "NHI4:2025", "NHI7:2025"):
            self.world.truth.decoy(owasp, self.world.at(path), "exec plugin: short-lived tokens")

    def _google(self) -> None:
        for name, mode in (("exporter", 0o644), ("bigquery", 0o640)):
            text = pem(rsa_key(self.chance.child(f"google/{name}"), 2048))
            body = {
                "type": "service_account",
                "project_id": "nordholm-analytics",
                "private_key_id": self.chance.text(40, HEX),
                "private_key": text,
                "client_email": f"{name}@nordholm-analytics.iam.gserviceaccount.com",
                "client_id": str(self.chance.integer(10**20, 10**21 - 1)),
                "token_uri": "https://oauth2.googleapis.com/token",
            }
            path = f"srv/etl/keys/{name}.json"
            self.tree.put(path, json.dumps(body, indent=2), mode, "etl")
            self.world.leak("readable_key_file", self.world.at(path), text, note="Google service-account key")
            self.world.truth.planted("no_expiry", self.world.at(path), note="Google keys made by hand have no expiry")
