"""Commands for partners' systems."""

from __future__ import annotations

from typing import Annotated

import typer

partner = typer.Typer(no_args_is_help=True, help="Systems of partners that use the API.")


@partner.command("add")
def partner_add(
    name: Annotated[str, typer.Argument(help="What its system is called.")],
    owner: Annotated[
        str, typer.Option(help="Whose appointments: jobcentre, court, college, work, probation, yjs, housing, health.")
    ],
    read_only: Annotated[bool, typer.Option("--read-only", help="It may read and change nothing.")] = False,
    a_minute: Annotated[int, typer.Option(min=1, max=6000, help="Calls that it may make in a minute.")] = 60,
) -> None:
    """Make a token for a partner's system and print it, this once (docs/api.md)."""
    from server.cli.partners import add

    raise typer.Exit(add(name, owner, is_read_only=read_only, a_minute=a_minute))


@partner.command("list")
def partner_list() -> None:
    """Every partner's system: its number, whose it is, what it may do."""
    from server.cli.partners import show

    raise typer.Exit(show())


@partner.command("revoke")
def partner_revoke(number: Annotated[str, typer.Argument(help="The number that `list` prints.")]) -> None:
    """End a partner's token at once. Its appointments stay."""
    from server.cli.partners import revoke

    raise typer.Exit(revoke(number))
