"""Alarms in a closed page: the worker script under our strict policy, a push that shows, and the page that adds a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from server.db.base import table_of
from server.staff.models import StaffBrowser
from server.web.headers import CONTENT_SECURITY_POLICY
from tests.browser.conftest import Seen
from tests.browser.walk import violations
from tests.support.patience import PATIENCE
from tests.support.program import Program
from tests.support.push_double import SomeBrowser
from tests.support.staff import make_member, signed_in
from tests.support.staff_person import FORM

pytestmark = [pytest.mark.browser, pytest.mark.database]
SHOWN = "async () => (await (await navigator.serviceWorker.getRegistration('/console/')).getNotifications()).map(x => [x.title, x.body])"


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    return {"has_worker": False}


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, program: Program, seen: Seen) -> AsyncIterator[Page]:
    jo = await make_member(program.service.engine, "Jo")
    async with await signed_in(program, jo) as client:
        token = client.cookies["staff"]
    context = await browser.new_context(permissions=["notifications"])
    seen.watch(context)
    await context.add_cookies([{"name": "staff", "value": token, "url": program.url + "/console"}])
    made = await context.new_page()
    await made.goto(f"{program.url}/console/account/push")
    yield made
    await context.close()


async def test_a_push_shows_that_an_alarm_waits_and_a_press_opens_the_queue(page: Page, program: Program) -> None:
    await expect(page.get_by_role("button", name="Show alarms in this browser")).to_be_visible()
    assert await violations(page) == []
    wire = await page.context.new_cdp_session(page)
    versions: list[dict] = []
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda event: versions.extend(event["registrations"]))
    await wire.send("ServiceWorker.enable")
    await page.evaluate(
        "async () => { await navigator.serviceWorker.register('/console/push-worker.js', {scope: '/console/'}); await navigator.serviceWorker.ready; }"
    )
    async with asyncio.timeout(PATIENCE):
        while not versions:
            await asyncio.sleep(0.05)
    push = {"origin": program.url, "registrationId": versions[-1]["registrationId"], "data": "Mae larwm yn aros"}
    await wire.send("ServiceWorker.deliverPushMessage", push)
    async with asyncio.timeout(PATIENCE):
        while not (found := await page.evaluate(SHOWN)):
            await asyncio.sleep(0.05)
    assert found == [["Mae larwm yn aros", ""]]
    (worker,) = page.context.service_workers
    await worker.evaluate(
        """async () => {
          const [notification] = await self.registration.getNotifications();
          self.clients.openWindow = async (path) => { self.opened = path; };
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
        }"""
    )
    async with asyncio.timeout(PATIENCE):
        while await worker.evaluate("self.opened") is None:
            await asyncio.sleep(0.05)
    assert await worker.evaluate("self.opened") == "/console/queue"
    assert await page.evaluate(SHOWN) == []


async def test_the_worker_has_our_policy_and_no_cache_keeps_it(program: Program) -> None:
    async with program.browser() as stranger:
        answer = await stranger.get("/console/push-worker.js")
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert (answer.headers["content-type"].split(";")[0], answer.headers["cache-control"]) == (
        "text/javascript",
        "no-cache",
    )


async def test_a_browser_is_added_and_taken_away_by_its_member(program: Program) -> None:
    jo = await make_member(program.service.engine, "Jo")
    browser = SomeBrowser("https://push.example.org/send/1").described
    async with await signed_in(program, jo) as client:

        async def post(path: str, **fields: str) -> str:
            token = FORM.search((await client.get("/console/account/push")).text)
            assert token
            return (await client.post(path, data={"form": token[1], **fields})).text

        wrong = await post("/console/account/push", address="http://127.0.0.1/", key=browser.key, secret=browser.secret)
        assert "cannot be told of alarms" in wrong
        added = await post("/console/account/push", address=browser.address, key=browser.key, secret=browser.secret)
        assert "Alarms show in this browser from now on." in added
        assert "Do not show alarms in this browser" in added
        gone = await post("/console/account/push/end")
        assert "do not show in this browser any more" in gone
        async with program.service.engine.connect() as db:
            assert (await db.execute(table_of(StaffBrowser).select())).all() == []
