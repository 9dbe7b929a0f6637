"""A phone that several share, as an adviser writes it down and meets it again in a chat (J21)."""

from __future__ import annotations

import pytest

from server.people.phones import BadNickname, read_nicknames
from tests.server.console.care_people import looked_after
from tests.server.console.house import House

pytestmark = pytest.mark.database


async def test_letters_are_kept_and_shown_to_whoever_writes_to_them(house: House) -> None:
    jo = await house.has(name="Jo")
    young = await looked_after(house, jo)
    where = f"/console/people/{young.person}"
    await house.changes("UPDATE addresses SET channel = 'telegram' WHERE person_id = :id", id=young.person)
    refused = await jo.posts(f"{where}/phone", theirs="E", others="K, T")
    assert refused.status_code == 422
    assert "We know no phone number of theirs yet." in refused.text
    await house.changes("UPDATE addresses SET channel = 'sms' WHERE person_id = :id", id=young.person)
    for others in ("", "E", "K, 7", "K, " + "x" * 13, "a, b, c, d, f, g"):
        assert (await jo.posts(f"{where}/phone", theirs="E", others=others)).status_code == 422
    assert await house.scalar("SELECT count(*) FROM phone_seats") == 0
    assert (await jo.posts(f"{where}/phone", theirs="E", others="K, T")).status_code == 200
    form = (await jo.opens(f"{where}/change")).text
    assert 'value="E"' in form
    assert 'value="K, T"' in form
    seats = "SELECT count(*) FROM phone_seats p JOIN addresses a USING (lane, address_hash) WHERE a.person_id = :id"
    assert await house.scalar(seats, id=young.person) == 1
    await jo.posts(f"/console/cases/{young.case}/take")
    assert "E, K, T. While another may hold it" in (await jo.opens(f"/console/cases/{young.case}")).text
    assert (await jo.posts(f"{where}/phone", theirs="E", others="K")).status_code == 200
    assert await house.scalar("SELECT count(*) FROM phone_seats") == 3, "two, and whoever is not on the list"


def test_nicknames_are_short_and_each_another() -> None:
    assert read_nicknames(" E ,k،  Big T") == ("E", "k", "Big T")
    for words in ("", "E", "E, e", "E, 12", "E, <b>", "E, " + "x" * 13, ",".join("abcdefg")):
        with pytest.raises(BadNickname):
            read_nicknames(words)
