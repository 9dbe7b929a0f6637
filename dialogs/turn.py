"""What one turn comes to: the new memory, what is said, and what should follow."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.effects import Effect
from dialogs.messages import Reply
from dialogs.state import ConversationState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, in one word, for counting. `topic` is the answer shown (None: none). Holds nothing personal."""

    name: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of one turn. No replies means silence; effects are carried out in order, with the state, at once."""

    state: ConversationState
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    outcome: Outcome
