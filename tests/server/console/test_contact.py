"""What to heed when writing to a person: written by who holds the chat, on top of the brief, gone or joined with the person."""

from __future__ import annotations

import pytest

from dialogs.effects import CaseUrgency
from server.people.privacy import erase_person
from server.people.service import contact_rules, merge_contact_rules, set_contact_rules
from server.wiring import PERSONAL_DATA
from tests.server.console.house import House

pytestmark = pytest.mark.database
RULES = "Shared phone: mum reads <it>"


async def test_who_holds_the_chat_writes_it_and_everybody_who_opens_it_reads_it(house: House) -> None:
    jo, ada = await house.has(name="Jo"), await house.has(name="Ada")
    young = await house.writes("help", CaseUrgency.ADVICE)
    where = f"/console/cases/{young.case}"
    await jo.posts(f"{where}/take")
    await ada.posts(f"{where}/contact", text="not mine")
    long = await jo.posts(f"{where}/contact", text="x" * 501)
    assert long.status_code == 422
    assert "x" * 501 in long.text
    assert "Use 500 characters or fewer." in long.text
    kept = "SELECT contact_rules FROM people WHERE id = :id"
    assert await house.scalar(kept, id=young.person) is None
    page = await jo.posts(f"{where}/contact", text=RULES)
    assert page.status_code == 200
    assert "Shared phone: mum reads &lt;it&gt;" in page.text
    assert b"Shared" not in await house.scalar(kept, id=young.person)
    await jo.posts(f"{where}/contact", text="")
    assert await house.scalar(kept, id=young.person) is None


async def test_two_who_become_one_keep_both_and_a_deletion_takes_it(house: House) -> None:
    one, two = await house.writes("one", CaseUrgency.ADVICE), await house.writes("two", CaseUrgency.ADVICE)
    async with house.engine.begin() as db:
        await set_contact_rules(db, one.person, "after four")
        await set_contact_rules(db, two.person, "no calls")
        await merge_contact_rules(db, one.person, two.person)
        assert await contact_rules(db, two.person) == "no calls\nafter four"
        await erase_person(db, PERSONAL_DATA, two.person)
        assert await contact_rules(db, two.person) == ""
