"""An open chat asks one question and hears everything of it that has changed, and nothing that has not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.advisers import Adviser
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


class OpenPage:
    """What the page of a chat knows, and what it asks."""

    def __init__(self, jo: Adviser, case_id: str) -> None:
        self.jo, self.path = jo, f"/console/cases/{case_id}"
        self.known: dict[str, Any] = {"after": 0, "head": "", "notes": ""}

    async def asks(self) -> dict[str, Any]:
        """The news; from then on they are known."""
        answer = await self.jo.client.get(f"{self.path}/news", params=self.known)
        assert answer.status_code == 200
        news = answer.json()
        cursors = [int(found) for found in re.findall(r'data-cursor="(\d+)"', news["thread"] or "")]
        ids = re.findall(r'data-state="([0-9a-f-]+)"', news["thread"] or "")
        self.known = {
            "after": max([self.known["after"], *cursors]),
            "head": news["head"]["version"],
            "notes": news["notes_mark"],
            "ids": [*self.known.get("ids", []), *ids],
        }
        return news


@pytest.fixture
async def page(jo: Adviser, ryan: WebPerson) -> OpenPage:
    await ryan.says("can i talk to a person")
    return OpenPage(jo, await jo.takes_next())


def changed(news: dict[str, Any]) -> set[str]:
    return {name for name in ("thread", "notes", "live") if news[name] is not None}


async def test_who_knows_nothing_hears_everything_and_then_nothing(page: OpenPage) -> None:
    assert changed(await page.asks()) == {"thread", "notes", "live"}
    assert changed(await page.asks()) == set()


async def test_each_thing_that_changes_is_told_once(page: OpenPage, ryan: WebPerson) -> None:
    await page.asks()
    await ryan.says("my mum is kicking me out")
    news = await page.asks()
    assert "my mum is kicking me out" in news["thread"]
    assert news["head"]["since"]
    await page.jo.sends(f"{page.path}/notes", text="Brother may read the phone.", kind="note")
    news = await page.asks()
    assert (changed(news), "Brother may read" in news["notes"]) == ({"notes"}, True)
    assert changed(await page.asks()) == set()


async def test_a_danger_that_grows_is_in_the_head_and_in_its_drawing(page: OpenPage, ryan: WebPerson) -> None:
    before = (await page.asks())["head"]
    await ryan.says("i want to kill myself")
    news = await page.asks()
    assert news["head"]["rank"] > before["rank"]
    assert news["head"]["alarms"]
    assert {"thread", "live"} <= changed(news)


async def test_a_page_that_shows_an_older_piece_asks_for_no_lines(page: OpenPage, ryan: WebPerson) -> None:
    await page.asks()
    del page.known["after"]
    await ryan.says("hello?")
    answer = await page.jo.client.get(f"{page.path}/news", params=page.known)
    assert answer.json()["thread"] is None


async def test_where_our_words_stand_comes_along(page: OpenPage) -> None:
    await page.jo.sends(f"{page.path}/messages", text="I am here.")
    await page.asks()
    states = (await page.asks())["states"]
    assert set(states) == set(page.known["ids"])
    assert {"text", "is_bad", "is_final"} == set(next(iter(states.values())))
