"""A big cluster without truth, for benchmarks: lists whose objects are made as they are read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, overload

from keyrack_estate.fakes.kubernetes import State, stamp

Shape = dict[str, Any]
_RBAC = "rbac.authorization.k8s.io"
_NAMESPACES = 200


class Made(Sequence[Shape]):
    """A list of ``size`` objects, each made by its number when it is asked for."""

    def __init__(self, size: int, make: Callable[[int], Shape]) -> None:
        self.size, self.make = size, make

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> Shape: ...
    @overload
    def __getitem__(self, index: slice) -> list[Shape]: ...
    def __getitem__(self, index: int | slice) -> Shape | list[Shape]:
        if isinstance(index, slice):
            return [self.make(number) for number in range(*index.indices(self.size))]
        return self.make(index)


def bulk_state(size: int, seed: int, now: datetime) -> State:
    """``size`` accounts in 200 namespaces: a deployment every fourth, a binding every fifth, a Secret every second."""
    state = State("bulk-eu", made=now - timedelta(days=500))
    _ground(state)

    def meta(name: str, number: int) -> Shape:
        made = stamp(now - timedelta(days=number % 700))
        return {"name": f"{name}-{number}", "namespace": _space(number), "creationTimestamp": made}

    def deployment(number: int) -> Shape:
        spec = {
            "serviceAccountName": f"app-{number * 4}",
            "containers": [{"name": "main", "image": f"registry.bulk.example/app-{number}:1"}],
        }
        return {"metadata": meta("app", number * 4), "spec": {"template": {"spec": spec}}}

    def binding(number: int) -> Shape:
        subject = {"kind": "ServiceAccount", "namespace": _space(number * 5), "name": f"app-{number * 5}"}
        return {
            "metadata": meta("bind", number * 5),
            "roleRef": {"kind": "ClusterRole", "name": ("view", "edit")[number % 2]},
            "subjects": [subject],
        }

    def secret(number: int) -> Shape:
        value = base64.b64encode(hashlib.sha256(f"{seed}/{number}".encode()).hexdigest().encode()).decode()
        return {"metadata": meta("db", number * 2), "type": "Opaque", "data": {"password": value}}

    state.lazy["serviceaccounts"] = Made(size, lambda number: {"metadata": meta("app", number)})
    state.lazy["deployments.apps"] = Made(size // 4, deployment)
    state.lazy[f"rolebindings.{_RBAC}"] = Made(size // 5, binding)
    state.lazy["secrets"] = Made(size // 2, secret)
    return state


def _space(number: int) -> str:
    return f"team-{number % _NAMESPACES:03}"


def _ground(state: State) -> None:
    """Namespaces and roles."""
    for number in range(_NAMESPACES):
        labels = {"env": "prod" if number % 3 else "dev", "team": f"t{number % 9}"}
        state.add("namespaces", {"metadata": {"name": _space(number), "labels": labels}})
    for name, verbs in (("view", ["get", "list"]), ("edit", ["get", "list", "update", "delete"])):
        rules = [{"verbs": verbs, "apiGroups": ["", "apps"], "resources": ["pods", "deployments"]}]
        state.add(f"clusterroles.{_RBAC}", {"metadata": {"name": name}, "rules": rules})
