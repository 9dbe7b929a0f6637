"""Twenty thousand turns of nonsense: nothing breaks, nobody is ever stuck, a person is always one step away."""

import random
from datetime import timedelta

import pytest

from dialogs.engine import take_turn
from dialogs.events import (
    AdviserLeft,
    AdviserLost,
    Booked,
    BookedForYou,
    BookingBegins,
    CalledOffForYou,
    ComplaintMade,
    HeldAddress,
    JoinCodeMade,
    Joined,
    JoinRefused,
    LanguagePicked,
    LongWait,
    MeetingCancelled,
    MeetingsListed,
    MyDataCompiled,
    Opened,
    PersonErased,
    PlaceFree,
    TimeGone,
    TimeHeld,
    TimesFound,
    WaitingJoined,
)
from dialogs.facts import ClosedCase, OpenCase
from dialogs.meetings import Needs, Wish
from dialogs.messages import ButtonPress, ChannelName, InboundMessage, MessageKind, Reply, ReplyKind
from dialogs.state import ConversationState
from tests.fuzz.around import AROUND, SAID
from tests.support.fakes_dialogs import (
    CLOSED,
    COMMAND_WORDS,
    INTENT_WORDS,
    NOW,
    OPEN,
    FakeAnswerFinder,
    facts,
    kept,
    ports,
)
from tests.support.fakes_diaries import CLUB, MINE, PHONE, WEEK, FakeDiaries, at, meeting, slot

TURNS = 4_600
ANSWERED = 0.97
WAYS_OUT_EVERY = 46
"""Four more turns each time: 5,000 in all for a channel."""
WORDS = [word.strip() for words in (*COMMAND_WORDS.values(), *INTENT_WORDS.values()) for word in words.split(",")]
QUESTIONS = [*SAID, "need cscs", "cv or interview", "leave school", "mum says i gotta go", "need cv"]
SENTENCES = [
    *QUESTIONS, *QUESTIONS, *QUESTIONS,
    "need cscs", "cv or interview", "leave school", "mum says i gotta go", "want to die", "kms", "im 14", "im 18 in 2 weeks", "wales", "england",
    "cymraeg", "polski", "dw i angen cv", "potrzebuje", "أريد أن أموت", "كيف حالك", "fuck you", "cancel", "join abcd2345", "what wage", "suicidal",
    "{name} {0} {", "%s %d", "\\", "'; drop table", "<b>hi</b>", "999", "٢", "1.", "no 2", "10", "-1", "00", "1" * 60, "x" * 500, "hi " * 60, "",
    "thursday", "tomorrow morning", "2pm", "anyone", "phone", "nothing", "done", "interpreter", "other days", "yes", "move", "my meetings",
    "when is my appointment", "when is my appointment", "cancel my appointment", "i do not want to go", "maay maay",
]  # fmt: skip
EVENTS = [
    Opened(), Opened("cy"), Opened("xx"), LanguagePicked("ar"), LanguagePicked("zz"), Joined(), JoinRefused(), JoinCodeMade("ABCD2345", 1),
    PersonErased(is_record_kept=True), PersonErased(is_record_kept=False),
    MyDataCompiled(NOW, (HeldAddress("sms", "07700 *** 123"),), 3, 90, (NOW,)),
    AdviserLost("Jo"), AdviserLost("", is_given_on=True), AdviserLeft("Jo", asks=True, next_on=NOW.date()), AdviserLeft("", has_answered=False),
    AdviserLeft("", asks=True), LongWait(), ComplaintMade(104, "Jo", "Maya", NOW.date(), NOW.date(), is_interrupted=True), ComplaintMade(1, "", "", NOW.date(), NOW.date(), is_known=True),
    BookingBegins(()), BookingBegins(("careers",)), *[BookingBegins(("careers",), is_part_known=True)] * 3, TimesFound(Wish("careers")), TimeHeld(meeting("m2", at(8, 14)), "k"), TimeGone(Wish(""), ()),
    TimeGone(Wish("careers"), tuple(WEEK[:3])), Booked(meeting("m2", at(8, 14))), MeetingsListed((), "cancel"), MeetingsListed((), "move:m9"),
    MeetingCancelled(None), WaitingJoined(Wish("careers")), PlaceFree(meeting("m2", at(8, 14))), BookedForYou(meeting("m2", at(8, 14))),
    CalledOffForYou(meeting("m2", at(8, 14))),
    *AROUND,
]  # fmt: skip
PAYLOADS = ["", "cy", "zz", "t_work_cscs-card", "t_", "t_nothing", "j_ABCD2345", "j_", "_"]


def junk(rng):
    codes = (
        rng.choice((rng.randrange(0x20, 0x7F), rng.randrange(0xA0, 0xD7FF), rng.randrange(0xE000, 0x10FFFF)))
        for _ in range(rng.randrange(1, 25))
    )
    return "".join(map(chr, codes))


JUNK = [junk(random.Random(i)) for i in range(300)]


def said(rng):
    pick = rng.random()
    if pick < 0.3:
        return str(rng.randrange(12))
    if pick < 0.55:
        return rng.choice(WORDS)
    if pick < 0.85:
        return rng.choice(SENTENCES)
    return rng.choice(JUNK)


def incoming(rng, state, channel):
    if rng.random() < 0.12:
        return rng.choice(EVENTS)
    kind = rng.choices(list(MessageKind), [60, 20, 2, 3, *[1] * 8])[0]
    press = (
        ButtonPress(max(0, state.menu_id - rng.choice((0, 0, 0, 1, 5))), rng.randrange(12))
        if rng.random() < 0.95
        else None
    )
    text = "" if kind is MessageKind.CHOICE else said(rng)
    return InboundMessage(
        channel, "lane", "sender", "id", NOW, kind, text, press, rng.choice(PAYLOADS), rng.choice((None, "cy", "zz"))
    )


def town(rng):
    """Diaries that answer, full or empty."""
    return FakeDiaries(
        slots=rng.choice(([], WEEK, WEEK, WEEK, WEEK[:1], [*WEEK, slot(at(9, 10), CLUB), slot(at(9, 11), PHONE)])),
        reasons=rng.choice(((), ("careers",), ("first_talk", "careers", "benefits", "housing", "accompany", "group"))),
        mine=rng.choice((None, MINE)),
        is_part_known=rng.random() < 0.5,
        known=rng.choice((None, Needs(childcare=True))),
        meetings=rng.choice(([], [meeting("m1", at(8, 14))], [meeting(f"m{n}", at(n, 9)) for n in range(1, 9)])),
        taken={WEEK[0].key},
    )


def world(rng, channel):
    return facts(
        channel,
        desk=rng.choice((OPEN, CLOSED)),
        case=rng.choice(
            (
                *(None,) * 3,
                OpenCase(NOW, is_crisis=False),
                OpenCase(NOW, is_crisis=True, adviser="Jo"),
                OpenCase(NOW, is_crisis=False, adviser="", is_lost=True),
            )
        ),
        closed=rng.choice((None, None, ClosedCase(NOW, "Jo"), ClosedCase(NOW, is_about_danger=True))),
        call_times=rng.choice(((), (NOW + timedelta(hours=23), NOW + timedelta(days=2)))),
        is_stopped=rng.random() < 0.1,
        recent_messages=rng.choice((1, 1, 1, 1, 5, 6, 21)),
        is_late=rng.random() < 0.05,
    )


def assert_nobody_is_stuck(turn, limit):
    for reply in turn.replies:
        keys = [choice.key for choice in reply.choices]
        numbers = [choice.number for choice in reply.choices]
        assert "person" in keys
        assert 9 in numbers
        assert 0 in numbers or reply.kind is ReplyKind.CRISIS or turn.state.crisis_since
        assert len(keys) <= limit + 2
        assert len(set(numbers)) == len(numbers)
        assert reply.text.strip()
    if turn.replies:
        assert turn.replies[-1].menu_id == turn.state.menu_id
        assert turn.replies[-1].choices == turn.state.offered


def assert_ways_out(state, channel, ports_):
    """From any state, the words and the numbers lead to the menu and to a person."""
    calm = facts(channel)
    for text, outcomes in (
        ("menu", {"menu"}),
        ("0", {"menu"}),
        ("person", {"person", "crisis_person"}),
        ("9", {"person", "crisis_person"}),
    ):
        turn = take_turn(InboundMessage(channel, "lane", "sender", "id", NOW, text=text), state, calm, ports_)
        assert turn.outcome.name in outcomes, (text, turn.outcome, state)


@pytest.mark.parametrize("channel", list(ChannelName))
def test_five_thousand_turns(channel):
    rng = random.Random(f"{channel}-1")
    ports_ = ports()
    state = ConversationState()
    seen = set()
    worlds = [world(rng, channel) for _ in range(200)]
    for i in range(TURNS):
        if i % 100 == 0:
            state = ConversationState()
            diaries = town(rng)
            ports_.finder.asked.clear()
        around = rng.choice(worlds)
        turn = take_turn(incoming(rng, state, channel), state, around, ports_)
        assert_nobody_is_stuck(turn, around.max_choices)
        state = kept(turn.state) if i % 8 == 0 else turn.state
        seen.add(turn.outcome.name)
        waiting = list(turn.effects) if rng.random() < ANSWERED else []
        while waiting:
            event = diaries.answer(waiting.pop(0), around.now)
            if event is not None:
                turn = take_turn(event, state, around, ports_)
                assert_nobody_is_stuck(turn, around.max_choices)
                state = kept(turn.state)
                seen.add(turn.outcome.name)
                waiting.extend(turn.effects)
        if i % WAYS_OUT_EVERY == 0:
            assert all(Reply.from_plain(reply.to_plain()) == reply for reply in turn.replies)
            assert_ways_out(state, channel, ports_)
    missing = {
        "answer",
        "crisis",
        "menu",
        "person",
        "language_asked",
        "which",
        "refused",
        "nation_asked",
        "slow_down",
        "relayed",
        "adviser_here",
        "someone_else",
        "late_answer",
        "viewed",
        "booking_day",
        "booking_needs",
        "meetings",
        "meeting",
    } - seen
    assert not missing


def test_the_finder_fake_is_really_asked():
    ports_ = ports(finder=FakeAnswerFinder())
    take_turn(
        InboundMessage(ChannelName.SMS, "lane", "s", "i", NOW, text="need cscs"),
        ConversationState(),
        facts(ChannelName.SMS),
        ports_,
    )
    assert ports_.finder.asked == [("need cscs", "en")]
