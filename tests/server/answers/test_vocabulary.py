"""A text learnt from and the same text asked about are the same row of features."""

from __future__ import annotations

import numpy as np

from server.answers.finding.vocabulary import learn_vocabulary

TEXTS = [
    ["i", "want", "a", "job"],
    ["i", "want", "a", "job", "job", "job"],
    ["mae", "angen", "swydd"],
    ["zzz"],
    [],
]


def test_the_rows_are_those_that_reading_gives() -> None:
    vocabulary, matrix = learn_vocabulary(TEXTS)
    assert matrix.shape == (len(TEXTS), len(vocabulary))
    for number, words in enumerate(TEXTS):
        features, values = vocabulary.row(words)
        row = np.zeros(len(vocabulary), np.float32)
        row[features] = values
        assert np.allclose(matrix[[number]].toarray()[0], row, atol=1e-6)


def test_words_count_from_the_first_and_longer_runs_and_pieces_from_the_second() -> None:
    vocabulary, _ = learn_vocabulary(TEXTS)
    assert {"zzz", "swydd", "i want a"} <= set(vocabulary.runs)
    assert "mae angen" not in vocabulary.runs
    assert " jo" in vocabulary.pieces
    assert "zz" not in vocabulary.pieces


def test_what_stands_in_fewer_texts_weighs_more() -> None:
    vocabulary, _ = learn_vocabulary(TEXTS)
    assert vocabulary.rarity[vocabulary.runs["swydd"]] > vocabulary.rarity[vocabulary.runs["job"]]
