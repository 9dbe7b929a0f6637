"""A lead links a person with a partner, by a reference and on a basis; each step leaves a row of the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from server.appointments import partners
from server.appointments.kinds import Owner
from server.appointments.partners import Scope
from server.areas import keep_area
from server.clock import utc_now
from server.staff.access import Role
from tests.server.console.house import House
from tests.support.postgres import Databases
from tests.support.program import running

pytestmark = pytest.mark.database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[House]:
    url = databases.make()
    async with running(url, has_worker=False) as program:
        yield House(program)
    databases.drop(url)


async def test_linked_and_ended_with_rows_of_the_audit(house: House) -> None:
    young = await house.writes("help")
    lea = await house.has(Role.LEAD, name="Lea")
    async with house.engine.begin() as db:
        await keep_area(db, "home")
        await partners.add(db, "home", "Jobcentre <b>", Owner.JOBCENTRE, tuple(Scope), 60, utc_now())
        (partner,) = await partners.listed(db, "home")
    path = f"/console/cases/{young.case}/partners"
    await lea.says_why(young)
    wrong = await lea.posts(path, to="x", reference="ä ö", basis=" ")
    assert wrong.status_code == 422
    for words in ("Choose a partner of the list.", "letters, digits and", "Write on what basis."):
        assert words in wrong.text
    form = {"to": str(partner["id"]), "reference": "A-1047", "basis": "they asked for it"}
    done = await lea.posts(path, form)
    assert done.status_code == 200
    assert "A-1047" in done.text
    assert "Jobcentre &lt;b&gt;" in done.text
    assert "uses this reference for somebody already" in (await lea.posts(path, form)).text
    async with house.engine.begin() as db:
        (row,) = await partners.links_of(db, young.person)
    assert (row["reference"], row["basis"], row["linked_by"]) == ("A-1047", "they asked for it", lea.member.id)
    await lea.posts(f"{path}/{row['id']}/end")
    async with house.engine.begin() as db:
        assert await partners.links_of(db, young.person) == []
    query = "SELECT count(*) FROM audit WHERE staff_id = :who AND about_person = :id AND what = 'link_worker'"
    assert await house.scalar(query, who=lea.member.id, id=young.person) >= 4
    assert not await house.rows("SELECT 1 FROM partner_people WHERE convert_from(reference, 'LATIN1') LIKE '%A-1047%'")
