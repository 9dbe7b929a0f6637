"""The shapes of an Open Referral UK 3.0 feed, as far as we read them; everything else in it is passed over.

Source: the UK profile of the Human Services Data Specification 3.0 (docs.openreferraluk.org). Names and mail addresses of
contacts are never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: Any) -> Any:
    """Null and numbers where a text belongs are common in feeds."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _list(value: Any) -> Any:
    return [] if value is None else value


Loose = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Listed(_Part):
    """One service of a page: its id; the rest is asked for one by one."""

    id: Loose = ""


class Page(_Part):
    """One page of `/services`."""

    contents: Annotated[Sequence[Listed], BeforeValidator(_list)] = ()
    total_pages: int = Field(default=1, ge=0)


class Schedule(_Part):
    """When a service is open, as an iCal rule."""

    freq: Loose = ""
    interval: Loose = ""
    byday: Loose = ""
    opens_at: Loose = ""
    closes_at: Loose = ""
    valid_to: Loose = ""


class ServiceArea(_Part):
    """Where people have to live."""

    name: Loose = ""
    service_area: Loose = ""


class LanguageSpoken(_Part):
    """A language, by its code, its name or both."""

    code: Loose = ""
    name: Loose = ""


class CostOption(_Part):
    """What a service costs somebody."""

    option: Loose = ""
    amount: float | None = None
    amount_description: Loose = ""


class PhoneNumber(_Part):
    """A number."""

    number: Loose = ""


class Contact(_Part):
    """Only the numbers of a contact."""

    phones: Annotated[Sequence[PhoneNumber], BeforeValidator(_list)] = ()


class PostalAddress(_Part):
    """An address of a location."""

    address_1: Loose = ""
    city: Loose = ""
    postal_code: Loose = ""


class Accessibility(_Part):
    """What helps people to get in."""

    description: Loose = ""
    details: Loose = ""


class Location(_Part):
    """A place."""

    name: Loose = ""
    addresses: Annotated[Sequence[PostalAddress], BeforeValidator(_list)] = ()
    accessibility: Annotated[Sequence[Accessibility], BeforeValidator(_list)] = ()
    phones: Annotated[Sequence[PhoneNumber], BeforeValidator(_list)] = ()


class AtLocation(_Part):
    """A service at a place."""

    location: Location | None = None
    schedules: Annotated[Sequence[Schedule], BeforeValidator(_list)] = ()


class TaxonomyTerm(_Part):
    """A word of a vocabulary."""

    code: Loose = ""
    name: Loose = ""


class Attribute(_Part):
    """What a service is filed under."""

    taxonomy_term: TaxonomyTerm | None = None
    label: Loose = ""
    value: Loose = ""


class Organization(_Part):
    """Who runs it."""

    name: Loose = ""


class FeedService(_Part):
    """One service with everything in it."""

    id: Loose = ""
    name: Loose = ""
    description: Loose = ""
    url: Loose = ""
    status: Loose = "active"
    minimum_age: float | None = None
    maximum_age: float | None = None
    assured_date: Loose = ""
    last_modified: Loose = ""
    organization: Organization | None = None
    phones: Annotated[Sequence[PhoneNumber], BeforeValidator(_list)] = ()
    contacts: Annotated[Sequence[Contact], BeforeValidator(_list)] = ()
    schedules: Annotated[Sequence[Schedule], BeforeValidator(_list)] = ()
    service_areas: Annotated[Sequence[ServiceArea], BeforeValidator(_list)] = ()
    service_at_locations: Annotated[Sequence[AtLocation], BeforeValidator(_list)] = ()
    languages: Annotated[Sequence[LanguageSpoken], BeforeValidator(_list)] = ()
    cost_options: Annotated[Sequence[CostOption], BeforeValidator(_list)] = ()
    attributes: Annotated[Sequence[Attribute], BeforeValidator(_list)] = ()
