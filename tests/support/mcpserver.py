"""A real MCP server for tests: FastMCP behind a JWT verifier and protected resource metadata, in a process of its own.

Run as a script it is that server: ``mcpserver.py PORT [ISSUER]``; without an issuer it asks for no token.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def mcp_server(log: Path, port: int, issuer: str = "") -> Iterator[str]:
    """Run a server until the block ends; yields its URL. The port comes from outside, because it is in the token's audience."""
    from oidcprovider import wait_for

    with log.open("wb") as out:
        command = [sys.executable, __file__, str(port), *([issuer] if issuer else [])]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}/mcp"
    try:
        wait_for(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _serve(port: int, issuer: str) -> None:
    import uvicorn
    from fastmcp import FastMCP
    from fastmcp.server.auth import RemoteAuthProvider
    from fastmcp.server.auth.providers.jwt import JWTVerifier
    from pydantic import AnyHttpUrl

    base = f"http://127.0.0.1:{port}"
    auth = None
    if issuer:
        verifier = JWTVerifier(jwks_uri=f"{issuer}/jwks", issuer=issuer, audience=f"{base}/mcp", required_scopes=["tools:read"])
        auth = RemoteAuthProvider(verifier, [AnyHttpUrl(issuer)], base_url=base)
    server: FastMCP = FastMCP("orders", instructions="Orders of Nordholm.", auth=auth)

    @server.tool(annotations={"readOnlyHint": True})
    def list_orders(customer: str) -> list[str]:
        """List the orders of a customer."""
        return [customer]

    @server.tool
    def cancel_order(number: int) -> bool:
        """Cancel an order."""
        return number > 0

    @server.prompt
    def summary(customer: str) -> str:
        """Sum up a customer's orders."""
        return f"Sum up the orders of {customer}."

    @server.resource("orders://recent")
    def recent() -> str:
        """The latest orders."""
        return "none"

    app = server.http_app(path="/mcp", host_origin_protection="auto", allowed_hosts=[f"127.0.0.1:{port}"], allowed_origins=[])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
