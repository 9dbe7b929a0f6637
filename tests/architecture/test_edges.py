"""Transactions end, and unknown errors are caught, at a few known edges only. A new one is a decision: write it here with its reason."""

from __future__ import annotations

import ast
from collections import Counter

from tests.architecture.code import modules, walk_named

COMMITS = {
    "server.wiring.Service.start": "start-up makes the area's row",
    "server.conversations.service.Conversations._stored_turn": "a message's turn",
    "server.conversations.service.Conversations.happened": "an event's turn",
    "server.conversations.groups.say_once": "one word to a group",
    "server.conversations.advising.write_as_adviser": "an adviser's message",
    "server.conversations.leaving.tell_lost": "a person is told that their adviser was lost, and the case is in the queue again",
    "server.conversations.leaving.tell_adviser_lost": "an adviser is lost: the turn that says so",
    "server.webhooks.api.Api.change": "one change by a partner, with its answer",
    "server.webhooks.calendar.router.show": "that a calendar was read is noted with the reading",
    "server.webhooks.twilio.router.take_status": "a receipt",
    "server.webhooks.webdesk.WebDesk.leave": "a browser leaves",
    "server.webhooks.webdesk.WebDesk.types": "word to consoles that somebody types",
    "server.staff.pages_signin.SignInPages.take": "a try with a password, wrong ones counted",
    "server.staff.pages_signin.SignInPages._try_code": "a try with a code, wrong ones counted",
    "server.staff.pages_signin.SignInPages.sign_out": "a form of staff",
    "server.staff.pages_welcome.WelcomePages._set_up": "a form of staff",
    "server.staff.pages_account.AccountPages.end": "a form of staff",
    "server.staff.pages_account.AccountPages.end_others": "a form of staff",
    "server.staff.pages_account.AccountPages.change_password": "a form of staff",
    "server.staff.pages_account.AccountPages.renew_recovery": "a form of staff",
    "server.staff.pages_account.AccountPages.choose_language": "a form of staff",
    "server.staff.pages_alarm.AlarmPages.save": "a form of staff",
    "server.staff.pages_alarm.AlarmPages.connect": "a form of staff",
    "server.staff.pages_team.TeamPages.invite": "a form of staff",
    "server.staff.pages_team.TeamPages.change": "a form of staff",
    "server.staff.pages_team.TeamPages.reset": "a form of staff",
    "server.staff.pages_team.TeamPages.remove": "a form of staff",
    "server.console.desk.Desk.change": "a form of staff, or a read that is written into the audit",
    "server.staff.oidc_pages.SingleSignOnPages._sign_in": "somebody who was proven by the provider gets a session",
    "server.appointments.taking.attempt": "a savepoint: what a constraint refuses is undone alone",
    "server.appointments.refusing.once": "a savepoint: what a constraint refuses is undone alone",
    "server.appointments.offered.change_kind": "a savepoint: what a constraint refuses is undone alone",
    "server.outbox.outcomes.Outcomes.persist": "the outcome of one sending",
    "server.outbox.lanes._hold": "ends the look-up of the lane's lock, which belongs to the connection",
    "server.outbox.lanes._work_while_held": "ends the look whether the connection is alive",
    "server.outbox.lanes.work_once": "a worker claims a batch",
    "server.outbox.lanes.sweep_lane": "a worker sweeps",
    "server.outbox.lanes._settle": "what a crash left in a call",
    "server.conversations.files_fetching.fetch_next": "a worker claims a file, and stores it",
    "server.webhooks.polling._poll_while_held": "ends the look whether the connection with the polling lock is alive",
    "server.worker.jobs.run_job": "one job",
    "server.appointments.outside.read_next": "a worker claims a calendar, and stores its busy times",
    "server.worker.clock.ClockWork._climb": "a batch of a clock's steps, with the beat",
    "server.worker.clock.ClockWork._climb_each": "one case's steps, after the batch had a fault",
    "server.worker.clock.ClockWork._look_for_lost": "chats of silent advisers are taken back",
    "server.worker.clock.ClockWork._tell_of": "that a person was told of a lost adviser is noted",
    "server.escalations.telling.Teller.begin": "a batch of notices to staff is claimed",
    "server.escalations.telling.Teller._send_and_note": "what became of one notice",
    "server.escalations.pushing.Pushed.tell": "the key is made when it is first needed, before the push services are asked",
    "server.escalations.pushing.Pushed._forget": "browsers that their push service does not know any more",
    "server.staff.pages_push.PushPages.page": "the key is made when it is first needed",
    "server.staff.pages_push.PushPages.add_browser": "a form of staff",
    "server.staff.pages_push.PushPages.take_away": "a form of staff",
    "server.webhooks.voice.router.take_press": "a key in a call",
    "server.webhooks.voice.router.take_end": "the end of a call",
    "server.cli.cases.reply_to_case.use": "one command",
    "server.cli.cases.close.use": "one command",
    "server.cli.processes.tell_first_link": "start-up, or one command, makes the first account's link",
    "server.cli.staff._for_account": "one command",
    "server.cli.partners.add.use": "one command",
    "server.cli.partners.revoke.use": "one command",
    "server.cli.rotate._seal_column": "a batch of a column",
    "server.migrations.env": "migrations",
    "server.migrations.run._upgrade": "migrations",
    "server.migrations.run.downgrade": "migrations",
}
CATCHES = {
    "server.app.AwayIsTryAgain.__call__": "request: the database is away, 503; all else goes on up",
    "server.webhooks.api.Route.get_route_handler.with_away": "request of a partner: the database is away, 503; all else goes on up",
    "server.webhooks.health.router.readyz": "request: the database is away, 503; all else goes on up",
    "server.webhooks.health.router.show_metrics": "request: figures without the database; all else goes on up",
    "server.worker.jobs.run_job": "job: logged, comes round again",
    "server.worker.jobs.read_calendars": "job: logged, comes round again",
    "server.worker.clock.ClockWork._try": "a part of the clock: logged, without a beat, comes round again",
    "server.worker.clock.ClockWork._climb": "a batch: each case by itself, then on up",
    "server.worker.clock.ClockWork._climb_each": "one case: logged, without a beat, comes round again",
    "server.console.events._is_still_in": "an open stream: the database is away, asked again at the next beat",
    "server.worker.clock.ClockWork._tell_of": "one person of a lost adviser: logged, found again",
    "server.worker.clock.watch_clock": "a look whether the clock is kept: logged, looked again",
    "server.escalations.telling.Teller._tell": "a notice: logged, its lease runs out, it is sent again",
    "server.webhooks.polling.poll": "polling: logged, goes on",
    "server.webhooks.polling._take": "polling: logged, tried again, then counted",
    "server.outbox.lanes.work_lane": "lane: the database is away; all else goes on up",
    "server.outbox.outcomes.Outcomes.persist": "an outcome waits for the database; all else goes on up",
    "server.worker.files.fetch_files": "files: logged, looked again",
    "server.conversations.files_fetching.fetch_next": "one file: logged, it failed; that the database is away goes on up",
    "server.cli.processes._while_serving": "goes on up after telling the server to stop",
}
GOES_ON = {
    "server.worker.jobs.read_calendars",
    "server.worker.jobs.run_job",
    "server.worker.clock.ClockWork._try",
    "server.worker.clock.ClockWork._climb_each",
    "server.worker.clock.watch_clock",
    "server.worker.files.fetch_files",
    "server.escalations.telling.Teller._tell",
    "server.webhooks.polling.poll",
    "server.webhooks.polling._take",
}
"""The only ones that end an unknown error; every other one raises what it does not know."""


def commits() -> Counter[str]:
    """Functions that end a transaction, or begin one that ends by itself."""
    names = ("commit", "begin", "begin_nested")
    return Counter(
        name
        for module in modules()
        for name, node in walk_named(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
        if not name.startswith("server.migrations.env") or node.func.attr == "commit"
    )


def broad_catches() -> dict[str, ast.ExceptHandler]:
    """Functions that catch whatever comes, with the handler."""
    return {
        name: node
        for module in modules()
        for name, node in walk_named(module)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type)
    }


def _is_broad(kind: ast.expr | None) -> bool:
    names = {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)} if kind else {"BaseException"}
    return bool(names & {"Exception", "BaseException"})


def test_transactions_end_at_known_edges_only() -> None:
    assert set(commits()) == set(COMMITS)


def test_bot_and_dialogs_know_no_transaction() -> None:
    assert all(name.startswith("server.") for name in commits())


def test_unknown_errors_are_caught_at_known_edges_only() -> None:
    assert set(broad_catches()) == set(CATCHES)


def test_every_other_broad_catch_raises_what_it_does_not_know() -> None:
    silent = {
        name
        for name, handler in broad_catches().items()
        if not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    }
    assert silent == GOES_ON
