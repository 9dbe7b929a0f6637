"""Twilio's status callbacks as delivery receipts."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channel import DeliveryReceipt, ReceiptStatus
from bot.errors import Unreadable

_STATUSES = {
    "sent": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.DELIVERED,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.FAILED,
    "canceled": ReceiptStatus.FAILED,
}


def parse(form: Mapping[str, str], lane: str) -> DeliveryReceipt | None:
    """The receipt, or None for a step before sending and for a status that is not known here. Raises `Unreadable`."""
    sid = form.get("MessageSid") or form.get("SmsSid")
    status = form.get("MessageStatus") or form.get("SmsStatus")
    if not sid or not status:
        raise Unreadable("receipt without message or status")
    if status not in _STATUSES:
        return None
    code = form.get("ErrorCode", "")
    return DeliveryReceipt(lane, sid, _STATUSES[status], code if code.isdigit() and code != "0" else "")
