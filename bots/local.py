"""Who is calling in the local profile, where the Agents Playground on the same machine sends no usable token.

Never used in production: `service` builds this verifier for the local profile alone.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bots.activity import BadActivity, read
from entra.gate import Person


class NotFromHere(Exception):
    """The activity names no person, or wants its answer sent to another machine."""

    status = 403


class LocalVerifier:
    """Takes the person from the activity itself, and answers this machine only."""

    async def verify(self, authorization: str, activity: Mapping[str, Any]) -> Person:
        """The sender as the activity names them. Raises `NotFromHere`."""
        try:
            inbound = read(dict(activity))
        except BadActivity:
            raise NotFromHere from None
        if not (inbound.tenant_id and inbound.object_id and _is_this_machine(inbound.service_url)):
            raise NotFromHere
        return Person(inbound.tenant_id, inbound.object_id, inbound.sender_name)


def _is_this_machine(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
