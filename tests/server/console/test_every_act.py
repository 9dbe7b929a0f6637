"""Every form of the console's work leaves a row of the audit with who, the area, the person and the case."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.webchat.inbound import LANE
from dialogs.effects import CaseUrgency
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
    "/console/tasks/{task_id}/take": ("task_taken", {}),
    "/console/tasks/{task_id}/done": ("task_done", {}),
}
"""By address: what the audit calls it, and a form that is in order. Each is sent to a case of its own."""

TESTED_ELSEWHERE = {f"{RECORD}/export", f"{CASE}/messages", f"{CASE}/again"}
"""An export needs a purpose and a fresh reader (test_records.py), a message somebody who can be reached (desk/test_chat.py),
writing again a case that is closed (test_again.py)."""

NO_ACT = {
    f"{CASE}/draft": "what is typed and not sent",
    f"{CASE}/notes/types": "that somebody types",
    f"{CASE}/here": "that somebody moves the mouse",
    "/console/duty": "about no young person; tests/server/console/test_duty.py",
    "/console/rota": "about no young person",
    "/console/rota/{entry_id}/remove": "about no young person",
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
    if form.get("to") == "{worker}":
        form = form | {"to": str((await make_member(house.engine, "Beth", Role.YJS_WORKER)).id)}
    answer = await ada.posts(await _fill(house, path, young, ada), form)
    assert answer.status_code == 200, answer.text
    query = "SELECT area, about_person FROM audit WHERE staff_id = :who AND what = :what AND about_case = :case"
    found = await house.rows(query, who=ada.member.id, what=what, case=young.case)
    assert found == [(area, young.person)]


async def _fill(house: House, path: str, young: Young, ada: Worker) -> str:
    somebody = await make_member(house.engine, "Sam")
    wish = tasks.Wish(TaskKind.CALL_BACK, "home", utc_now(), "x", case_id=young.case, person_id=young.person)
    async with house.engine.begin() as db:
        task = await tasks.add(db, wish, utc_now())
    entry = "SELECT id FROM safeguarding_entries WHERE record_id = :id AND kind = 'words' LIMIT 1"
    asking = Asking(house, {"somebody": somebody, "yjs_worker": ada.member}, young)
    made: dict[str, Any] = {"case_id": young.case, "record_id": young.record, "task_id": task}
    if "{entry_id}" in path:
        made["entry_id"] = await house.scalar(entry, id=young.record)
    if "{link_id}" in path:
        made["link_id"] = await asking._link()
    if "{complaint_id}" in path:
        made["complaint_id"] = await asking._complaint()
        complaint = {"id": made["complaint_id"], "person": young.person}
        await house.changes("UPDATE complaints SET person_id = :person WHERE id = :id", **complaint)
    return path.format(**made)
