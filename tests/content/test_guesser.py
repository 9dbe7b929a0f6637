"""The guesser says a language only when it is sure; a wrong one costs more than none."""

from __future__ import annotations

import pytest
from server.answers.guesser import ScriptThenWordsGuesser


@pytest.fixture(scope="module")
def guesser() -> ScriptThenWordsGuesser:
    return ScriptThenWordsGuesser()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("محتاج مكان أنام فيه", "ar"),
        ("مرحبا", "ar"),
        ("مجھے گھر چاہیے", "ur"),
        ("من جایی برای خواب ندارم", "fa"),
        ("زه کور نلرم", "ps"),
        ("আমার ঘর নেই", "bn"),
        ("ቦታ የለኝን", "ti"),
        ("мені потрібна допомога і житло", "uk"),
        ("tôi không có chỗ ngủ đêm nay", "vi"),
        ("sut ydw i'n cael cerdyn cscs", "cy"),
        ("dwi wedi cael fy nghicio allan", "cy"),
        ("nie mam gdzie spać dzisiaj", "pl"),
        ("nie mam gdzie spac dzisiaj", "pl"),
        ("unde pot dormi in noaptea asta", "ro"),
        ("waan u baahanahay meel aan seexdo", "so"),
        ("mujhe ghar chahiye", "ur"),
        ("ana mafi bait", "ar"),
        ("3ayez shoghl yalla", "ar"),
        ("can i leave school at 16", "en"),
    ],
)
def test_knows(guesser: ScriptThenWordsGuesser, text: str, language: str) -> None:
    assert guesser.guess(text) == language


@pytest.mark.parametrize(
    "text",
    ["need cscs", "can i leave school at 16", "whats the point im done", "got nudes leaked", "cba wiv skl no more", "is weed legal in wales",
     "tag probos yot breach", "someone to talk to pls", "ma mam said no", "mum la la land", "weed spice ket nos vape", "hi", "", "16",
     "im on the sofa at my nans", "mans been stabbed", "no english tigrinya", "uc", "ehcp", "bando trap cunch", "a b c", "ok so la"],
)  # fmt: skip
def test_english_messages_are_never_called_anything_else(guesser: ScriptThenWordsGuesser, text: str) -> None:
    assert guesser.guess(text) in {None, "en"}


class _Certain:
    """A detector that is always sure of itself."""

    def __init__(self, code: str) -> None:
        self.code = code

    def detect(self, text: str) -> tuple[str, float]:
        return self.code, 1.0


def test_the_detector_alone_is_not_believed() -> None:
    assert ScriptThenWordsGuesser(_Certain("so")).guess("tag probos yot breach") is None
    assert ScriptThenWordsGuesser(_Certain("so")).guess("waan u baahanahay meel") == "so"
