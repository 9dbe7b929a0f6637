"""The console's pages of work, joined. `router` is what the program adds."""

from __future__ import annotations

from typing import Final, Protocol

from fastapi import APIRouter

from server.console.desk import Desk
from server.console.events import EventPages
from server.console.pages_acts import ActPages
from server.console.pages_again import AgainPages
from server.console.pages_answers import AnswerPages
from server.console.pages_appointment import AppointmentPages
from server.console.pages_booking import BookingPages
from server.console.pages_calendars import CalendarPages
from server.console.pages_case import CasePages
from server.console.pages_caseload import CaseloadPages
from server.console.pages_close import ClosePages
from server.console.pages_complaints import ComplaintPages
from server.console.pages_contact import ContactPages
from server.console.pages_diary import DiaryPages
from server.console.pages_duty import DutyPages
from server.console.pages_files import FilePages
from server.console.pages_handover import HandoverPages
from server.console.pages_hours import HoursPages
from server.console.pages_kinds import KindPages
from server.console.pages_my_people import MyPeoplePages
from server.console.pages_news import NewsPages
from server.console.pages_notes import NotePages
from server.console.pages_outside import OutsidePages
from server.console.pages_partners import PartnerPages
from server.console.pages_person import PersonPages
from server.console.pages_person_change import PersonChangePages
from server.console.pages_places import PlacePages
from server.console.pages_punctuality import PunctualityPages
from server.console.pages_queue import QueuePages
from server.console.pages_record_export import RecordExportPages
from server.console.pages_records import RecordPages
from server.console.pages_release import ReleasePages
from server.console.pages_release_plan import ReleasePlanPages
from server.console.pages_release_sheet import ReleaseSheetPages
from server.console.pages_release_steps import ReleaseStepPages
from server.console.pages_reviews import ReviewPages
from server.console.pages_rota import RotaPages
from server.console.pages_talk import TalkPages
from server.console.pages_tasks import TaskPages
from server.console.pages_timescales import TimescalePages
from server.console.pages_why import WhyPages
from server.console.pages_workers import WorkerPages
from server.staff.pages import console_router


class Pages(Protocol):
    """A class of handlers that adds its own routes."""

    def __init__(self, desk: Desk) -> None: ...

    def add(self, routes: APIRouter) -> None:
        """Its routes, below `/console`."""


PAGES: Final[tuple[type[Pages], ...]] = (
    QueuePages,
    EventPages,
    CasePages,
    NewsPages,
    WhyPages,
    TalkPages,
    ActPages,
    ClosePages,
    NotePages,
    AnswerPages,
    FilePages,
    RecordPages,
    RecordExportPages,
    TaskPages,
    RotaPages,
    DutyPages,
    ComplaintPages,
    AgainPages,
    ContactPages,
    WorkerPages,
    MyPeoplePages,
    CalendarPages,
    PartnerPages,
    PersonPages,
    PersonChangePages,
    CaseloadPages,
    DiaryPages,
    BookingPages,
    AppointmentPages,
    HandoverPages,
    ReviewPages,
    TimescalePages,
    ReleasePages,
    ReleasePlanPages,
    ReleaseStepPages,
    ReleaseSheetPages,
    PlacePages,
    KindPages,
    HoursPages,
    OutsidePages,
    PunctualityPages,
)
"""Every class of pages; a new one is added here."""


def router(desk: Desk) -> APIRouter:
    """Every page of work below `/console`; the forms of all are checked to be our own."""
    routes = console_router()
    for pages in PAGES:
        pages(desk).add(routes)
    return routes
