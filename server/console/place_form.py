"""The form of a place: what was typed, what it means, and what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from dialogs.wording import N_
from server.appointments.kinds import PlaceKind
from server.appointments.places import NewPlace
from server.console.forms import TOO_LONG, line, typed
from server.console.settings_forms import LINE, day_of, whole
from server.console.words_settings import PLACE_KINDS

SAID: Final = ("label", "door", "bus_stop", "how_to_find")
"""What a young person reads, and so may be written in their language."""

SAID_KEY: Final = re.compile(r"said-([a-z]{2,3})-(label|door|bus_stop|how_to_find)")
LONG: Final = 2000
NO_KIND: Final = N_("Choose what kind of place it is.")
NO_ROOMS: Final = N_("Give a number from 0 to 50. 0 means that nobody counts.")
NO_DAY: Final = N_("Give a day, or leave it empty.")


class PlaceForm(BaseModel):
    """A place as it was typed. `said` is {language: {field: text}}."""

    area: str = ""
    kind: str = ""
    name: str = ""
    label: str = ""
    address: str = ""
    phone: str = ""
    door: str = ""
    bus_stop: str = ""
    how_to_find: str = ""
    rooms: str = "1"
    is_step_free: str = ""
    has_quiet_room: str = ""
    hours: str = ""
    closed_from: str = ""
    said: dict[str, dict[str, str]] = {}


def read_form(fields: Mapping[str, Any], languages: list[str]) -> PlaceForm:
    """What came in, files and unknown fields left out."""
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    said: dict[str, dict[str, str]] = {}
    for name, value in texts.items():
        found = SAID_KEY.fullmatch(name)
        if found and found[1] in languages and typed(value):
            said.setdefault(found[1], {})[found[2]] = typed(value)
    known = {name: texts[name] for name in PlaceForm.model_fields if name in texts and name != "said"}
    return PlaceForm(**known, said=said)


def form_of(row: Mapping[str, Any]) -> PlaceForm:
    """The form as it stands for a place."""
    texts = {name: row[name] for name in ("area", "name", "address", "phone", "hours", *SAID)}
    more = {
        "kind": row["kind"].value,
        "rooms": str(row["rooms"]),
        "is_step_free": "yes" if row["is_step_free"] else "",
        "has_quiet_room": "yes" if row["has_quiet_room"] else "",
        "closed_from": row["closed_from"].isoformat() if row["closed_from"] else "",
    }
    return PlaceForm(**texts, **more, said=row["translations"] or {})


def faults(form: PlaceForm) -> dict[str, str]:
    """What is wrong, by field; what the diary itself refuses comes later."""
    wrong = {}
    if form.kind not in {kind.value for kind in PLACE_KINDS}:
        wrong["kind"] = NO_KIND
    for name in ("name", "label", "address", "phone", "hours"):
        if len(form.model_dump()[name]) > LINE:
            wrong[name] = TOO_LONG
    for name in ("door", "bus_stop", "how_to_find"):
        if len(form.model_dump()[name]) > LONG:
            wrong[name] = TOO_LONG
    for language, texts in form.said.items():
        wrong |= {f"said-{language}-{name}": TOO_LONG for name, text in texts.items() if len(text) > LONG}
    if whole(form.rooms) is None:
        wrong["rooms"] = NO_ROOMS
    if form.closed_from.strip() and day_of(form.closed_from) is None:
        wrong["closed_from"] = NO_DAY
    return wrong


def place_of(form: PlaceForm) -> NewPlace:
    """What it means, once `faults` found nothing."""
    lines = {name: line(getattr(form, name)) for name in ("name", "label", "address", "phone", "hours")}
    texts = {name: typed(getattr(form, name)) for name in ("door", "bus_stop", "how_to_find")}
    return NewPlace(
        PlaceKind(form.kind),
        **lines,
        **texts,
        translations=form.said,
        rooms=whole(form.rooms) or 0,
        is_step_free=bool(form.is_step_free),
        has_quiet_room=bool(form.has_quiet_room),
        closed_from=day_of(form.closed_from),
    )
