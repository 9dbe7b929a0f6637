"""Importing an Open Referral UK feed from a real server, a good one and hostile ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from server.answers.directory import feed as feed_module
from server.answers.directory.fetch import Fetcher, hold_address
from server.answers.directory.keep import read_area
from server.answers.directory.schema import Area
from server.answers.directory.source import SourceError, slug
from server.cli.directory import bring_in
from tests.server.answers.directory.feed_double import FeedDouble, drip, send, service, serving

TODAY = date(2026, 11, 22)


@pytest.fixture
def feed() -> Iterator[FeedDouble]:
    kinds = ("Mental health", "Youth clubs", "Bowls for over 60s")
    services = [service(f"id-{n}", f"Sample Service {n}", kind) for n, kind in enumerate(kinds, start=1)]
    with serving(FeedDouble(services)) as double:
        yield double


@pytest.fixture
def run(feed: FeedDouble, tmp_path: Path) -> Callable[..., int]:
    def bring(**more: object) -> int:
        given: dict[str, object] = {"districts": ["ZZ1", "ZZ2", "ZZ3"], "name": "Sample Town", "today": TODAY, **more}
        return bring_in(feed.url, tmp_path, "town", **given)  # type: ignore[arg-type]

    return bring


def kept(folder: Path) -> Area:
    area = read_area(folder / "town.yaml")
    assert area is not None
    return area


def test_a_feed_is_read_page_by_page_and_service_by_service(
    feed: FeedDouble, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    assert feed.asked == [
        "/o/services?page=1", "/o/services/id-1", "/o/services/id-2", "/o/services?page=2", "/o/services/id-3",
    ]  # fmt: skip
    first, second = kept(tmp_path).services
    assert (second.id, second.type) == ("id-2", "youth-club")
    assert first.about == {"en": "Sample Service 1 is someone to talk to & trust."}
    assert first.hours == {"tue": "10:00-18:00", "thu": "10:00-18:00"}
    assert (first.ages.min, first.ages.max, first.languages, first.cost) == (11, 25, ("pl", "en"), "free")
    assert (first.phone, first.web, first.districts) == ("01632 960 123", "www.example.org/listen", ("ZZ1", "ZZ2"))
    assert first.address is not None
    assert first.address.street == "1 Sample Street, Sample Town, ZZ1 1AA"
    assert (first.checked_on, first.review_by, first.source) == (date(2026, 6, 1), date(2027, 6, 1), "Sample Trust")
    said = capsys.readouterr().out
    assert "new: 2 (id-1, id-2)" in said
    assert "left out, of no type of ours: 1" in said
    text = (tmp_path / "town.yaml").read_text(encoding="utf-8")
    assert "Persona" not in text
    assert "@" not in text


def test_what_is_gone_is_marked_and_comes_back(feed: FeedDouble, run: Callable[..., int], tmp_path: Path) -> None:
    assert run() == 0
    gone = feed.services.pop(1)
    assert run() == 0
    assert [(s.id, s.gone_on) for s in kept(tmp_path).services] == [("id-1", None), ("id-2", TODAY)]
    feed.services.append(gone)
    assert run() == 0
    assert [s.gone_on for s in kept(tmp_path).services] == [None, None]


def test_a_service_that_closed_is_gone(feed: FeedDouble, run: Callable[..., int], tmp_path: Path) -> None:
    assert run() == 0
    feed.services[0]["status"] = "temporarily closed"
    assert run() == 0
    assert kept(tmp_path).services[0].gone_on == TODAY


def test_an_empty_feed_changes_nothing(feed: FeedDouble, run: Callable[..., int], tmp_path: Path) -> None:
    assert run() == 0
    before = (tmp_path / "town.yaml").read_bytes()
    feed.services.clear()
    assert run() == 1
    assert (tmp_path / "town.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("assured_date", "2026-13-45", "id-1: assured_date: '2026-13-45' is no date"),
        ("name", None, "id-1: a service needs an id and a name"),
        ("minimum_age", "old enough", "id-1: minimum_age: "),
        ("schedules", "mondays", "id-1: schedules: "),
        ("minimum_age", 30, "id-1: ages: min is above max"),
        ("description", "", "id-1: about needs a sentence in English (en)"),
    ],
)
def test_a_bad_service_is_named_and_stops_the_rest_unless_told_otherwise(
    feed: FeedDouble, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    part: str, value: object, said: str,
) -> None:  # fmt: skip
    feed.services[0][part] = value
    assert run() == 1
    assert said in capsys.readouterr().out
    assert not (tmp_path / "town.yaml").exists()
    assert run(is_partial=True) == 0
    assert [s.id for s in kept(tmp_path).services] == ["id-2"]


def test_nothing_is_gone_when_the_feed_was_not_read_whole(
    feed: FeedDouble, run: Callable[..., int], tmp_path: Path
) -> None:
    assert run() == 0
    feed.answers["/o/services/id-1"] = lambda handler: send(handler, b"oops", 500)
    assert run(is_partial=True) == 0
    assert [s.gone_on for s in kept(tmp_path).services] == [None, None]


def test_other_scripts_and_markup_are_plain_words(feed: FeedDouble, run: Callable[..., int], tmp_path: Path) -> None:
    feed.services[0] |= {
        "name": "مركز \u202eالشباب\u202c <script>alert(1)</script>",
        "description": "<b>غرفة دافئة</b>\u0000 &lt;img src=x&gt; للشباب. وأكثر.",
        "cost_options": None, "languages": [{"name": "Arabic"}, {"code": None}], "phones": [{"number": 1632960124}],
    }  # fmt: skip
    assert run() == 0
    first = kept(tmp_path).services[0]
    assert first.name == "مركز الشباب alert(1)"
    assert first.about["en"] == "غرفة دافئة للشباب."
    assert (first.languages, first.cost, first.phone) == (("ar",), "", "1632960124")


def test_services_of_other_areas_are_left_out(
    feed: FeedDouble, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed.services[0]["service_areas"] = [{"name": "ZZ8"}, {"name": "ZZ9"}]
    feed.services[1]["service_areas"] = [{"name": "ZZ2; ZZ9"}]
    assert run() == 0
    assert [(s.id, s.districts) for s in kept(tmp_path).services] == [("id-2", ("ZZ2",))]
    assert "left out, elsewhere: 1" in capsys.readouterr().out


def test_an_area_s_own_terms_count_first(feed: FeedDouble, run: Callable[..., int], tmp_path: Path) -> None:
    assert run() == 0
    path = tmp_path / "town.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("services:\n", "terms: {'Bowls for over 60s': leisure}\nservices:\n", 1), encoding="utf-8"
    )
    assert run() == 0
    assert [s.type for s in kept(tmp_path).services] == ["mental-health", "youth-club", "leisure"]


def hostile(feed: FeedDouble, run: Callable[..., int], capsys: pytest.CaptureFixture[str], **more: object) -> str:
    """What is said of a feed that cannot be used."""
    assert run(**more) == 1
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"contents": [{"id": "id-1"}], "total_pages": 10**9}, "1000000000 pages, at most 200"),
        ({"contents": "no", "total_pages": 1}, "this is no page of services"),
        ({"contents": [{"id": ""}], "total_pages": 1}, "page 1 brings nothing new"),
        ([], "this is no page of services"),
        (b"<html>", "this is not JSON in UTF-8"),
        (b"[" * 200_000, "this is not JSON in UTF-8"),
        (b"\xff\xfe{}", "this is not JSON in UTF-8"),
        ({"contents": None, "total_pages": 0}, "no services in it"),
    ],
)
def test_pages_that_are_none(
    feed: FeedDouble, run: Callable[..., int], capsys: pytest.CaptureFixture[str], data: object, said: str
) -> None:
    feed.answers["/o/services"] = lambda handler: send(handler, data)
    assert said in hostile(feed, run, capsys)


def test_a_feed_that_shows_one_page_for_ever_is_given_up(
    feed: FeedDouble, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    page = {"contents": [{"id": "id-1"}], "total_pages": 50}
    feed.answers["/o/services"] = lambda handler: send(handler, page)
    assert "page 2 brings nothing new" in hostile(feed, run, capsys)


def test_a_feed_of_missing_services_is_given_up(
    feed: FeedDouble, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    page = {"contents": [{"id": f"missing/{n}?"} for n in range(50)], "total_pages": 1}
    feed.answers["/o/services"] = lambda handler: send(handler, page)
    assert "too many services cannot be had" in hostile(feed, run, capsys)
    assert len(feed.asked) == feed_module.MOST_MISSING + 2
    assert feed.asked[1] == "/o/services/missing%2F0%3F"


def test_too_many_bytes_too_slow_and_broken_off(
    feed: FeedDouble, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    feed.answers["/o/services"] = lambda handler: send(handler, b" " * 5_000)
    assert "more than 1000 bytes" in hostile(feed, run, capsys, fetcher=Fetcher(most_bytes=1_000))
    assert "more than" in hostile(feed, run, capsys, fetcher=Fetcher(bytes_left=1_000))
    feed.answers["/o/services"] = drip
    assert "seconds" in hostile(feed, run, capsys, fetcher=Fetcher(timeout_seconds=0.3))
    feed.answers["/o/services"] = lambda handler: send(handler, b"{}", Content_Length="999")
    assert "the answer broke off" in hostile(feed, run, capsys)


def test_a_redirect_stays_on_its_host(
    feed: FeedDouble, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("http://example.org/o", "file:///etc/hosts", "https://127.0.0.1/o"):
        feed.answers["/o/services"] = lambda handler, place=place: send(handler, b"", 302, Location=place)  # type: ignore[misc]
        said = hostile(feed, run, capsys)
        assert any(why in said for why in ("leads to another host", "only https addresses are read", "answered 302"))
        assert len(feed.asked) == 1
        feed.asked.clear()
    feed.answers["/o/services"] = lambda handler: send(handler, b"", 302, Location="/o/services")
    assert "answered 302" in hostile(feed, run, capsys)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/o", "ftp://example.org", "file:///etc/hosts", "https://", "https://a:b@example.org/",
        "http://localhost.example.org/", "https://example.org:port/", "javascript://x", "https://[::1",
    ],
)  # fmt: skip
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(SourceError):
        hold_address(url)


@pytest.mark.parametrize("url", ["https://example.org/o", "http://localhost:8080/o", "http://[::1]:80/o"])
def test_what_may_be_asked(url: str) -> None:
    hold_address(url)


def test_nobody_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(FeedDouble()) as double:
        url = double.url
    assert bring_in(url, tmp_path, "town", today=TODAY) == 1
    assert "refused" in capsys.readouterr().out


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"contents": s}, lambda s: {"services": s}])
def test_a_file_of_services(tmp_path: Path, wrap: Callable[[object], object]) -> None:
    file = tmp_path / "services.json"
    file.write_text(json.dumps(wrap([service("id-1", "Sample One"), service("id-2", "Sample Two")])), encoding="utf-8")
    assert bring_in(str(file), tmp_path, "town", today=TODAY) == 0
    assert kept(tmp_path).area.districts == ("ZZ1", "ZZ2")
    assert [s.name for s in kept(tmp_path).services] == ["Sample One", "Sample Two"]


def test_ids_of_theirs_become_ids_of_ours() -> None:
    uuid = "ac148810-d857-441c-9679-408f346de14b"
    assert slug(uuid) == uuid
    assert slug("Svc_1") == slug("Svc_1") != slug("svc 1")
    assert slug("مركز") != slug("شباب")
    assert slug("../../etc").startswith("etc-")
