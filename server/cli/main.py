"""All commands, and nothing heavy: what a command needs is imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from server.cli.partner_commands import partner

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Connexions: ask, and get the curated answer or a person.",
)
content = typer.Typer(no_args_is_help=True, help="The answer library.")
keys = typer.Typer(no_args_is_help=True, help="Keys of personal columns.")
cases = typer.Typer(no_args_is_help=True, help="Requests to a person.")
directory = typer.Typer(no_args_is_help=True, help="Local services.")
staff = typer.Typer(no_args_is_help=True, help="Accounts of staff.")
app.add_typer(content, name="content")
app.add_typer(directory, name="directory")
app.add_typer(keys, name="keys")
app.add_typer(cases, name="cases")
app.add_typer(staff, name="staff")
app.add_typer(partner, name="partner")


@app.command()
def run() -> None:
    """Everything in one process: database, web chat, channels that are set up, worker."""
    from server.cli.processes import run_all

    run_all()


@app.command()
def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on with what the last demo left, in place of a new one.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine to listen on.")] = 8000,
    folder: Annotated[
        Path | None, typer.Option(help="Where its database stands (default: var/demo); nothing else may be in it.")
    ] = None,
) -> None:
    """The console with made-up young people and advisers, a busy queue and an alarm. It reads no setting and sends nothing.

    It has a database of its own, made anew each time. Links that sign you in as each role are printed; they exist in this
    program alone. Ctrl-C stops it.
    """
    from server.cli.demo.run import run_demo
    from server.cli.demo.settings import FOLDER

    raise typer.Exit(run_demo(folder or FOLDER, port, is_kept=keep))


@app.command()
def serve() -> None:
    """A web process: chat page and webhooks. As many as wanted beside each other."""
    from server.cli.processes import run_web

    run_web()


@app.command()
def work() -> None:
    """A worker: sends what is due, sweeps up, polls Telegram. As many as wanted beside each other."""
    from server.cli.processes import run_worker

    run_worker()


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Where to go; `base` takes everything away.")] = "head",
) -> None:
    """Bring the database to the newest (or a named) revision."""
    from server.cli.processes import run_migrations

    run_migrations(revision)


@app.command()
def chat(
    channel: Annotated[
        str, typer.Option(help="Which channel to play: webchat, telegram, sms or whatsapp.")
    ] = "webchat",
    save: Annotated[Path | None, typer.Option(help="Write what was said to this story file.")] = None,
) -> None:
    """The conversation in a terminal. With `--channel sms` parts and encoding are shown."""
    from server.cli.chat import play

    play(channel, save)


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    lang: Annotated[str | None, typer.Option(help="Its language, if known.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Read JSON lines {id, text, lang?} from standard input.")
    ] = False,
) -> None:
    """What one question, or a batch, would find. Needs no database."""
    from server.cli.ask import ask_batch, ask_one

    if batch:
        raise typer.Exit(ask_batch(sys.stdin, sys.stdout))
    if text is None:
        raise typer.BadParameter("give a question, or --batch")
    raise typer.Exit(ask_one(text, lang, as_json))


@app.command()
def evaluate(
    test: Annotated[
        Path, typer.Option(help='Labelled messages, one {"text", "topic", "lang"} a line; null is not ours.')
    ],
    train: Annotated[Path | None, typer.Option(help="Learn from these instead of the library.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="By spelling alone, without the semantic extra.")] = False,
) -> None:
    """How well the finder does on labelled messages: right, refused, confused, how fast."""
    from server.cli.evaluate import evaluate

    raise typer.Exit(evaluate(test, train, as_json=as_json, is_plain=plain))


@app.command("evaluate-alarm")
def evaluate_alarm(
    file: Annotated[Path, typer.Argument(help='Messages, one {"text", "lang", "urgent": kind or null} a line.')],
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """How many dangers the alarm sees and how often it is wrong, by language and kind."""
    from server.cli.evaluate import evaluate_alarm

    raise typer.Exit(evaluate_alarm(file, as_json=as_json))


@content.command("check")
def content_check(
    folder: Annotated[Path | None, typer.Argument(help="The library (default: the installed one).")] = None,
) -> None:
    """Hold every text to the limits; prints a table and each fault with its file and line."""
    from server.cli.content import check
    from server.settings import ROOT

    raise typer.Exit(check(folder or ROOT / "content"))


@content.command("stats")
def content_stats() -> None:
    """Topics by language by state, and how much teaches the finder."""
    from server.cli.content import stats
    from server.settings import ROOT

    raise typer.Exit(stats(ROOT / "content"))


@content.command("stamp")
def content_stamp(
    languages: Annotated[
        list[str], typer.Argument(help="Languages whose translations were read against today's English.")
    ],
) -> None:
    """Say that translations are made from the English as it is now."""
    from server.cli.content import stamp
    from server.settings import ROOT

    raise typer.Exit(stamp(ROOT / "content", languages))


@content.command("learn")
def content_learn() -> None:
    """Learn from all samples what takes long (the semantic extra's part, and how sure to be), and keep it with the content."""
    from server.cli.content import learn
    from server.settings import ROOT

    raise typer.Exit(learn(ROOT / "content", ROOT / "var" / "cache"))


@directory.command("list")
def directory_list(
    stale: Annotated[bool, typer.Option("--stale", help="Only entries that nobody sees.")] = False,
) -> None:
    """Every local service, and why a stale one is not shown."""
    from server.cli.directory import show
    from server.settings import ROOT

    raise typer.Exit(show(ROOT / "content", is_stale_only=stale))


@directory.command("import")
def directory_import(
    source: Annotated[
        str, typer.Argument(metavar="FILE_OR_URL", help="A CSV or JSON file, or an Open Referral UK feed.")
    ],
    area: Annotated[str, typer.Option(help="Short name of the area; its file is directory/<area>.yaml.")],
    style: Annotated[str, typer.Option("--format", help="csv or openreferral (default: by the name).")] = "",
    name: Annotated[str, typer.Option(help="The area's name as people say it.")] = "",
    districts: Annotated[str, typer.Option(help='All postcode districts of the area: "LS1 LS2".')] = "",
    keep_as: Annotated[
        str, typer.Option("--source", help="What to remember the source by (default: csv, or the address).")
    ] = "",
    partial: Annotated[bool, typer.Option("--partial", help="Take what is good where some is bad.")] = False,
) -> None:
    """Bring services in from elsewhere, by id. What is gone there is marked stale here, never deleted."""
    from server.cli.directory import bring_in
    from server.settings import ROOT

    codes = districts.upper().replace(",", " ").split()
    folder = ROOT / "content" / "directory"
    raise typer.Exit(
        bring_in(source, folder, area, style=style, name=name, districts=codes, source_name=keep_as, is_partial=partial)
    )


@keys.command("make")
def keys_make() -> None:
    """Print a new key ring for CONNEXIONS_KEY_RING. Keep it safe: without it the personal columns are lost."""
    from server.db.keyring import KeyRing

    print(KeyRing.new().to_text())


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything again with a new key. Prints the new ring (development: writes it); run it while all processes rest."""
    from server.cli.rotate import rotate

    rotate()


@cases.command("list")
def cases_list() -> None:
    """Who waits for a person, most urgent first."""
    from server.cli.cases import list_cases

    list_cases()


@cases.command("show")
def cases_show(case: Annotated[str, typer.Argument(help="The case's number.")]) -> None:
    """What was said in a case."""
    from server.cli.cases import show_case

    show_case(case)


@cases.command("reply")
def cases_reply(
    case: str, adviser: Annotated[str, typer.Option(help="E-mail of the member of staff who writes.")], text: str
) -> None:
    """Write to the person of a case, on the channel they wrote from last."""
    from server.cli.cases import reply_to_case

    reply_to_case(case, adviser, text)


@cases.command("close")
def cases_close(
    case: str, adviser: Annotated[str, typer.Option(help="E-mail of the member of staff who closes it.")]
) -> None:
    """Close a case in your name."""
    from server.cli.cases import close

    close(case, adviser)


@staff.command("link")
def staff_link(
    email: Annotated[str, typer.Option(help="An account that has no way in; none for the very first one.")] = "",
) -> None:
    """Print a one-time link to set up an account: the first one, or somebody's anew when no administrator can help."""
    from server.cli.staff import link

    raise typer.Exit(link(email))


def main() -> None:
    """The program's entry."""
    app()
