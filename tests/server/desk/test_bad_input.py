"""What goes wrong in a console: absurd forms, huge threads, strangers' cases. Nothing is lost, nothing says 500."""

from __future__ import annotations

import time
import uuid

import pytest
from sqlalchemy import text

from server.staff.access import Role, Skill
from tests.support.advisers import Adviser, adviser
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database

ABSURD = [
    "",
    " ",
    "x" * 20_000,
    "\x00\x01\x02",
    "'; DROP TABLE cases; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u202egnp.exe",
    "-1",
    "99999999999999999999",
    "9999-99-99",
    "0000-01-01",
    "شكرا",
    "𝕏𝕏𝕏",
    "staff:",
    "staff:00000000-0000-0000-0000-000000000000",
    "skill:nothing",
    "NaN",
]
FIELDS = {
    "messages": ("text", "key"),
    "draft": ("text",),
    "notes": ("text", "kind", "to", "answers"),
    "pass-on": ("to", "why"),
    "hold": ("minutes",),
    "close": ("outcome", "next_on", "next_step"),
    "why": ("reason", "words"),
    "again": ("text",),
}
COMPLAINT_FIELDS = {"handler": ("to",), "call": ("text",), "answered": ("text",), "close": ("outcome",)}
QUERIES = {
    "": ("why", "left", "problem", "before"),
    "/news": ("after", "head", "notes", "ids"),
    "/answers": ("q",),
    "/states": ("ids",),
}


@pytest.mark.parametrize("form", FIELDS)
async def test_no_field_of_a_form_breaks_a_page(jo: Adviser, ryan: WebPerson, form: str) -> None:
    await ryan.says("can i talk to a person")
    chat = f"/console/cases/{await jo.takes_next()}"
    for field in FIELDS[form]:
        for value in ABSURD:
            answer = await jo.client.post(
                f"{chat}/{form}", data={"form": jo.token, field: value}, follow_redirects=False
            )
            assert answer.status_code < 500, (form, field, value)
    assert (await jo.opens(chat)).status_code == 200


@pytest.mark.parametrize("reason", ["other", "cover"])
async def test_no_words_of_why_somebody_looks_break_a_page_or_open_a_chat(
    jo: Adviser, ryan: WebPerson, reason: str
) -> None:
    await ryan.says("can i talk to a person")
    chat = f"/console/cases/{await jo.takes_next()}"
    sam = await adviser(jo.program, "Sam")
    async with sam.client:
        await sam.opens("/console/queue")
        for value in ABSURD:
            answer = await sam.sends(f"{chat}/why", reason=value, words=value)
            assert answer.status_code in {400, 422}, value[:40]  # too long, or no reason
            assert "<script>alert" not in answer.text
            await sam.opens(f"{chat}/why")
        assert "Why do you look at" in (await sam.opens(chat)).text
        await sam.sends(f"{chat}/why", reason=reason, words="\u202e<script>alert(1)</script>\x00\x01")
        assert (await sam.opens(chat)).status_code == 200
        assert "can i talk to a person" in sam.shown
    lou = await adviser(jo.program, "Lou", Role.SAFEGUARDING_LEAD)
    async with lou.client:
        page = await lou.opens("/console/audit")
        assert page.status_code == 200
        assert "&lt;script&gt;alert(1)" in page.text
        assert not {"<script>alert", "\u202e", "\x00"} & {mark for mark in ABSURD if mark in page.text}


@pytest.mark.parametrize("form", COMPLAINT_FIELDS)
async def test_no_field_of_a_complaint_breaks_its_page(jo: Adviser, ryan: WebPerson, form: str) -> None:
    await ryan.says("can i talk to a person")
    await jo.takes_next()
    await jo.writes("Hi, I'm Jo.")
    await ryan.says("complain")
    which = await the_complaint(jo)
    max_ = await adviser(jo.program, "Max", Role.MANAGER)
    async with max_.client:
        page = f"/console/complaints/{which}"
        await max_.opens(page)
        token = max_.token
        for field in COMPLAINT_FIELDS[form]:
            for value in ABSURD:
                answer = await max_.client.post(f"{page}/{form}", data={"form": token, field: value})
                assert answer.status_code < 500, (form, field, value)
                assert "<script>alert" not in answer.text
                assert (await max_.opens(page)).status_code == 200 or form == "close", value
        for wrong in ("x", "1", str(uuid.uuid4()), "%00", "0" * 400):
            answer = await max_.client.post(f"/console/complaints/{wrong}/{form}", data={"form": token})
            assert answer.status_code in {400, 404, 422}, wrong
    assert await the_complaint(jo) == which


async def the_complaint(jo: Adviser) -> uuid.UUID:
    async with jo.program.service.engine.begin() as db:
        row = (await db.execute(text("SELECT id, about_id FROM complaints"))).one()
        assert row.about_id == jo.member.id
        return uuid.UUID(str(row.id))


@pytest.mark.parametrize("part", QUERIES)
async def test_no_word_of_an_address_breaks_a_page_or_is_written_into_it(
    jo: Adviser, ryan: WebPerson, part: str
) -> None:
    await ryan.says("can i talk to a person")
    chat = f"/console/cases/{await jo.takes_next()}"
    for name in QUERIES[part]:
        for value in [*ABSURD, "cannot_reach", "language,skill,x", "sms,webchat,carrier pigeon", ",,,"]:
            answer = await jo.opens(f"{chat}{part}", **{name: value})
            assert answer.status_code < 500, (name, value)
            assert "<script>alert" not in answer.text
            assert "pigeon" not in answer.text or part == "/answers"
    page = await jo.opens(chat, why="x" * 5000, left="../../etc/passwd", problem="cannot_reach")
    assert "passwd" not in page.text
    assert "No other way to them is known." in jo.shown


async def test_addresses_that_are_no_case_are_all_the_same_refusal(jo: Adviser) -> None:
    await jo.opens("/console/queue")
    for wrong in ("x", "1", str(uuid.uuid4()), "%00", "0" * 400):
        for path in (f"/console/cases/{wrong}", f"/console/cases/{wrong}/news", f"/console/cases/{wrong}/answers"):
            assert (await jo.opens(path)).status_code in {400, 404}, path


async def test_a_case_of_another_area_is_not_there(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    (case_id,) = await jo.looks_at_queue()
    async with jo.program.service.engine.begin() as db:
        await db.execute(text("INSERT INTO areas (slug, created_at) VALUES ('elsewhere', now())"))
    far = await adviser(jo.program, "Far", area="elsewhere")
    assert await far.looks_at_queue() == []
    assert (await far.opens(f"/console/cases/{case_id}")).status_code == 404
    await far.opens("/console/queue")
    assert (await far.sends(f"/console/cases/{case_id}/take")).status_code == 404
    await far.client.aclose()


async def test_a_case_about_somebody_is_never_theirs_to_see(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    (case_id,) = await jo.looks_at_queue()
    async with jo.program.service.engine.begin() as db:
        await db.execute(text("UPDATE cases SET barred = ARRAY[CAST(:me AS uuid)]"), {"me": str(jo.member.id)})
    assert await jo.looks_at_queue() == []
    assert (await jo.opens(f"/console/cases/{case_id}")).status_code == 404
    assert await jo.takes_next() == ""


async def test_a_manager_sees_no_chat_and_a_yjs_worker_no_queue(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    (case_id,) = await jo.looks_at_queue()
    for role in (Role.MANAGER, Role.YJS_WORKER, Role.EDITOR, Role.ADMINISTRATOR):
        other = await adviser(jo.program, role.value, role)
        assert (await other.opens("/console/queue")).status_code == 404
        assert (await other.opens(f"/console/cases/{case_id}")).status_code == 404
        await other.client.aclose()


async def test_ten_thousand_messages_in_one_thread(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    async with jo.program.service.engine.begin() as db:
        copied = text(
            """
            INSERT INTO messages
                (id, conversation_id, address_id, area, lane, external_id, kind, body, sent_at, received_at)
            SELECT gen_random_uuid(), conversation_id, address_id, area, lane, 'many-' || n, kind, body, sent_at, received_at
            FROM messages CROSS JOIN generate_series(1, 10000) AS n WHERE id = (SELECT id FROM messages LIMIT 1)
            """
        )
        await db.execute(copied)
    case_id = await jo.takes_next()
    started = time.perf_counter()
    page = await jo.opens(f"/console/cases/{case_id}")
    assert time.perf_counter() - started < 3
    assert page.text.count('class="line line-') == 60
    assert "Earlier messages" in page.text
    seen, address = 60, page.text
    for _ in range(3):
        before = address.split("?before=")[1].split('"')[0]
        address = (await jo.opens(f"/console/cases/{case_id}", before=before)).text
        seen += address.count('class="line line-')
    assert seen == 240


async def test_one_thread_for_a_person_on_two_ways(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    async with jo.program.service.engine.begin() as db:
        await db.execute(
            text(
                """
                INSERT INTO addresses (id, person_id, area, channel, lane, address, address_hash, created_at, last_inbound_at)
                SELECT gen_random_uuid(), person_id, area, 'sms', 'sms:x', address, '\\x01', now(), now() FROM addresses
                """
            )
        )
        await db.execute(
            text(
                """
                INSERT INTO messages
                    (id, conversation_id, address_id, area, lane, external_id, kind, body, sent_at, received_at)
                SELECT gen_random_uuid(), m.conversation_id, a.id, m.area, a.lane, 'by-text', m.kind, m.body, now(), now()
                FROM messages m JOIN addresses a ON a.channel = 'sms' LIMIT 1
                """
            )
        )
    await jo.opens(f"/console/cases/{case_id}")
    assert "Young person Text message" in jo.shown
    assert "Young person Web chat" in jo.shown
    assert "Text message" in jo.shown.split("Ways to them")[1]


async def test_typed_words_are_shown_again_when_the_session_ended(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    async with jo.program.service.engine.begin() as db:
        await db.execute(text("UPDATE staff_sessions SET ended_at = now()"))
    await jo.sends(f"/console/cases/{case_id}/messages", text="You can stay at the hostel tonight.")
    assert "Nothing was sent." in jo.shown
    assert "You can stay at the hostel tonight." in jo.page.text


async def test_a_question_to_a_skill_is_answered_inside_the_case(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    notes = f"/console/cases/{case_id}/notes"
    await jo.sends(notes, text="Can a 17 year old get UC here?", kind="ask", to="skill:benefits")
    ana = await adviser(jo.program, "Ana", skills=frozenset({Skill.BENEFITS}))
    await ana.opens(f"/console/cases/{case_id}")
    assert "Can a 17 year old get UC here?" in ana.shown
    question = ana.page.text.split('name="answers" value="')[1].split('"')[0]
    await ana.sends(notes, text="Yes, when estranged.", kind="answer", answers=question)
    await jo.opens(f"/console/cases/{case_id}")
    assert "Yes, when estranged." in jo.shown
    assert (await ana.sends(notes, text="psst", kind="whisper")).status_code == 404
    lead = await adviser(jo.program, "Lea", Role.LEAD)
    await lead.opens(f"/console/cases/{case_id}")
    await lead.sends(f"/console/cases/{case_id}/why", reason="work")
    await lead.sends(notes, text="Ask where she sleeps.", kind="whisper")
    await jo.opens(f"/console/cases/{case_id}")
    assert "Ask where she sleeps." in jo.shown
    await ryan.opens()
    assert "sleeps" not in ryan.page
    for other in (ana, lead):
        await other.client.aclose()
