"""From where somebody asks, as coarse as one household or office."""

from __future__ import annotations

import ipaddress
from typing import Final

IPV6_HOME: Final = 64
"""Bits that a household or an office has to itself: one machine may change its address inside them at will."""


def network_of(host: str) -> str:
    """The network of an address: an IPv4 address as it is, of an IPv6 one its home; any other text as it is."""
    try:
        address = ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, IPV6_HOME), strict=False)) if address.version == 6 else host  # noqa: PLR2004
