"""Single sign-on in a real browser: what it sends along, or holds back, when another site sends it to us."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import async_playwright, expect

from tests.server.staff.oidc_house import BACK, MFA, NAME, built
from tests.support.browser import launch
from tests.support.oidc_provider import running

pytestmark = [pytest.mark.database, pytest.mark.node, pytest.mark.browser]


@asynccontextmanager
async def served(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    """The application on a socket that listens already."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield
    server.should_exit = True
    await task


async def test_there_and_back_and_out(database_url: str) -> None:
    """We are `localhost` and the provider is `127.0.0.1`: two sites, as in life."""
    listening = socket.create_server(("127.0.0.1", 0))
    ours = f"http://localhost:{listening.getsockname()[1]}"
    async with (
        running(f"{ours}{BACK}") as provider,
        built(database_url, provider, public_url=ours) as house,
        served(house.app, listening),
        async_playwright() as playwright,
    ):
        somebody = await house.has()
        await provider.knows("subject", email=somebody.email, email_verified=True)
        browser = await launch(playwright)
        page = await browser.new_page()
        broken: list[str] = []
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        await page.goto(f"{ours}/console/account")
        await page.get_by_role("button", name=f"Sign in with {NAME}").click()
        await page.get_by_label("Who").fill("subject")
        await page.get_by_label("Method").fill(MFA)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(f"{ours}/console/account")
        await expect(page.get_by_text(somebody.member.name).first).to_be_visible()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
        await page.get_by_role("button", name="Sign out", exact=True).click()
        await expect(page).to_have_url(f"{ours}/console/sign-in?out=1")
        await page.goto(f"{ours}/console/account")
        await expect(page.get_by_label("E-mail")).to_be_visible()
        assert broken == []
        await browser.close()
