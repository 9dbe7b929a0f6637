"""Says a service of an Open Referral feed in our own words; what cannot be said truly is left out, never guessed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from dialogs.fold import fold
from dialogs.place import district
from server.answers.directory.freshness import year_after
from server.answers.directory.referral import FeedService, Location, Schedule
from server.answers.directory.schema import TYPES, visible
from server.answers.directory.source import Told, slug

DAYS_OF: Final = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}
LANGUAGES: Final = {
    "english": "en", "welsh": "cy", "cymraeg": "cy", "polish": "pl", "romanian": "ro", "arabic": "ar", "urdu": "ur",
    "somali": "so", "persian": "fa", "farsi": "fa", "dari": "fa", "pashto": "ps", "tigrinya": "ti", "punjabi": "pa",
    "bengali": "bn", "ukrainian": "uk", "kurdish": "ku", "british sign language": "bfi", "bsl": "bfi",
}  # fmt: skip
TERMS: Final = {
    "housing advice": "housing-advice", "homelessness": "homelessness", "supported housing": "supported-housing",
    "welfare benefits": "benefits-advice", "benefits advice": "benefits-advice", "debt advice": "debt-advice",
    "debt": "debt-advice", "food bank": "food-bank", "food banks": "food-bank", "sexual health": "sexual-health",
    "contraception": "sexual-health", "substance misuse": "drugs-service", "drugs and alcohol": "drugs-service",
    "mental health": "mental-health", "counselling": "mental-health", "gp": "gp", "dentist": "dentist",
    "youth club": "youth-club", "youth clubs": "youth-club", "youth work": "youth-club", "careers advice": "careers",
    "careers": "careers", "college": "college", "further education": "college", "esol": "esol",
    "literacy": "literacy", "adult literacy": "literacy", "sendiass": "sendiass", "young carers": "young-carers",
    "family hub": "family-hub", "family hubs": "family-hub", "children s centre": "family-hub",
    "domestic abuse": "domestic-abuse", "domestic violence": "domestic-abuse", "legal advice": "legal-advice",
    "advocacy": "advocacy", "jobcentre": "jobcentre", "youth justice": "youth-justice", "lgbt": "lgbt",
    "lgbtq": "lgbt", "faith": "faith", "refugees": "refugee", "asylum seekers": "refugee", "leisure": "leisure",
    "sport": "leisure", "transport": "transport", "education welfare": "education-welfare",
}  # fmt: skip
"""Plain words that vocabularies use; an area adds its own under `terms`."""

LONGEST_ABOUT: Final = 200
MOST_WORDS: Final = 20

_TAG: Final = re.compile(r"<[^<>]{0,500}>")
_SENTENCE: Final = re.compile(r"(?<=[.!?؟])\s+")
_CLOCK: Final = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)")


class NotForUs(Exception):
    """A service that is no fault and that we do not take; the text is the reason."""


def as_service(service: FeedService, told: Told, terms: Mapping[str, str]) -> dict[str, Any]:
    """The data of one of our entries. Raises NotForUs, or ValueError for a date that is none."""
    if service.status and service.status.casefold() != "active":
        raise NotForUs("not active")
    if not service.id or not visible(service.name):
        raise ValueError("a service needs an id and a name")
    checked_on = _checked_on(service)
    about = _about(service)
    return {
        "id": slug(service.id),
        "name": _short(_plain(service.name), 80),
        "type": _type(service, terms),
        "about": {"en": about} if about else {},
        **_where(service),
        "ages": _ages(service),
        "languages": _languages(service) or ["en"],
        "hours": _hours(service),
        "cost": _cost(service),
        "phone": _phone(service),
        "web": _web(service.url),
        "checked_on": checked_on,
        "review_by": year_after(checked_on),
        "source": _short(_owner(service), 100) or told.default_source,
        "imported_from": told.name,
    }


def _owner(service: FeedService) -> str:
    return _plain(service.organization.name) if service.organization else ""


def _plain(text: str) -> str:
    """The text without markup."""
    return visible(html.unescape(_TAG.sub(" ", html.unescape(text))))


def _short(text: str, longest: int) -> str:
    """The text, cut between two words where it is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1].rsplit(' ', 1)[0]}…"


def _about(service: FeedService) -> str:
    """Its first sentence, cut where it is long."""
    said = _SENTENCE.split(_plain(service.description[:5_000]))[0]
    words = said.split()
    return _short(said if len(words) <= MOST_WORDS else f"{' '.join(words[:MOST_WORDS])}…", LONGEST_ABOUT)


def _checked_on(service: FeedService) -> date:
    """When somebody vouched for it; where a feed does not say, when it was last changed."""
    said = service.assured_date or service.last_modified
    if not said:
        raise NotForUs("nobody says when it was checked")
    try:
        return datetime.fromisoformat(said).date()
    except ValueError:
        raise ValueError(f"assured_date: {said[:40]!r} is no date") from None


def _type(service: FeedService, terms: Mapping[str, str]) -> str:
    """The type of the first of its words that means one."""
    own = {fold(term): kind for term, kind in terms.items()}
    for word in _words(service):
        kind = own.get(word) or TERMS.get(word) or word.replace(" ", "-")
        if kind in TYPES:
            return kind
    raise NotForUs("of no type of ours")


def _words(service: FeedService) -> Iterator[str]:
    for attribute in service.attributes:
        term = attribute.taxonomy_term
        said = (term.name, term.code) if term else ()
        yield from (fold(text) for text in (*said, attribute.label, attribute.value) if text)


def _where(service: FeedService) -> dict[str, Any]:
    """Districts or places that it serves, and its first address."""
    named = [visible(area.name or area.service_area) for area in service.service_areas]
    parts = [part.strip() for name in named for part in re.split(r"[,;/]", name) if part.strip()]
    districts = [part.upper() for part in parts if district(part) and district(part) == part.upper()]
    places = [part for part in parts if part.upper() not in districts and len(part) <= 40]  # noqa: PLR2004  (a name, no prose)
    addresses = (found for location in _locations(service) if (found := _address(location)))
    address = next(addresses, None)
    return {"districts": list(dict.fromkeys(districts)), "areas": list(dict.fromkeys(places)), "address": address}


def _locations(service: FeedService) -> Iterator[Location]:
    return (at.location for at in service.service_at_locations if at.location)


def _address(location: Location) -> dict[str, str] | None:
    for address in location.addresses:
        street = ", ".join(filter(None, map(visible, (address.address_1, address.city, address.postal_code))))
        if visible(address.address_1):
            return {"street": _short(street, 150)}
    return None


def _ages(service: FeedService) -> dict[str, int]:
    limits = {"min": service.minimum_age, "max": service.maximum_age}
    return {name: int(age) for name, age in limits.items() if age is not None and 0 <= age <= 120}  # noqa: PLR2004


def _languages(service: FeedService) -> list[str]:
    codes = [spoken.code[:3].rstrip("-_").casefold() for spoken in service.languages]
    names = [LANGUAGES.get(fold(spoken.name), "") for spoken in service.languages]
    known = (
        name or (code if code.isascii() and code.isalpha() else "") for name, code in zip(names, codes, strict=True)
    )
    return list(dict.fromkeys(code for code in known if len(code) in {2, 3}))


def _hours(service: FeedService) -> dict[str, str]:
    """Weekly hours; fortnightly and monthly ones are left out, for they cannot be said in a word."""
    at_places = [schedule for at in service.service_at_locations for schedule in at.schedules]
    hours: dict[str, str] = {}
    for schedule in service.schedules or at_places:
        span = _span(schedule)
        for day in schedule.byday.upper().split(",") if span else ():
            if name := DAYS_OF.get(day.strip()):
                hours[name] = span if span in (hours.get(name), None) or name not in hours else f"{hours[name]}, {span}"
    return {day: hours[day] for day in DAYS_OF.values() if day in hours}


def _span(schedule: Schedule) -> str:
    opens, closes = _CLOCK.match(schedule.opens_at), _CLOCK.match(schedule.closes_at)
    is_weekly = schedule.freq.upper() in {"", "WEEKLY"} and schedule.interval in {"", "1", "1.0"}
    return f"{opens[0]}-{closes[0]}" if opens and closes and is_weekly else ""


def _cost(service: FeedService) -> str:
    """Free only when every option is."""
    options = service.cost_options
    if not options:
        return ""
    if all(option.amount == 0 or (option.amount is None and fold(option.option) == "free") for option in options):
        return "free"
    priced = next(option for option in options if not (option.amount == 0 or fold(option.option) == "free"))
    amount = f"£{priced.amount:.2f}".removesuffix(".00") if priced.amount is not None else ""
    said = " ".join(filter(None, (f"{amount} {_plain(priced.amount_description)}".strip(), _plain(priced.option))))
    return _short(f"{said.rstrip('.')}.", 150) if said else ""


def _phone(service: FeedService) -> str:
    """The first number that can be called."""
    numbers = [*service.phones, *(phone for contact in service.contacts for phone in contact.phones)]
    numbers += [phone for location in _locations(service) for phone in location.phones]
    for phone in numbers:
        plain = visible(re.sub(r"[()\-.]", " ", phone.number.replace("(0)", " ")))
        if re.fullmatch(r"\+?\d[\d ]{4,17}\d", plain) and plain.isascii():
            return plain
    return ""


def _web(url: str) -> str:
    """The address, if it is one of the web that can be opened safely."""
    found = re.fullmatch(r"https?://([A-Za-z0-9.-]+\.[A-Za-z]{2,})((?:/[^\s<>\"]*)?)", url.strip())
    return f"{found[1].lower()}{found[2]}".removesuffix("/")[:300] if found else ""
