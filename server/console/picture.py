"""A picture as the console may show it: drawn anew by a process with limits, without anything that its file tells besides."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

PROGRAM: Final = Path(__file__).with_name("picture_process.py")
SECONDS: Final = 20.0
_AT_ONCE: Final = asyncio.Semaphore(2)
"""Each may take much memory, and there are few processors."""


async def redrawn(content: bytes) -> bytes | None:
    """The picture as a JPEG or PNG of ours; None for one that is cut, broken, or far larger than it says."""
    pipe = asyncio.subprocess.PIPE
    async with _AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(PROGRAM), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env={}
        )
        try:
            async with asyncio.timeout(SECONDS):
                made, _ = await process.communicate(content)
        except TimeoutError:
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return made if process.returncode == 0 and made else None
