"""Every form of the console's work leaves a row of the audit with who, the area, the person and the case."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.webchat.inbound import LANE
from dialogs.effects import CaseUrgency
from server.appointments import custody, handover, release
from server.appointments.release_templates import of_area
from server.clock import utc_now
from server.escalations import tasks
from server.escalations.models import TaskKind
from server.staff.access import Role
from tests.server.console.house import House, Worker, Young
from tests.server.console.test_access_table import Asking, routes
from tests.support.staff import make_member

pytestmark = pytest.mark.database

CASE = "/console/cases/{case_id}"
RECORD = "/console/records/{record_id}"
PERSON = "/console/people/{person_id}"
HANDOVER = "/console/handovers/{handover_id}"
PLAN = "/console/release/{spell_id}"
MEETING = "/console/appointments/{appointment_id}"
WEDNESDAY = utc_now() + timedelta(days=9 - utc_now().weekday())
OFFICE = {
    "owner": "court",
    "starts": f"{WEDNESDAY:%Y-%m-%dT12:00}",
    "office": "asked",
    "seen": "before_holiday,holiday",
}
ACTS: dict[str, tuple[str, dict[str, str]]] = {
    f"{CASE}/why": ("gave_reason", {"reason": "cover"}),
    "/console/queue/next": ("take", {}),
    f"{CASE}/acknowledge": ("acknowledged", {}),
    f"{CASE}/take": ("take", {}),
    f"{CASE}/messages": ("wrote", {"text": "Hi, I am Ada."}),
    f"{CASE}/notes": ("noted", {"text": "they are well"}),
    f"{CASE}/hold": ("held", {"minutes": "5"}),
    f"{CASE}/go-on": ("went_on", {}),
    f"{CASE}/give-back": ("gave_back", {}),
    f"{CASE}/pass-on": ("assign", {"to": "skill:housing", "why": "knows more"}),
    f"{CASE}/again": ("take", {}),
    f"{CASE}/close": ("closed", {"outcome": "answered", "next_step": "none"}),
    f"{RECORD}/add": ("record_added", {"kind": "action", "text": "rang the duty team"}),
    f"{RECORD}/release": ("release_hold", {"reason": "they are safe", "seen": "99"}),
    f"{RECORD}/words/{{entry_id}}": (
        "record_translated",
        {"kind": "translation", "language": "en", "made_by": "Ola", "text": "help"},
    ),
    f"{RECORD}/words/{{entry_id}}/ask": ("record_asked", {"due": "1"}),
    f"{RECORD}/export": ("export_record", {}),
    "/console/complaints/{complaint_id}/answered": ("handle_complaints", {}),
    "/console/complaints/{complaint_id}/call": ("handle_complaints", {"text": "we look into it"}),
    "/console/complaints/{complaint_id}/handler": ("handle_complaints", {"to": "staff"}),
    "/console/complaints/{complaint_id}/close": ("handle_complaints", {"outcome": "we said sorry"}),
    f"{CASE}/contact": ("contact_changed", {"text": "Shared phone."}),
    f"{CASE}/workers": ("link_worker", {"to": "{worker}", "why": "a court order; they know"}),
    f"{CASE}/workers/{{link_id}}/end": ("link_worker", {"why": "the order ended"}),
    "/console/my-people/{link_id}/write": ("worker_wrote", {"text": "The plan is signed."}),
    f"{PERSON}/why": ("gave_reason", {"reason": "cover"}),
    f"{PERSON}/adviser": ("care_changed", {"part": "morning"}),
    f"{PERSON}/needs": ("care_changed", {"helps": "quiet"}),
    f"{PERSON}/trusted": ("care_changed", {"names": "Nan"}),
    f"{PERSON}/check-word": ("check_word_set", {"word": "blue tiger"}),
    f"{PERSON}/days": ("care_changed", {}),
    f"{PERSON}/dates/{{date_id}}/done": ("date_done", {}),
    f"{PERSON}/handover": ("handover_changed", {"to": "{worker}"}),
    f"{PERSON}/reviews": ("review_planned", {"kind": "plan", "due": "{soon}"}),
    f"{HANDOVER}/tick": ("handover_changed", {"tick": "named", "value": "{worker}"}),
    f"{HANDOVER}/ask": ("handover_asked", {}),
    f"{HANDOVER}/answer": ("handover_answered", {"answer": "yes"}),
    f"{HANDOVER}/close": ("handover_closed", {"why": "they are ill"}),
    f"{HANDOVER}/call-off": ("handover_closed", {"stays": "they stay"}),
    "/console/reviews/{review_id}/close": ("review_closed", {"no_next_why": "they moved away"}),
    f"{MEETING}/outcome": ("outcome_kept", {"outcome": "attended"}),
    f"{MEETING}/late": ("said_late", {"minutes": "15"}),
    f"{MEETING}/company": ("companion_set", {"meet_where": "the main door"}),
    f"{MEETING}/cancel": ("booking_cancelled", {}),
    f"{CASE}/release": ("custody_entered", {"entered_on": "2026-01-05", "status": "planned"}),
    f"{PLAN}/move": ("release_moved", {"on": "{later}", "status": "planned", "seen": "{seen}"}),
    f"{PLAN}/accept": ("release_accepted", {"side": "home", "version": "1"}),
    f"{PLAN}/start": ("release_started", {"template": "{template}"}),
    f"{PLAN}/owners": ("release_owners", {}),
    f"{PLAN}/released": ("release_status", {}),
    f"{PLAN}/phone-back": ("release_status", {}),
    f"{PLAN}/recall": ("release_status", {}),
    f"{PLAN}/end": ("release_status", {}),
    f"{PLAN}/steps/{{step_id}}": ("release_step", {"do": "skip", "reason": "not needed"}),
    f"{PLAN}/sheet": ("sheet_given", {"version": "1"}),
    f"{CASE}/outside": ("outside_added", OFFICE),
    "/console/outside/{appointment_id}": ("outside_changed", OFFICE),
    "/console/outside/{appointment_id}/office": ("outside_office", {"office": "confirmed"}),
    "/console/outside/{appointment_id}/off": ("outside_off", {}),
    "/console/tasks/{task_id}/take": ("task_taken", {}),
    "/console/tasks/{task_id}/done": ("task_done", {}),
}
"""By address: what the audit calls it, and a form that is in order. Each is sent to a case of its own."""

TESTED_ELSEWHERE = {f"{RECORD}/export", f"{CASE}/messages", f"{CASE}/again"}
"""An export needs a purpose and a fresh reader (test_records.py), a message somebody who can be reached (desk/test_chat.py),
writing again a case that is closed (test_again.py)."""

NO_ACT = {
    f"{PERSON}/phone": "needs somebody who texts: tests/server/console/test_shared_phone.py",
    f"{PERSON}/book": "needs a free time: tests/server/console/test_diary.py",
    f"{MEETING}/move": "needs a free time: tests/server/console/test_diary.py",
    f"{CASE}/partners": "tests/server/appointments/test_partner_pages.py",
    f"{CASE}/partners/{{known_id}}/end": "tests/server/appointments/test_partner_pages.py",
    f"{CASE}/draft": "what is typed and not sent",
    f"{CASE}/notes/types": "that somebody types",
    f"{CASE}/here": "that somebody moves the mouse",
    "/console/duty": "about no young person; tests/server/console/test_duty.py",
    "/console/timescales/{rule_id}": "about no young person; tests/server/console/test_handover_pages.py",
    "/console/rota": "about no young person",
    **dict.fromkeys(
        (f"/console/calendars/{name}" for name in ("feed", "feed/end", "outside", "outside/remove")),
        "about no young person",
    ),
    "/console/rota/{entry_id}/remove": "about no young person",
    "/console/places/add": "about no young person; tests/server/console/test_places_pages.py",
    "/console/places/ways": "about no young person",
    "/console/places/{place_id}": "about no young person",
    "/console/places/{place_id}/photo": "about no young person",
    "/console/places/{place_id}/photo/remove": "about no young person",
    "/console/kinds/{kind_id}": "about no young person",
    "/console/hours/{staff_id}/patterns": "about no young person; tests/server/console/test_hours_pages.py",
    "/console/hours/{staff_id}/patterns/{pattern_id}/end": "about no young person",
    "/console/hours/{staff_id}/away": "about no young person",
    "/console/hours/{staff_id}/away/{away_id}/remove": "about no young person",
}
OF_STAFF = re.compile(r"/console/(sign-in|sign-out|welcome|code|again|account|team)\b.*")
"""Accounts, which the tests of server/staff hold."""

HELD = {f"{CASE}/{name}" for name in ("hold", "go-on", "give-back", "pass-on", "close", "contact")}


def test_no_form_is_left_out(house: House) -> None:
    found = {path for method, path in routes(house) if method == "POST" and not OF_STAFF.fullmatch(path)}
    assert found == {*ACTS, *NO_ACT}


@pytest.mark.parametrize("path", [path for path in ACTS if path not in TESTED_ELSEWHERE])
async def test_it_leaves_a_row(house: House, path: str) -> None:
    area = "home"
    await house.changes("UPDATE cases SET closed_at = now() WHERE closed_at IS NULL")
    is_danger = path.startswith(RECORD) or path.endswith("/acknowledge")
    young = await house.writes("help", CaseUrgency.CRISIS if is_danger else CaseUrgency.ADVICE)
    await house.changes(
        "UPDATE addresses SET lane = :lane, channel = 'webchat' WHERE person_id = :id", lane=LANE, id=young.person
    )
    ada = await house.has(*Role, name="Ada")
    if path in HELD:
        await ada.posts(f"/console/cases/{young.case}/take")
    what, form = ACTS[path]
    if form.get("to") == "staff":
        form = {"to": str((await house.has(Role.MANAGER, name="Mo")).member.id)}
    beth = str((await make_member(house.engine, "Beth", Role.YJS_WORKER)).id)
    said = {"{worker}": beth, "{soon}": (utc_now().date() + timedelta(days=7)).isoformat()}
    form = {name: said.get(value, value) for name, value in form.items()}
    if path.startswith(PLAN):
        form = await _of_plan(house, path, form, young, ada)
    answer = await ada.posts(await _fill(house, path, young, ada), form)
    assert answer.status_code == 200, answer.text
    query = "SELECT area, about_person FROM audit WHERE staff_id = :who AND what = :what AND about_case = :case"
    found = await house.rows(query, who=ada.member.id, what=what, case=young.case)
    assert found == [(area, young.person)]


async def _of_plan(house: House, path: str, form: dict[str, str], young: Young, ada: Worker) -> dict[str, str]:
    """A plan in the state that the act needs, and the form with what only the plan knows."""
    spell, _ = await Asking(house, {"somebody": ada.member}, young)._spell()
    later = utc_now().date() + timedelta(days=60)
    settings = house.program.service.conversations.area.diaries
    async with house.engine.begin() as db:
        seen = (await release.preview(db, spell, later, utc_now(), settings)).seen
        template = (await of_area(db, "home"))[0].id
        if path.endswith("/recall"):
            await custody.released(db, spell, ada.member.id, utc_now())
        if path.endswith("/end"):
            await custody.phone_back(db, spell, ada.member.id, utc_now())
    if path.endswith("/end"):
        await house.changes("UPDATE release_steps SET state = 'skipped' WHERE spell_id = :id", id=spell)
    known = {"later": later, "seen": seen, "template": template}
    return {name: value.format(**known) for name, value in form.items()}


async def _fill(house: House, path: str, young: Young, ada: Worker) -> str:
    somebody = await make_member(house.engine, "Sam")
    wish = tasks.Wish(TaskKind.CALL_BACK, "home", utc_now(), "x", case_id=young.case, person_id=young.person)
    async with house.engine.begin() as db:
        task = await tasks.add(db, wish, utc_now())
    entry = "SELECT id FROM safeguarding_entries WHERE record_id = :id AND kind = 'words' LIMIT 1"
    asking = Asking(house, {"somebody": somebody, "yjs_worker": ada.member}, young)
    made: dict[str, Any] = {"case_id": young.case, "record_id": young.record, "task_id": task}
    made["person_id"] = young.person
    if path == f"{PERSON}/handover":
        await asking._of_care("review_id")
    for name in re.findall(r"{((?:date|handover|review)_id)}", path):
        made[name] = await asking._of_care(name)
    if "{handover_id}" in path and not path.endswith("/tick"):
        async with house.engine.begin() as db:
            await handover.name_new(db, made["handover_id"], ada.member.id)
    if "{entry_id}" in path:
        made["entry_id"] = await house.scalar(entry, id=young.record)
    if "{appointment_id}" in path and path.startswith("/console/outside"):
        made["appointment_id"] = await asking._outside()
    if "{link_id}" in path:
        made["link_id"] = await asking._link()
    if "{spell_id}" in path:
        made["spell_id"], made["step_id"] = await asking._spell()
    if path.startswith(MEETING):
        made["appointment_id"] = await asking._meeting()
    if "{complaint_id}" in path:
        made["complaint_id"] = await asking._complaint()
        complaint = {"id": made["complaint_id"], "person": young.person}
        await house.changes("UPDATE complaints SET person_id = :person WHERE id = :id", **complaint)
    return path.format(**made)
