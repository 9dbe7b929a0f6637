"""What a text costs is exact: against the standard's own sizes and a slow count that was written another way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.encoding import GSM_BASIC, GSM_EXTENSION, count_parts, fit_parts, to_gsm
from tests.bot.sms.strategies import texts

# 3GPP TS 23.038, table 6.2.1, row by row as printed; 0x1B is the escape and no character.
TABLE = (
    "@Δ 0¡P¿p" "£_!1AQaq" '$Φ"2BRbr' "¥Γ#3CScs" "èΛ¤4DTdt" "éΩ%5EUeu" "ùΠ&6FVfv" "ìΨ'7GWgw"
    "òΣ(8HXhx" "ÇΘ)9IYiy" "\nΞ*:JZjz" "Ø+;KÄkä" "øÆ,<LÖlö" "\ræ-=MÑmñ" "Åß.>NÜnü" "åÉ/?O§oà"
)  # fmt: skip


def slow_parts(text: str) -> int:
    """Deals characters out one at a time, as octets of the real alphabets."""
    in_gsm = all(c in TABLE or c in "\f^{}\\[~]|€" for c in text)
    sizes = [(2 if c in "\f^{}\\[~]|€" else 1) if in_gsm else len(c.encode("utf-16-be")) // 2 for c in text]
    one, many = (160, 153) if in_gsm else (70, 67)
    if sum(sizes) <= one:
        return 1 if sizes else 0
    bins = [0]
    for size in sizes:
        if bins[-1] + size > many:
            bins.append(0)
        bins[-1] += size
    return len(bins)


def test_the_alphabet_is_the_standards() -> None:
    assert len(TABLE) == 127
    assert frozenset(TABLE) == GSM_BASIC
    assert len(GSM_EXTENSION) == 10


@given(texts)
@settings(max_examples=300, deadline=None)
def test_parts_agree_with_a_slow_count(text: str) -> None:
    assert count_parts(text).parts == slow_parts(text)


runs = st.lists(st.tuples(st.sampled_from("a€ŵ😀"), st.integers(1, 170)), max_size=5)


@given(runs.map(lambda found: "".join(character * times for character, times in found)))
@settings(deadline=None)
def test_parts_agree_where_a_pair_meets_an_edge(text: str) -> None:
    assert count_parts(text).parts == slow_parts(text)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 459, "GSM-7", 459, 3),
        ("a" * 460, "GSM-7", 460, 4),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # the pair does not fit in the last place of part 1
        ("ŵ" * 70, "UCS-2", 70, 1),
        ("ŵ" * 71, "UCS-2", 71, 2),
        ("ŵ" * 134, "UCS-2", 134, 2),
        ("ŵ" * 135, "UCS-2", 135, 3),
        ("ŵ" * 66 + "😀" + "ŵ" * 66, "UCS-2", 134, 3),  # nor does a surrogate pair
        ("^{}\\[~]|€", "GSM-7", 18, 1),
        ("àèéìòùäöüñåøæßÇ£", "GSM-7", 16, 1),
    ],
)
def test_sizes(text: str, encoding: str, units: int, parts: int) -> None:
    assert count_parts(text) == (encoding, units, parts)


@pytest.mark.parametrize("character", list("’“”–…áíóúçêâôãŵŷășțłąęśżëğış😀`"))
def test_one_character_outside_turns_the_whole_text(character: str) -> None:
    assert count_parts("a" * 100 + character).encoding == "UCS-2"
    assert count_parts("a" * 100 + character).parts == 2


@pytest.mark.parametrize(
    ("language", "text", "encoding", "parts"),
    [
        (
            "English",
            ("Hi Sam. You have a meeting on Tuesday 9 June at 2:30pm with Jo. Place: the blue door. "
            "Reply 1 if you can come, 2 to change it, 3 to talk to someone."),
            "GSM-7", 1,
        ),
        (
            "English, one curly quote",
            ("Hi Sam. It’s a meeting on Tuesday 9 June at 2:30pm with Jo. Place: the blue door. "
            "Reply 1 if you can come, 2 to change it, 3 to talk to someone."),
            "UCS-2", 3,
        ),
        (
            "Welsh, plain",
            ("Helo Sam. Mae cyfarfod gyda ti ddydd Mawrth 9 Mehefin am 2:30pm gyda Jo. "
            "Ateb 1 os galli di ddod, 2 i newid, 3 i siarad."),
            "GSM-7", 1,
        ),
        ("Welsh, with a circumflex", "Mae angen tŷ arnat ti? " * 6, "UCS-2", 3),
        ("Somali", "Salaan Sam. Waxaad leedahay kulan Talaado 9 Juun 2:30pm Jo. Ku jawaab 1 haddii aad imanayso.", "GSM-7", 1),
        ("Polish", "Cześć Sam. Masz spotkanie we wtorek 9 czerwca o 2:30pm z Jo. Odpowiedz 1, jeśli możesz.", "UCS-2", 2),
        ("Arabic", "مرحبا سام. لديك موعد يوم الثلاثاء 9 يونيو الساعة 2:30pm مع جو.\n1 سأحضر\n2 تغيير الموعد", "UCS-2", 2),
        ("Bengali", "হাই স্যাম। মঙ্গলবার 9 জুন 2:30pm জো-র সাথে তোমার দেখা। আসতে পারলে 1 লেখো, বদলাতে 2।", "UCS-2", 2),
        ("Tigrinya", "ሰላም ሳም። ሰሉስ 9 ሰነ ሰዓት 2:30pm ምስ ጆ ቆጸራ ኣለካ። ክትመጽእ እንተኽኢልካ 1 ምለስ።", "UCS-2", 1),
    ],
)  # fmt: skip
def test_languages_of_domain_8_2(language: str, text: str, encoding: str, parts: int) -> None:
    cost = count_parts(text)
    assert (cost.encoding, cost.parts) == (encoding, parts), language


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It’s “ok” – we can…", 'It\'s "ok" - we can...'),
        ("one\u00a0two\u200b • three", "one two - three"),
        ("cafe\u0301", "café"),
        ("£5 – €5", "£5 - €5"),
        ("It’s a tŷ", "It’s a tŷ"),  # still UCS-2: the good quote stays, and so does the circumflex
        ("â ŵ ŷ ç", "â ŵ ŷ ç"),
        ("مرحبا…", "مرحبا…"),
        ("plain", "plain"),
        ("…" * 160, "…" * 160),  # three dots each would cost a fourth part
    ],
)
def test_to_gsm(before: str, after: str) -> None:
    assert to_gsm(before) == after


@given(texts)
@settings(deadline=None)
def test_to_gsm_is_all_or_nothing_and_never_dearer(text: str) -> None:
    plain = to_gsm(text)
    assert plain == text or count_parts(plain).encoding == "GSM-7"
    assert count_parts(plain).parts <= count_parts(text).parts
    assert to_gsm(plain) == plain


def test_fit_parts_keeps_what_fits() -> None:
    assert fit_parts("We can help.", 1) == ("We can help.", "")


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("One. " + "a" * 100 + "\n\n" + "b " * 60, "One. " + "a" * 100),
        ("A first sentence that is quite long enough to be more than half of all that fits. Then " + "word " * 30,
         "A first sentence that is quite long enough to be more than half of all that fits."),
        ("word " * 40, ("word " * 32).strip()),
        ("x" * 200, "x" * 160),
        ("Short.\n\n" + "word " * 60, "Short.\n\n" + ("word " * 30).strip()),  # a stump of a paragraph is not worth a text
        (("Call us on any day at any hour, it is free and nobody else has to know about it. You can ring Childline, the line "
         "for all young people in the UK, on 0800 1111 11112222 now"),
         "Call us on any day at any hour, it is free and nobody else has to know about it."),
    ],
)  # fmt: skip
def test_fit_parts_pauses_where_a_reader_would(text: str, head: str) -> None:
    assert fit_parts(text, 1)[0] == head


def test_a_space_that_carries_a_mark_is_no_place_to_cut() -> None:
    text = "x" * 60 + " \u0301" + "y" * 50
    assert fit_parts(text, 1) == (text[:70], text[70:])


def test_a_phone_number_is_not_cut() -> None:
    text = "a" * 140 + " ring on this number 0800 1111 22 33 44 now"
    head, rest = fit_parts(text, 1)
    assert head == "a" * 140 + " ring on this number"
    assert rest == "0800 1111 22 33 44 now"
    number = "a" * 150 + " 0800 1111 22 33 44"
    assert fit_parts(number, 1) == ("a" * 150, "0800 1111 22 33 44")


@given(texts, st.integers(1, 3))
@settings(deadline=None)
def test_fit_parts_loses_nothing(text: str, parts: int) -> None:
    head, rest = fit_parts(text, parts)
    assert count_parts(to_gsm(head)).parts <= parts
    assert "".join((head + rest).split()) == "".join(text.split())
    assert head + rest == text or len(head) + len(rest) < len(text)
