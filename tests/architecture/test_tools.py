"""The small programs that the Makefile leans on: a check that sees nothing is worse than none."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import environment, messages


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "LOCALES", tmp_path)
    made = Catalog()
    made.add("Hi {name}")
    made.add(("{n} person", "{n} people"))
    return made


def translate(folder: Path, text: str, translation: str) -> None:
    """Fill in one text of the Welsh catalogue."""
    file = folder / "cy" / "LC_MESSAGES" / "talk.po"
    before = file.read_text(encoding="utf-8")
    after = before.replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{translation}"')
    assert after != before
    file.write_text(after, encoding="utf-8")


def faults(texts: Catalog) -> list[str]:
    """What the check says, without the file's name."""
    return [fault.split(": ", 1)[1] for fault in messages.check("talk", "cy", texts)]


def test_a_catalogue_that_is_not_there_is_a_fault(texts: Catalog) -> None:
    assert faults(texts) == ["there is no such file (make messages)"]


def test_untranslated_texts_are_faults_except_in_english(texts: Catalog) -> None:
    for language in ("cy", "en"):
        messages.update("talk", language, texts)
    assert faults(texts) == ["not translated: 'Hi {name}'", "not translated: '{n} person'"]
    assert messages.check("talk", "en", texts) == []


def test_other_fields_are_faults(texts: Catalog, tmp_path: Path) -> None:
    messages.update("talk", "cy", texts)
    translate(tmp_path, "Hi {name}", "Helo {enw}")
    assert faults(texts)[:2] == [
        "fields that the English does not have ['enw']: 'Hi {name}'",
        "fields of the English are missing ['name']: 'Hi {name}'",
    ]


def test_the_catalogue_follows_the_code_and_keeps_translations(texts: Catalog, tmp_path: Path) -> None:
    messages.update("talk", "cy", texts)
    translate(tmp_path, "Hi {name}", "Helo {name}")
    texts.add("New")
    assert "not in the catalogue (make messages): 'New'" in faults(texts)
    messages.update("talk", "cy", texts)
    assert faults(texts) == ["not translated: '{n} person'", "not translated: 'New'"]
    del texts["Hi {name}"]
    assert "no longer in the code (make messages): 'Hi {name}'" in faults(texts)


def test_our_texts_are_found_in_code_and_pages() -> None:
    found = {str(message.id) for message in messages.collect(messages.DOMAINS["talk"])}
    assert {"Menu", "Leave fast", "Talk to a person"} <= found
    assert len(found) > 100


def test_an_environment_is_made_once_for_a_lock(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    assert not environment._are_done({stamp: "1"})
    environment._note({stamp: "1"})
    assert environment._are_done({stamp: "1"})
    assert not environment._are_done({stamp: "2"}), "another lock asks for another installation"
