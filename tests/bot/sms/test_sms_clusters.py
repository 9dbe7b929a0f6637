"""No cut inside what a reader sees as one character; the judge is the Unicode library inside Node."""

from __future__ import annotations

import json
import random
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clusters import boundaries
from bot.sms.encoding import fit_parts
from tests.bot.sms.strategies import CLUSTERS
from tests.support.node import node_tool

SEGMENT = """
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const segmenter = new Intl.Segmenter("en", {granularity: "grapheme"});
const all = texts.map(t => [...segmenter.segment(t)].map(s => [...t.slice(0, s.index)].length));
process.stdout.write(JSON.stringify(all));
"""


def node_boundaries(texts: list[str]) -> list[list[int]]:
    """Starts of grapheme clusters, in code points, by ICU."""
    done = subprocess.run(
        [*node_tool("node"), "-e", SEGMENT],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sample_texts() -> list[str]:
    dice = random.Random(8)
    ranges = [(0x20, 0x250), (0x300, 0x36F), (0x600, 0x6FF), (0x900, 0x9FF), (0xA00, 0xA7F), (0xE00, 0xE7F), (0x1100, 0x11FF),
              (0x1200, 0x139F), (0x1F1E6, 0x1F1FF), (0x1F3F0, 0x1F3FF), (0x200B, 0x200F), (0xFE00, 0xFE0F), (0xAC00, 0xAC40)]  # fmt: skip
    random_ones = ["".join(chr(dice.randint(*dice.choice(ranges))) for _ in range(12)) for _ in range(4000)]
    return random_ones + ["".join(dice.choices(CLUSTERS, k=6)) for _ in range(500)]


@pytest.mark.node
def test_every_cut_is_one_that_unicode_allows() -> None:
    texts = sample_texts()
    for text, allowed in zip(texts, node_boundaries(texts), strict=True):
        ours = boundaries(text)[:-1]
        assert set(ours) <= set(allowed), ascii(text)


@pytest.mark.node
def test_ordinary_words_may_be_cut_wherever_unicode_allows() -> None:
    texts = ["You can ask.", "Mae gen ti hawliau. Tŷ", "لديك حقوق", "ሰላም ኣለካ", "a👍b", "🇬🇧🇫🇷"]
    assert [boundaries(text)[:-1] for text in texts] == node_boundaries(texts)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_known_characters_are_one(cluster: str) -> None:
    assert boundaries(cluster) == [0, len(cluster)]


@settings(deadline=None)
@given(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=150), st.integers(1, 3))
def test_a_cut_falls_between_clusters(clusters: list[str], parts: int) -> None:
    head, rest = fit_parts("".join(clusters), parts)
    sums, ends = 0, {0}
    for cluster in clusters:
        sums += len(cluster)
        ends.add(sums)
    assert len(head) in ends
    assert head + rest == "".join(clusters)
