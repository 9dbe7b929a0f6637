"""What of a message is kept in words."""

from __future__ import annotations

from dialogs.menu import choice_by_number, typed_number
from dialogs.messages import InboundMessage, MessageKind
from dialogs.state import ConversationState


def body(message: InboundMessage, state: ConversationState) -> str:
    """Their words, or the words on the button. Never where somebody is, nor a contact they hold."""
    if message.kind in (MessageKind.LOCATION, MessageKind.CONTACT):
        return ""
    if message.press is None or message.text:
        return message.text
    return picked(message, state) or "…"


def picked(message: InboundMessage, state: ConversationState) -> str:
    """What stands on the choice of the present menu that was pressed, or whose number was typed; empty for anything else."""
    number = typed_number(message.text)
    if message.press is not None:
        number = message.press.number if message.press.menu_id == state.menu_id else None
    choice = None if number is None else choice_by_number(state.offered, number)
    return choice.label if choice else ""
