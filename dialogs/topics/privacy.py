"""What is private, what is held, and deleting it."""

from __future__ import annotations

from dataclasses import replace

from dialogs.desk import when
from dialogs.effects import CompileMyData, ErasePerson
from dialogs.events import MyDataCompiled, PersonErased
from dialogs.menu import Entry
from dialogs.messages import ChannelName
from dialogs.ports import Command
from dialogs.state import ConversationState, Settings
from dialogs.talk import Next, Talk, respond, silent
from dialogs.turn import Turn
from dialogs.wording import Voice

ABOUT = "about.confidentiality"
UNCLEAR = frozenset({Command.FINE, Command.NOT_SURE, Command.CONFUSED})


def private(talk: Talk) -> Turn:
    """The promise and its one limit (domain.md 4.7)."""
    text = talk.voice.say(
        "This chat is private. We do not tell your parents, school, Jobcentre or YOT what you say. "
        "If you or someone else may be badly hurt, we must tell a person who can help. We try to tell you first."
    )
    if talk.facts.channel is ChannelName.TELEGRAM:
        telegram = talk.voice.say("Telegram can hold this chat.")
        text = f"{text}\n\n{telegram}"
    answer = talk.ports.book.answer(ABOUT, talk.language, talk.state.settings.nation)
    entries = [Entry(f"topic:{ABOUT}", answer.title)] if answer and not answer.is_expired else []
    return respond(talk, talk.reply(text), "private", entries)


def my_data(talk: Talk) -> Turn:
    """Asks for what is held; the answer follows as an event of the same turn."""
    return silent(talk, "my_data", CompileMyData())


def show_my_data(talk: Talk, held: MyDataCompiled) -> Turn:
    """The record in plain words, with a way to delete it."""
    voice = talk.voice
    lines = [
        voice.say("You first wrote on {date}.", date=voice.full_date(held.first_seen_at.date())),
        voice.plural("We hold {n} message.", "We hold {n} messages.", held.message_count),
        voice.plural("We keep a message for {n} day.", "We keep messages for {n} days.", held.kept_days),
        *(
            voice.say("We can write to you by {channel}: {address}.", channel=a.channel, address=a.masked)
            for a in held.addresses
        ),
        *(
            voice.say("You asked for a person on {when}.", when=when(voice, at, talk.facts.now))
            for at in held.case_opened_at
        ),
        *_files(voice, held),
        *_settings(talk),
    ]
    entries = [Entry("delete", voice.say("Delete everything"), voice.say("delete"))]
    return respond(talk, talk.reply("\n\n".join(lines)), "my_data_shown", entries)


def _files(voice: Voice, held: MyDataCompiled) -> list[str]:
    """How many files, and on which days they came."""
    if not held.files_sent_at:
        return []
    count = voice.plural("We hold {n} file from you.", "We hold {n} files from you.", len(held.files_sent_at))
    days = dict.fromkeys(voice.full_date(at.date()) for at in held.files_sent_at)
    sent = voice.say("Sent on: {dates}.", dates=", ".join(days))
    return [f"{count} {sent}"]


def ask_delete(talk: Talk) -> Turn:
    """Asks once before deleting."""
    text = talk.voice.say("Delete everything? This can not be undone.")
    entries = [
        Entry("delete:yes", talk.voice.say("Yes, delete everything"), talk.voice.say("yes")),
        Entry("delete:no", talk.voice.say("No, keep it"), talk.voice.say("no")),
    ]
    return respond(talk, talk.reply(text), "delete_asked", entries, then=Next("delete"))


def delete(talk: Talk) -> Turn:
    """Wishes it gone; what was done follows as an event of the same turn."""
    return silent(talk.with_state(topic="", step=""), "delete", ErasePerson())


def keep(talk: Talk) -> Turn:
    """Nothing is deleted."""
    return respond(talk, talk.reply(talk.voice.say("OK. Nothing is deleted.")), "delete_refused")


def go_on(talk: Talk) -> Turn | None:
    """Yes or no in words to "Delete everything?"."""
    if talk.reading.command is Command.YES:
        return delete(talk)
    if talk.reading.command in UNCLEAR:
        return ask_delete(talk)
    return keep(talk) if talk.reading.command is Command.NO else None


def show_erased(talk: Talk, done: PersonErased) -> Turn:
    """What was deleted, in truth. The memory of the talk goes too, except a crisis that no person has released."""
    if done.is_record_kept:
        text = talk.voice.say(
            "We deleted what we may delete. One record stays, because it is about keeping someone safe. A person can tell you more."
        )
    else:
        text = talk.voice.say("Everything is deleted. You can write here again at any time.")
    turn = respond(talk, talk.reply(text), "erased")
    state = ConversationState(
        settings=Settings(),
        menu_id=turn.state.menu_id,
        offered=turn.state.offered,
        crisis_since=talk.state.crisis_since,
        crisis_kind=talk.state.crisis_kind,
    )
    return replace(turn, state=state)


def _settings(talk: Talk) -> list[str]:
    voice, chosen = talk.voice, talk.state.settings
    rows = [voice.say("Your language is {language}.", language=voice.language_name(talk.language))]
    if chosen.easy_words:
        rows.append(voice.say("Easy words are on."))
    if chosen.age is not None:
        rows.append(voice.say("You told us that you are {age}.", age=chosen.age))
    if chosen.nation is not None:
        rows.append(
            voice.say("You told us that you live in England.")
            if chosen.nation == "E"
            else voice.say("You told us that you live in Wales.")
        )
    return rows
