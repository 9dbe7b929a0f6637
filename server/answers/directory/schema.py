"""The shape of `directory/<area>.yaml`: one area and the services that young people there can go to."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from server.answers.schema import Ages, LanguageCode, LineId, Strict, Text

ServiceType = Literal[
    "housing-advice",
    "homelessness",
    "supported-housing",
    "benefits-advice",
    "debt-advice",
    "food-bank",
    "sexual-health",
    "drugs-service",
    "mental-health",
    "gp",
    "dentist",
    "youth-club",
    "youth-voice",
    "careers",
    "college",
    "esol",
    "literacy",
    "sendiass",
    "young-carers",
    "family-hub",
    "domestic-abuse",
    "legal-advice",
    "advocacy",
    "jobcentre",
    "youth-justice",
    "violence-reduction",
    "lgbt",
    "faith",
    "refugee",
    "leisure",
    "transport",
    "education-welfare",
]
TYPES: Final[tuple[str, ...]] = get_args(ServiceType)
Access = Literal["step-free", "quiet-room", "bus", "sign-language", "hearing-loop", "online", "phone", "home-visits"]
Referral = Literal["yourself", "adviser", "gp", "school", "social-worker"]
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SERVICES: Final = 5_000
ABOUT_WORDS: Final = 25

_DAYS: Final = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_HIDDEN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def visible(text: str) -> str:
    """The text on one line without control characters, also those that turn the order of letters around."""
    return " ".join(_HIDDEN.sub("", text).split())


def _days(key: str) -> str:
    if not _DAYS.fullmatch(key):
        raise ValueError("say mon, tue, wed, thu, fri, sat, sun or two of them: mon-fri")
    return key


def _hours(value: str) -> str:
    parts = [part.strip() for part in value.split(",")]
    if not all(_HOURS.fullmatch(part) for part in parts):
        raise ValueError("say hours as 09:00-17:00, two spans as 09:00-12:00, 13:00-17:00")
    return ", ".join(parts)


def _visible(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


Line = Annotated[Text, BeforeValidator(_visible)]
District = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")]
Days = Annotated[str, AfterValidator(_days)]
Hours = Annotated[str, AfterValidator(_hours)]
WeekHours = Annotated[
    Annotated[Literal["always"], Tag("always")] | Annotated[dict[Days, Hours], Tag("days")],
    Discriminator(lambda value: "always" if isinstance(value, str) else "days"),
]
Phone = Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 ]{1,18}[0-9])?$")]
Web = Annotated[str, StringConstraints(pattern=r"^((https://)?[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?)?$", max_length=300)]


class Address(Strict):
    """Where it is, and what stands beside it that everybody knows."""

    street: Annotated[Line, Field(max_length=150)]
    landmark: Annotated[str, BeforeValidator(_visible), Field(max_length=100)] = ""


class Service(Strict):
    """One service. Without `areas` and `districts` it serves its whole area; `areas` are names of places inside of it.

    `about` is one plain sentence by language, in English at least. `cost` is "free", a sentence, or empty for not known.
    `hours` is "always" or hours by days. `imported_from` names the source that an import keeps it by (empty: kept by hand);
    `gone_on` is the day that source no longer had it.
    """

    id: LineId
    name: Annotated[Line, Field(max_length=80)]
    type: ServiceType
    about: dict[LanguageCode, Annotated[Line, Field(max_length=250)]]
    areas: tuple[Line, ...] = ()
    districts: tuple[District, ...] = ()
    ages: Ages = Ages()
    languages: tuple[LanguageCode, ...] = ("en",)
    hours: WeekHours = Field(default_factory=dict)
    cost: Annotated[str, BeforeValidator(_visible), Field(max_length=150)] = ""
    access: tuple[Access, ...] = ()
    referral: Referral = "yourself"
    phone: Phone = ""
    text_to: Phone = ""
    web: Web = ""
    address: Address | None = None
    checked_on: date
    review_by: date
    source: Annotated[Line, Field(max_length=100)]
    imported_from: str = ""
    gone_on: date | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if "en" not in self.about:
            raise ValueError("about needs a sentence in English (en)")
        if not (self.phone or self.text_to or self.web or self.address):
            raise ValueError("a service needs a phone, a number to text, a web address or an address")
        if self.review_by < self.checked_on:
            raise ValueError("review_by is before checked_on")
        return self


class AreaFacts(Strict):
    """The area itself. `districts` are all its postcode districts; a sample area is made up and says so."""

    id: LineId
    name: Annotated[Line, Field(max_length=60)]
    is_sample: bool = False
    districts: tuple[District, ...] = ()


class Area(Strict):
    """`directory/<area>.yaml`. `terms` are words of an imported source and the type that each means here."""

    area: AreaFacts
    terms: dict[Text, ServiceType] = Field(default_factory=dict)
    services: Annotated[tuple[Service, ...], Field(max_length=MOST_SERVICES)] = ()
