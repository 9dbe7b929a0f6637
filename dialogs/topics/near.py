"""Places near somebody that can help: one question, where they are, and at most three places.

The answer to that question is used for this one reply: it is put in no note and no setting, and never said back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from dialogs.fold import fold
from dialogs.menu import Entry
from dialogs.messages import ChannelName, LineCard
from dialogs.place import district
from dialogs.ports import Answer, Command, LocalService, Opening
from dialogs.talk import Next, Talk, respond
from dialogs.topics import crisis
from dialogs.turn import Outcome, Turn
from dialogs.wording import N_

TOPIC = "near"
LONGEST_PLACE = 6
"""Words: "im in sample town" names a place, a longer text is something else."""

UNSURE = frozenset({Command.YES, Command.NOT_SURE, Command.CONFUSED, Command.FOLLOW_UP})
REFUSED = frozenset({Command.NO, Command.SKIP, Command.FINE})
REFERRALS = {
    "adviser": N_("An adviser has to send you there: reply 9."),
    "gp": N_("Your GP has to send you there."),
    "school": N_("Your school has to send you there."),
    "social-worker": N_("Your social worker has to send you there."),
}
DAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def added(talk: Talk, answer: Answer, entries: list[Entry], *, is_more: bool) -> list[Entry]:
    """The choices under an answer, with "Near me" last where the directory knows a service for it.

    By text message it comes with "more", as help lines do, or the answer would not be one part.
    """
    waits = talk.facts.channel is ChannelName.SMS and not is_more and any(entry.key == "more" for entry in entries)
    if waits or not answer.services or not talk.ports.services.has(answer.services):
        return entries
    here = Entry(f"near:{answer.topic}", talk.voice.say("Near me"), talk.voice.say("near me"))
    return [*entries[: talk.facts.max_choices - 1], here]


def ask(talk: Talk, topic: str) -> Turn:
    """Asks where they are. What is said while a person reads along goes to that person, so then nothing is promised."""
    text = talk.voice.say("Which area, or the first half of your postcode?")
    if talk.facts.case is None and not crisis.is_present(talk):
        text = talk.voice.say("Which area, or the first half of your postcode? I use it only to look this up.")
    return _asked(talk, topic, text, "near_asked")


def go_on(talk: Talk) -> Turn | None:
    """The places for their words, the honest none, or None when the text is something else."""
    topic = talk.state.notes.get("topic", "")
    answer = talk.ports.book.answer(topic, talk.language, talk.state.settings.nation)
    if answer is None:
        return None
    place = district(talk.text)
    if not place and talk.reading.command in UNSURE:
        text = talk.voice.say("The name of your town is enough, or the first half of your postcode.")
        return _asked(talk, topic, text, "near_asked")
    if not place and talk.reading.command in REFUSED:
        text = talk.voice.say("That is fine. You can go on asking me things.")
        return respond(talk, talk.reply(text), Outcome("near_refused", topic), _after(talk, topic))
    if not place and len(fold(talk.text).split()) > LONGEST_PLACE:
        return None
    settings = talk.state.settings
    found = talk.ports.services.near(answer.services, place or talk.text, talk.language, settings.age)
    if found:
        return _shown(talk, answer, found)
    return None if not place and _asks_something(talk) else _none(talk, answer)


def is_answered(talk: Talk) -> bool:
    """True when we asked where they are and the text is a district: "NR1" is Norwich, and no choice number 1."""
    return talk.state.topic == TOPIC and bool(district(talk.text))


def _asked(talk: Talk, topic: str, text: str, outcome: str) -> Turn:
    return respond(talk, talk.reply(text), Outcome(outcome, topic), then=Next(TOPIC, notes={"topic": topic}))


def _asks_something(talk: Talk) -> bool:
    finding = talk.reading.finding
    return bool(finding.topic or finding.intent or finding.is_close or talk.reading.command)


def _none(talk: Talk, answer: Answer) -> Turn:
    text = talk.voice.say("I do not know a place for this there, and I will not guess. A person can look for you.")
    person = Entry("person", talk.voice.say("Talk to a person now"), talk.voice.say("person now"))
    entries = [person, *_after(talk, answer.topic)]
    return respond(talk, talk.reply(text), Outcome("near_none", answer.topic), entries)


def _after(talk: Talk, topic: str) -> list[Entry]:
    return [Entry(f"near:{topic}", talk.voice.say("Another area"), talk.voice.say("other area"))]


def _shown(talk: Talk, answer: Answer, found: Sequence[LocalService]) -> Turn:
    """The places: as cards with numbers to press, or in the text itself where cards are left out or are for help lines."""
    cards = [_card(talk, service) for service in found]
    is_plain = talk.facts.channel is ChannelName.SMS or crisis.is_present(talk)
    parts = [talk.voice.say("These places can help near there.")]
    if any(service.is_sample for service in found):
        parts.insert(0, talk.voice.say("This is a sample. These places are not real."))
    reply = talk.reply(
        "\n\n".join([" ".join(parts), *(_plain(talk, card) for card in cards if is_plain)]),
        lines=() if is_plain else tuple(cards),
        source=_source(talk, found),
        is_sensitive=answer.is_sensitive,
    )
    return respond(talk, reply, Outcome("near", answer.topic), _after(talk, answer.topic), place=f"near:{answer.topic}")


def _card(talk: Talk, service: LocalService) -> LineCard:
    """What it is, when, what it costs, who has to send them, where."""
    address = talk.voice.say("Where: {address}.", address=service.address.rstrip(".")) if service.address else ""
    cost = talk.voice.say("Free.") if service.is_free else service.cost
    referral = REFERRALS.get(service.referral, "")
    said = (service.about, _when(talk, service), cost, talk.voice.say(referral) if referral else "", address)
    note = " ".join(filter(None, said))
    return LineCard(service.id, service.name, service.phone, service.text_to, service.web, note)


def _plain(talk: Talk, card: LineCard) -> str:
    texting = talk.voice.say("text {number}", number=card.text_to) if card.text_to else ""
    reach = ", ".join(filter(None, (card.phone, texting))) or card.web
    return f"{card.name}: {reach}. {card.note}" if reach else f"{card.name}. {card.note}"


def _source(talk: Talk, found: Sequence[LocalService]) -> str:
    """The oldest check among them, and who told us."""
    checked_on = min(service.checked_on for service in found)
    names = ", ".join(dict.fromkeys(service.source for service in found))
    return talk.voice.say("Checked {date} · {source}", date=talk.voice.full_date(checked_on), source=names)


def _when(talk: Talk, service: LocalService) -> str:
    """Today's hours while it is, or will be, open today; else all hours; nothing when nobody told us."""
    if service.is_always_open:
        return talk.voice.say("Open day and night.")
    now = talk.facts.now
    if today := [_hours(talk, opening) for opening in service.openings if _is_yet(opening, now)]:
        return talk.voice.say("Open today, {hours}.", hours=", ".join(today))
    times = [f"{_days(talk, opening)} {_hours(talk, opening)}" for opening in service.openings]
    return talk.voice.say("Open {hours}.", hours=", ".join(times)) if times else ""


def _is_yet(opening: Opening, now: datetime) -> bool:
    past_first = (now.weekday() - opening.first_day) % 7
    is_today = past_first <= (opening.last_day - opening.first_day) % 7
    is_over_midnight = opening.closes <= opening.opens
    return is_today and (is_over_midnight or now.time() < opening.closes)


def _days(talk: Talk, opening: Opening) -> str:
    first, last = talk.voice.say(DAYS[opening.first_day]), talk.voice.say(DAYS[opening.last_day])
    return first if first == last else talk.voice.say("{first} to {last}", first=first, last=last)


def _hours(talk: Talk, opening: Opening) -> str:
    opens, closes = _clock(talk, opening.opens), _clock(talk, opening.closes)
    return talk.voice.say("{first} to {last}", first=opens, last=closes)


def _clock(talk: Talk, at: time) -> str:
    return talk.voice.clock(datetime.combine(talk.facts.now.date(), at, talk.facts.now.tzinfo))
