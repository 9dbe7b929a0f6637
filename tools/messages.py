"""Catalogues: `update` collects our texts from the code, brings every `.po` up to date and compiles it; `check` only looks.

Nothing is guessed: a text that changed is untranslated until a person has translated it anew (no fuzzy matches).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from server.settings import ROOT, Settings
from server.staff.pages_draw import LANGUAGES as CONSOLE_LANGUAGES

LOCALES = ROOT / "locales"
LANGUAGES: dict[str, tuple[str, ...]] = {
    "talk": Settings.model_fields["languages"].default,
    "console": CONSOLE_LANGUAGES,
}
"""What each domain is offered in: young people choose among many, staff between two."""

SOURCE = "en"
DOMAINS = {"talk": ROOT / "babel.cfg", "console": ROOT / "babel-console.cfg"}
KEYWORDS = parse_keywords(["say:1", "plural:1,2", "N_", "_"])
FOLDERS = ("dialogs", "server")


def main(wish: str) -> int:
    """1 when `check` finds something, else 0. A domain without any text has no catalogues."""
    faults: list[str] = []
    for domain, mapping in DOMAINS.items():
        texts = collect(mapping)
        for language in LANGUAGES[domain] if len(texts) else ():
            if wish == "update":
                update(domain, language, texts)
            else:
                faults += check(domain, language, texts)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def collect(mapping: Path) -> Catalog:
    """Every text that a mapping's files hold, without a language."""
    with mapping.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    texts = Catalog(project="Connexions", charset="utf-8")
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_is_searched)
    for name, _, text, comments, context in found:
        texts.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    return texts


def _is_searched(folder: str | os.PathLike[str]) -> bool:
    first = Path(os.path.abspath(folder)).relative_to(ROOT).parts[:1]  # noqa: PTH100 - a link is judged by where it stands
    return first == () or first[0] in FOLDERS


PARTLY = frozenset({"ps", "ti"})
"""Languages in which only the most important texts stand; the rest is said in English."""


def update(domain: str, language: str, texts: Catalog) -> None:
    """Bring one `.po` up to date and compile it; says how much of it is translated."""
    file = _file(domain, language)
    catalogue = _read(file, language) or Catalog(language, domain=domain, project="Connexions", charset="utf-8")
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    # Babel's own words in these places look like somebody's address
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, catalogue, no_location=True)
    with file.with_suffix(".mo").open("wb") as out:
        write_mo(out, catalogue)
    done = sum(1 for message in catalogue if message.id and _is_translated(message, language))
    sys.stdout.write(f"{domain} {language}: {done} of {len(texts)} texts translated\n")


def check(domain: str, language: str, texts: Catalog) -> list[str]:
    """What is wrong with one catalogue, a line each: texts missing, left over, not translated, or with other fields."""
    file = _file(domain, language)
    name = file.relative_to(ROOT)
    catalogue = _read(file, language)
    if catalogue is None:
        return [f"{name}: there is no such file (make messages)"]
    wanted, held = ({_key(message) for message in some if message.id} for some in (texts, catalogue))
    return [
        *(f"{name}: not in the catalogue (make messages): {key!r}" for key in sorted(wanted - held)),
        *(f"{name}: no longer in the code (make messages): {key!r}" for key in sorted(held - wanted)),
        *(f"{name}: {fault}" for message in catalogue if message.id for fault in _faults(message, language)),
    ]


def _faults(message: Message, language: str) -> Iterator[str]:
    if not _is_translated(message, language):
        if language not in PARTLY:
            yield f"not translated: {_key(message)!r}"
        return
    allowed = set().union(*(_fields(text) for text in _texts(message.id)))
    for text in _texts(message.string):
        if wrong := _fields(text) - allowed:
            yield f"fields that the English does not have {sorted(wrong)}: {_key(message)!r}"
    if not message.pluralizable and (lost := allowed - _fields(str(message.string) or str(message.id))):
        yield f"fields of the English are missing {sorted(lost)}: {_key(message)!r}"


def _is_translated(message: Message, language: str) -> bool:
    """English stands for itself when it is left empty."""
    return not message.fuzzy and (language == SOURCE or all(_texts(message.string)))


def _texts(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ("",))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _key(message: Message) -> str:
    return _texts(message.id)[0]


def _file(domain: str, language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{domain}.po"


def _read(file: Path, language: str) -> Catalog | None:
    if not file.exists():
        return None
    with file.open("rb") as source:
        return read_po(source, locale=language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
