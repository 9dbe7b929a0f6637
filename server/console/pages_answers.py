"""The answer drawer: look something up in the adviser's language, send it in the person's, both side by side."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from dialogs.canned import CLOSINGS, HOLDING, OPENINGS
from dialogs.facts import Nation
from dialogs.messages import ChannelName, direction
from dialogs.ports import Answer
from dialogs.state import ConversationState
from dialogs.wording import N_
from server.console.desk import Desk
from server.console.reading import addresses, case_for, conversations
from server.escalations.service import ABOUT_DANGER
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Searcher = Annotated[SignedIn, Depends(needs(Act.SEARCH_LIBRARY))]
MOST: Final = 8
CANNED: Final = ((N_("Beginning"), OPENINGS), (N_("Holding on"), HOLDING), (N_("Ending"), CLOSINGS))
HOLD_MINUTES: Final = 10


class AnswerPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """The drawer of a case."""
        routes.get("/cases/{case_id}/answers")(self.search)
        routes.get("/cases/{case_id}/answers/{topic}")(self.topic)

    async def search(
        self, request: Request, who: Searcher, case_id: uuid.UUID, q: Annotated[str, Query(max_length=300)] = ""
    ) -> Response:
        """Answers that are near the words, by title, and what advisers often say. Raises MayNot."""
        case, _, _ = await self._case(who, case_id)
        language = self._desk.console.pages.language(request, who)
        found = await asyncio.to_thread(self._find, q, language) if q.strip() else []
        return self._desk.console.pages.draw(
            request,
            "console/answers.html",
            who,
            case=case,
            q=q,
            found=found,
            canned=self._canned(case, who, language),
            direction=direction,
            is_part="x-requested-with" in request.headers,
        )

    async def topic(self, request: Request, who: Searcher, case_id: uuid.UUID, topic: str) -> Response:
        """One answer in both languages, and the words as they would go out. Raises MayNot."""
        case, channel, nation = await self._case(who, case_id)
        language = self._desk.console.pages.language(request, who)
        ours = self._answer(topic, language, nation)
        theirs = self._answer(topic, case.language, nation)
        return self._desk.console.pages.draw(
            request,
            "console/answer.html",
            who,
            status=404 if ours is None else 200,
            case=case,
            ours=ours,
            theirs=theirs,
            words=said(theirs, channel) if theirs is not None else "",
            direction=direction,
            is_part="x-requested-with" in request.headers,
        )

    async def _case(self, who: SignedIn, case_id: uuid.UUID) -> tuple[Any, ChannelName | None, Nation | None]:
        async with self._desk.console.engine.connect() as db:
            case = await case_for(db, who.member, case_id)
            query = select(addresses.c.channel).where(addresses.c.id == case.address_id)
            channel = (await db.execute(query)).scalar()
            query = select(conversations.c.state).where(conversations.c.person_id == case.person_id)
            plain = (await db.execute(query)).scalar()
        return case, channel, ConversationState.from_plain(plain or {}).settings.nation

    def _find(self, words: str, language: str) -> list[tuple[str, str]]:
        """(topic, title) of the nearest answers, best first."""
        ports = self._desk.library.ports
        finding = ports.finder.find(words, language)
        topics = dict.fromkeys([*([finding.topic] if finding.topic else []), *finding.alternatives])
        answers = (ports.book.answer(topic, language, None) for topic in topics)
        return [(answer.topic, answer.title) for answer in answers if answer is not None][:MOST]

    def _answer(self, topic: str, language: str, nation: Nation | None) -> Answer | None:
        """The answer, for England where the person has not said: the page tells that it differs."""
        book = self._desk.library.ports.book
        found = book.answer(topic, language, nation)
        return book.answer(topic, language, Nation.ENGLAND) if found is not None and found.needs_nation else found

    def _canned(self, case: Any, who: SignedIn, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """By group: (in the adviser's language, in the person's), names and times filled in."""
        wording = self._desk.library.ports.wording
        zone = self._desk.conversations.area.zone
        at = in_a_while(self._desk.now()).astimezone(zone)

        def both(english: str) -> tuple[str, str]:
            return tuple(  # type: ignore[return-value]
                wording.say(code, english).format(name=who.member.name, time=wording.clock(code, at))
                for code in (language, case.language)
            )

        def wanted(key: str) -> bool:
            return key != "hello" if case.urgency in ABOUT_DANGER else key != "hello_danger"

        return [(title, [both(text) for key, text in texts.items() if wanted(key)]) for title, texts in CANNED]


def in_a_while(now: datetime) -> datetime:
    """Ten minutes from now, on to the next full five: a time that one can promise and say."""
    later = now + timedelta(minutes=HOLD_MINUTES)
    return later + timedelta(minutes=-later.minute % 5, seconds=-later.second, microseconds=-later.microsecond)


def said(answer: Answer, channel: ChannelName | None) -> str:
    """An answer as an adviser sends it: in one text message where that is the way, whole elsewhere."""
    if channel is ChannelName.SMS and answer.sms:
        return answer.sms
    steps = "\n".join(f"{place}. {step}" for place, step in enumerate(answer.steps, start=1))
    lines = "\n".join(f"{line.name}: {line.phone or line.text_to or line.web}" for line in answer.lines)
    return "\n\n".join(filter(None, (answer.one_line, answer.short, steps, lines)))
