"""Help lines: which ones for a kind of danger and an age, and which are open now for whoever waits."""

from __future__ import annotations

from dialogs.messages import LineCard
from dialogs.ports import AlarmKind
from dialogs.talk import Talk

CHILD_LINE_UNTIL = 19
FEARLESS_UNTIL = 18

YOUNG = "childline"
GROWN = "samaritans"

# "young" stands for the line of the person's age.
LINES = {
    AlarmKind.SUICIDE: ("999", "young", "shout"),
    AlarmKind.SELF_HARM: ("999", "young", "shout"),
    AlarmKind.OVERDOSE: ("999", "111", "young"),
    AlarmKind.IMMEDIATE_DANGER: ("999", "111", "young"),
    AlarmKind.ABUSE: ("999", "young", "shout"),
    AlarmKind.PARTNER_VIOLENCE: ("999", "domestic-abuse", "young"),
    AlarmKind.EXPLOITATION: ("999", "exploited", "young"),
    AlarmKind.RUNAWAY_HOMELESS_TONIGHT: ("999", "runaway", "young"),
    AlarmKind.THREAT_TO_OTHERS: ("999", "young", "shout"),
    AlarmKind.FORCED_MARRIAGE: ("999", "karma-nirvana", "young"),
    AlarmKind.SEXUAL_IMAGES_THREAT: ("999", "images", "young"),
    AlarmKind.MISSING_OR_FRIEND_AT_RISK: ("999", "runaway", "young"),
}


def help_lines(talk: Talk, kind: AlarmKind) -> tuple[LineCard, ...]:
    """The three lines for a kind of danger and the age told, emergency first. Never empty, whatever the library holds."""
    age = talk.state.settings.age
    wanted = [_for_age(line_id, age) for line_id in LINES[kind]]
    if talk.state.settings.is_signing:
        # each can be used without hearing: video in sign language, or text
        wanted = ["999-bsl", *(["childline-bsl"] if _for_age("young", age) == YOUNG else []), "shout"]
    found = tuple(filter(None, (_line(talk, line_id) for line_id in dict.fromkeys(wanted))))
    return found or (LineCard("999", "999", phone="999"),)


def open_now(talk: Talk) -> tuple[LineCard, ...]:
    """Lines that are open day and night for whoever waits for us; one that needs no hearing for somebody who signs."""
    young = [] if talk.state.settings.is_signing else [_for_age("young", talk.state.settings.age)]
    return tuple(filter(None, (_line(talk, line_id) for line_id in (*young, "shout"))))


def for_anybody(talk: Talk) -> tuple[LineCard, ...]:
    """Where anybody gets help, whoever they are: the same for all, so that it says nothing about whose phone it is."""
    return tuple(filter(None, (_line(talk, line_id) for line_id in ("999", YOUNG)))) or (
        LineCard("999", "999", phone="999"),
    )


def _line(talk: Talk, line_id: str) -> LineCard | None:
    """A missing line must not cost somebody the card."""
    try:
        return talk.ports.book.line(line_id, talk.language)
    except KeyError:
        return None


def _for_age(line_id: str, age: int | None) -> str:
    if line_id == "young":
        return GROWN if age is not None and age >= CHILD_LINE_UNTIL else YOUNG
    if line_id == "images":
        return "revenge-porn-helpline" if age is not None and age >= FEARLESS_UNTIL else "report-remove"
    if line_id == "exploited":
        return "modern-slavery" if age is not None and age >= FEARLESS_UNTIL else "fearless"
    return line_id
