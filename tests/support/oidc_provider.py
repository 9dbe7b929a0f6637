"""An OpenID provider on this machine: npm's oidc-provider (certified), with a page to sign in on and faults on demand.

Belongs here: starting it, its people, and a person at a browser there. What a right answer is, the provider decides.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.node import TOOLS, node_environment, node_modules, node_tool

CLIENT_ID = "connexions"
CLIENT_SECRET = "a secret/with+signs=in:it%"
_START_SECONDS = 60


@dataclass
class OidcProvider:
    """The running provider. `issuer` is its address; `seen` what it was asked, since somebody last looked."""

    issuer: str
    client: httpx.AsyncClient

    async def knows(self, subject: str, **claims: Any) -> None:
        """Somebody who has an account there."""
        await self._does("person", sub=subject, claims=claims)

    async def has_fault(self, fault: str = "") -> None:
        """What goes wrong from now on; nothing when it is empty."""
        await self._does("fault", fault=fault)

    async def changes_keys(self, kid: str, *, has_email: bool = False) -> None:
        """Another key signs from now on, the old one is not published any more; with e-mails in the ID token, or without."""
        await self._does("renew", kid=kid, has_email=has_email)

    async def seen(self) -> list[str]:
        """Methods and paths of what it was asked."""
        return [line for line in (await self._does("seen"))["seen"] if "/double/" not in line]

    async def _does(self, what: str, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"{self.issuer}/double/{what}", json=body)
        return dict(answer.raise_for_status().json())


@asynccontextmanager
async def running(return_url: str) -> AsyncIterator[OidcProvider]:
    """The provider, with us as its one client, who may be sent back to this address only."""
    await asyncio.to_thread(node_modules)
    command = [*node_tool("node"), str(TOOLS / "oidc-provider.mjs"), CLIENT_ID, CLIENT_SECRET, return_url]
    process = await asyncio.create_subprocess_exec(
        *command, env=node_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin
    assert process.stdout
    try:
        async with asyncio.timeout(_START_SECONDS):
            issuer = (await process.stdout.readline()).decode().strip()
        assert issuer, "the provider did not start"
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            yield OidcProvider(issuer, client)
    finally:
        process.stdin.close()
        await process.wait()
