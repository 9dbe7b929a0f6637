"""Outside calendars read: what takes time, in which zone, how it repeats, and what is refused by name."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.appointments.ics_in import MOST_BYTES, CalendarFault, busy_spans
from server.appointments.ics_reading import read_apart
from server.appointments.ics_series import FAULTS

LONDON = ZoneInfo("Europe/London")
STARTS = datetime(2026, 3, 23, tzinfo=LONDON)
UNTIL = datetime(2026, 4, 13, tzinfo=LONDON)


def calendar(*events: str, head: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{head}{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def busy(*events: str, head: str = "", starts: datetime = STARTS, until: datetime = UNTIL) -> list[str]:
    """Spans in UTC: "03-25 09:00-10:00"."""
    return [
        f"{one.starts_at:%m-%d %H:%M}-{one.ends_at:%H:%M}"
        for one in busy_spans(calendar(*events, head=head), starts, until, LONDON)
    ]


def fault(content: bytes) -> str:
    with pytest.raises(CalendarFault) as found:
        busy_spans(content, STARTS, UNTIL, LONDON)
    assert found.value.code in FAULTS
    return found.value.code


PLAIN = "UID:1\nDTSTART:20260325T090000Z\nDTEND:20260325T100000Z\nSUMMARY:Dr Evans about my knee"


def test_a_plain_event_is_busy() -> None:
    assert busy(PLAIN) == ["03-25 09:00-10:00"]


@pytest.mark.parametrize(
    "line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "transp:transparent"]
)
def test_what_takes_no_time_is_not_busy(line: str) -> None:
    assert busy(f"{PLAIN}\n{line}") == []


@pytest.mark.parametrize("line", ["TRANSP:OPAQUE", "STATUS:TENTATIVE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"])
def test_what_may_take_time_is_busy(line: str) -> None:
    assert busy(f"{PLAIN}\n{line}") == ["03-25 09:00-10:00"]


def test_a_whole_day_is_from_midnight_to_midnight_of_the_area() -> None:
    assert busy("UID:1\nDTSTART;VALUE=DATE:20260325") == ["03-25 00:00-00:00"]
    assert busy("UID:1\nDTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260403") == ["03-31 23:00-23:00"]


def test_the_day_with_23_hours() -> None:
    (span,) = busy_spans(calendar("UID:1\nDTSTART;VALUE=DATE:20260329"), STARTS, UNTIL, LONDON)
    assert span.ends_at - span.starts_at == timedelta(hours=23)


def test_a_time_without_zone_is_in_the_area_or_where_the_file_says() -> None:
    event = "UID:1\nDTSTART:20260401T090000\nDURATION:PT30M"
    assert busy(event) == ["04-01 08:00-08:30"]
    assert busy(event, head="X-WR-TIMEZONE:Europe/Warsaw\n") == ["04-01 07:00-07:30"]
    assert busy(event, head="X-WR-TIMEZONE:Nowhere/Land\n") == ["04-01 08:00-08:30"]


def test_outlooks_names_of_zones_are_known() -> None:
    event = "UID:1\nDTSTART;TZID=GMT Standard Time:20260401T090000\nDTEND;TZID=GMT Standard Time:20260401T100000"
    assert busy(event) == ["04-01 08:00-09:00"]
    assert busy(event.replace("GMT", '"Central Europe').replace("Time:", 'Time":')) == ["04-01 07:00-08:00"]


ODD_ZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def test_a_zone_that_the_file_explains() -> None:
    event = "UID:1\nDTSTART;TZID=Customized Time Zone:{day}T090000\nDURATION:PT1H"
    assert busy(event.format(day="20260327"), head=ODD_ZONE) == ["03-27 09:00-10:00"]
    assert busy(event.format(day="20260330"), head=ODD_ZONE) == ["03-30 08:00-09:00"]


def test_a_zone_nobody_knows_is_a_fault_only_where_it_could_matter() -> None:
    event = "UID:1\nDTSTART;TZID=Mars/Base:{day}T090000\nDURATION:PT1H"
    assert fault(calendar(event.format(day="20260325"))) == "unknown_zone"
    assert busy(event.format(day="20250325")) == []
    assert busy(event.format(day="20260325") + "\nTRANSP:TRANSPARENT") == []


def test_a_weekly_series_keeps_its_clock_over_the_change() -> None:
    event = (
        "UID:1\nDTSTART;TZID=Europe/London:20260105T093000\nDTEND;TZID=Europe/London:20260105T103000\nRRULE:FREQ=WEEKLY"
    )
    assert busy(event) == ["03-23 09:30-10:30", "03-30 08:30-09:30", "04-06 08:30-09:30"]


def test_the_hour_that_never_is_and_the_one_that_is_twice() -> None:
    spring = "UID:1\nDTSTART;TZID=Europe/London:20260329T013000\nDURATION:PT30M"
    assert busy(spring) == ["03-29 01:30-02:00"]
    autumn = "UID:1\nDTSTART;TZID=Europe/London:20261025T013000\nDURATION:PT2H"
    window = {"starts": datetime(2026, 10, 24, tzinfo=UTC), "until": datetime(2026, 10, 27, tzinfo=UTC)}
    assert busy(autumn, **window) == ["10-25 00:30-02:30"]


SERIES = "UID:1\nDTSTART;TZID=Europe/London:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4"


def test_exceptions_take_repetitions_out() -> None:
    out = f"{SERIES}\nEXDATE;TZID=Europe/London:20260324T090000\nEXDATE:20260325T090000Z"
    assert busy(out) == ["03-23 09:00-10:00", "03-26 09:00-10:00"]
    assert busy(f"{SERIES}\nEXDATE;VALUE=DATE:20260324,20260325,20260326") == ["03-23 09:00-10:00"]
    assert busy(f"{SERIES}\nEXRULE:FREQ=DAILY;INTERVAL=2") == ["03-24 09:00-10:00", "03-26 09:00-10:00"]


def test_a_repetition_that_was_moved_stands_where_it_is_now() -> None:
    moved = "UID:1\nRECURRENCE-ID;TZID=Europe/London:20260324T090000\nDTSTART;TZID=Europe/London:20260324T140000\nDURATION:PT30M"
    assert busy(SERIES, moved)[1:3] == ["03-24 14:00-14:30", "03-25 09:00-10:00"]
    assert len(busy(SERIES, moved + "\nSTATUS:CANCELLED")) == 3
    utc = moved.replace("RECURRENCE-ID;TZID=Europe/London:20260324T090000", "RECURRENCE-ID:20260324T090000Z")
    assert busy(utc, SERIES) == busy(SERIES, moved)


def test_from_one_repetition_on() -> None:
    moved = "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260325T090000Z\nDTSTART:20260325T110000Z\nDURATION:PT30M"
    assert busy(SERIES, moved)[2:] == ["03-25 11:00-11:30", "03-26 11:00-11:30"]


def test_a_moved_one_without_its_series_counts() -> None:
    assert busy("UID:9\nRECURRENCE-ID:20260324T090000Z\nDTSTART:20260324T140000Z\nDURATION:PT30M") == [
        "03-24 14:00-14:30"
    ]


def test_dates_that_are_written_down() -> None:
    event = "UID:1\nDTSTART:20260323T090000Z\nDURATION:PT1H\nRDATE:20260327T090000Z\nRDATE;VALUE=PERIOD:20260328T090000Z/PT3H"
    assert busy(event) == ["03-23 09:00-10:00", "03-27 09:00-10:00", "03-28 09:00-12:00"]


def test_until_is_read_by_the_events_own_clock() -> None:
    event = "UID:1\nDTSTART;TZID=Europe/London:20260330T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL="
    assert len(busy(event + "20260401T080000Z")) == 3
    assert len(busy(event + "20260401T075959Z")) == 2
    assert len(busy(event + "20260401")) == 3


def test_of_two_with_one_name_the_newer_holds_and_of_equals_both() -> None:
    later = PLAIN.replace("T09", "T13").replace("T10", "T14")
    assert busy(PLAIN, later + "\nSEQUENCE:2") == ["03-25 13:00-14:00"]
    assert busy(PLAIN, later) == ["03-25 09:00-10:00", "03-25 13:00-14:00"]


def test_spans_are_merged_and_cut_to_the_window() -> None:
    leave = "UID:1\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260325"
    spans = busy_spans(calendar(leave, PLAIN.replace("UID:1", "UID:2")), STARTS, UNTIL, LONDON)
    assert spans[0] == (STARTS, datetime(2026, 3, 25, tzinfo=UTC))
    assert busy(PLAIN, PLAIN.replace("UID:1", "UID:2").replace("T10", "T11").replace("T09", "T10")) == [
        "03-25 09:00-11:00"
    ]


def test_folded_lines_alarms_and_texts_do_not_matter() -> None:
    event = (
        PLAIN.replace("DTSTART:2026", "DTST\n ART:20\n\t26") + "\nBEGIN:VALARM\nTRIGGER:-PT15M\nDTSTART:x\nEND:VALARM"
    )
    assert busy(event + "\nDESCRIPTION:" + "ß" * 5000) == ["03-25 09:00-10:00"]
    latin = calendar(PLAIN + "\nLOCATION:Caf\u00e9").decode().encode("latin-1")
    assert len(busy_spans(latin, STARTS, UNTIL, LONDON)) == 1


def test_an_event_without_length_takes_no_time() -> None:
    assert busy("UID:1\nDTSTART:20260325T090000Z") == []


def test_a_calendar_without_events_is_a_calendar() -> None:
    assert busy() == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"<!doctype html><title>Sign in</title>", "not_a_calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "not_a_calendar"),
        (calendar(PLAIN)[:-30], "cut_off"),
        (calendar(PLAIN).replace(b"END:VEVENT", b"END:VTODO"), "broken"),
        (calendar(PLAIN.replace("DTEND:20260325T10", "DTEND:20260325T08")), "broken"),
        (calendar("UID:1\nDTSTART:20260332T090000Z\nDURATION:PT1H"), "broken"),
        (calendar("UID:1\nSUMMARY:no time"), "broken"),
        (calendar(SERIES.replace("FREQ=DAILY", "FREQ=NEVERLY")), "broken"),
        (calendar(SERIES.replace("COUNT=4", "INTERVAL=0")), "broken"),
        (calendar(SERIES.replace("FREQ=DAILY;COUNT=4", "FREQ=SECONDLY")), "too_often"),
        (calendar(*[SERIES.replace("UID:1", f"UID:{n}").replace("2026", "0001").replace(";COUNT=4", "") for n in range(1)]), "endless"),
        (calendar(head="BEGIN:VFREEBUSY\nFREEBUSY:20260325T090000Z/PT1H\nEND:VFREEBUSY\n"), "free_busy_only"),
        (calendar(head="CALSCALE:HEBREW\n"), "broken"),
        (b"BEGIN:VCALENDAR\r\n" * 50, "broken"),
        (calendar(*["UID:1"] * 20_001), "too_many_events"),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * MOST_BYTES, "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(content: bytes, code: str) -> None:
    assert fault(content) == code


def test_an_old_broken_event_does_no_harm() -> None:
    assert busy(PLAIN, "UID:2\nDTSTART:20190101T090000Z\nDTEND:20190101T250000Z") == ["03-25 09:00-10:00"]


def test_twenty_thousand_old_events_are_read_in_seconds() -> None:
    old = [f"UID:{n}\nDTSTART:2019010{n % 9 + 1}T090000Z\nDTEND:2019010{n % 9 + 1}T100000Z" for n in range(19_000)]
    began = time.monotonic()
    assert busy(*old, PLAIN) == ["03-25 09:00-10:00"]
    assert time.monotonic() - began < 10


SEEDS = (
    calendar(SERIES, PLAIN, "UID:1\nRECURRENCE-ID:20260324T090000Z\nDTSTART:20260324T140000Z\nDURATION:PT30M"),
    calendar("UID:1\nDTSTART;TZID=Customized Time Zone:20260327T090000\nDURATION:PT1H", head=ODD_ZONE),
    calendar(
        "UID:1\nDTSTART;VALUE=DATE:20260325\nRRULE:FREQ=MONTHLY;BYDAY=-1WE;UNTIL=20270101\nEXDATE;VALUE=DATE:20260325"
    ),
)
BITS = (
    b":",
    b";",
    b"\r\n",
    b"\r\n ",
    b"=",
    b",",
    b"-",
    b"9" * 12,
    b"\x00",
    b"\xff",
    b"P",
    b"END:VEVENT\r\n",
    b"TZID=",
    b"T",
)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2), st.integers(0, 2**32))
def test_no_mutation_brings_anything_but_spans_or_a_named_fault(seed: int, chance: int) -> None:
    rng = random.Random(chance)
    content = bytearray(SEEDS[seed])
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(content))
        cut = rng.choice((0, 1, 1, 2, 12))
        content[at : at + cut] = rng.choice((*BITS, bytes([rng.randrange(256)]), bytes(content[at : at + 30])))
    try:
        spans = busy_spans(bytes(content), STARTS, UNTIL, LONDON)
    except CalendarFault as found:
        spans, code = [], found.code
    else:
        code = "empty"
    assert code in FAULTS
    assert all(STARTS <= a < b <= UNTIL for a, b in spans)
    assert all(one.ends_at < other.starts_at for one, other in pairwise(spans))


async def test_a_process_of_its_own_reads_the_same() -> None:
    content = calendar(SERIES, PLAIN)
    assert await read_apart(content, STARTS, UNTIL, LONDON) == busy_spans(content, STARTS, UNTIL, LONDON)


async def test_a_fault_comes_through_by_name() -> None:
    with pytest.raises(CalendarFault, match="cut_off"):
        await read_apart(calendar(PLAIN)[:-30], STARTS, UNTIL, LONDON)


async def test_a_file_that_would_never_end_is_ended() -> None:
    never = [SERIES.replace("UID:1", f"UID:{n}").replace("COUNT=4", "BYMONTH=2;BYMONTHDAY=30") for n in range(300)]
    with pytest.raises(CalendarFault, match="too_slow"):
        await read_apart(calendar(*never), STARTS, UNTIL, LONDON, seconds=3)
