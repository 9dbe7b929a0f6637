"""Replies and texts for property tests: any script, any length, hostile as well as kind."""

from __future__ import annotations

from hypothesis import strategies as st

from dialogs.messages import Choice, LineCard, Link, Reply, ReplyKind

# Each is one character to a reader: joined emoji, flags, conjuncts, vowel signs, Arabic and Ethiopic marks.
CLUSTERS = (
    "👩‍👩‍👧", "👍🏽", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🇬🇧", "❤️", "ক্ষ", "কি", "স্ত্রী", "न्त", "بُّ", "مٌ", "ላ፟", "ŵ", "é", "นำ", "각", "1️⃣",
)  # fmt: skip
WORDS = (
    "home",
    "we can help",
    "tŷ",
    "£20",
    "€",
    "0800 1111",
    "مرحبا",
    "ስላም",
    "1.",
    "What now?",
    "ok.",
    "[x]",
    "…",
    "’",
)

pieces = st.one_of(
    st.sampled_from(CLUSTERS),
    st.sampled_from(WORDS),
    st.sampled_from((" ", " ", "\n", "\n\n", ". ")),
    st.text(max_size=6),
)
mixed = st.lists(pieces, max_size=400).map("".join)
short = st.lists(pieces, max_size=8).map("".join)
long_latin = st.lists(st.sampled_from(("you can ask. ", "home ", "money, ", "\n\n", "help? ")), max_size=200).map(
    "".join
)
texts = st.one_of(mixed, short, long_latin)

choices = st.lists(st.builds(Choice, st.integers(0, 9), st.just("key"), short, short), max_size=6).map(tuple)
lines = st.lists(
    st.builds(
        LineCard,
        st.just("id"),
        short,
        st.sampled_from(("0800 1111", "116 123", "")),
        st.just(""),
        st.just("a.uk"),
        short,
    ),
    max_size=3,
).map(tuple)

replies = st.builds(
    Reply,
    language=st.sampled_from(("en", "cy", "ar")),
    text=texts,
    kind=st.sampled_from(ReplyKind),
    lead=short,
    steps=st.lists(short, max_size=4).map(tuple),
    sms_text=st.one_of(st.just(""), texts),
    choices=choices,
    lines=lines,
    links=st.just((Link("Read", "https://example.org/a"),)),
    source=short,
    more_hint=st.one_of(st.sampled_from(("Reply MORE for the rest", "")), texts),
)
