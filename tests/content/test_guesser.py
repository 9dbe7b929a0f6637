"""The guesser says a language only when it is sure; a wrong one costs more than none."""

from __future__ import annotations

import pytest

from dialogs.ports import LanguageGuesser, Ports


@pytest.fixture(scope="module")
def guesser(ports: Ports) -> LanguageGuesser:
    return ports.guesser


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
def test_knows(guesser: LanguageGuesser, text: str, language: str) -> None:
    assert guesser.guess(text) == language


@pytest.mark.parametrize(
    "text",
    ["need cscs", "can i leave school at 16", "whats the point im done", "got nudes leaked", "cba wiv skl no more", "is weed legal in wales",
     "tag probos yot breach", "someone to talk to pls", "ma mam said no", "weed spice ket nos vape", "hi", "", "16",
     "im on the sofa at my nans", "mans been stabbed", "no english tigrinya", "uc", "ehcp", "bando trap cunch", "a b c"],
)  # fmt: skip
def test_english_messages_are_never_called_anything_else(guesser: LanguageGuesser, text: str) -> None:
    assert guesser.guess(text) in {None, "en"}
