"""The rule reader: what it must see, what it must leave alone, and that it is fast."""

from time import perf_counter

import pytest

from dialogs.alarm import WORST_FIRST, AlarmRule, AlarmRules
from dialogs.ports import AlarmKind
from tests.support.fakes_dialogs import RULES


def rules(*phrases, kind=AlarmKind.SUICIDE, idioms=(), negations=("dont", "not", "never")):
    return AlarmRules((AlarmRule("x", "en", kind, phrases),), idioms, negations)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("kill myself", "im gonna KILL myself"),
        ("kill myself", "killlll mysellf"),
        ("kill myself", "k1ll myself tonight"),
        ("kill myself", "k.i.d. kill, myself"),
        ("cant go on", "I can't go on"),
        ("cant go on", "i can’t go on"),
        ("suicide", "thinking about su1cide"),
        ("suicide", "suicde"),
        ("suicidal", "im sucidal"),
        ("want * die", "i want to just die"),
        ("want * die", "want die"),
        ("suicid~", "suicidality"),
        ("🔫😵", "🔫 😵"),
        ("🔪", "me rn 🔪🏽"),
        ("dont want to live", "i dont want to live"),
        ("تموت", "أُريد أن تَمُوت"),
        ("اقتل نفسي", "سأحاول وأقتل نفسي"),
        ("موت", "بالموت"),
        ("lladd fy hun", "dwi eisiau lládd fy hun"),
        ("kill myself", "𝓴𝓲𝓵𝓵 myself"),
        ("kill myself", "not now. kill myself"),
    ],
)
def test_sees(phrase, text):
    assert rules(phrase).read(text) is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("want * die", "i want to know if you can ever really die"),
        ("want to die", "i dont want to die"),
        ("want to die", "i dont really want to die"),
        ("cutting myself", "putting myself first"),
        ("hitting me", "hes sitting on me"),
        ("die", "dice"),
        ("suicide", "sue decided"),
        ("🔪", "🍴"),
        ("kill myself", ""),
        ("kill myself", "😀😀😀"),
        ("myself", "self"),
    ],
)
def test_leaves_alone(phrase, text):
    assert rules(phrase).read(text) is None


def test_an_idiom_is_taken_out_and_nothing_else():
    reader = rules("kill me", idioms=("my mum will kill me",))
    assert reader.read("my mum will kill me if i fail") is None
    assert reader.read("my mum will kill me. please kill me") is not None


def test_words_around_an_idiom_are_not_joined():
    assert rules("want die", idioms=("so bad",)).read("want so bad die") is None


def test_a_negation_reaches_two_words_and_stops_at_a_comma():
    assert rules("hurt myself").read("i would never really hurt myself") is None
    assert rules("hurt myself").read("never mind i will just hurt myself") is not None
    assert rules("hurt myself").read("i did not, hurt myself") is not None


def test_a_phrase_with_its_own_negation_is_not_undone_by_another():
    assert rules("dont want to be here").read("i dont dont want to be here") is not None


def test_worst_kind_first_and_every_rule_is_named():
    alarm = RULES.read("my boyfriend hits me and i took all my pills and i want to die")
    assert alarm.kind is AlarmKind.OVERDOSE
    assert alarm.reasons == (
        "en/overdose/pills",
        "en/suicide/want-to-die",
        "en/abuse/hits-me",
        "en/partner_violence/bf-hits",
    )


def test_every_kind_has_its_place():
    assert set(WORST_FIRST) == set(AlarmKind)


def test_all_languages_are_read_at_once():
    assert RULES.read("dwi eisiau marw").reasons == ("cy/suicide/marw",)
    assert RULES.read("أريد أن أموت").reasons == ("ar/suicide/mout",)


def test_an_empty_phrase_or_no_rules_see_nothing():
    assert rules("", "*", "...").read("anything at all") is None
    assert AlarmRules(()).read("want to die") is None


def test_reading_with_two_thousand_phrases_stays_quick():
    many = tuple(
        AlarmRule(
            f"r{i}", "en", AlarmKind.SUICIDE, tuple(f"want {chr(97 + j)}{i}word * something{j}" for j in range(10))
        )
        for i in range(200)
    )
    reader = AlarmRules((*many, *RULES.rules), RULES.idioms, RULES.negations)
    text = (
        "hi i wanted to ask about getting a cscs card because my mum says i have to get a job before september or else"
    )
    best = min(_time(reader, text) for _ in range(20))
    assert best < 0.02, f"{best * 1000:.2f} ms"


def test_the_longest_message_is_read_in_good_time():
    assert min(_time(RULES, "i want to want to know " * 430) for _ in range(3)) < 5


def _time(reader, text):
    start = perf_counter()
    reader.read(text)
    return perf_counter() - start
