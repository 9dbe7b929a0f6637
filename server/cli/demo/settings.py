"""The demo's own settings and folder: nothing comes from the environment, so that no setting of a real installation reaches it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from server.settings import ROOT, Settings

FOLDER: Final = ROOT / "var" / "demo"
MARK: Final = "made-up.txt"
MARK_TEXT: Final = "Everything in this folder is made up by `connexions demo`, and is made anew when it starts again.\n"


class DemoSettings(Settings):
    """Settings with the demo's values and nothing else."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's protocol
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the demo says itself; no environment, no file."""
        return (init_settings,)

    @property
    def cache_dir(self) -> Path:
        """What is learnt from the content is the same for everybody, and takes a minute to learn."""
        return ROOT / "var" / "cache"


class NotTheDemosFolder(RuntimeError):
    """A folder with things in it that no demo made: it is left alone."""


def demo_settings(folder: Path, port: int) -> DemoSettings:
    """Settings of a demo in that folder: loopback only, its own database and keys, people at their desks day and night."""
    return DemoSettings(
        var_dir=folder,
        host="127.0.0.1",
        port=port,
        area_hours="mon-sun 00:00-23:59",
        log_level="WARNING",
        log_json=False,
    )


def prepare_folder(folder: Path) -> None:
    """Make the folder and mark it. Raises NotTheDemosFolder for one that holds other things."""
    if folder.exists() and not (folder / MARK).is_file() and any(folder.iterdir()):
        raise NotTheDemosFolder(f"{folder} holds other things: name an empty folder for the demo.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(MARK_TEXT, encoding="utf-8")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder is this process's until the block ends. Raises NotTheDemosFolder while another demo has it."""
    with (folder / MARK).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotTheDemosFolder(f"a demo runs in {folder} already") from None
        yield
