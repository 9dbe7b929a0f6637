"""What the console calls things: each reason that a dialog gives has words, and the brief holds what they want known."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dialogs
from dialogs.ports import AlarmKind
from server.console.brief import telling
from server.console.words import MEANS, REASONS, RUNGS, STEP_KINDS, TASKS
from server.escalations.clock import Means, Rung
from server.escalations.clock_models import StepKind
from server.escalations.models import TaskKind

MAKERS = {"OpenCase": 0, "_case": 1}
"""Functions of dialogs that are given a reason, and at which place."""


def reasons() -> set[str]:
    """Every reason that stands in a dialog as a plain text, and each kind of alarm."""
    found = {kind.value for kind in AlarmKind}
    for path in Path(dialogs.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                given = node.args[MAKERS[node.func.id]]
                if isinstance(given, ast.Constant):
                    found.add(given.value)
    return found


def test_every_reason_of_a_dialog_has_words() -> None:
    found = reasons()
    assert {"late_answer", "call_back", "booking"} <= found
    assert found <= set(REASONS)


def test_everything_that_a_clock_and_a_task_may_say_has_words() -> None:
    assert set(RUNGS) == set(Rung)
    assert set(STEP_KINDS) == set(StepKind)
    assert set(MEANS) == set(Means)
    assert set(TASKS) == set(TaskKind)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["can i talk to a person", "my mum is kicking me out"], ("my mum is kicking me out",)),
        (["9", "skip", "my mum is kicking me out"], ("my mum is kicking me out",)),
        (["can i talk to a person"], ("can i talk to a person",)),
        (["9"], ()),
        ([], ()),
        (["أريد التحدث مع شخص", "أمي طردتني"], ("أمي طردتني",)),
    ],
)
def test_the_brief_holds_what_they_want_known(said: list[str], told: tuple[str, ...]) -> None:
    assert telling(said, is_opened_by_asking=True) == told
