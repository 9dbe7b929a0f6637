"""Every route below `/console` against a table of who may, asked over real HTTP with real sessions.

The routes are listed from the running program: one that is not in the table fails, so whoever adds a page adds a line.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi.routing import iter_route_contexts
from sqlalchemy import insert, select

from dialogs.messages import SentFile
from server.app import make_app
from server.appointments import care, custody, diaries, handover, others, places, release, reviews, timescales
from server.appointments.diaries import Exceptional
from server.appointments.kinds import AwayKind, By, Owner
from server.appointments.others import Doer, Outside
from server.appointments.release_templates import ensure_templates, of_area
from server.appointments.reviews import ReviewKind
from server.clock import utc_now
from server.conversations import files
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import tasks
from server.escalations.clock import Rung
from server.escalations.models import TaskKind
from server.escalations.oncall import put_on_call
from server.escalations.talk_models import Complaint, WorkerLink
from server.staff import guard, sessions
from server.staff.access import Member, Role
from tests.server.appointments.care_house import a_date, a_meeting
from tests.server.console.house import House, Young
from tests.support.diary import a_kind, a_pattern, a_place
from tests.support.postgres import Databases
from tests.support.program import running
from tests.support.staff import make_member

pytestmark = pytest.mark.database

WORKS = "adviser lead safeguarding_lead host_adviser"
SETS = "lead safeguarding_lead administrator"
PLANS = "lead safeguarding_lead manager administrator"
PLAN = "lead safeguarding_lead host_adviser"
"""An adviser sees the plans that they work on, and the one of the table is somebody else's."""
STAFF = (
    "adviser lead safeguarding_lead host_adviser yjs_worker editor translator manager administrator barred elsewhere"
)
HALF = f"half {STAFF}"
ANYBODY = f"stranger {HALF}"

TABLE = f"""
GET  /console/sign-in                                     {ANYBODY}
POST /console/sign-in                                     {ANYBODY}
GET  /console/welcome/{{link}}                            {ANYBODY}
POST /console/welcome/{{link}}                            {ANYBODY}
GET  /console/single-sign-on                              {ANYBODY}
GET  /console/single-sign-on/back                         {ANYBODY}
GET  /console/code                                        {HALF}
POST /console/code                                        {HALF}
POST /console/sign-out                                    {HALF}
GET  /console/again                                       {STAFF}
POST /console/again                                       {STAFF}
GET  /console                                             {STAFF}
GET  /console/account                                     {STAFF}
POST /console/account/sessions/{{session_id}}/end         {STAFF}
POST /console/account/sessions/end-others                 {STAFF}
GET  /console/account/password                            {STAFF}
POST /console/account/password                            {STAFF}
GET  /console/account/recovery                            {STAFF}
POST /console/account/recovery                            {STAFF}
POST /console/account/language                            {STAFF}
POST /console/account/look                                {STAFF}
GET  /console/account/alarm                               {STAFF}
POST /console/account/alarm                               {STAFF}
GET  /console/account/push                                {STAFF}
POST /console/account/push                                {STAFF}
POST /console/account/push/end                            {STAFF}
GET  /console/push-worker.js                              {ANYBODY}
GET  /console/team                                        administrator barred elsewhere
GET  /console/team/invite                                 administrator barred elsewhere
POST /console/team/invite                                 administrator barred elsewhere
GET  /console/team/{{staff_id}}                           administrator barred
POST /console/team/{{staff_id}}                           administrator barred
POST /console/team/{{staff_id}}/telegram                  administrator barred
POST /console/team/{{staff_id}}/reset                     administrator barred
GET  /console/team/{{staff_id}}/remove                    administrator barred
POST /console/team/{{staff_id}}/remove                    administrator barred
GET  /console/audit                                       safeguarding_lead manager barred elsewhere
GET  /console/queue                                       {WORKS} barred elsewhere
GET  /console/queue/list                                  {WORKS} barred elsewhere
POST /console/queue/next                                  {WORKS} barred elsewhere
GET  /console/events                                      {WORKS} barred elsewhere
GET  /console/form                                        {WORKS} barred elsewhere
GET  /console/cases/{{case_id}}                           {WORKS}
GET  /console/cases/{{case_id}}/news                      {WORKS}
GET  /console/cases/{{case_id}}/states                    {WORKS}
GET  /console/cases/{{case_id}}/typing                    {WORKS}
GET  /console/cases/{{case_id}}/number                    {WORKS}
GET  /console/cases/{{case_id}}/answers                   {WORKS}
GET  /console/cases/{{case_id}}/answers/{{topic}}         {WORKS}
GET  /console/cases/{{case_id}}/files/{{file_id}}         {WORKS}
GET  /console/cases/{{case_id}}/files/{{file_id}}/content {WORKS}
GET  /console/cases/{{case_id}}/why                       {WORKS}
POST /console/cases/{{case_id}}/why                       {WORKS}
POST /console/cases/{{case_id}}/take                      {WORKS}
POST /console/cases/{{case_id}}/acknowledge               {WORKS}
POST /console/cases/{{case_id}}/messages                  {WORKS}
POST /console/cases/{{case_id}}/draft                     {WORKS}
POST /console/cases/{{case_id}}/here                      {WORKS}
POST /console/cases/{{case_id}}/notes                     {WORKS}
POST /console/cases/{{case_id}}/notes/types               {WORKS}
POST /console/cases/{{case_id}}/hold                      {WORKS}
POST /console/cases/{{case_id}}/go-on                     {WORKS}
POST /console/cases/{{case_id}}/give-back                 {WORKS}
GET  /console/cases/{{case_id}}/pass-on                   {WORKS}
POST /console/cases/{{case_id}}/pass-on                   {WORKS}
POST /console/cases/{{case_id}}/again                     {WORKS}
GET  /console/cases/{{case_id}}/close                     {WORKS}
POST /console/cases/{{case_id}}/close                     {WORKS}
POST /console/cases/{{case_id}}/contact                   {WORKS}
GET  /console/cases/{{case_id}}/workers                   lead safeguarding_lead
POST /console/cases/{{case_id}}/workers                   lead safeguarding_lead
POST /console/cases/{{case_id}}/workers/{{link_id}}/end   lead safeguarding_lead
GET  /console/cases/{{case_id}}/release                   {WORKS}
POST /console/cases/{{case_id}}/release                   {WORKS}
GET  /console/release                                     {WORKS} barred elsewhere
GET  /console/release/{{spell_id}}                        {PLAN}
GET  /console/release/{{spell_id}}/move                   {PLAN}
POST /console/release/{{spell_id}}/move                   {PLAN}
POST /console/release/{{spell_id}}/accept                 {PLAN}
POST /console/release/{{spell_id}}/start                  {PLAN}
POST /console/release/{{spell_id}}/owners                 {PLAN}
POST /console/release/{{spell_id}}/released               {PLAN}
POST /console/release/{{spell_id}}/phone-back             {PLAN}
POST /console/release/{{spell_id}}/recall                 {PLAN}
POST /console/release/{{spell_id}}/end                    {PLAN}
POST /console/release/{{spell_id}}/steps/{{step_id}}      {PLAN}
GET  /console/release/{{spell_id}}/sheet                  {PLAN}
GET  /console/release/{{spell_id}}/sheet.pdf              {PLAN}
POST /console/release/{{spell_id}}/sheet                  {PLAN}
GET  /console/my-people                                   yjs_worker barred elsewhere
POST /console/my-people/{{link_id}}/write                 yjs_worker
POST /console/duty                                        {WORKS} barred elsewhere
GET  /console/records                                     safeguarding_lead barred elsewhere
GET  /console/records/{{record_id}}                       safeguarding_lead
POST /console/records/{{record_id}}/add                   safeguarding_lead
POST /console/records/{{record_id}}/release               safeguarding_lead
GET  /console/records/{{record_id}}/words/{{entry_id}}    safeguarding_lead
POST /console/records/{{record_id}}/words/{{entry_id}}    safeguarding_lead
POST /console/records/{{record_id}}/words/{{entry_id}}/ask safeguarding_lead
GET  /console/records/{{record_id}}/export                safeguarding_lead
POST /console/records/{{record_id}}/export                safeguarding_lead
GET  /console/complaints                                  lead safeguarding_lead manager barred elsewhere
GET  /console/complaints/{{complaint_id}}                 lead safeguarding_lead manager
POST /console/complaints/{{complaint_id}}/handler         lead safeguarding_lead manager
POST /console/complaints/{{complaint_id}}/call            lead safeguarding_lead manager
POST /console/complaints/{{complaint_id}}/answered        lead safeguarding_lead manager
POST /console/complaints/{{complaint_id}}/close           lead safeguarding_lead manager
GET  /console/tasks                                       {WORKS} barred elsewhere
GET  /console/tasks/{{task_id}}                           {WORKS}
POST /console/tasks/{{task_id}}/take                      {WORKS}
POST /console/tasks/{{task_id}}/done                      {WORKS}
GET  /console/my-day                                      {WORKS} barred elsewhere
GET  /console/caseload                                    {WORKS} barred elsewhere
GET  /console/caseloads                                   lead safeguarding_lead manager barred elsewhere
GET  /console/people/{{person_id}}                        {WORKS}
GET  /console/people/{{person_id}}/why                    {WORKS}
POST /console/people/{{person_id}}/why                    {WORKS}
GET  /console/people/{{person_id}}/change                 {WORKS}
POST /console/people/{{person_id}}/adviser                {WORKS}
POST /console/people/{{person_id}}/needs                  {WORKS}
POST /console/people/{{person_id}}/trusted                {WORKS}
POST /console/people/{{person_id}}/check-word             {WORKS}
POST /console/people/{{person_id}}/days                   {WORKS}
POST /console/people/{{person_id}}/phone                  {WORKS}
POST /console/people/{{person_id}}/dates/{{date_id}}/done {WORKS}
POST /console/people/{{person_id}}/handover               {WORKS}
POST /console/people/{{person_id}}/reviews                {WORKS}
GET  /console/people/{{person_id}}/book                   {WORKS}
POST /console/people/{{person_id}}/book                   {WORKS}
GET  /console/diary                                       {WORKS} barred elsewhere
GET  /console/diary/day                                   {WORKS} barred elsewhere
GET  /console/appointments/{{appointment_id}}             {WORKS}
GET  /console/appointments/{{appointment_id}}/move        {WORKS}
POST /console/appointments/{{appointment_id}}/move        {WORKS}
POST /console/appointments/{{appointment_id}}/outcome     {WORKS}
POST /console/appointments/{{appointment_id}}/late        {WORKS}
POST /console/appointments/{{appointment_id}}/company     {WORKS}
POST /console/appointments/{{appointment_id}}/cancel      {WORKS}
GET  /console/handovers/{{handover_id}}                   {WORKS}
POST /console/handovers/{{handover_id}}/tick              {WORKS}
POST /console/handovers/{{handover_id}}/ask               {WORKS}
POST /console/handovers/{{handover_id}}/answer            {WORKS}
POST /console/handovers/{{handover_id}}/close             {WORKS}
POST /console/handovers/{{handover_id}}/call-off          {WORKS}
GET  /console/reviews                                     {WORKS} barred elsewhere
GET  /console/reviews/{{review_id}}                       {WORKS}
POST /console/reviews/{{review_id}}/close                 {WORKS}
GET  /console/timescales                                  lead safeguarding_lead manager barred elsewhere
POST /console/timescales/{{rule_id}}                      lead safeguarding_lead manager barred
GET  /console/rota                                        {PLANS} barred elsewhere
POST /console/rota                                        {PLANS} barred elsewhere
POST /console/rota/{{entry_id}}/remove                    {PLANS} barred
GET  /console/cases/{{case_id}}/partners                  lead safeguarding_lead
POST /console/cases/{{case_id}}/partners                  lead safeguarding_lead
POST /console/cases/{{case_id}}/partners/{{known_id}}/end lead safeguarding_lead
GET  /console/calendars                                   {STAFF}
POST /console/calendars/feed                              {STAFF}
POST /console/calendars/feed/end                          {STAFF}
POST /console/calendars/outside                           {STAFF}
POST /console/calendars/outside/remove                    {STAFF}
GET  /console/places                                      {SETS} barred elsewhere
GET  /console/places/add                                  {SETS} barred elsewhere
POST /console/places/add                                  {SETS} barred elsewhere
POST /console/places/ways                                 {SETS} barred elsewhere
GET  /console/places/{{place_id}}                         {SETS} barred
POST /console/places/{{place_id}}                         {SETS} barred
GET  /console/places/{{place_id}}/photo                   {SETS} barred
POST /console/places/{{place_id}}/photo                   {SETS} barred
POST /console/places/{{place_id}}/photo/remove            {SETS} barred
GET  /console/kinds                                       {SETS} barred elsewhere
GET  /console/kinds/{{kind_id}}                           {SETS} barred
POST /console/kinds/{{kind_id}}                           {SETS} barred
GET  /console/hours                                       {WORKS} administrator barred elsewhere
GET  /console/hours/{{staff_id}}                          {SETS} barred
POST /console/hours/{{staff_id}}/patterns                 {SETS} barred
POST /console/hours/{{staff_id}}/patterns/{{pattern_id}}/end {SETS} barred
POST /console/hours/{{staff_id}}/away                     {SETS} barred
POST /console/hours/{{staff_id}}/away/{{away_id}}/remove  {SETS} barred
GET  /console/cases/{{case_id}}/outside                   {WORKS}
POST /console/cases/{{case_id}}/outside                   {WORKS}
GET  /console/outside/{{appointment_id}}                  {WORKS}
POST /console/outside/{{appointment_id}}                  {WORKS}
POST /console/outside/{{appointment_id}}/office           {WORKS}
POST /console/outside/{{appointment_id}}/off              {WORKS}
GET  /console/punctuality                                 {WORKS} barred elsewhere
GET  /console/punctuality/team                            lead safeguarding_lead manager barred elsewhere
"""
"""Method, address, who is let in. `stranger` has no session, `half` gave a password and no code yet; `barred` has every role in the
area and may not have to do with the case; `elsewhere` has every role, in another area. Everybody else has one role, in the area."""

WHO = ("stranger", "half", *(role.value for role in Role), "barred", "elsewhere")
Route = tuple[str, str]


def table() -> dict[Route, frozenset[str]]:
    """The table by route."""
    lines = (line.split() for line in TABLE.strip().splitlines())
    found = {(method, path): frozenset(who) for method, path, *who in lines}
    assert set().union(*found.values()) <= set(WHO)
    return found


def routes(house: House) -> set[Route]:
    """Every route below `/console` that the program answers."""
    app = make_app(house.program.service)
    return {
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        if route.path and route.path.startswith(guard.ROOT)
        for method in route.methods or ()
    }


class Asking:
    """Everybody of the table, and what they ask for."""

    def __init__(self, house: House, people: dict[str, Member], young: Young) -> None:
        self.house, self.people, self.young = house, people, young

    async def asks(self, who: str, route: Route) -> str:
        """What becomes of a request with an empty form: "in", or how somebody is kept out."""
        method, path = route
        async with self.house.program.browser() as client:
            client.follow_redirects = False
            token, other = await self._signs_in(who, client)
            address = await self._fill(path, other)
            if path == "/console/events":
                async with client.stream("GET", address) as answer:  # it never ends by itself
                    return _outcome(answer)
            if method == "GET":
                answer = await client.get(address)
            else:
                answer = await client.request(method, address, data={"form": _field(path, client, token)})
        assert answer.status_code < 500 or answer.status_code == 503, (who, route, answer.text)
        assert "This page was open too long" not in answer.text, (who, route)
        return _outcome(answer)

    async def _signs_in(self, who: str, client: httpx.AsyncClient) -> tuple[str, Any]:
        """A session of their own with a fresh code; with it the id of another session of theirs."""
        client.cookies.set(guard.FORM_COOKIE, "f" * 43, path=guard.ROOT)
        if who == "stranger":
            return "", "00000000-0000-0000-0000-000000000000"
        member, now = self.people[who], utc_now()
        async with self.house.engine.begin() as db:
            other = await sessions.open_session(db, member.id, "Edge", now, has_code=True)
            token = await sessions.open_session(db, member.id, "Firefox", now, has_code=who != "half")
            found = await sessions.find(db, other, now)
        assert found
        client.cookies.set(guard.COOKIE, token, path=guard.ROOT)
        return token, found.session_id

    async def _fill(self, path: str, session_id: Any) -> str:  # noqa: C901, PLR0912, PLR0915 - one arm a place
        """The address with something that is there in each place."""
        entry = "SELECT id FROM safeguarding_entries WHERE record_id = :id AND kind = 'words' LIMIT 1"
        for name in re.findall(r"\{(\w+)\}", path):
            made: Any
            match name:
                case "link":
                    made = "x" * 43
                case "session_id":
                    made = session_id
                case "staff_id" if path.startswith("/console/hours"):
                    made = self.people["adviser2"].id
                case "staff_id":
                    made = self.people["somebody"].id
                case "place_id":
                    made = await self._place()
                case "kind_id":
                    made = await self._kind()
                case "pattern_id":
                    made = await self._pattern()
                case "away_id":
                    made = await self._away()
                case "appointment_id" if path.startswith("/console/outside"):
                    made = await self._outside()
                case "record_id":
                    made = self.young.record
                case "case_id":
                    made = self.young.case
                case "complaint_id":
                    made = await self._complaint()
                case "link_id":
                    made = await self._link()
                case "spell_id":
                    made = (await self._spell())[0]
                case "step_id":
                    made = (await self._spell())[1]
                case "known_id":
                    made = new_id()
                case "topic":
                    made = "about.charter"
                case "file_id":
                    made = await self._file()
                case "person_id":
                    made = self.young.person
                case "handover_id" | "review_id" | "rule_id" | "date_id":
                    made = await self._of_care(name)
                case "appointment_id":
                    made = await self._meeting()
                case "task_id":
                    made = await self._task()
                case "entry_id" if path.startswith("/console/rota"):
                    made = await self._on_call()
                case "entry_id":
                    made = await self.house.scalar(entry, id=self.young.record)
                case _:
                    raise AssertionError(f"teach this test what stands for {{{name}}}")
            path = path.replace(f"{{{name}}}", str(made))
        return path

    async def _task(self) -> Any:
        wish = tasks.Wish(TaskKind.CALL_BACK, "home", utc_now(), "x", case_id=self.young.case)
        async with self.house.engine.begin() as db:
            return await tasks.add(db, wish, utc_now())

    async def _meeting(self) -> Any:
        """A meeting of the young person, long enough ago that nothing else is then."""
        worker = self.people["somebody"].id
        await self.house.changes(
            "UPDATE appointments SET status = 'cancelled', hold_until = NULL WHERE person_id = :id",
            id=self.young.person,
        )
        async with self.house.engine.begin() as db:
            return await a_meeting(db, self.young.person, worker, utc_now().replace(microsecond=0))

    async def _of_care(self, name: str) -> Any:
        """A handover, review, rule or date of the young person, made when there is none."""
        now, person, worker = utc_now(), self.young.person, self.people["somebody"].id
        async with self.house.engine.begin() as db:
            await care.set_adviser(db, person, worker, now)
            match name:
                case "rule_id":
                    return (await timescales.rules_of(db, "home"))[0].id
                case "date_id":
                    return await a_date(db, person, f"date-{new_id().hex[-8:]}", now.date())
                case "review_id":
                    return await reviews.add(db, person, ReviewKind.PLAN, now.date(), now, today=now.date())
            known = await handover.open_of(db, person)
            return known.id if known else await handover.start(db, person, None, now)

    async def _spell(self) -> tuple[Any, Any]:
        """The release plan of the young person, somebody's, with a step."""
        somebody = self.people["somebody"].id
        async with self.house.engine.begin() as db:
            there = await custody.open_of(db, self.young.person)
            if there is None:
                entry = custody.Entry(self.young.person, "home", utc_now().date(), home_owner_id=somebody)
                spell_id = await custody.enter(db, entry, somebody, utc_now())
                await ensure_templates(db, "home")
                settings = self.house.program.service.conversations.area.diaries
                await release.start_plan(db, spell_id, (await of_area(db, "home"))[0].id, settings)
                there = await custody.one(db, spell_id)
            step = select(custody.steps.c.id).where(custody.steps.c.spell_id == there["id"]).limit(1)
            return there["id"], (await db.execute(step)).scalar_one()

    async def _place(self) -> Any:
        """With a photo."""
        async with self.house.engine.begin() as db:
            place_id = await a_place(db, "home", f"Hub {new_id().hex}")
            await places.set_photo(db, place_id, b"\x89PNG")
        return place_id

    async def _kind(self) -> Any:
        async with self.house.engine.begin() as db:
            await a_kind(db, "home")
        return await self.house.scalar("SELECT id FROM appointment_kinds WHERE area = 'home' LIMIT 1")

    async def _pattern(self) -> Any:
        who, place_id = self.people["adviser2"].id, await self._place()
        await self.house.changes("DELETE FROM diary_patterns WHERE staff_id = :id", id=who)
        async with self.house.engine.begin() as db:
            await a_pattern(db, who, "home", place_id, days=[0])
        return await self.house.scalar("SELECT id FROM diary_patterns WHERE staff_id = :id", id=who)

    async def _away(self) -> Any:
        now = utc_now()
        wish = Exceptional(AwayKind.LEAVE, now, now + timedelta(days=1))
        async with self.house.engine.begin() as db:
            return await diaries.add_exception(db, self.people["adviser2"].id, "home", wish, now)

    async def _outside(self) -> Any:
        """The young person's, in two weeks."""
        await self.house.changes(
            "UPDATE appointments SET status = 'cancelled' WHERE person_id = :id", id=self.young.person
        )
        now = utc_now()
        wish = Outside(Owner.COURT, now + timedelta(days=14), now + timedelta(days=14, hours=1))
        async with self.house.engine.begin() as db:
            made: Any = await others.add(db, self.young.person, "home", wish, Doer(By.ADVISER), now)
        return made["id"]

    async def _complaint(self) -> Any:
        now = utc_now()
        row = {
            "id": new_id(),
            "number": 100,
            "area": "home",
            "case_id": self.young.case,
            "first_due_at": now,
            "due_at": now,
        }
        async with self.house.engine.begin() as db:
            await db.execute(insert(table_of(Complaint)).values(row | {"opened_at": now}))
        return row["id"]

    async def _link(self) -> Any:
        """Between the young person and the youth justice worker, who is somebody else where there is none."""
        worker = self.people.get("yjs_worker") or self.people["somebody"]
        row = {"id": new_id(), "area": "home", "case_id": self.young.case, "person_id": self.young.person}
        row |= {"staff_id": worker.id, "made_by": worker.id, "why": "a court order", "created_at": utc_now()}
        async with self.house.engine.begin() as db:
            await db.execute(insert(table_of(WorkerLink)).values(row))
        return row["id"]

    async def _file(self) -> Any:
        message = "SELECT id FROM messages WHERE body IS NOT NULL ORDER BY seq DESC LIMIT 1"
        message_id = await self.house.scalar(message)
        person = await self.house.scalar("SELECT person_id FROM cases WHERE id = :id", id=self.young.case)
        sent = SentFile(name="letter", size_bytes=5, content=b"%PDF-")
        async with self.house.engine.begin() as db:
            await files.keep(db, person, message_id, "web", [sent], utc_now())
            return (await files.files_of_case(db, self.young.case))[-1].id

    async def _on_call(self) -> Any:
        now, who = utc_now(), self.people["somebody"].id
        async with self.house.engine.begin() as db:
            return await put_on_call(db, "home", Rung.FIRST, who, now, now + timedelta(hours=1))


def _field(path: str, client: httpx.AsyncClient, token: str) -> str:
    """What the forms of this page carry: those before a sign-in belong to the browser, all others to the session."""
    if path.startswith(("/console/sign-in", "/console/welcome")):
        return guard.strangers_field(client.cookies[guard.FORM_COOKIE])
    return sessions.form_token(token) if token else ""


def _outcome(answer: httpx.Response) -> str:
    to = answer.headers.get("location", "")
    if answer.status_code == 404:
        return "nothing here"
    if to.startswith("/console/sign-in") and "out=1" not in to:
        return "to sign in"
    if to.startswith("/console/code"):
        return "to the code"
    if to.startswith("/console/again"):
        return "to a fresh code"
    return "in"


def expected(who: str, let_in: frozenset[str]) -> str:
    """What becomes of somebody, by the table."""
    if who in let_in:
        return "in"
    return {"stranger": "to sign in", "half": "to the code"}.get(who, "nothing here")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[House]:
    """A program with single sign-on, so that its routes are there too; its provider is away."""
    url = databases.make()
    provider = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "connexions", "oidc_client_secret": "x" * 20}
    async with running(url, has_worker=False, **provider) as program:
        yield House(program)
    databases.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asking(house: House) -> Asking:
    young = await house.writes("im done")
    people = {role.value: await make_member(house.engine, role.value, role) for role in Role}
    for name in ("half", "barred", "somebody"):
        roles = [Role.EDITOR] if name == "somebody" else list(Role)
        people[name] = await make_member(house.engine, name, *roles)
    people["elsewhere"] = await make_member(house.engine, "elsewhere", *Role, area="elsewhere")
    people["adviser2"] = await make_member(house.engine, "adviser2", Role.ADVISER)
    barred = people["barred"].id
    await house.changes("UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=barred, id=young.case)
    return Asking(house, people, young)


async def test_every_route_is_in_the_table_and_the_table_names_no_other(house: House) -> None:
    assert routes(house) - set(table()) == set()
    assert set(table()) - routes(house) == set()


ROUTES = [pytest.param(route, let_in, id=" ".join(route)) for route, let_in in table().items()]


@pytest.mark.parametrize(("route", "let_in"), ROUTES)
async def test_who_is_let_in(asking: Asking, route: Route, let_in: frozenset[str]) -> None:
    found = {who: await asking.asks(who, route) for who in WHO}
    assert found == {who: expected(who, let_in) for who in WHO}


@pytest.mark.parametrize("route", [pytest.param(route, id=" ".join(route)) for route in table() if route[0] == "POST"])
async def test_a_form_of_another_session_or_another_site_changes_nothing(asking: Asking, route: Route) -> None:
    async with asking.house.program.browser() as client:
        client.follow_redirects = False
        _, other = await asking._signs_in("safeguarding_lead", client)
        address = await asking._fill(route[1], other)
        for field, headers in (("0" * 32, {}), ("", {}), ("0" * 32, {"origin": "https://example.org"})):
            answer = await client.post(address, data={"form": field}, headers=headers)
            assert answer.status_code == 403
