"""An age counts only when somebody plainly says that it is theirs."""

import pytest

from dialogs.age import stated_age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("im 15", 15), ("I'm 15.", 15), ("i am 16", 16), ("im only 14 and scared", 14), ("14yo", 14), ("15 years old girl", 15),
        ("im a 17 yr old", 17), ("hi im 19, need a job", 19), ("i just turned 18", 18), ("dwi'n 15 oed", 15), ("15 oed", 15),
        ("عمري ١٥", 15), ("انا عندي 16 سنة", 16), ("im 16 pregnant", 16), ("I’m 13", 13), ("my age is 20", 20),
    ],
)  # fmt: skip
def test_reads(text, age):
    assert stated_age(text) == age


@pytest.mark.parametrize(
    "text",
    [
        "im 18 in 2 weeks", "im 18 next month", "im 18 thats in 2 weeks", "mum says i gotta go when im 18 thats in 2 weeks", "im 16 days late",
        "im 20 minutes away", "until im 18", "my 15yo brother", "shes 15", "im 15 quid short", "im 100", "i am 2", "nearly 18", "15", "im 10th",
        "im 18 tomorrow", "dwi'n 10 munud yn hwyr", "i am 16 weeks pregnant", "", "im 5.5 foot", "can i leave at 16",
    ],
)  # fmt: skip
def test_does_not_read(text):
    assert stated_age(text) is None
