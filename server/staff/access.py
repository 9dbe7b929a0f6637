"""Who may see and do what: decided here and nowhere else, per kind of fact. Pure.

Basis: the need-to-know rows of threats.md, and Q37 of domain.md: a yjs worker sees the next meeting and who the adviser
is, never the chat.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is here to do. One member of staff may hold several."""

    ADVISER = "adviser"
    LEAD = "lead"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    HOST_ADVISER = "host_adviser"
    YJS_WORKER = "yjs_worker"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Skill(StrEnum):
    """What somebody was trained for; cases ask for one."""

    BENEFITS = "benefits"
    SEN = "sen"
    CUSTODY = "custody"
    HOUSING = "housing"
    HEALTH = "health"
    RECORD = "record"
    SAFEGUARDING = "safeguarding"


class Fact(StrEnum):
    """Kinds of fact about a young person, each with its own need to know."""

    NAME = "name"
    NUMBER = "number"
    CHAT = "chat"
    CUSTODY = "custody"
    SAFEGUARDING_RECORD = "safeguarding_record"
    NEXT_MEETING = "next_meeting"
    ADVISER = "adviser"
    COMPLAINT = "complaint"


class Act(StrEnum):
    """What somebody may do in the console, beside reading."""

    SEE_QUEUE = "see_queue"
    TAKE = "take"
    ASSIGN = "assign"
    WHISPER = "whisper"
    EXPORT_RECORD = "export_record"
    RELEASE_HOLD = "release_hold"
    HANDLE_COMPLAINTS = "handle_complaints"
    LINK_WORKER = "link_worker"
    SEE_OWN_PEOPLE = "see_own_people"
    SEE_CARE = "see_care"
    SEE_CASELOADS = "see_caseloads"
    SET_TIMESCALES = "set_timescales"
    SEE_AUDIT = "see_audit"
    MANAGE_STAFF = "manage_staff"
    SET_ROTA = "set_rota"
    SEARCH_LIBRARY = "search_library"
    SET_DIARIES = "set_diaries"
    OWN_HOURS = "own_hours"
    SEE_PUNCTUALITY = "see_punctuality"
    OWN_ACCOUNT = "own_account"
    SEE_RELEASE = "see_release"
    SEE_DIARY = "see_diary"
    BOOK = "book"


_TALKS: Final = frozenset({Fact.NAME, Fact.NUMBER, Fact.CHAT, Fact.NEXT_MEETING, Fact.ADVISER})

MAY_READ: Final[dict[Role, frozenset[Fact]]] = {
    Role.ADVISER: _TALKS,
    Role.LEAD: _TALKS | {Fact.COMPLAINT, Fact.CUSTODY},
    Role.SAFEGUARDING_LEAD: _TALKS | {Fact.SAFEGUARDING_RECORD, Fact.COMPLAINT, Fact.CUSTODY},
    Role.HOST_ADVISER: _TALKS | {Fact.CUSTODY},
    Role.YJS_WORKER: frozenset({Fact.NAME, Fact.NEXT_MEETING, Fact.ADVISER}),
    Role.EDITOR: frozenset(),
    Role.TRANSLATOR: frozenset(),
    Role.MANAGER: frozenset({Fact.COMPLAINT}),
    Role.ADMINISTRATOR: frozenset(),
}
"""What a role lets somebody read of people in their areas. What is not here is not to be read."""

_CONSOLE: Final = frozenset(
    {
        Act.SEE_QUEUE,
        Act.TAKE,
        Act.SEARCH_LIBRARY,
        Act.OWN_ACCOUNT,
        Act.SEE_CARE,
        Act.SEE_RELEASE,
        Act.SEE_DIARY,
        Act.BOOK,
        Act.OWN_HOURS,
    }
)
_LEADS: Final = frozenset({Act.SEE_CASELOADS, Act.SET_TIMESCALES})
_DIARIES: Final = frozenset({Act.SET_DIARIES, Act.SEE_PUNCTUALITY})
_ACCOUNT: Final = frozenset({Act.OWN_ACCOUNT})

MAY_DO: Final[dict[Role, frozenset[Act]]] = {
    Role.ADVISER: _CONSOLE,
    Role.LEAD: _CONSOLE
    | _LEADS
    | _DIARIES
    | {Act.ASSIGN, Act.WHISPER, Act.SET_ROTA, Act.HANDLE_COMPLAINTS, Act.LINK_WORKER},
    Role.SAFEGUARDING_LEAD: _CONSOLE
    | _LEADS
    | _DIARIES
    | {
        Act.ASSIGN,
        Act.WHISPER,
        Act.EXPORT_RECORD,
        Act.RELEASE_HOLD,
        Act.SEE_AUDIT,
        Act.SET_ROTA,
        Act.HANDLE_COMPLAINTS,
        Act.LINK_WORKER,
    },
    Role.HOST_ADVISER: _CONSOLE,
    Role.YJS_WORKER: _ACCOUNT | {Act.SEE_OWN_PEOPLE},
    Role.EDITOR: _ACCOUNT | {Act.SEARCH_LIBRARY},
    Role.TRANSLATOR: _ACCOUNT | {Act.SEARCH_LIBRARY},
    Role.MANAGER: _ACCOUNT | _LEADS | {Act.SEE_AUDIT, Act.SET_ROTA, Act.HANDLE_COMPLAINTS, Act.SEE_PUNCTUALITY},
    Role.ADMINISTRATOR: _ACCOUNT | {Act.MANAGE_STAFF, Act.SET_ROTA, Act.SET_DIARIES},
}
"""What a role lets somebody do."""

NEEDS_SECOND_FACTOR_AGAIN: Final = frozenset({Act.EXPORT_RECORD, Act.MANAGE_STAFF, Fact.SAFEGUARDING_RECORD})
"""What asks for a fresh code, however long ago the sign-in was."""

OF_OWN_PEOPLE: Final = frozenset({Fact.CUSTODY})
"""What whoever looks after somebody reads of them, beside what their role lets them: their work is to be done in time."""

CONCERNS: Final = frozenset(Fact) - {Fact.ADVISER}
"""Facts that are about a young person: each read of one is an audit row."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff who is signed in. `areas` are those they work for; an empty set reaches nobody."""

    id: uuid.UUID
    name: str
    roles: frozenset[Role]
    areas: frozenset[str]
    skills: frozenset[Skill] = frozenset()
    languages: frozenset[str] = frozenset()
    is_trainee: bool = False


def may_read(who: Member, fact: Fact, area: str, barred: Iterable[uuid.UUID] = ()) -> bool:
    """True when somebody may read this kind of fact about a person of that area. `barred` may not, whatever their role."""
    if area not in who.areas or who.id in set(barred):
        return False
    return any(fact in MAY_READ[role] for role in who.roles)


def may_read_of_own(who: Member, fact: Fact, area: str, barred: Iterable[uuid.UUID] = ()) -> bool:
    """The same for a person whom they look after themselves, as adviser or in their place."""
    without = set(barred)
    is_own_fact = fact in OF_OWN_PEOPLE and may_read(who, Fact.CHAT, area, without)
    return is_own_fact or may_read(who, fact, area, without)


def may_read_custody(
    who: Member, areas: Iterable[str | None], barred: Iterable[uuid.UUID] = (), *, is_own: bool = False
) -> bool:
    """True when somebody may read that a person is or was inside; `areas` are home and host.

    That is offence data: an adviser reads it of people they work with (`is_own`), and of nobody else, whatever their skill. Leads
    read it of their area, because a step that nobody has is theirs to give to somebody, and host advisers of theirs.
    """
    of_both = [area for area in areas if area]
    if is_own and not set(of_both).isdisjoint(who.areas) and may_do(who, Act.SEE_RELEASE):
        return who.id not in set(barred)
    return any(may_read(who, Fact.CUSTODY, area, barred) for area in of_both)


def may_do(who: Member, act: Act, area: str | None = None) -> bool:
    """True when somebody may do this, in that area when one is named."""
    if area is not None and area not in who.areas:
        return False
    return any(act in MAY_DO[role] for role in who.roles)


def may_grant(who: Member, roles: Iterable[Role], areas: Iterable[str]) -> bool:
    """True when somebody may give these roles in these areas, one of each at least: administrators, inside their own areas."""
    wished = set(areas)
    return may_do(who, Act.MANAGE_STAFF) and bool(wished) and wished <= who.areas and bool(set(roles))
