"""Which language: offered in its own script, never switched in silence, remembered once picked (domain.md 8.3)."""

from __future__ import annotations

from dataclasses import replace

from dialogs.desk import truth
from dialogs.effects import AddToCase, CaseUrgency, Effect, FileUnanswered, MakeTask, OpenCase, SpeakIn, Work
from dialogs.fold import fold
from dialogs.menu import Entry, paged
from dialogs.messages import Reply
from dialogs.ports import Command
from dialogs.talk import Next, Talk, preceded, repeat_menu, respond
from dialogs.topics import crisis, home
from dialogs.turn import Turn
from dialogs.understand import heard_language
from dialogs.wording import Voice

TOPIC = "language"
SIGNED = "bfi"
"""British Sign Language: not written, so it is a way to be helped and no language of our texts."""

PARTLY_HELD = frozenset({"ps", "ti"})
"""Languages in which only the most important texts stand, and no rules for danger: what is written in them goes to a person."""

ABOUT_LANGUAGE = "about.language-and-format"
"""The answer about languages: "no english tigrinya" asks for one, and not for that answer."""

SURE_IN_ANY_LANGUAGE = 0.8
LONGEST_WISH = 3
"""Words: "in welsh please" names a language; a longer text is about something."""


def show_list(talk: Talk, page: int = 0) -> Turn:
    """Every language offered, in its own script."""
    every = [Entry(f"lang:{code}", talk.voice.language_name(code)) for code in talk.facts.languages]
    entries = paged(every, page, talk.facts.max_choices, "languages", talk.voice)
    question = talk.voice.say("Which language?")
    return respond(
        talk,
        talk.reply(f"{question}\n\n{home.LANGUAGES_LABEL}"),
        "language_list",
        entries,
        then=Next(TOPIC, "list"),
        place=f"languages:{page}",
    )


def choose(talk: Talk, code: str) -> Turn:
    """Speaks that language from now on, and answers what they had asked before the question about language."""
    if code == SIGNED:
        return _signing(talk)
    if code not in talk.facts.languages:
        return missing(talk)
    turn = _chosen(talk, code)
    return replace(turn, effects=(*turn.effects, SpeakIn(code))) if talk.facts.case else turn


def _chosen(talk: Talk, code: str) -> Turn:
    waiting = talk.state.notes.get("text", "")
    chosen = talk.with_settings(language=code).with_note("spoken", "").with_note("text", "")
    if crisis.is_present(chosen):
        return crisis.card_again(chosen)
    if talk.has_adviser:
        told = chosen.voice.say("I write in {language} now.", language=chosen.voice.language_name(code))
        return respond(chosen, chosen.reply(told), "language_set")
    name = chosen.voice.language_name(code)
    if code in PARTLY_HELD:
        return _partly(chosen, name)
    if waiting:
        return talk.again(chosen.with_state(topic="", step=""), waiting)
    text = chosen.voice.say("I write in {language} now. What do you want to know?", language=name)
    return home.show(chosen, text=text, outcome="language_set")


def named_alone(talk: Talk) -> str | None:
    """The language that a short text names and does nothing else, offered or not."""
    words = fold(talk.text).split()
    if not words or len(words) > LONGEST_WISH:
        return None
    found = talk.reading.finding.topic
    if len(words) > 1 and found and found != ABOUT_LANGUAGE:
        return None
    return talk.ports.phrases.language(talk.text)


def _partly(chosen: Talk, name: str) -> Turn:
    """Said plainly: what there is in this language, what there is not, and the person who looks for an interpreter."""
    partly = chosen.voice.say(
        "I only have the most important words in {language}. The rest is in English.", language=name
    )
    text = f"{partly} {_interpreter(chosen.voice, chosen)}"
    turn = home.show(chosen, text=text, outcome="language_partly")
    return replace(turn, effects=(*turn.effects, *for_a_person(chosen, chosen.language)))


def _signing(talk: Talk) -> Turn:
    """Lines in sign language from now on, and a person who can book an interpreter."""
    chosen = talk.with_settings(is_signing=True)
    if crisis.is_present(chosen):
        return crisis.card_again(chosen)
    text = chosen.voice.say(
        "I will show help lines that you can use in sign language. A person can book a BSL interpreter: reply 9."
    )
    return home.show(chosen, text=text, outcome="signing")


def _interpreter(voice: Voice, talk: Talk) -> str:
    """What happens next for somebody whose language we do not have, and when."""
    text = voice.say("A person here will look for an interpreter.")
    return f"{text} {truth(voice, talk.facts)}"


def for_a_person(talk: Talk, code: str = "") -> tuple[Effect, ...]:
    """What is written in a language that we cannot read goes to a person, and an interpreter is asked for by a time.

    `code` is the language to interpret (empty: nobody knows which).
    """
    case = AddToCase() if talk.facts.case else OpenCase("language", CaseUrgency.ACCESS, talk.language)
    return case, MakeTask(Work.INTERPRETER, code)


def missing(talk: Talk, heard_code: str = "") -> Turn:
    """A language that is not offered: said in English, and a person is asked to find an interpreter; it is not answered by this."""
    voice = Voice(talk.ports.wording, "en")
    text = voice.say("I do not have this language yet.")
    then = Next("media", notes={"reason": "language"})
    filed = (FileUnanswered(talk.text, heard_code),) if heard_code else ()
    entries = [Entry("languages:0", home.LANGUAGES_LABEL, voice.say("language"))]
    reply = Reply(language="en", text=f"{text} {_interpreter(voice, talk)}")
    effects = (*filed, *for_a_person(talk, heard_code))
    return respond(talk, reply, "language_missing", entries, effects, then=then)


def heard(talk: Talk) -> Turn | None:
    """The turn when a text seems to be in another language than the one spoken: asked once, never just switched."""
    language = heard_language(talk.text, talk.ports, talk.facts.languages)
    if language is None or language == talk.language or language == talk.state.notes.get("asked_language"):
        return None
    marked = talk.with_note("asked_language", language)
    if language not in talk.facts.languages:
        finding = talk.reading.finding
        # an answer found in words that we cannot read is chance, unless it is nearly certain ("UC", "CSCS")
        is_sure = finding.topic is not None and finding.confidence >= SURE_IN_ANY_LANGUAGE
        return None if is_sure else missing(marked, language)
    return _ask(marked, language)


def go_on(talk: Talk) -> Turn | None:
    """A language named, or a second text in the language that was asked about; None for anything else."""
    named = talk.ports.phrases.language(talk.text) if len(fold(talk.text).split()) <= LONGEST_WISH else None
    if named:
        return choose(talk, named)
    asked = talk.state.notes.get("asked_language", "")
    if talk.state.step != "asked" or asked not in talk.facts.languages:
        return None
    heard_now = heard_language(talk.text, talk.ports, talk.facts.languages)
    if heard_now is None and talk.reading.command in {Command.CONFUSED, Command.FOLLOW_UP}:
        return repeat_menu(talk, _which_language(talk, asked), "language_asked")
    is_unclear = heard_now is None and not (talk.reading.command or talk.reading.finding.intent)
    return _taken_as_yes(talk, asked) if heard_now == asked or (is_unclear and not _is_found(talk)) else None


def _is_found(talk: Talk) -> bool:
    return bool(talk.reading.finding.topic or talk.reading.finding.is_close)


def _ask(talk: Talk, heard_code: str) -> Turn:
    """One short question in both languages; the text waits for the answer."""
    theirs = Voice(talk.ports.wording, heard_code)
    entries = [Entry(f"lang:{code}", theirs.language_name(code)) for code in (heard_code, talk.language)]
    then = Next(TOPIC, "asked", {"text": talk.text})
    return respond(
        talk, Reply(language=heard_code, text=_which_language(talk, heard_code)), "language_asked", entries, then=then
    )


def _which_language(talk: Talk, heard_code: str) -> str:
    theirs, ours = Voice(talk.ports.wording, heard_code), talk.voice
    return "\n\n".join((theirs.say("Which language do you want?"), ours.say("Which language do you want?")))


def _taken_as_yes(talk: Talk, code: str) -> Turn:
    """They went on in that language without picking: it is used, and said so."""
    waiting = talk.state.notes.get("text", "")
    chosen = talk.with_settings(language=code).with_note("text", "").with_state(topic="", step="")
    turn = talk.again(chosen, talk.text)
    if turn.outcome.name == "refused" and waiting:
        turn = talk.again(chosen, waiting)
    told = chosen.voice.say("I write in {language} now.", language=chosen.voice.language_name(code))
    return preceded(turn, chosen.reply(told)) if turn.replies else turn
