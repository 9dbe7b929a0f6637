"""Colleagues: a question reaches whom it asks and ends with its answer; typing shows; a hard chat is followed by a word from a lead."""

from __future__ import annotations

import pytest

from dialogs.effects import CaseUrgency
from server.escalations.models import TaskKind
from server.staff.access import Role, Skill
from tests.server.console.house import House, Worker, Young

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
async def nothing_yet(house: House) -> None:
    await house.changes("DELETE FROM case_tasks")
    await house.changes("UPDATE cases SET closed_at = now() WHERE closed_at IS NULL")


async def asks(who: Worker, young: Young, to: str, text: str = "can he claim this?") -> None:
    page = await who.posts(f"/console/cases/{young.case}/notes", text=text, kind="ask", to=to)
    assert page.status_code == 200


async def answers(house: House, who: Worker, young: Young) -> None:
    note = await house.scalar("SELECT id FROM case_notes WHERE kind = 'ask' AND case_id = :id", id=young.case)
    page = await who.posts(f"/console/cases/{young.case}/notes", text="yes", kind="answer", answers=str(note))
    assert page.status_code == 200


async def number(house: House, young: Young) -> str:
    return f"C-{await house.scalar('SELECT number FROM cases WHERE id = :id', id=young.case)}"


async def sees_question(who: Worker) -> bool:
    listed = "Asked of you" in (await who.opens("/console/queue/list")).text
    assert listed == ("A colleague has a question" in who.shown)
    assert listed == ("Answer a colleague" in (await who.opens("/console/tasks")).text)
    return listed


async def test_a_question_to_a_colleague_stands_in_their_queue_until_it_is_answered(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, ben, kim = await house.has(), await house.has(name="Ben"), await house.has(Role.LEAD, name="Kim")
    await asks(ada, young, f"staff:{ben.member.id}")
    assert await sees_question(ben)
    assert await number(house, young) in (await ben.opens("/console/queue/list")).text
    assert [await sees_question(who) for who in (ada, kim)] == [False, False]
    await answers(house, ben, young)
    assert not await sees_question(ben)
    assert await house.scalar("SELECT done_by FROM case_tasks") == ben.member.id


async def test_a_question_to_a_skill_reaches_everyone_with_it_and_ends_for_all(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, without = await house.has(), await house.has(name="Ben")
    knows = [await house.has(name=name, skills=frozenset({Skill.BENEFITS})) for name in ("Cy", "Di")]
    await asks(ada, young, "skill:benefits")
    assert [await sees_question(who) for who in (*knows, without)] == [True, True, False]
    await answers(house, knows[0], young)
    assert not await sees_question(knows[1])


async def test_late_ones_are_told_to_the_lead_with_whose_they_are(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, ben, kim = await house.has(), await house.has(name="Ben"), await house.has(Role.LEAD, name="Kim")
    await asks(ada, young, f"staff:{ben.member.id}")
    await house.changes("UPDATE case_tasks SET due_at = now() - interval '1 second'")
    assert await sees_question(kim)
    assert "Ben" in (await kim.opens("/console/queue/list")).text
    assert await sees_question(ben)
    assert not await sees_question(ada)


async def test_nobody_is_asked_about_a_case_that_is_closed_or_barred(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, ben = await house.has(), await house.has(name="Ben")
    await asks(ada, young, f"staff:{ben.member.id}")
    await house.changes("UPDATE cases SET closed_at = now() WHERE id = :id", id=young.case)
    assert not await sees_question(ben)
    await house.changes("UPDATE cases SET closed_at = NULL, barred = ARRAY[CAST(:who AS uuid)]", who=ben.member.id)
    assert not await sees_question(ben)


async def test_a_question_to_nobody_in_particular_is_a_note_and_no_task(house: House) -> None:
    young, ada = await house.writes("cscs", CaseUrgency.ADVICE), await house.has()
    await asks(ada, young, "")
    assert await house.scalar("SELECT count(*) FROM case_tasks") == 0


async def test_who_looks_on_sees_the_holder_type_and_the_holder_sees_a_whisper_come(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, kim = await house.has(), await house.has(Role.LEAD, name="Kim")
    path = f"/console/cases/{young.case}"
    await ada.posts(f"{path}/take")
    await ada.posts(f"{path}/draft", text="hel")
    assert (await kim.client.get(f"{path}/typing")).json() == {"names": ["Ada"]}
    await kim.says_why(young)
    assert "Ada is typing here too" in (await kim.opens(path)).text
    assert (await kim.posts(f"{path}/notes/types")).status_code == 204
    assert (await ada.client.get(f"{path}/typing")).json() == {"names": ["Kim"]}
    assert await house.scalar("SELECT count(*) FROM case_drafts WHERE staff_id = :id", id=kim.member.id) == 1
    far = await house.has(area="elsewhere")
    assert (await far.posts(f"{path}/notes/types")).status_code == 404


async def test_a_note_that_is_typed_is_not_shown_as_typing_to_the_young_person(house: House) -> None:
    young, ada = await house.writes("cscs", CaseUrgency.ADVICE), await house.has()
    path = f"/console/cases/{young.case}"
    await ada.posts(f"{path}/take")
    await ada.posts(f"{path}/notes/types")
    shown = "SELECT count(*) FROM case_drafts WHERE case_id = :id AND kept_at > now() - interval '8 seconds'"
    assert await house.scalar(shown, id=young.case) == 0
    await ada.posts(f"{path}/draft", text="hello")
    await ada.posts(f"{path}/notes/types")
    assert 'name="text" rows="2" maxlength="10000"' in (await ada.opens(path)).text
    assert ">hello</textarea>" in ada.shown


async def hard(house: House, who: Worker, *, wrote: bool = True) -> Young:
    young = await house.writes("im done")
    await who.posts(f"/console/cases/{young.case}/take")
    if wrote:
        await house.changes(
            "INSERT INTO case_messages (id, case_id, area, author, staff_id, body, written_at) SELECT gen_random_uuid(), id, area, 'adviser', adviser_id, (SELECT body FROM case_messages WHERE case_id = :id LIMIT 1), now() FROM cases WHERE id = :id",
            id=young.case,
        )
    return young


async def debriefs(house: House) -> list[tuple]:
    query = "SELECT about_id, case_id FROM case_tasks WHERE kind = 'debrief' AND done_at IS NULL"
    return [tuple(row) for row in await house.rows(query)]


@pytest.mark.parametrize("how", ["give-back", "pass-on", "duty"])
async def test_a_hard_chat_that_leaves_ones_hands_is_followed_by_a_word_from_a_lead(house: House, how: str) -> None:
    ada, ben, kim = await house.has(), await house.has(name="Ben"), await house.has(Role.LEAD, name="Kim")
    young = await hard(house, ada)
    path = f"/console/cases/{young.case}"
    if how == "give-back":
        page = await ada.posts(f"{path}/give-back")
        assert "That was a hard one" in page.text
    elif how == "pass-on":
        await ada.posts(f"{path}/pass-on", to=f"staff:{ben.member.id}", why="i have to go")
    else:
        await ada.posts("/console/duty", on="no", chats="give", asked="1")
    assert await debriefs(house) == [(ada.member.id, young.case)]
    page = await kim.opens("/console/tasks")
    assert "Have a word with the adviser" in page.text
    assert "· Ada" in page.text
    assert await number(house, young) in page.text
    task = await house.scalar("SELECT id FROM case_tasks WHERE kind = 'debrief'")
    assert f'href="{path}"' in (await kim.opens(f"/console/tasks/{task}")).text
    for who in (ada, ben):
        assert "Have a word" not in (await who.opens("/console/tasks")).text
        assert (await who.opens(f"/console/tasks/{task}")).status_code == 404


async def test_one_that_was_given_back_unanswered_was_no_hard_talk(house: House) -> None:
    ada = await house.has()
    young = await hard(house, ada, wrote=False)
    await ada.posts(f"/console/cases/{young.case}/give-back")
    assert await debriefs(house) == []


async def test_a_lead_does_not_see_the_word_about_themselves(house: House) -> None:
    kim = await house.has(Role.LEAD, name="Kim")
    young = await hard(house, kim)
    await kim.posts(f"/console/cases/{young.case}/give-back")
    assert await debriefs(house) == [(kim.member.id, young.case)]
    assert "Have a word" not in (await kim.opens("/console/tasks")).text


async def test_every_kind_of_task_has_a_name_on_the_list_and_on_its_page(house: House) -> None:
    kim = await house.has(Role.LEAD, name="Kim")
    for kind in TaskKind:
        await house.changes("DELETE FROM case_tasks")
        await house.changes(
            "INSERT INTO case_tasks (id, area, kind, staff_id, due_at, created_at) VALUES (gen_random_uuid(), 'home', :kind, :who, now(), now())",
            kind=kind.value,
            who=kim.member.id,
        )
        page = await kim.opens("/console/tasks")
        assert page.status_code == 200
        assert page.text.count("/console/tasks/") == 1, kind
        which = await house.scalar("SELECT id FROM case_tasks")
        assert (await kim.opens(f"/console/tasks/{which}")).status_code == 200
