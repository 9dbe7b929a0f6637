"""The catalogues: each domain in the languages it is offered in, whole, and in no other."""

from __future__ import annotations

import pytest

from server.settings import ROOT, Settings
from server.staff.pages_draw import LANGUAGES as CONSOLE_LANGUAGES
from tools.messages import DOMAINS, LANGUAGES, check, collect


def test_young_people_choose_among_many_languages_and_staff_between_two() -> None:
    assert LANGUAGES["talk"] == Settings.model_fields["languages"].default
    assert LANGUAGES["console"] == CONSOLE_LANGUAGES == ("en", "cy")


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_text_of_a_domain_is_in_each_of_its_languages_and_nowhere_else(domain: str) -> None:
    texts = collect(DOMAINS[domain])
    assert len(texts) > 100, "these are not all texts"
    assert [fault for language in LANGUAGES[domain] for fault in check(domain, language, texts)] == []
    held = {file.parts[-3] for file in (ROOT / "locales").glob(f"*/LC_MESSAGES/{domain}.po")}
    assert held == set(LANGUAGES[domain])
