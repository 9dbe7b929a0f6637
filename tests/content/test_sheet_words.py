"""The sheet for somebody without a phone is in their language, down to its foot: nothing of it stays English."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialogs.wording import Voice
from server.appointments.finding import Diaries
from server.appointments.kinds import OfficeStatus, Owner, Status
from server.appointments.sheet import Sheet, foot, make_sheet
from server.i18n import CatalogueWording
from tests.content.conftest import LOCALES

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AT = datetime(2026, 12, 1, 10, tzinfo=UTC)


def printed(language: str) -> list[str]:
    """Every text of ours on a sheet with an appointment at each kind of office, none of them sure, with and without a release date."""
    voice = Voice(CatalogueWording(LOCALES), language)
    row: dict[str, Any] = {
        "status": Status.BOOKED,
        "starts_at": AT,
        "ends_at": AT,
        "office": OfficeStatus.ASKED,
        "who_comes": "x",
    }
    row |= {
        "companion_name": "",
        "adviser_name": "",
        "meet_where": "x",
        "place_label": "",
        "place_name": "",
        "other_place": "",
        "bring": "x",
    }
    rows = [row | {"owner": owner} for owner in Owner]
    texts: list[str] = []
    for on in (None, date(2026, 12, 1)):
        spell = {"release_on": on, "version": 2}
        sheet = make_sheet(spell, rows, (), voice, Diaries(ZoneInfo("Europe/London"), "england-and-wales"), NOW)
        texts += [*_texts(sheet), foot(sheet, voice, date(2026, 11, 23))]
    return texts


def _texts(sheet: Sheet) -> list[str]:
    lines = [text for line in sheet.lines for text in (line.what, line.note, *(name for name, _ in line.typed)) if text]
    return [sheet.title, *sheet.first, *lines, sheet.ring_title, *sheet.last]


@pytest.mark.parametrize("language", ["cy", "pl", "ro", "ar", "ur", "so", "fa"])
def test_nothing_stays_english(language: str) -> None:
    ours, english = printed(language), printed("en")
    assert len(ours) == len(english) > 40
    assert [text for text, same in zip(ours, english, strict=True) if text == same] == []
