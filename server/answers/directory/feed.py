"""Reads an Open Referral UK feed: page by page, then each service, or a JSON file of services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from server.answers.directory.fetch import Fetcher, parsed_json
from server.answers.directory.referral import FeedService, Page
from server.answers.directory.schema import MOST_SERVICES
from server.answers.directory.source import Found, SourceError, Told, explained
from server.answers.directory.translate import NotForUs, as_service

MOST_PAGES: Final = 200
MOST_MISSING: Final = 20
"""Services that cannot be had before the whole feed is given up."""


def read_feed(url: str, told: Told, terms: Mapping[str, str], fetcher: Fetcher) -> Found:
    """The services of a feed at `{url}/services`. Raises SourceError when a page cannot be had; a bad service is a fault."""
    found, stub = Found(), url.split("?", 1)[0].rstrip("/").removesuffix("/services")
    missing = 0
    for service_id in _ids(stub, fetcher):
        try:
            data = fetcher.json(f"{stub}/services/{quote(service_id, safe='')}")
        except SourceError as error:
            missing += 1
            if missing > MOST_MISSING:
                raise SourceError(f"{stub}: too many services cannot be had; the last: {error}") from None
            found.fault(service_id[:100], str(error))
            continue
        _take(found, service_id, data, told, terms)
    return found


def read_services(content: bytes, name: str, told: Told, terms: Mapping[str, str]) -> Found:
    """The services of a JSON file: a list of them, or one page of a feed with everything in it."""
    data = parsed_json(content, name)
    if isinstance(data, dict):
        data = data.get("contents", data.get("services"))
    if not isinstance(data, list):
        raise SourceError(f"{name}: this is no list of services")
    if len(data) > MOST_SERVICES:
        raise SourceError(f"{name}: more than {MOST_SERVICES} services")
    found = Found()
    for number, each in enumerate(data, start=1):
        own = str(each.get("id", "")) if isinstance(each, dict) else ""
        _take(found, own or f"{name}: service {number}", each, told, terms)
    return found


def _ids(stub: str, fetcher: Fetcher) -> Iterator[str]:
    """The id of every service, each once. A feed that never ends, or shows the same page again, is given up."""
    seen: set[str] = set()
    number, last = 1, 1
    while number <= last:
        page = _page(fetcher, f"{stub}/services?page={number}")
        last = page.total_pages
        if last > MOST_PAGES:
            raise SourceError(f"{stub}: {last} pages, at most {MOST_PAGES}")
        new = [listed.id for listed in page.contents if listed.id and listed.id not in seen]
        if page.contents and not new:
            raise SourceError(f"{stub}: page {number} brings nothing new")
        seen.update(new)
        if len(seen) > MOST_SERVICES:
            raise SourceError(f"{stub}: more than {MOST_SERVICES} services")
        yield from dict.fromkeys(new)
        number += 1


def _page(fetcher: Fetcher, url: str) -> Page:
    try:
        return Page.model_validate(fetcher.json(url))
    except ValidationError as error:
        raise SourceError(f"{url}: this is no page of services: {explained(error)[0]}") from None


def _take(found: Found, where: str, data: Any, told: Told, terms: Mapping[str, str]) -> None:
    where = where[:100]
    try:
        service = FeedService.model_validate(data)
    except ValidationError as error:
        for message in explained(error):
            found.fault(where, message)
        return
    try:
        found.take(where, as_service(service, told, terms))
    except NotForUs as reason:
        found.leave_out(str(reason))
    except ValueError as error:
        found.fault(where, str(error))
