"""Identifiers: time-ordered UUIDs, with a type of their own for each entity."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

from uuid_utils import compat

PersonId = NewType("PersonId", UUID)
AddressId = NewType("AddressId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
CaseId = NewType("CaseId", UUID)


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): unique, and later ones sort after earlier ones, so an index grows at one end."""
    return compat.uuid7()
