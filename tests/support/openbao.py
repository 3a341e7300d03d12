"""A real OpenBao for tests: the estate's own runner, found by tests under the name of the thing."""

from keyrack_estate.systems.openbao.server import Bao, available, openbao_server

__all__ = ["Bao", "available", "openbao_server"]
