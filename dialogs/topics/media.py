"""What a computer that reads only words cannot take: voice, pictures, files, numbers, places.

A file is kept only for a person who is asked to open it: while a case is open, or when the words beside it open one.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs.desk import truth
from dialogs.effects import AddToCase, Effect, ErasePerson, KeepFiles, OpenCase, UseJoinCode
from dialogs.messages import MOST_FILE_BYTES, MessageKind, SentFile
from dialogs.talk import Next, Talk, preceded, repeat_menu, respond, silent
from dialogs.turn import Turn
from dialogs.wording import N_

WORDS = {
    MessageKind.VOICE: N_("I can not listen to that. A person has to. We did not keep it."),
    MessageKind.PHOTO: N_("I can not look at that. A person has to. We did not keep it."),
    MessageKind.FILE: N_("I can not open that. A person has to. We did not keep it."),
    MessageKind.STICKER: N_("I can not look at that. You can write it in words."),
    MessageKind.CONTACT: N_("We do not need this number. We did not keep it."),
    MessageKind.LOCATION: N_("We never need to know where you are. We did not keep it."),
}
NEEDS_PERSON = frozenset({MessageKind.VOICE, MessageKind.PHOTO, MessageKind.FILE})
ENDS_THE_THREAD = (ErasePerson, UseJoinCode)
"""After these the message belongs to nobody, or to somebody else: its files are not kept."""


def take(talk: Talk) -> Turn | None:
    """The turn for what is no words; None when there are words beside it, which the conversation goes on with."""
    kind = kind_of(talk)
    if kind not in WORDS:
        return None
    if kind is MessageKind.STICKER and talk.has_adviser and talk.text:
        return None  # its emoji is what they say
    if kind not in NEEDS_PERSON:
        return respond(talk, talk.reply(talk.voice.say(WORDS[kind])), kind.value)
    if talk.text:
        return None
    return _kept(talk, kind) if talk.facts.case is not None else _not_kept(talk, kind)


def beside(talk: Talk, turn: Turn) -> Turn:
    """The turn that follows from the words, with what becomes of the files that came with them."""
    if kind_of(talk) not in NEEDS_PERSON:
        return turn
    kept, lost = _sorted(talk) if _is_for_person(talk, turn.effects) else ((), _files(talk))
    effects = turn.effects
    if kept:
        is_told = not talk.text or any(isinstance(effect, OpenCase | AddToCase) for effect in effects)
        effects = (*effects, *(() if is_told else (AddToCase(),)), KeepFiles(kept))
    turn = replace(turn, effects=effects)
    return _with_notice(talk, turn, kept, lost) if talk.text else turn


def kind_of(talk: Talk) -> MessageKind:
    """What sort of thing came in."""
    return talk.message.kind if talk.message else MessageKind.TEXT


def _files(talk: Talk) -> tuple[SentFile, ...]:
    return talk.message.files if talk.message else ()


def _sorted(talk: Talk) -> tuple[tuple[SentFile, ...], tuple[SentFile, ...]]:
    """Files that are kept, and those that are too big, empty, or one too many."""
    fit = [file for file in _files(talk) if file.size_bytes is None or 0 < file.size_bytes <= MOST_FILE_BYTES]
    kept = tuple(fit[: max(0, talk.facts.files_left)])
    return kept, tuple(file for file in _files(talk) if not any(file is other for other in kept))


def _is_for_person(talk: Talk, effects: tuple[Effect, ...]) -> bool:
    if any(isinstance(effect, ENDS_THE_THREAD) for effect in effects):
        return False
    return talk.facts.case is not None or any(isinstance(effect, OpenCase) for effect in effects)


def _not_kept(talk: Talk, kind: MessageKind) -> Turn:
    """Nobody is asked to open it: says so, and how to get a person and when one is there."""
    nine = talk.voice.say("9 gets a person. {truth}", truth=truth(talk.voice, talk.facts))
    again = talk.voice.say("Ask first, then send it again.")
    text = f"{talk.voice.say(WORDS[kind])} {nine} {again}"
    return respond(talk, talk.reply(text), kind.value, then=Next("media", notes={"reason": kind.value}))


def _kept(talk: Talk, kind: MessageKind) -> Turn:
    """A person is asked already; while one is there, the computer speaks only of what did not arrive."""
    kept, lost = _sorted(talk)
    if talk.has_adviser and kept and not lost:
        return silent(talk, "relayed")
    return repeat_menu(talk, _truth(talk, kept, lost), kind.value)


def _with_notice(talk: Talk, turn: Turn, kept: tuple[SentFile, ...], lost: tuple[SentFile, ...]) -> Turn:
    """What becomes of the files, before the answer to the words. In danger only what did not arrive, after the help."""
    if kept and not lost and (talk.has_adviser or talk.reading.alarm):
        return turn
    text = _truth(talk, kept, lost)
    if not turn.replies:  # the words went to whoever is there, and the ways out stand under what did not
        shown = repeat_menu(replace(talk, state=turn.state), text, "relayed")
        return replace(turn, state=shown.state, replies=shown.replies)
    if talk.reading.alarm:
        said = talk.reply(text, choices=turn.replies[-1].choices, menu_id=turn.state.menu_id)
        return replace(turn, replies=(*turn.replies, said))
    return preceded(turn, talk.reply(text))


def _truth(talk: Talk, kept: tuple[SentFile, ...], lost: tuple[SentFile, ...]) -> str:
    """In one or two sentences: passed on, or not kept and why."""
    said = [_why(talk, lost)] if lost or not kept else []
    if kept:
        said.append(talk.voice.say("I can not open that. I have passed it on to a person."))
        said += [] if talk.has_adviser or talk.text else [truth(talk.voice, talk.facts)]
    return " ".join(said)


def _why(talk: Talk, lost: tuple[SentFile, ...]) -> str:
    if any((file.size_bytes or 0) > MOST_FILE_BYTES for file in lost):
        return talk.voice.say("That is too big for us. Send less than 10 MB. We did not keep it.")
    if not lost or talk.facts.case is None:
        return talk.voice.say(WORDS[kind_of(talk)])
    return talk.voice.say("We can not take that. We did not keep it. You can write it in words.")
