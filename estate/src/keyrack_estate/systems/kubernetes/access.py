"""Who holds which rights: roles of every cluster, Nordholm's own, and the bindings that are wrong or only look so."""

from __future__ import annotations

from keyrack_estate.systems.kubernetes.ground import Ground, rule
from keyrack_estate.truth import native

BOOTSTRAP = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_ALL = rule("*", "*", "*")
_LOOK = rule("get list watch", "pods configmaps services endpoints events serviceaccounts")
_CHANGE = rule("create delete deletecollection patch update", "configmaps services pods serviceaccounts")
_DEPLOY = rule("get list watch create update patch delete", "deployments statefulsets", "apps")
_SECRETS = rule("get list watch create update patch delete", "secrets")
_ACT = rule("impersonate", "serviceaccounts")
_ENTER = rule("get create", "pods/exec pods/attach pods/portforward")
_MINT = rule("create", "serviceaccounts/token")


def built_in(ground: Ground) -> None:
    """The roles and bindings that every cluster comes with, shortened."""
    ground.role("cluster-admin", [_ALL, rule("*", "", urls="*")], **BOOTSTRAP)
    ground.role("view", [_LOOK, rule("get list watch", "deployments", "apps")], **BOOTSTRAP)
    ground.role("edit", [_LOOK, _CHANGE, _DEPLOY, _SECRETS, _ACT, _ENTER, _MINT], **BOOTSTRAP)
    ground.role("system:discovery", [rule("get", "", urls="/api /api/* /apis /apis/* /healthz /version")], **BOOTSTRAP)
    ground.role("system:controller:ttl-controller", [rule("update patch list watch", "nodes")], **BOOTSTRAP)
    body = {
        "roleRef": {"kind": "ClusterRole", "name": "system:controller:ttl-controller"},
        "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": "ttl-controller"}],
    }
    ground.put("clusterrolebindings.rbac.authorization.k8s.io", "system:controller:ttl-controller", body=body, labels=BOOTSTRAP)
    ground.right("1", ground.account_anchor("kube-system", "ttl-controller"), "Kubernetes' own binding")
    ground.bind("system:discovery", "group:system:authenticated", name="system:discovery")
    ground.bind("cluster-admin", "group:system:masters", name="cluster-admin")
    ground.role("cluster-info", [rule("get", "configmaps", names="cluster-info")], "kube-public")
    ground.bind("cluster-info", "group:system:unauthenticated", "kube-public", kind="Role")
    ground.right("4", native("kubernetes", "system:unauthenticated"), "kubeadm's cluster-info, and health")


class Access:
    """Bindings of the production cluster."""

    def __init__(self, ground: Ground) -> None:
        self.it = ground

    def plant(self) -> None:
        """Everything."""
        self._missing()
        self._unused()
        self._owners()
        self._administrators()
        self._becoming()
        self._secrets()
        self._everybody()
        self._environments()
        self._defaults()
        self._people()

    def runs(self, namespace: str, name: str, *, owner: str = "") -> None:
        """An account and the one workload that runs as it."""
        self.it.account(namespace, name, owner=owner)
        self.it.workload(namespace, name, name)

    def _missing(self) -> None:
        it = self.it
        it.bind("edit", "payments/old-batch", "payments")
        it.bind("view", "legacy/importer")
        it.role("relay", [_DEPLOY], "storefront")
        it.bind("relay", "storefront/retired", "storefront", kind="Role")
        for space, name in (("payments", "old-batch"), ("legacy", "importer"), ("storefront", "retired")):
            it.planted("k8s_missing_account", it.account_anchor(space, name))
        it.bind("gone-too", "storefront/ghost", "storefront", kind="Role")
        it.right("1", it.account_anchor("storefront", "ghost"), "its role does not exist either, so nothing waits")

    def _unused(self) -> None:
        it = self.it
        it.role("loader", [_DEPLOY, rule("create", "jobs", "batch")], "data")
        for name in ("old-loader", "backfill"):
            it.account("data", name)
            it.bind("loader", f"data/{name}", "data", kind="Role")
            it.planted("k8s_unused_account", it.account_anchor("data", name))
        it.account("data", "new-loader", age=10)
        it.bind("loader", "data/new-loader", "data", kind="Role")
        it.right("1", it.account_anchor("data", "new-loader"), "ten days old")
        it.account("ml", "watcher")
        it.bind("view", "ml/watcher", "ml")
        it.right("1", it.account_anchor("ml", "watcher"), "only looks, and not at Secrets")
        it.account("payments", "nightly")
        it.workload("payments", "nightly", "nightly", kind="cronjobs.batch")
        it.bind("edit", "payments/nightly", "payments")
        it.right("1", it.account_anchor("payments", "nightly"), "a suspended job")

    def _owners(self) -> None:
        it = self.it
        it.role("mover", [_DEPLOY], "legacy")
        for name, owner in (
            ("mover", ""),
            ("shifter", ""),
            ("kept", it.person(5)),
            ("reports", it.person(1, gone=True)),
            ("feeds", it.person(2, gone=True)),
        ):
            self.runs("legacy", name, owner=owner)
            it.bind("mover", f"legacy/{name}", "legacy", kind="Role")
            if not owner:
                it.planted("k8s_no_owner", it.account_anchor("legacy", name))
            elif name != "kept":
                it.planted("owner_gone", it.account_anchor("legacy", name), note=owner)
        self.runs("legacy", "reader")
        it.bind("view", "legacy/reader", "legacy")
        it.right("1", it.account_anchor("legacy", "reader"), "nobody is named, and it only looks")
        self.runs("payments", "refunds", owner=it.person(3, gone=True))
        it.right("1", it.account_anchor("payments", "refunds"), "its namespace belongs to a team that is there")

    def _administrators(self) -> None:
        it = self.it
        self.runs("kube-system", "tiller", owner=it.person(0))
        it.bind("cluster-admin", "kube-system/tiller")
        self.runs("platform", "dashboard")
        it.bind("cluster-admin", "platform/dashboard")
        self.runs("platform", "terraform")
        it.role("everything", [_ALL])
        it.bind("everything", "platform/terraform")
        for space, name in (("kube-system", "tiller"), ("platform", "dashboard"), ("platform", "terraform")):
            it.planted("k8s_cluster_admin", it.account_anchor(space, name))
        self.runs("platform", "releaser")
        it.bind("cluster-admin", "platform/releaser", "platform")
        it.planted("k8s_path", it.account_anchor("platform", "releaser"), note="administrators run in the namespace it rules")
        self.runs("data", "housekeeper")
        it.bind("cluster-admin", "data/housekeeper", "data")
        it.right("5", it.account_anchor("data", "housekeeper"), "everything in a namespace without strong accounts")
        self.runs("platform", "prober")
        it.role("urls", [rule("*", "", urls="*")])
        it.bind("urls", "platform/prober")
        it.right("5", it.account_anchor("platform", "prober"), "every URL, and no object")
        it.bind("cluster-admin", "group:oidc:platform", name="platform-team")
        it.right("5", native("kubernetes", "oidc:platform"), "people administer")

    def _becoming(self) -> None:
        it = self.it
        powers = (
            ("impersonator", [rule("impersonate", "users groups")], ""),
            ("debugger", [_LOOK, rule("create", "pods/exec")], ""),
            ("minter", [_MINT], "kube-system"),
            ("granter", [rule("create update", "clusterrolebindings rolebindings", "rbac.authorization.k8s.io"),
                         rule("bind", "clusterroles", "rbac.authorization.k8s.io")], ""),
            ("approver", [rule("update", "certificatesigningrequests/approval", "certificates.k8s.io"),
                          rule("approve", "signers", "certificates.k8s.io", names="kubernetes.io/kube-apiserver-client")], ""),
        )  # fmt: skip
        for name, rules, namespace in powers:
            self.runs("platform", name)
            it.role(name, rules, namespace)
            it.bind(name, f"platform/{name}", namespace, kind="Role" if namespace else "ClusterRole")
            it.planted("k8s_becomes_others", it.account_anchor("platform", name))
        self.runs("platform", "rbac-sync")
        it.role("rbac-sync", [rule("create update", "clusterroles clusterrolebindings", "rbac.authorization.k8s.io")])
        it.bind("rbac-sync", "platform/rbac-sync")
        it.right(
            "5", it.account_anchor("platform", "rbac-sync"), "without bind and escalate it gives away what it holds: nothing"
        )
        self.runs("payments", "deployer")
        it.bind("edit", "payments/deployer", "payments")
        it.right("5", it.account_anchor("payments", "deployer"), "the built-in role edit, in its namespace")

    def _secrets(self) -> None:
        it = self.it
        it.role("read-everything", [rule("get list watch", "*", "*")])
        it.role("secret-lister", [rule("list", "secrets"), rule("get list", "pods")])
        for name, role in (("scanner", "read-everything"), ("backup", "secret-lister")):
            self.runs("platform", name)
            it.bind(role, f"platform/{name}")
            it.planted("k8s_all_secrets", it.account_anchor("platform", name))
        self.runs("platform", "crd-reader")
        it.role("crds", [rule("get list watch", "secrets *", "vendor.example"), rule("get", "*", "apps")])
        it.bind("crds", "platform/crd-reader")
        it.right("5", it.account_anchor("platform", "crd-reader"), "a vendor's kind that is called secrets")
        self.runs("platform", "ca-copier")
        it.role("one-secret", [rule("get", "secrets", names="ca-bundle")])
        it.bind("one-secret", "platform/ca-copier")
        it.right("5", it.account_anchor("platform", "ca-copier"), "one Secret, by its name")

    def _everybody(self) -> None:
        it = self.it
        it.bind("view", "group:system:authenticated", name="everybody-looks")
        it.planted("k8s_everybody", native("kubernetes", "system:authenticated"))
        it.bind("edit", "group:system:serviceaccounts:legacy", "legacy")
        it.planted("k8s_everybody", native("kubernetes", "system:serviceaccounts:legacy"))
        it.bind("view", "group:system:serviceaccounts:ml", "ml")
        it.right("5", native("kubernetes", "system:serviceaccounts:ml"), "looking, within their namespace")
        it.bind("view", "user:system:anonymous", "data")
        it.planted("k8s_anonymous", native("kubernetes", "system:anonymous"))

    def _environments(self) -> None:
        it = self.it
        self.runs("storefront-staging", "deployer-staging")
        it.bind("edit", "storefront-staging/deployer-staging", "storefront")
        self.runs("storefront-staging", "ci")
        it.role("ship", [_DEPLOY])
        it.bind("ship", "storefront-staging/ci")
        for name in ("deployer-staging", "ci"):
            it.planted("k8s_nonprod_in_prod", it.account_anchor("storefront-staging", name))
        self.runs("storefront-staging", "comparer")
        it.bind("view", "storefront-staging/comparer", "storefront")
        it.right("8", it.account_anchor("storefront-staging", "comparer"), "looks at production, not at Secrets")
        self.runs("storefront", "promoter")
        it.bind("edit", "storefront/promoter", "storefront-staging")
        it.right("8", it.account_anchor("storefront", "promoter"), "production that changes staging")
        for space, name in (
            ("storefront-staging", "ci"),
            ("storefront-staging", "deployer-staging"),
            ("storefront", "promoter"),
            ("storefront", "default"),
        ):
            it.planted(
                "k8s_path", it.account_anchor(space, name), note="may run workloads as accounts that reach kube-system/tiller"
            )

    def _defaults(self) -> None:
        it = self.it
        it.role("own-secrets", [_SECRETS], "storefront")
        it.bind("own-secrets", "storefront/default", "storefront", kind="Role")
        it.bind("view", "data/default", "data")
        for space in ("storefront", "data"):
            it.planted("k8s_default_account", it.account_anchor(space, "default"))
        it.workload("ml", "playground")
        it.right("9", it.account_anchor("ml", "default"), "runs a workload, and holds nothing of its own")

    def _people(self) -> None:
        it = self.it
        it.role("support", [_LOOK, _MINT], "payments")
        it.bind("support", f"user:{it.person(3)}", "payments", kind="Role")
        it.planted("k8s_person_mints", native("kubernetes", it.person(3)))
        it.role("stand-in", [rule("impersonate", "serviceaccounts users")])
        it.bind("stand-in", "group:oidc:support")
        it.planted("k8s_person_mints", native("kubernetes", "oidc:support"))
        it.bind("edit", f"user:{it.person(4)}", "payments")
        it.role("debug", [_LOOK, rule("create", "pods/exec")], "payments")
        it.bind("debug", f"user:{it.person(6)}", "payments", kind="Role")
        for number, note in ((4, "the built-in role edit"), (6, "may enter pods, not act as their accounts")):
            it.right("10", native("kubernetes", it.person(number)), note)
            it.right("1", native("kubernetes", it.person(number)), "still here")
        it.bind("view", f"user:{it.person(4, gone=True)}", "storefront")
        it.planted("k8s_leaver", native("kubernetes", it.person(4, gone=True)))
        it.bind("edit", f"user:{it.person(5, gone=True)}", "data")
        it.planted("k8s_leaver", native("kubernetes", it.person(5, gone=True)))
