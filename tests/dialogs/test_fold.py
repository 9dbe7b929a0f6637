"""One way to write a text down for comparing."""

import pytest

from dialogs.fold import fold, western_digits


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Can't  WAIT!!", "cant wait"),
        ("sooooo stooop", "so stop"),
        ("off too", "off too"),
        ("k1ll su1c1de", "kill suicide"),
        ("14yo gr8 b4 p45 999 year10", "14yo gr8 b4 p45 999 year10"),
        ("Tŷ Ŵyn, dw i'n", "ty wyn dw in"),
        ("أُرِيدُ إلى آخِرِ مَدرسةٍ", "اريد الي اخر مدرسه"),
        ("١٥ سنة", "15 سنه"),
        ("yes 👍🏽", "yes"),
        ("👍", ""),
        ("", ""),
        ("k*ll me", "kll me"),
        ("zero\u200bwidth", "zerowidth"),
        ("1️⃣", "1"),
    ],
)
def test_folds(text, folded):
    assert fold(text) == folded


def test_folding_twice_changes_nothing():
    for text in ("Can't 1️⃣ Wáit!! أُريد", "sooo 𝓴𝓲𝓵𝓵", "a\u0301b"):
        assert fold(fold(text)) == fold(text)


def test_western_digits():
    assert western_digits("٢ و ۳ and 4") == "2 و 3 and 4"
