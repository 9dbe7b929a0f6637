"""The console's pages of work, joined. `router` is what the program adds."""

from __future__ import annotations

from typing import Final, Protocol

from fastapi import APIRouter

from server.console.desk import Desk
from server.console.events import EventPages
from server.console.pages_acts import ActPages
from server.console.pages_again import AgainPages
from server.console.pages_answers import AnswerPages
from server.console.pages_case import CasePages
from server.console.pages_close import ClosePages
from server.console.pages_complaints import ComplaintPages
from server.console.pages_contact import ContactPages
from server.console.pages_duty import DutyPages
from server.console.pages_files import FilePages
from server.console.pages_my_people import MyPeoplePages
from server.console.pages_news import NewsPages
from server.console.pages_notes import NotePages
from server.console.pages_queue import QueuePages
from server.console.pages_record_export import RecordExportPages
from server.console.pages_records import RecordPages
from server.console.pages_rota import RotaPages
from server.console.pages_talk import TalkPages
from server.console.pages_tasks import TaskPages
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
)
"""Every class of pages; a new one is added here."""


def router(desk: Desk) -> APIRouter:
    """Every page of work below `/console`; the forms of all are checked to be our own."""
    routes = console_router()
    for pages in PAGES:
        pages(desk).add(routes)
    return routes
