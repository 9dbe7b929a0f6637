"""Who their adviser is, whether a new one is right for them, and what they want to ask at a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from dialogs.around import AnswerComfort, AskMyAdviser, ComfortAsked, KeepQuestion, MyAdviser, QuestionKept
from dialogs.desk import truth
from dialogs.menu import Entry
from dialogs.ports import Command, Intent
from dialogs.talk import Next, Talk, put_away, repeat_menu, respond, silent
from dialogs.topics import crisis
from dialogs.topics.booking_words import at_words
from dialogs.topics.near import DAYS
from dialogs.topics.on_the_way import TOPIC
from dialogs.turn import Turn

ASKING: Final = "questions"
MOST_QUESTIONS: Final = 5
COMFORT: Final = "comfort"
ANSWERS: Final = {Command.YES: "yes", Command.NO: "no", Command.NOT_SURE: "not_sure"}
ENOUGH: Final = frozenset({Command.NO, Command.SKIP, Command.FINE})
GOING: Final = frozenset({Intent.THANKS, Intent.BYE})
FRESH: Final = timedelta(hours=1)
"""So long a text is one more question for their adviser; later it is a question to us."""


def ask_who(talk: Talk) -> Turn:
    """Who their adviser is: the world knows."""
    return silent(talk, "my_adviser_asked", AskMyAdviser())


def show(talk: Talk, event: MyAdviser) -> Turn:
    """The name, the days, who stands in; with nobody a person is one step away."""
    voice = talk.voice
    if not event.name:
        when = truth(voice, talk.facts)
        said = voice.say("You have no adviser yet. A person here can tell you more. Reply 9 to ask.")
        short = voice.say("You have no adviser yet. Reply 9 to ask.")
        reply = talk.reply(f"{said} {when}", sms_text=f"{short} {when}")
        return respond(talk, reply, "no_adviser", [_trusted(talk)])
    who = voice.say("Your adviser is {name}.", name=event.name)
    days = ", ".join(voice.say(DAYS[day]) for day in event.days)
    works = voice.say("Days: {days}.", days=days) if days else ""
    cover = (
        voice.say("When {name} is away, ask for {cover}.", name=event.name, cover=event.cover) if event.cover else ""
    )
    meeting = event.next_meeting
    meet = voice.say("You meet: {when}.", when=at_words(talk, meeting.starts_at)) if meeting else ""
    entries = [Entry("book", voice.say("Book a time"), voice.say("book")), _trusted(talk)]
    if meeting:
        entries.insert(0, Entry(f"meeting:{meeting.id}", voice.say("See the meeting"), voice.say("meeting")))
    reply = talk.reply(
        " ".join(filter(None, (who, works, cover, meet))), sms_text=" ".join(filter(None, (who, meet or works, cover)))
    )
    return respond(talk, reply, "my_adviser", entries)


def _trusted(talk: Talk) -> Entry:
    return Entry("trusted", talk.voice.say("Adults I trust"), talk.voice.say("trust"))


def ask_comfort(talk: Talk, event: ComfortAsked) -> Turn:
    """Asked apart from both advisers (D17): no answer is wrong."""
    voice = talk.voice
    new = voice.say("Your new adviser is {new}.", new=event.new)
    meet = (
        voice.say(
            "{old}, {new} and you meet: {when}.", old=event.old, new=event.new, when=at_words(talk, event.meeting_at)
        )
        if event.meeting_at
        else ""
    )
    ask = voice.say("Are you OK with this?")
    fine = voice.say("No answer is wrong.")
    entries = [
        Entry(f"comfort:yes:{event.old}", voice.say("Yes"), voice.say("yes")),
        Entry(f"comfort:not_sure:{event.old}", voice.say("Not sure"), voice.say("not sure")),
        Entry(f"comfort:no:{event.old}", voice.say("No"), voice.say("no")),
    ]
    short = " ".join(filter(None, (new, meet, ask)))
    then = Next(TOPIC, COMFORT, {"old": event.old})
    return respond(talk, talk.reply(f"{short} {fine}", sms_text=short), "comfort_asked", entries, then=then)


def comfort_said(talk: Talk) -> Turn | None:
    """Yes, no or not sure in words. "ok" may be a yes or a sigh, so it is asked again."""
    command = talk.reading.command
    if command is Command.FINE:
        return repeat_menu(talk, talk.voice.say("Just to be sure: are you OK with this?"), "comfort_asked")
    said = ANSWERS.get(command) if command else None
    return comfort(talk, f"{said}:{talk.state.notes.get('old', '')}") if said else None


def comfort(talk: Talk, rest: str) -> Turn:
    """A kind word for each answer; without a yes the adviser they know talks with them alone."""
    answer, _, old = rest.partition(":")
    voice = talk.voice
    if answer == "yes":
        text = voice.say("Thank you. Then it goes on like that. You can change your mind: just tell us.")
    else:
        name = old or voice.say("A person")
        text = voice.say(
            "Thank you for telling me. {name} talks with you alone first. Nothing changes until then.", name=name
        )
    known = answer if answer in {"yes", "not_sure", "no"} else "not_sure"
    return respond(talk, talk.reply(text), "comfort", (), (AnswerComfort(known),))


def ask_questions(talk: Talk, meeting_id: str) -> Turn:
    """They may write what they want to ask (H13): each message is one question, until they say that it is all."""
    text = talk.voice.say("What do you want to ask there? Write one question. Your adviser sees it before you meet.")
    then = Next(ASKING, notes={"meeting": meeting_id})
    return respond(talk, talk.reply(text), "questions_asked", [_all_asked(talk)], then=then)


def question(talk: Talk) -> Turn | None:
    """A text while they write their questions is one; a goodbye or a no ends them."""
    meeting_id = talk.state.notes.get("meeting", "")
    asked_at = talk.state.last_turn_at
    is_old = asked_at is not None and talk.facts.now - asked_at > FRESH
    if not meeting_id or is_old or not _has_words(talk.text) or talk.message is None or crisis.is_present(talk):
        return None
    if talk.reading.command in ENOUGH or talk.reading.finding.intent in GOING:
        return enough(talk)
    if talk.reading.command is Command.YES:
        return ask_questions(talk, meeting_id)
    return silent(talk, "question_written", KeepQuestion(meeting_id, talk.text.strip()))


def enough(talk: Talk) -> Turn:
    """No more questions."""
    ended = replace(talk, state=put_away(talk.state))
    text = talk.voice.say("Thank you. Your questions stand with your meeting.")
    return respond(ended, ended.reply(text), "around_done")


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def question_kept(talk: Talk, event: QuestionKept) -> Turn:
    """Kept, and one more may follow; when there is room for no more that is said."""
    voice = talk.voice
    if not event.count:
        ended = replace(talk, state=put_away(talk.state))
        return respond(
            ended,
            ended.reply(voice.say("I cannot keep more questions. Your adviser has the others.")),
            "questions_full",
        )
    text = voice.say("I keep it for you. Another question?")
    then = Next(ASKING, notes={"meeting": event.meeting_id})
    return respond(talk, talk.reply(text), "question_kept", [_all_asked(talk)], then=then)


def _all_asked(talk: Talk) -> Entry:
    return Entry("around:done", talk.voice.say("That is all"), talk.voice.say("all"))
