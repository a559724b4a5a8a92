"""The Teams door of several towns: each town has a bot door of its own, with its own cards, seals and rules.

An activity names its tenant before anything is proven. That name only picks the door; the door then verifies the
caller and refuses one who is proven to belong elsewhere.
"""

import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from towns.router import TownNotReady, Towns

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bots.door import BotDoor
    from bots.port import Identity, Verifier
    from towns.town import Town

_log = logging.getLogger("amtsklar.towns")

_MESSAGES = {
    401: ("not_authenticated", "Die Anfrage trägt keinen gültigen Nachweis ihrer Herkunft."),
    403: ("not_allowed", "Von dort nimmt Amtsklar keine Anfragen an."),
    503: ("not_ready", "Amtsklar ist gerade nicht bereit. Bitte versuchen Sie es gleich noch einmal."),
}


class HasBot(Protocol):
    """The rooms of one town as this door needs them."""

    @property
    def bot(self) -> "BotDoor":
        """The bot's door of this town."""
        ...


class WrongTown(Exception):
    """The caller is proven, but belongs to another town than the activity said."""

    status = 403


class OneTown:
    """Proves the caller as `verifier` does, and refuses everybody who is not of this town."""

    def __init__(self, verifier: "Verifier", town: "Town") -> None:
        self._verifier = verifier
        self._tenants = frozenset(tenant.lower() for tenant in town.tenants)

    async def verify(self, authorization: str, activity: Mapping[str, Any]) -> "Identity":
        """The sender. Raises `WrongTown`, and what the verifier raises."""
        identity = await self._verifier.verify(authorization, activity)
        if identity.tenant_id.lower() not in self._tenants:
            raise WrongTown
        return identity


class TownDoor[Rooms: HasBot]:
    """Takes the activities of Teams for all towns.

    Args:
        towns: The towns with their doors.
        verifier: Says who is calling, for any of the towns.
    """

    def __init__(self, towns: Towns[Rooms], verifier: "Verifier") -> None:
        self._towns = towns
        self._verifier = verifier

    async def messages(self, request: "Request") -> "Response":
        """Answer POST /api/messages at the door of the town that the activity names."""
        # The request keeps its body, so that the town's own door can read it again.
        activity = _parsed(await request.body())
        try:
            rooms = await self._towns.rooms(_tenant_of(activity))
        except TownNotReady:
            return _problem(503, "town_not_ready")
        if rooms is not None:
            return await rooms.bot.messages(request)
        try:
            await self._verifier.verify(request.headers.get("authorization", ""), activity)
        except Exception as error:  # whatever a verifier raises closes the door
            status = getattr(error, "status", 401)
            return _problem(status if status in _MESSAGES else 401, type(error).__name__)
        return _problem(403, "unknown_town")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, Any], content) if isinstance(content, dict) else {}


def _tenant_of(activity: Mapping[str, Any]) -> str:
    return _text(activity, "channelData", "tenant", "id") or _text(activity, "conversation", "tenantId")


def _text(activity: Mapping[str, Any], *names: str) -> str:
    place: object = activity
    for name in names:
        place = cast(dict[str, object], place).get(name) if isinstance(place, dict) else None
    return place if isinstance(place, str) else ""


def _problem(status: int, detail: str) -> "Response":
    from starlette.responses import JSONResponse

    code, message = _MESSAGES[status]
    _log.warning("activity refused: %s %s", code, detail)
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
