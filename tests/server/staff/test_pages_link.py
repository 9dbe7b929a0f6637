"""`connexions staff link`: the first account's link while nobody can sign in, then for an account without a way in."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from server.cli.processes import tell_first_link
from server.db.types import key_ring
from tests.support.program import running
from tests.support.staff_person import StaffPerson

pytestmark = [pytest.mark.database, pytest.mark.process]
ADDRESS = re.compile(r"https://chat\.example/console/welcome/([\w-]{43})")


async def command(url: str, *words: str) -> tuple[int, str]:
    """Run the real command; its code and what it printed."""
    environment = {
        **os.environ,
        "CONNEXIONS_DATABASE_URL": url,
        "CONNEXIONS_KEY_RING": key_ring().to_text(),
        "CONNEXIONS_PUBLIC_URL": "https://chat.example",
        "CONNEXIONS_LOG_LEVEL": "ERROR",
    }
    program = Path(sys.executable).parent / "connexions"
    done = await asyncio.create_subprocess_exec(
        program, *words, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await done.communicate()
    return done.returncode or 0, out.decode()


async def test_the_command_prints_links_that_work(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = await command(database_url, "staff", "link")
    assert code == 0
    first = ADDRESS.search(said)
    assert first, said
    async with running(database_url, has_worker=False, public_url="https://chat.example") as program:
        jo = StaffPerson(program, program.browser())
        assert await tell_first_link(program.service.engine, program.service.settings), "as `connexions run` does"
        newer = ADDRESS.search(capsys.readouterr().out)
        assert newer
        assert (await jo.opens(f"/console/welcome/{first[1]}")).status_code == 410, "a newer one ends it"
        await jo.sets_up(newer[1])
        assert await tell_first_link(program.service.engine, program.service.settings) is False
        assert capsys.readouterr().out == "Console      https://chat.example/console\n"

        code, said = await command(database_url, "staff", "link")
        assert (code, ADDRESS.search(said)) == (1, None)
        assert "Somebody can sign in already" in said
        code, said = await command(database_url, "staff", "link", "--email", "nobody@example.org")
        assert (code, said.strip()) == (1, "Nobody has an account with this e-mail.")
        assert (await jo.opens("/console")).status_code == 200

        code, said = await command(database_url, "staff", "link", "--email", "JO@example.org")
        anew = ADDRESS.search(said)
        assert code == 0
        assert anew, said
        await jo.opens("/console")
        assert jo.path == "/console/sign-in"
        jo.password = "quite another set of words"
        await jo.sets_up(anew[1])
        assert (await jo.opens("/console/team")).status_code == 200
