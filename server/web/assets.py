"""Static files, each at an address that holds a hash of its content, so that it can be kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

STATIC_DIR: Final = Path(__file__).parent / "static"
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"
"""An address of another release: the content is today's, so nobody may keep it under yesterday's name."""
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content, media type and the hash that stands in its address."""

    body: bytes
    media_type: str
    digest: str


class Assets:
    """Every file below a folder, read once. `url` raises KeyError for a name that does not exist."""

    def __init__(self, folder: Path = STATIC_DIR) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path) for path in sorted(folder.rglob("*")) if path.is_file()
        }

    def url(self, name: str) -> str:
        """The address of a file, for a page."""
        return f"/static/{self._files[name].digest}/{name}"

    def find(self, name: str) -> Asset | None:
        """A file by name; None when there is none."""
        return self._files.get(name)

    def router(self) -> APIRouter:
        """Routes that serve the files. An address with another hash gets today's file, not to be kept."""
        routes = APIRouter()

        @routes.get("/static/{digest}/{name:path}", include_in_schema=False)
        async def static(digest: str, name: str) -> Response:
            return _serve(self.find(name), digest)

        @routes.get("/favicon.ico", include_in_schema=False)
        @routes.get("/favicon", include_in_schema=False)
        async def icon() -> Response:
            return _serve(self.find("icon.svg"), "")

        return routes


def _read(path: Path) -> Asset:
    """A file as it will be served."""
    body = path.read_bytes()
    media_type = TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, media_type, sha256(body).hexdigest()[:12])


def _serve(asset: Asset | None, digest: str) -> Response:
    """The answer for a file, or 404."""
    if asset is None:
        return Response(status_code=404)
    keep = FOR_EVER if digest == asset.digest else ASK_FIRST
    return Response(asset.body, media_type=asset.media_type, headers={"Cache-Control": keep})
