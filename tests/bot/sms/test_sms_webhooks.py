"""Signatures, receipts and error codes."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from bot.channel import DeliveryReceipt, ReceiptStatus
from bot.errors import NotFromProvider, Unreadable
from bot.sms import receipts
from bot.sms.client import refusal
from bot.sms.errors import MEANINGS, NO_ANSWER, NOT_CONNECTED, meaning, send_error
from bot.sms.signature import check

TOKEN = "0123456789abcdef"
URL = "https://talk.example.org/webhooks/twilio/sms?area=north"
FORM = {"MessageSid": "SM1", "From": "+447700900123", "Body": "مرحبا & hi"}


def sign(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Twilio's rule, written out: the address, then each name and value by name; HMAC-SHA1; base64."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_a_good_signature_passes() -> None:
    check(URL, FORM, sign(URL, FORM), TOKEN)
    with_port = URL.replace("example.org", "example.org:443")
    check(URL, FORM, sign(with_port, FORM), TOKEN)


def test_behind_a_proxy_the_public_address_counts() -> None:
    header = sign(URL, FORM)
    check(URL, FORM, header, TOKEN)
    with pytest.raises(NotFromProvider):
        check("http://127.0.0.1:8000/webhooks/twilio/sms?area=north", FORM, header, TOKEN)


@pytest.mark.parametrize(
    ("url", "form", "header", "token"),
    [
        (URL, FORM, None, TOKEN),
        (URL, FORM, "", TOKEN),
        (URL, FORM, "nonsense", TOKEN),
        (URL, FORM, "ü" * 28, TOKEN),
        (URL, FORM, sign(URL, FORM, "another token"), TOKEN),
        (URL, FORM, sign(URL, FORM, ""), ""),
        (URL, FORM | {"Body": "changed"}, sign(URL, FORM), TOKEN),
        (URL, FORM | {"Extra": ""}, sign(URL, FORM), TOKEN),
        (URL.replace("north", "south"), FORM, sign(URL, FORM), TOKEN),
        (URL.replace("https", "http"), FORM, sign(URL, FORM), TOKEN),
    ],
)
def test_a_bad_signature_is_refused(url: str, form: dict[str, str], header: str | None, token: str) -> None:
    with pytest.raises(NotFromProvider):
        check(url, form, header, token)


@pytest.mark.parametrize(
    ("status", "known"),
    [
        ("sent", ReceiptStatus.SENT),
        ("delivered", ReceiptStatus.DELIVERED),
        ("read", ReceiptStatus.DELIVERED),
        ("undelivered", ReceiptStatus.UNDELIVERED),
        ("failed", ReceiptStatus.FAILED),
        ("canceled", ReceiptStatus.FAILED),
    ],
)
def test_receipts(status: str, known: ReceiptStatus) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": status}
    assert receipts.parse(form, "sms:main") == DeliveryReceipt("sms:main", "SM1", known)


@pytest.mark.parametrize("status", ["accepted", "scheduled", "queued", "sending", "something new"])
def test_steps_before_sending_are_no_receipts(status: str) -> None:
    assert receipts.parse({"MessageSid": "SM1", "MessageStatus": status}, "lane") is None


@pytest.mark.parametrize(("code", "kept"), [("30003", "30003"), ("", ""), ("0", ""), ("<b>", "")])
def test_a_receipt_keeps_the_error_code(code: str, kept: str) -> None:
    form = {"SmsSid": "SM1", "SmsStatus": "undelivered", "ErrorCode": code}
    assert receipts.parse(form, "lane") == DeliveryReceipt("lane", "SM1", ReceiptStatus.UNDELIVERED, kept)


@pytest.mark.parametrize(
    "form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "sent"}, {"MessageSid": "", "MessageStatus": "sent"}]
)
def test_a_receipt_without_message_or_status_is_unreadable(form: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        receipts.parse(form, "lane")


@pytest.mark.parametrize("code", MEANINGS)
def test_every_code_says_one_thing_in_words(code: str) -> None:
    what = MEANINGS[code]
    assert what.reason.endswith(".")
    assert what.is_retryable + what.is_address_dead + what.is_opted_out <= 1
    assert what.is_retryable or what.retry_after_seconds is None
    error = send_error(code, 400)
    assert (error.code, error.is_retryable, error.is_address_dead, error.is_opted_out) == (
        code, what.is_retryable, what.is_address_dead, what.is_opted_out,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "field"),
    [
        (("21610",), "is_opted_out"),
        (("21211", "21614", "21408", "30005", "30006", "63003"), "is_address_dead"),
        (("20429", "30001", "30003", "30022", NOT_CONNECTED, NO_ANSWER), "is_retryable"),
    ],
)
def test_codes_that_matter(codes: tuple[str, ...], field: str) -> None:
    assert all(getattr(meaning(code), field) for code in codes)


def test_a_wrong_secret_is_nobodys_address_and_not_worth_repeating() -> None:
    assert not any((meaning("20003").is_retryable, meaning("20003").is_address_dead, meaning("20003").is_opted_out))


@pytest.mark.parametrize(
    ("status", "text", "retry_after", "code", "retryable", "pause"),
    [
        (400, '{"code": 21610, "message": "To +447700900123", "status": 400}', "", "21610", False, None),
        (429, '{"code": 20429, "message": "slow", "status": 429}', "", "20429", True, 5.0),
        (429, '{"code": 20429, "message": "slow", "status": 429}', "17", "20429", True, 17.0),
        (429, "", "999999", "429", True, 3600.0),
        (503, "<html>busy</html>", "Wed, 21 Oct 2026 07:28:00 GMT", "503", True, None),
        (500, "[]", "", "500", True, None),
        (502, '{"code": "x"}', "", "502", True, None),
        (400, '{"code": 29999}', "9", "29999", False, None),
        (401, '{"code": 20003}', "", "20003", False, None),
        (404, "", "", "404", False, None),
    ],
)
def test_refusals(*, status: int, text: str, retry_after: str, code: str, retryable: bool, pause: float | None) -> None:
    error = refusal(status, text, retry_after)
    assert (error.code, error.is_retryable, error.retry_after_seconds) == (code, retryable, pause)
    assert "+44" not in str(error)
