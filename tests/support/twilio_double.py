"""Twilio on this machine: prism checks each call against Twilio's own description, a small server in front remembers.

Belongs here: what Twilio does at the wire (takes, lists, refuses, hangs, signs, calls back). Nothing of ours decides
what a right call is: that is the OpenAPI file inside `@twilio/cli-core`, and signatures are made by Twilio's SDK.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from tests.support.node import node_environment, node_modules, node_tool

ACCOUNT_SID = "AC" + "0a" * 16
AUTH_TOKEN = "1b" * 16
OUR_NUMBER = "+447700900999"
_LOGIN = "Basic " + b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
_SPEC = ("@twilio", "cli-core", "src", "services", "twilio-api", "twilio_api_v2010.json")
_START_SECONDS = 60
_LONGEST_BODY = 1600
_LONGEST_TWIML = 4000


@dataclass(slots=True)
class SentMessage:
    """One message that the double took."""

    sid: str
    to: str
    from_: str
    messaging_service_sid: str
    body: str
    status_callback: str
    created_at: datetime
    status: str = "queued"
    mock: dict[str, Any] = field(default_factory=dict, repr=False)

    def as_json(self) -> dict[str, Any]:
        """The message as Twilio shows it: the description's own example with this message's facts."""
        return self.mock | {
            "account_sid": ACCOUNT_SID,
            "sid": self.sid,
            "to": self.to,
            "from": self.from_ or None,
            "messaging_service_sid": self.messaging_service_sid or None,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "date_created": format_datetime(self.created_at),
            "date_sent": None,
            "error_code": None,
        }


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer a call with an error; `retry_after` becomes the header."""

    status: int
    code: int | None = None
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Hang:
    """Keep the caller waiting so long; the message is taken first or not at all."""

    seconds: float
    is_taken: bool = True


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without an answer; the message is taken first or not at all."""

    is_taken: bool = True


@dataclass(frozen=True, slots=True)
class Garble:
    """Take the message and answer with something that is not JSON."""


Trouble = Refuse | Hang | Drop | Garble


@dataclass(slots=True)
class PlacedCall:
    """One telephone call that the double placed. `twiml` is what is said and asked; after a key, what answers it."""

    sid: str
    to: str
    from_: str
    twiml: str
    status_callback: str
    status: str = "in-progress"

    @property
    def said(self) -> list[str]:
        """What a person hears, in order."""
        return [say.text or "" for say in ET.fromstring(self.twiml).iter("Say")]

    @property
    def voices(self) -> list[tuple[str, str]]:
        """(language, voice) of each sentence."""
        return [(x.get("language", ""), x.get("voice", "")) for x in ET.fromstring(self.twiml).iter("Say")]

    @property
    def action(self) -> str:
        """Where a key is posted; empty when none is asked for."""
        gather = ET.fromstring(self.twiml).find("Gather")
        return "" if gather is None else gather.get("action", "")


class TwilioDouble:
    """The double's state and its hands. `faults` lists what was wrong with calls; a good test ends with none."""

    def __init__(self, prism_url: str) -> None:
        self.url = ""
        self._prism_url = prism_url
        self._number = 0
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        self._runner: web.AppRunner | None = None
        self._known_fields = _known_fields("Messages")
        self._known_call_fields = _known_fields("Calls")
        self.reset()

    def reset(self) -> None:
        """Forget messages, faults, troubles and STOPs. Message ids stay new."""
        self.messages: list[SentMessage] = []
        self.placed: list[PlacedCall] = []
        self.call_delay_seconds = 0.0
        self.faults: list[str] = []
        self.opted_out: set[str] = set()
        self.calls = 0
        self._troubles: deque[Trouble] = deque()
        self._list_troubles: deque[Trouble] = deque()
        self._call_troubles: deque[Trouble] = deque()

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1; the address is in `url`."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._create)
        app.router.add_get("/2010-04-01/Accounts/{account}/Messages.json", self._list)
        app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def warm_up(self) -> None:
        """Let prism read the description's rules now: its first call of a kind takes seconds on a busy machine."""
        url = f"{self._prism_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        for method, form in (("GET", None), ("POST", {"To": OUR_NUMBER, "From": OUR_NUMBER, "Body": "hello"})):
            async with self._session.request(method, url, data=form, headers={"Authorization": _LOGIN}) as answer:
                await answer.read()

    async def stop(self) -> None:
        """Close the server and the session."""
        if self._runner:
            await self._runner.cleanup()
        await self._session.close()

    def next_creates(self, *troubles: Trouble) -> None:
        """What happens to the next calls that create a message, in order; after them all is well again."""
        self._troubles.extend(troubles)

    def next_calls(self, *troubles: Trouble) -> None:
        """What happens to the next calls that are to be placed."""
        self._call_troubles.extend(troubles)

    def calls_to(self, number: str) -> list[PlacedCall]:
        """The calls to a number, oldest first."""
        return [call for call in self.placed if call.to == number]

    async def press(self, call: PlacedCall, key: str, url: str = "", **more: str) -> int:
        """Press a key in a call: post it where the call asked; the status. What was answered is in the call's `twiml`.

        `url` is where to post when a proxy stands between; the signature is for the call's own address.
        """
        form = self._call_form(call, "in-progress") | {"Digits": key} | more
        address = call.action
        headers = {"X-Twilio-Signature": sign(address, form)}
        async with self._session.post(url or address, data=form, headers=headers) as answer:
            if answer.status == 200:
                call.twiml = await answer.text()
            return answer.status

    async def ends(self, call: PlacedCall, status: str, url: str = "") -> int:
        """Tell how a call ended ("busy"), signed; the status that was answered."""
        call.status = status
        return await self.post(url or call.status_callback, self._call_form(call, status), call.status_callback)

    def _call_form(self, call: PlacedCall, status: str) -> dict[str, str]:
        about = {
            "CallSid": call.sid,
            "AccountSid": ACCOUNT_SID,
            "ApiVersion": "2010-04-01",
            "Direction": "outbound-api",
        }
        return about | {"From": call.from_, "To": call.to, "CallStatus": status}

    def next_lists(self, *troubles: Trouble) -> None:
        """What happens to the next calls that list messages."""
        self._list_troubles.extend(troubles)

    def bodies_to(self, number: str) -> list[str]:
        """What was sent to a number, oldest first."""
        return [message.body for message in self.messages if message.to == number]

    def inbound_form(self, from_: str, body: str, to: str = OUR_NUMBER, **more: str) -> dict[str, str]:
        """The form of an incoming message, with a new id."""
        sid = self._sid("SM")
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": ACCOUNT_SID,
            "ApiVersion": "2010-04-01",
        }
        return form | {"From": from_, "To": to, "Body": body, "NumMedia": "0", "NumSegments": "1"} | more

    async def inbound(self, url: str, from_: str, body: str, **more: str) -> int:
        """Post a signed incoming message to a webhook; the status that it answered."""
        return await self.post(url, self.inbound_form(from_, body, **more))

    async def receipt(self, message: SentMessage, status: str, error_code: str = "") -> int:
        """Post a signed status of a message to its callback; the status that it answered."""
        message.status = status
        form = {"MessageSid": message.sid, "SmsSid": message.sid, "MessageStatus": status, "SmsStatus": status}
        form |= {"AccountSid": ACCOUNT_SID, "From": message.from_, "To": message.to, "ApiVersion": "2010-04-01"}
        return await self.post(message.status_callback, form | ({"ErrorCode": error_code} if error_code else {}))

    async def post(self, url: str, form: dict[str, str], public_url: str = "") -> int:
        """Post a signed form; the signature is for `public_url` when a proxy stands between."""
        headers = {"X-Twilio-Signature": sign(public_url or url, form)}
        async with self._session.post(url, data=form, headers=headers) as answer:
            return answer.status

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        trouble = self._troubles.popleft() if self._troubles else None
        if isinstance(trouble, Refuse):
            return _refusal(trouble)
        status, answer = await self._ask_prism(request)
        if status != 201:
            return web.json_response(answer, status=status)
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.faults.extend(f"unknown field {name}" for name in form.keys() - self._known_fields)
        if refusal := self._judge(request, form):
            return _refusal(refusal)
        if trouble is None or getattr(trouble, "is_taken", True):
            self.messages.append(self._taken(form, answer))
        if trouble is not None:
            return await _make_trouble(request, trouble)
        return web.json_response(self.messages[-1].as_json(), status=201)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        """Place a call, when the description and Twilio's own rules allow it."""
        trouble = self._call_troubles.popleft() if self._call_troubles else None
        if isinstance(trouble, Refuse):
            return _refusal(trouble)
        status, answer = await self._ask_prism(request)
        if status != 201:
            return web.json_response(answer, status=status)
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.faults.extend(f"unknown field {name}" for name in form.keys() - self._known_call_fields)
        if refusal := self._judge_call(request, form):
            return _refusal(refusal)
        if trouble is None or getattr(trouble, "is_taken", True):
            self.placed.append(call := self._rung(form))
        await asyncio.sleep(self.call_delay_seconds)
        if trouble is not None:
            return await _make_trouble(request, trouble)
        shown = {"account_sid": ACCOUNT_SID, "sid": call.sid, "to": call.to, "from": call.from_, "status": "queued"}
        return web.json_response(answer | shown | {"date_created": format_datetime(datetime.now(UTC))}, status=201)

    def _judge_call(self, request: web.Request, form: dict[str, str]) -> Refuse | None:
        """What Twilio refuses though its description does not say so: strange numbers, words that are not TwiML, or too many."""
        if request.headers.get("Authorization") != _LOGIN:
            return Refuse(401, 20003)
        if not all(form.get(x, "").startswith("+") and form[x][1:].isdigit() for x in ("To", "From")):
            return Refuse(400, 21211)
        try:
            is_twiml = ET.fromstring(form.get("Twiml", "")).tag == "Response"
        except ET.ParseError:
            is_twiml = False
        return None if is_twiml and len(form["Twiml"]) <= _LONGEST_TWIML else Refuse(400, 12100)

    def _rung(self, form: dict[str, str]) -> PlacedCall:
        """The call of a good request."""
        back = form.get("StatusCallback", "")
        return PlacedCall(self._sid("CA"), form["To"], form["From"], form["Twiml"], back)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        trouble = self._list_troubles.popleft() if self._list_troubles else None
        if isinstance(trouble, Refuse):
            return _refusal(trouble)
        if trouble is not None:
            return await _make_trouble(request, trouble)
        status, answer = await self._ask_prism(request)
        if status != 200:
            return web.json_response(answer, status=status)
        to, sender = request.query.get("To"), request.query.get("From")
        found = [m for m in self.messages if to in (None, m.to) and sender in (None, m.from_)]
        page = [message.as_json() for message in reversed(found)][: int(request.query.get("PageSize", "50"))]
        return web.json_response(answer | {"messages": page, "next_page_uri": None, "page": 0})

    async def _ask_prism(self, request: web.Request) -> tuple[int, dict[str, Any]]:
        """Prism's status and answer to the very same call; a refusal is a fault."""
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type", "Accept")
            if name in request.headers
        }
        url = self._prism_url + request.raw_path
        async with self._session.request(request.method, url, data=await request.read(), headers=headers) as answer:
            body = await answer.json(content_type=None)
        if answer.status >= 400:
            self.faults.append(f"{answer.status} {json.dumps(body)[:500]}")
        return answer.status, body

    def _judge(self, request: web.Request, form: dict[str, str]) -> Refuse | None:
        """What Twilio refuses though its description does not say so."""
        number = form.get("To", "").removeprefix("whatsapp:")
        if request.headers.get("Authorization") != _LOGIN:
            return Refuse(401, 20003)
        if not (number.startswith("+") and number[1:].isdigit()):
            return Refuse(400, 21211)
        if form["To"] in self.opted_out:
            return Refuse(400, 21610)
        if not form.get("Body", "").strip():
            return Refuse(400, 21619)
        return Refuse(400, 21617) if len(form["Body"]) > _LONGEST_BODY else None

    def _taken(self, form: dict[str, str], mock: dict[str, Any]) -> SentMessage:
        """The message of a good call."""
        return SentMessage(
            sid=self._sid("SM"),
            to=form["To"],
            from_=form.get("From", ""),
            messaging_service_sid=form.get("MessagingServiceSid", ""),
            body=form["Body"],
            status_callback=form.get("StatusCallback", ""),
            created_at=datetime.now(UTC).replace(microsecond=0),
            mock=mock,
        )

    def _sid(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number:032x}"


def sign(url: str, form: dict[str, str]) -> str:
    """Twilio's signature of a form posted to that address."""
    return str(RequestValidator(AUTH_TOKEN).compute_signature(url, form))


@asynccontextmanager
async def running_twilio() -> AsyncIterator[TwilioDouble]:
    """A double that is up, and down again at the end. Raises `tests.support.node.NodeMissingError` without Node."""
    port = _free_port()
    spec = node_modules().joinpath(*_SPEC)
    if not spec.is_file():
        raise FileNotFoundError(f"{spec}: @twilio/cli-core in tests/support/node no longer ships Twilio's description")
    command = [*node_tool("prism"), "mock", str(spec), "-h", "127.0.0.1", "-p", str(port)]
    with tempfile.TemporaryFile() as log:
        prism = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=node_environment())
        try:
            await _until_up(prism, port, log)
            double = TwilioDouble(f"http://127.0.0.1:{port}")
            try:
                await double.start()
                await double.warm_up()
                yield double
            finally:
                await double.stop()
        finally:
            _end(prism)


async def _until_up(prism: subprocess.Popen[bytes], port: int, log: Any) -> None:
    """Return when prism takes connections; fail with its log when it does not."""
    give_up_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up_at and prism.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        await writer.wait_closed()
        return
    log.seek(0)
    raise RuntimeError(f"prism did not start: {log.read()[-2000:].decode(errors='replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _known_fields(what: str) -> frozenset[str]:
    """The form fields that Twilio's description knows for a new message ("Messages") or call ("Calls")."""
    spec = json.loads(node_modules().joinpath(*_SPEC).read_text())
    create = spec["paths"][f"/2010-04-01/Accounts/{{AccountSid}}/{what}.json"]["post"]
    schema = create["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    return frozenset(schema["properties"])


def _refusal(refuse: Refuse) -> web.Response:
    """An error in Twilio's own form; without a code, as its load balancer would say it."""
    headers = {"Retry-After": refuse.retry_after} if refuse.retry_after else {}
    if refuse.code is None:
        return web.Response(status=refuse.status, text="<html>sorry</html>", content_type="text/html", headers=headers)
    body = {"code": refuse.code, "message": "The number +447700900123 is at fault", "status": refuse.status}
    return web.json_response(body, status=refuse.status, headers=headers)


async def _make_trouble(request: web.Request, trouble: Trouble) -> web.StreamResponse:
    """No answer, a late one or a broken one."""
    if isinstance(trouble, Hang):
        await asyncio.sleep(trouble.seconds)
    if isinstance(trouble, Garble):
        return web.Response(status=201, text="{not json", content_type="application/json")
    if request.transport:
        request.transport.close()
    return web.Response(status=500)
