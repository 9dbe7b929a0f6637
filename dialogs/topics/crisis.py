"""Somebody may be in danger: the card, its one question, and staying until a person has taken over (domain.md 4.8, 4.9)."""

from __future__ import annotations

from dataclasses import replace

from dialogs.desk import truth, truth_in_crisis
from dialogs.effects import AddToCase, CaseUrgency, Effect, MakeTask, OpenCase, Work
from dialogs.lines import help_lines
from dialogs.menu import Entry
from dialogs.messages import ChannelName, LineCard, Reply, ReplyKind, Urgency
from dialogs.ports import Alarm, AlarmKind, Command
from dialogs.state import ConversationState
from dialogs.talk import Next, Talk, respond
from dialogs.turn import Turn
from dialogs.understand import heard_language
from dialogs.wording import N_

TOPIC = "crisis"
KINDS = frozenset(AlarmKind)
FIRST_WORDS = {
    AlarmKind.SUICIDE: N_("It sounds like things are very hard and you may be thinking about ending your life."),
    AlarmKind.SELF_HARM: N_("It sounds like you are hurting, and I am glad you told me."),
    AlarmKind.OVERDOSE: N_("Call 999 now, even if you feel OK."),
    AlarmKind.IMMEDIATE_DANGER: N_("If somebody is in danger or badly hurt, call 999 now."),
    AlarmKind.THREAT_TO_OTHERS: N_("Thank you for telling me. If somebody may get hurt now, call 999."),
    AlarmKind.ABUSE: N_("Thank you for telling me, and it is not your fault."),
    AlarmKind.PARTNER_VIOLENCE: N_("Thank you for telling me, and it is not your fault."),
    AlarmKind.EXPLOITATION: N_("You have not done wrong by telling us."),
    AlarmKind.RUNAWAY_HOMELESS_TONIGHT: N_("Thank you for telling me. You need somewhere safe tonight."),
    AlarmKind.FORCED_MARRIAGE: N_("Thank you for telling me. Nobody can make you marry."),
    AlarmKind.SEXUAL_IMAGES_THREAT: N_("Thank you for telling me, and it is not your fault. Do not pay or send more."),
    AlarmKind.MISSING_OR_FRIEND_AT_RISK: N_("Thank you for telling me. If they are in danger now, call 999."),
}

CRISIS_TOPICS = {
    "crisis.suicide": AlarmKind.SUICIDE,
    "crisis.self-harm-now": AlarmKind.SELF_HARM,
    "crisis.abuse-now": AlarmKind.ABUSE,
    "crisis.partner-violence": AlarmKind.PARTNER_VIOLENCE,
    "crisis.run-away": AlarmKind.RUNAWAY_HOMELESS_TONIGHT,
    "crisis.exploited": AlarmKind.EXPLOITATION,
    "housing.homeless-tonight": AlarmKind.RUNAWAY_HOMELESS_TONIGHT,
}
"""The kind of danger behind a crisis topic of the library; one not named here is treated as abuse."""

ANSWERS = {Command.YES: "yes", Command.NO: "no", Command.NOT_SURE: "not_sure"}

QUESTION_OPEN = "safe_asked"
CARDS = "cards"
"""Menu ids of the last cards shown: their buttons stay on the screen."""
"""Note: "Are you safe right now?" has no answer yet, so it is asked again."""

ANY_LANGUAGE = "any"
"""Stands for the language in the reason of a reader that reads all at once."""


def card(talk: Talk, alarm: Alarm) -> Turn:
    """The crisis card: a few sentences, one question, three lines; a case of the highest urgency; crisis mode from now."""
    speaking = _in_the_language_heard(talk, alarm)
    language = speaking.language
    began = talk.state.crisis_since or talk.facts.now
    marked = speaking.with_state(crisis_since=began, crisis_kind=alarm.kind.value)
    case = OpenCase(alarm.kind.value, CaseUrgency.CRISIS, language, alarm.reasons)
    return _shown(marked, alarm.kind, case, *for_people(marked))


def card_again(talk: Talk) -> Turn:
    """The card of the crisis that is there, in the language of the talk; nothing new follows."""
    return _shown(talk, AlarmKind(talk.state.crisis_kind))


def card_for_topic(talk: Talk, topic: str) -> Turn:
    """The crisis card for a topic of the library that is about danger."""
    return card(talk, Alarm(CRISIS_TOPICS.get(topic, AlarmKind.ABUSE), (f"topic/{topic}",)))


def card_for_choice(talk: Talk, kind: str) -> Turn:
    """The crisis card for a choice that means danger; an unknown kind is treated as abuse."""
    known = AlarmKind(kind) if kind in KINDS else AlarmKind.ABUSE
    return card(talk, Alarm(known, (f"choice/{known.value}",)))


def answered(talk: Talk, step: str) -> Turn:
    """What follows "Are you safe right now?": `step` is yes, no or not_sure. The lines stay."""
    told = talk.with_note(QUESTION_OPEN, "")
    text = {"yes": _safe, "no": _unsafe, "not_sure": _not_sure}.get(step, _not_sure)(told)
    entries = [] if step == "no" else [_meant_else_entry(told)]
    reply = told.reply(text, kind=ReplyKind.CRISIS, urgency=Urgency.CRISIS)
    return respond(told, reply, f"crisis_{step}", entries, (AddToCase(),), then=Next(TOPIC, "told"))


def unsafe_after_asking(talk: Talk, alarm: Alarm, step: str) -> Turn:
    """No or not sure to our question, asked before any sign of danger: a crisis from now, not asked a second time."""
    marked = talk.with_state(crisis_since=talk.state.crisis_since or talk.facts.now, crisis_kind=alarm.kind.value)
    turn = answered(marked, step)
    case = OpenCase(alarm.kind.value, CaseUrgency.CRISIS, talk.language, alarm.reasons)
    return replace(turn, effects=(case, *for_people(talk)))


def meant_else(talk: Talk) -> Turn:
    """They were not in danger: believed, not scolded. The lines go, the case stays for a person to look at."""
    quiet = talk.with_note("spoken", "").with_note(QUESTION_OPEN, "").with_state(crisis_kind="")
    text = quiet.voice.say(
        "OK, thank you for telling me. A person will still read it, to be sure. What can I help you with?"
    )
    return respond(quiet, quiet.reply(text), "crisis_meant_else", (), (AddToCase(),))


def person(talk: Talk) -> Turn:
    """They ask for a person while in crisis: no question about what happened."""
    effect = OpenCase("asked", CaseUrgency.CRISIS, talk.language) if talk.facts.case is None else AddToCase()
    asked = talk.voice.say("You have asked for a person.")
    reply = talk.reply(
        f"{asked} {truth_in_crisis(talk.voice, talk.facts)}", kind=ReplyKind.CRISIS, urgency=Urgency.CRISIS
    )
    return respond(talk, reply, "crisis_person", (), (effect,), then=Next(TOPIC, "told"))


def listening(talk: Talk) -> Turn:
    """Words in a crisis that no answer fits: they go to the person who will read them."""
    text = talk.voice.say("I am a computer, so I may not understand this well. A person here will read it.")
    return _staying(talk, f"{text} {truth(talk.voice, talk.facts)}", "crisis_listening")


def here(talk: Talk) -> Turn:
    """Small talk in a crisis ("ok", "thanks", "bye"): no goodbye of ours comes first."""
    text = talk.voice.say("I am still here. You can write more.")
    return _staying(talk, f"{text} {truth_in_crisis(talk.voice, talk.facts)}", "crisis_here")


def go_on(talk: Talk) -> Turn | None:
    """An answer in words to "Are you safe right now?", or None when the text is something else."""
    step = ANSWERS.get(talk.reading.command) if talk.reading.command else None
    return answered(talk, step) if step and talk.state.step == "safe" else None


def left_over(talk: Talk) -> Turn:
    """Yes or no when something else was shown since the question: a no still counts, a yes may mean the other thing."""
    step = ANSWERS.get(talk.reading.command) if talk.reading.command else None
    if step in {"no", "not_sure"} and QUESTION_OPEN in talk.state.notes:
        return answered(talk, step)
    return listening(talk)


def released(state: ConversationState) -> ConversationState:
    """The state once a person has closed the case; a crisis whose question has no answer yet stays, and opens another."""
    if state.crisis_since is None or QUESTION_OPEN in state.notes:
        return state
    notes = {name: kept for name, kept in state.notes.items() if name != "spoken"}
    quiet = replace(state, crisis_since=None, crisis_kind="", notes=notes)
    return replace(quiet, topic="", step="") if state.topic == TOPIC else quiet


def is_present(talk: Talk) -> bool:
    """True while every reply has to carry the crisis lines."""
    return talk.state.crisis_since is not None and talk.state.crisis_kind in KINDS


def present_lines(talk: Talk) -> tuple[LineCard, ...]:
    """The lines that every reply carries while a crisis is present; empty when there is none."""
    return help_lines(talk, AlarmKind(talk.state.crisis_kind)) if is_present(talk) else ()


def for_people(talk: Talk) -> tuple[Effect, ...]:
    """What was told in another language is translated by a human, and somebody who signs needs an interpreter."""
    is_other = talk.language != talk.facts.area_language
    translate = (MakeTask(Work.TRANSLATE, talk.language),) if is_other else ()
    return (*translate, *((MakeTask(Work.ACCESS, "bfi"),) if talk.state.settings.is_signing else ()))


def _in_the_language_heard(talk: Talk, alarm: Alarm) -> Talk:
    """The card is in the language of the words when the rules that saw them agree and the ear does not object; settings stay."""
    heard = heard_language(talk.text, talk.ports, talk.facts.languages)
    of_rules = {reason.partition("/")[0] for reason in alarm.reasons}
    language = (heard or "") if heard in of_rules or ANY_LANGUAGE in of_rules else ""
    if heard is None and len(of_rules) == 1:
        language = next(iter(of_rules))
    is_other = language in talk.facts.languages and language != talk.language
    return talk.with_note("spoken", language) if language and is_other else talk


def _staying(talk: Talk, text: str, outcome: str) -> Turn:
    """A word in a crisis, and the question again while it has no answer."""
    is_open = QUESTION_OPEN in talk.state.notes
    asked = f"{text}\n\n{_question(talk)}" if is_open else text
    entries = [*(_safe_entries(talk) if is_open else ()), _meant_else_entry(talk)]
    reply = talk.reply(asked, kind=ReplyKind.CRISIS, urgency=Urgency.CRISIS)
    return respond(talk, reply, outcome, entries, (AddToCase(),), then=Next(TOPIC, "safe" if is_open else "told"))


def _question(talk: Talk) -> str:
    return talk.voice.say("Are you safe right now?")


def _shown(talk: Talk, kind: AlarmKind, *effects: Effect) -> Turn:
    then = Next(TOPIC, "safe", {QUESTION_OPEN: "1"})
    turn = respond(talk, _card_reply(talk, kind), "crisis", _safe_entries(talk), effects, then=then, has_menu=False)
    cards = " ".join([*talk.state.notes.get(CARDS, "").split()[-2:], str(turn.state.menu_id)])
    turn = replace(turn, state=replace(turn.state, notes={**turn.state.notes, CARDS: cards}))
    if talk.facts.channel is not ChannelName.SMS:
        return turn
    # the card has to be one text message, with its lines and its question; when we are here follows in a second one
    truth_after = replace(turn.replies[0], text=truth_in_crisis(talk.voice, talk.facts), sms_text="", lines=())
    return replace(turn, replies=(*turn.replies, truth_after))


def answer_on_a_card(talk: Talk, menu_id: int, number: int) -> str | None:
    """The choice behind a button of an earlier card: a "no" to "Are you safe?" counts, whichever card it stands on."""
    if str(menu_id) not in talk.state.notes.get(CARDS, "").split():
        return None
    return {1: "safe:yes", 2: "safe:no", 3: "safe:not_sure"}.get(number)


def _card_reply(talk: Talk, kind: AlarmKind) -> Reply:
    first = talk.voice.say(FIRST_WORDS[kind])
    question = _question(talk)
    return talk.reply(
        f"{first} {truth_in_crisis(talk.voice, talk.facts)}\n\n{question}",
        kind=ReplyKind.CRISIS,
        urgency=Urgency.CRISIS,
        sms_text=f"{first}\n{question}",
        lines=help_lines(talk, kind),
    )


def _safe_entries(talk: Talk) -> list[Entry]:
    voice = talk.voice
    return [
        Entry("safe:yes", voice.say("Yes"), voice.say("yes")),
        Entry("safe:no", voice.say("No"), voice.say("no")),
        Entry("safe:not_sure", voice.say("Not sure"), voice.say("not sure")),
    ]


def _meant_else_entry(talk: Talk) -> Entry:
    return Entry("meant_else", talk.voice.say("I meant something else"), talk.voice.say("other thing"))


def _safe(talk: Talk) -> str:
    thanks = talk.voice.say("Thank you. I am glad you are safe right now.")
    return f"{thanks} {truth_in_crisis(talk.voice, talk.facts)}"


def _unsafe(talk: Talk) -> str:
    call = talk.voice.say("Please call 999 now. On a mobile, if you cannot speak, cough or tap, then press 55.")
    return f"{call} {truth_in_crisis(talk.voice, talk.facts)}"


def _not_sure(talk: Talk) -> str:
    calm = talk.voice.say("That is OK. If it gets worse, call 999.")
    return f"{calm} {truth_in_crisis(talk.voice, talk.facts)}"
