"""A question and its answer from the library: one, which of two, or honestly none."""

from __future__ import annotations

from dataclasses import replace

from dialogs.desk import truth
from dialogs.effects import AddToCase, FileUnanswered
from dialogs.facts import Nation
from dialogs.fold import fold
from dialogs.menu import Entry
from dialogs.messages import ChannelName, Reply, ReplyKind
from dialogs.ports import Answer, Command, Tier
from dialogs.talk import Next, Talk, preceded, repeat_menu, respond
from dialogs.topics import crisis, feelings, home, near, sharing
from dialogs.topics.language import PARTLY_HELD, for_a_person
from dialogs.turn import Outcome, Turn
from dialogs.wording import N_

ADULT_ENOUGH = 16
SURE_OF_CRISIS = 0.8
"""Below this the finder only suspects danger that no alarm rule saw: it is asked about, and not named."""

DOUBTFUL_CRISIS = 0.25
SURE_IN_CRISIS = 0.8

KNOWN_LABELS = {
    "more": (N_("Tell me more"), N_("more")),
    "book": (N_("Book an adviser"), N_("book")),
    "person": (N_("Talk to a person now"), N_("person now")),
}
UNSURE = frozenset({Command.YES, Command.NO, Command.NOT_SURE, Command.CONFUSED, Command.FOLLOW_UP})
LONGEST_NATION_REPLY = 4
"""Words: "i live in wales" is an answer, a longer text is something else."""


def find(talk: Talk) -> Turn:
    """The answer for what they wrote, the question which of two, or the honest no; a person reads what the alarm could not."""
    turn = _found(talk)
    if talk.language in PARTLY_HELD:
        return replace(turn, effects=(*turn.effects, *for_a_person(talk, talk.language)))
    return turn


def _found(talk: Talk) -> Turn:
    finding = talk.reading.finding
    if crisis.is_present(talk) and not _is_plainly_asked(talk):
        return crisis.listening(talk)
    best = finding.topic or next(iter(finding.alternatives), None)
    if best is not None and _is_crisis(talk, best) and DOUBTFUL_CRISIS <= finding.confidence < SURE_OF_CRISIS:
        return feelings.may_be_more(talk, best) if finding.topic else feelings.ask(talk)
    if best is not None and (finding.topic or finding.is_close):
        others = tuple(other for other in finding.alternatives if other != best)
        if finding.is_close and others and not _is_crisis(talk, best):
            return _which(talk, best, others[0])
        return show(talk, best)
    return refuse(talk, next(iter(finding.alternatives), None))


def _is_plainly_asked(talk: Talk) -> bool:
    """In a crisis the library only speaks when it is sure: a wrong subject then is worse than none."""
    finding = talk.reading.finding
    is_sure = finding.topic is not None and finding.confidence >= SURE_IN_CRISIS and not finding.is_close
    return is_sure and not _is_crisis(talk, finding.topic or "")


def show(talk: Talk, topic: str, *, is_here: bool = False) -> Turn:
    """The answer, or what comes before it: danger, the nation, a check, other eyes on the phone (not when `is_here`)."""
    answer = talk.ports.book.answer(topic, talk.language, talk.state.settings.nation)
    return (
        _before(talk, answer, topic)
        or sharing.before(talk, answer, is_here=is_here)
        or _told(talk, _fetched(answer), is_more=False)
    )


def show_more(talk: Talk, topic: str) -> Turn:
    """The longer part of an answer, with its steps."""
    answer = talk.ports.book.answer(topic, talk.language, talk.state.settings.nation)
    return _before(talk, answer, topic, wants="more") or _told(talk, _fetched(answer), is_more=True)


def more_of_last(talk: Talk) -> Turn:
    """More about the answer on their screen, when there is one."""
    kind, topic = topic_on_screen(talk)
    if kind == "topic":
        return show_more(talk, topic)
    return home.show(
        talk, text=talk.voice.say("There is no more to show. What do you want to know?"), outcome="no_more"
    )


def nation_chosen(talk: Talk, nation: Nation) -> Turn:
    """Remembers where they live, and gives the answer that waited for it."""
    topic, wants = talk.state.notes.get("topic"), talk.state.notes.get("wants")
    settled = talk.with_settings(nation=nation)
    topic = topic or _differing_topic(settled)
    if topic:
        return show_more(settled, topic) if wants == "more" else show(settled, topic)
    return home.show(
        settled, text=settled.voice.say("OK, I will remember that. What do you want to know?"), outcome="nation_set"
    )


def go_on(talk: Talk) -> Turn | None:
    """Their words for "Do you live in England or Wales?", or None when it is something else."""
    if named := nation_named(talk):
        return nation_chosen(talk, named)
    if talk.reading.command in UNSURE:
        text = talk.voice.say("The rules are not the same in both. Do you live in England or Wales?")
        return repeat_menu(talk, text, "nation_asked")
    return None


def nation_named(talk: Talk) -> Nation | None:
    """The nation that a short text ends with ("what about wales")."""
    words = fold(talk.text).split()
    if not words or len(words) > LONGEST_NATION_REPLY:
        return None
    return talk.ports.phrases.nation(talk.text) or talk.ports.phrases.nation(words[-1])


def topic_on_screen(talk: Talk) -> tuple[str, str]:
    """How the last answer was shown ("topic" or "more") and its topic; both empty when no answer was."""
    kind, _, topic = (talk.state.trail[-1] if talk.state.trail else "").partition(":")
    return (kind, topic) if kind in {"topic", "more"} else ("", "")


def _differing_topic(talk: Talk) -> str | None:
    """The topic on their screen when its answer is another one in the other nation."""
    _, topic = topic_on_screen(talk)
    asked = talk.ports.book.answer(topic, talk.language, None) if topic else None
    return topic if asked and asked.needs_nation else None


def _fetched(answer: Answer | None) -> Answer:
    assert answer is not None  # noqa: S101  (`_before` took the turn otherwise)
    return answer


def _before(talk: Talk, answer: Answer | None, topic: str, wants: str = "") -> Turn | None:
    """The turn that has to come instead of the answer, if any."""
    if answer is None:
        return home.show(
            talk, text=talk.voice.say("That is not here any more. Pick one, or ask in your own words."), outcome="gone"
        )
    if answer.tier is Tier.CRISIS:
        return crisis.card_for_topic(talk, topic)
    if answer.is_expired:
        text = talk.voice.say("A person is checking this answer, so I can not show it now. A person can tell you.")
        return respond(
            talk, talk.reply(text), Outcome("expired", topic), [_known(talk, "person")], place=f"topic:{topic}"
        )
    if answer.needs_nation and talk.state.settings.nation is None:
        return _ask_nation(talk, topic, wants)
    return None


def _ask_nation(talk: Talk, topic: str, wants: str) -> Turn:
    entries = [
        Entry("nation:E", talk.voice.say("England"), talk.voice.say("England")),
        Entry("nation:W", talk.voice.say("Wales"), talk.voice.say("Wales")),
    ]
    text = talk.voice.say("Do you live in England or Wales?")
    waiting = {"topic": topic, "wants": wants} if wants else {"topic": topic}
    return respond(talk, talk.reply(text), Outcome("nation_asked", topic), entries, then=Next("nation", notes=waiting))


def _told(talk: Talk, answer: Answer, *, is_more: bool) -> Turn:
    reply = _more_reply(talk, answer) if is_more else _answer_reply(talk, answer)
    place = f"more:{answer.topic}" if is_more else f"topic:{answer.topic}"
    entries = _next_entries(talk, answer, without="more" if is_more else "")
    turn = respond(talk, reply, Outcome("more" if is_more else "answer", answer.topic), entries, place=place)
    if answer.language == talk.language:
        return turn
    name = talk.voice.language_name(answer.language)
    return preceded(
        turn,
        talk.reply(
            talk.voice.say(
                "I only have this answer in {language} for now. A person can look for an interpreter: reply 9.",
                language=name,
            ),
            kind=ReplyKind.NOTICE,
        ),
    )


def _answer_reply(talk: Talk, answer: Answer) -> Reply:
    settings = talk.state.settings
    has_easy = settings.easy_words and bool(answer.easy)
    parts = [answer.easy if has_easy else answer.short, _under_16(talk, answer)]
    is_one_text = talk.facts.channel is ChannelName.SMS and bool(answer.sms)
    return Reply(
        language=answer.language,
        kind=ReplyKind.ANSWER,
        lead="" if has_easy else answer.one_line,
        text="\n\n".join(filter(None, parts)),
        sms_text=answer.easy if has_easy and answer.sms else answer.sms,
        lines=() if is_one_text else answer.lines,  # by text message they come with "more", or it would not be one part
        links=answer.links,
        source=_source(talk, answer),
        is_sensitive=answer.is_sensitive,
    )


def _under_16(talk: Talk, answer: Answer) -> str:
    """The line for under-16s; to somebody whose age we do not know it says whom it is for."""
    age, line = talk.state.settings.age, answer.under_16
    if not line or (age is not None and age >= ADULT_ENOUGH):
        return ""
    return line if age is not None or str(ADULT_ENOUGH) in line else talk.voice.say("Under 16? {line}", line=line)


def _more_reply(talk: Talk, answer: Answer) -> Reply:
    return Reply(
        language=answer.language,
        kind=ReplyKind.ANSWER,
        text=answer.more or answer.short,
        steps=answer.steps,
        lines=answer.lines,
        links=answer.links,
        source=_source(talk, answer),
        is_sensitive=answer.is_sensitive,
    )


def _source(talk: Talk, answer: Answer) -> str:
    if answer.checked_on is None:
        return ""
    return talk.voice.say(
        "Checked {date} · {source}", date=talk.voice.full_date(answer.checked_on), source=answer.source_name
    )


def _next_entries(talk: Talk, answer: Answer, without: str) -> list[Entry]:
    """What can follow, in the library's order; for advice a person comes first. Places near them come last."""
    keys = [
        key for key in answer.next_keys if key != without and not (key == "more" and not (answer.more or answer.steps))
    ]
    if answer.tier is Tier.ADVICE:
        keys = ["person", *(key for key in keys if key != "person")]
    entries = [entry for key in keys if (entry := _next_entry(talk, answer, key))]
    return near.added(talk, answer, entries, is_more=without == "more")


def _next_entry(talk: Talk, answer: Answer, key: str) -> Entry | None:
    label = dict(answer.labels).get(key, "")
    if key in KNOWN_LABELS:
        known = _known(talk, key)
        return Entry(key, label, known.short) if label else known
    kind, _, rest = key.partition(":")
    if kind == "topic":
        other = talk.ports.book.answer(rest, talk.language, talk.state.settings.nation)
        return Entry(key, label or other.title) if other else None
    if kind == "alarm":
        return Entry(key, label or talk.voice.say("I am not safe now"), "" if label else talk.voice.say("not safe"))
    return None


def _known(talk: Talk, key: str) -> Entry:
    label, short = KNOWN_LABELS[key]
    return Entry(key, talk.voice.say(label), talk.voice.say(short))


def _which(talk: Talk, first: str, second: str) -> Turn:
    """Asks which of two near topics is meant."""
    answers = (talk.ports.book.answer(topic, talk.language, talk.state.settings.nation) for topic in (first, second))
    known = [answer for answer in answers if answer]
    if len(known) < 2:  # noqa: PLR2004  (two of them, or there is nothing to choose)
        return show(talk, known[0].topic if known else first)
    entries = [Entry(f"topic:{answer.topic}", answer.title) for answer in known]
    text = talk.voice.say(
        "Do you mean 1 {first} or 2 {second}?", first=_bare(known[0].title), second=_bare(known[1].title)
    )
    return respond(talk, talk.reply(text), "which", entries, then=Next("which"))


def _bare(title: str) -> str:
    """A title inside of a question of ours loses its own question mark."""
    return title.rstrip("?؟ ")


def refuse(talk: Talk, nearest: str | None = None) -> Turn:
    """The honest no, with the menu where it fits the screen. Who waits for a person is told that it goes to them."""
    filed = FileUnanswered(talk.text, talk.language, nearest)
    entries = [] if talk.facts.channel is ChannelName.SMS else home.entries(talk)
    if talk.facts.case is None:
        text = talk.voice.say(
            "I do not have an answer to that. I will not guess. You can ask in other words, or talk to a person."
        )
        return respond(talk, talk.reply(text), Outcome("refused", None), entries, (filed,))
    said = talk.voice.say("I do not have an answer to that. The person you asked for will see it.")
    text = f"{said} {truth(talk.voice, talk.facts)}"
    return respond(talk, talk.reply(text), Outcome("refused", None), entries, (filed, AddToCase()))


def _is_crisis(talk: Talk, topic: str) -> bool:
    answer = talk.ports.book.answer(topic, talk.language, talk.state.settings.nation)
    return answer is not None and answer.tier is Tier.CRISIS
