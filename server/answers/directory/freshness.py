"""Whether an entry of the directory may still be believed."""

from __future__ import annotations

from datetime import date

from server.answers.directory.schema import Service


def why_stale(service: Service, today: date) -> str:
    """Why nobody is shown a service; empty when it may be shown."""
    if service.gone_on is not None:
        return f"its source no longer has it since {service.gone_on}"
    if service.checked_on > today:
        return f"checked_on {service.checked_on} is in the future"
    if service.checked_on < year_before(today):
        return f"it was checked on {service.checked_on}, more than 12 months ago"
    return f"the review was due on {service.review_by}" if service.review_by < today else ""


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    return _moved(day, -1)


def year_after(day: date) -> date:
    """The same day a year later; 28 February for the 29th."""
    return _moved(day, 1)


def _moved(day: date, years: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + years, day.month, 28 if is_leap_day else day.day)
