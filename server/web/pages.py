"""Pages and fragments from templates, in a language."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialogs.messages import direction
from server.web import drawing
from server.web.assets import Assets
from server.web.compiled import COMPILED

TEMPLATES_DIR: Final = Path(__file__).parent / "templates"


class PageWording(Protocol):
    """What pages ask of the catalogue. `dialogs.ports.Wording` is one."""

    def say(self, language: str, english: str) -> str: ...

    def day(self, language: str, day: date) -> str: ...

    def clock(self, language: str, at: datetime) -> str: ...

    def language_name(self, language: str) -> str: ...


class Pages:
    """Renders templates. In a template `_("English text")` is the text in the page's language."""

    def __init__(self, wording: PageWording, assets: Assets) -> None:
        self.wording = wording
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES_DIR),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=COMPILED,
        )
        self._templates.globals.update(asset=assets.url, direction=direction, language_name=wording.language_name)
        self._templates.filters.update(
            draw=drawing.draw, paragraphs=drawing.paragraphs, tel=drawing.tel, web=drawing.web
        )

    def render(self, template: str, language: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A template as an answer that no cache may keep."""
        text = self._templates.get_template(template).render(
            context,
            _=partial(self.wording.say, language),
            language=language,
            moment=partial(self._moment, language),
        )
        return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})

    def _moment(self, language: str, at: datetime, now: datetime) -> str:
        """The time ("2:14pm"), with the day in front when it was not today. Both in the zone of `at`."""
        time = self.wording.clock(language, at)
        if at.date() == now.astimezone(at.tzinfo).date():
            return time
        return f"{self.wording.day(language, at.date())}, {time}"
