"""The second reader adds the danger it was taught, in the language it is drawn for, and names the kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dialogs.ports import AlarmKind
from server.answers.danger.learn import ADVICE_WEIGHT, DANGER, ORDINARY_WEIGHT, is_danger, quiet_limits
from server.answers.danger.reader import SecondReader, Sense
from server.answers.finding.learning import Prepared, joined, labels_of
from server.answers.finding.lexical import learn_lexical
from server.answers.finding.meaning import MeaningModel
from server.answers.finding.semantic import SIZE, Floats
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught
from server.answers.finding.trained import UNFITTED

EXAMPLES = (
    *(Taught("suicide", f"i wont be here on {day}", "en") for day in ("monday", "friday", "sunday", "results day")),
    *(Taught("abuse", f"{who} locks me in the shed", "en") for who in ("dad", "mum", "carer", "uncle")),
    *(
        Taught(NOTHING, f"what time does the {place} open on monday", "en")
        for place in ("gym", "shop", "library", "bank")
    ),
)


class Everything:
    """An embedder in one direction: danger shows in the first number."""

    mark = ""

    def embed(self, texts: list[str]) -> Floats:
        rows = np.zeros((len(texts), SIZE), np.float32)
        rows[:, 0] = ["goodbye" in text for text in texts]
        return rows


class English:
    def guess(self, text: str) -> str | None:
        return "en"


def reader(limit: float, *, has_sense: bool = False) -> SecondReader:
    speller, kinds = Speller(), tuple(item for item in EXAMPLES if item.label != NOTHING)
    whether = is_danger(EXAMPLES)
    models = []
    for items in (whether, kinds):
        labels = labels_of(items)
        models.append(
            joined(learn_lexical(items, labels, speller), labels, speller, Prepared(labels, UNFITTED, None, None), None)
        )
    sense = None
    if has_sense:
        weights = np.zeros((SIZE, 3), np.float32)
        weights[0] = (-1, 0, 1)
        meaning = MeaningModel(Everything(), np.zeros(SIZE, np.float32), weights, np.zeros(3, np.float32))
        sense = Sense((NOTHING, "abuse", "suicide"), meaning)
    return SecondReader(models[0], models[1], sense, English(), {"en": limit, "": limit})


def test_it_sees_and_names_what_it_was_taught() -> None:
    assert reader(0.0).sensed("i wont be here on tuesday") is AlarmKind.SUICIDE
    assert reader(0.0).sensed("nan locks me in the shed") is AlarmKind.ABUSE
    assert reader(0.0).sensed("what time does the pool open on monday") is None


def test_a_line_drawn_higher_is_crossed_by_less() -> None:
    assert reader(50.0).sensed("i wont be here on tuesday") is None


def test_meaning_speaks_where_no_word_is_known() -> None:
    assert reader(1.0).sensed("goodbye everyone") is None
    assert reader(1.0, has_sense=True).sensed("goodbye everyone") is AlarmKind.SUICIDE
    assert reader(1.0, has_sense=True).sensed("hello everyone") is None


def test_nothing_written_is_no_danger() -> None:
    for text in ("", " ", "?!", "\0"):
        assert reader(-50.0).sensed(text) is None


def test_what_the_safeguarding_role_calls_harmless_is_harmless() -> None:
    owned = replace(reader(0.0), harmless=frozenset({"i wont be here on tuesday"}))
    assert owned.sensed("I wont be here, on Tuesday!") is None
    assert owned.sensed("i wont be here on thursday") is AlarmKind.SUICIDE


def test_every_kind_of_danger_teaches_danger() -> None:
    assert {item.label for item in is_danger(EXAMPLES)} == {DANGER, NOTHING}


def test_the_line_stands_above_most_hard_negatives_and_heeds_no_question_of_an_advice_topic() -> None:
    hard = [Taught(NOTHING, f"h{n}", "en") for n in range(100)]
    ordinary = [Taught(NOTHING, f"o{n}", "en", ORDINARY_WEIGHT) for n in range(100)]
    advice = [Taught(NOTHING, f"a{n}", "en", ADVICE_WEIGHT) for n in range(100)]
    feared = [Taught("suicide", f"s{n}", "en") for n in range(100)]
    margins = np.concatenate([np.linspace(-1, 0, 100), np.full(100, -2.0), np.full(100, 9.0), np.full(100, 9.0)])
    drawn = quiet_limits(margins.astype(np.float32), [*hard, *ordinary, *advice, *feared])
    assert -0.15 < drawn["en"] < 0
    assert drawn[""] == drawn["en"]


def test_a_language_of_few_examples_has_no_line_of_its_own() -> None:
    drawn = quiet_limits(np.zeros(10, np.float32), [Taught(NOTHING, f"{n}", "so") for n in range(10)])
    assert drawn == {}
