"""What the writing pane shows about the town of the person who asks; a stranger learns nothing of any town.

The rest of the compose API is `outlook.compose`, which serves all towns.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from outlook.compose import Info, LetterKindInfo, RuleInfo
from outlook.identity import Identify, NotIdentified, bearer_challenge
from outlook.problems import Problem
from policy.screening import Screener
from towns.router import TownNotReady
from towns.town import Town
from writers.port import Writer


class HasRules(Protocol):
    """The rooms of one town as the pane shows them."""

    @property
    def town(self) -> Town:
        """The town."""
        ...

    @property
    def screener(self) -> Screener:
        """Its rules."""
        ...

    @property
    def writer(self) -> Writer:
        """Who writes first."""
        ...


type RoomsOf = Callable[[str], Awaitable[HasRules | None]]


def router(
    rooms_of: RoomsOf,
    identify: Identify,
    *,
    version: str,
    local: bool,
    letter_kinds: tuple[tuple[str, str], ...],
    text_limit: int,
) -> APIRouter:
    """`GET /api/compose/info` for several towns. Nobody known gets what all towns have in common.

    Args:
        rooms_of: The rooms of a tenant's town; None for a stranger.
        identify: Finds out who is asking.
        version: Of the product.
        local: Whether people are chosen instead of signed in.
        letter_kinds: Key and German title of each kind of letter.
        text_limit: Longest text, in code points.
    """
    api = APIRouter(prefix="/api/compose", tags=["compose"])

    def info(rooms: HasRules | None) -> Info:
        rules = rooms.screener.rules if rooms else ()
        return Info(
            version=version,
            writer=rooms.writer.name if rooms else "je nach Stadt ein Sprachmodell oder das Regelwerk",
            by_model=rooms is not None and rooms.writer.is_model,
            local=local,
            rules=[RuleInfo(id=r.id, title=r.title, action=r.action, advice=r.advice) for r in rules],
            letter_kinds=[LetterKindInfo(key=key, name=name) for key, name in letter_kinds],
            course_url=rooms.town.course_url if rooms else "",
            contact=rooms.town.contact if rooms else "",
            text_limit=text_limit,
        )

    @api.get("/info", operation_id="town_info", response_model=Info)
    async def town_info(request: Request) -> Response:
        try:
            person = await identify(request)
        except NotIdentified as unknown:
            if "authorization" in request.headers:
                return Problem(
                    unknown.status,
                    "not-identified",
                    unknown.title,
                    unknown.detail,
                    unknown.next_step,
                    headers=bearer_challenge(unknown.status),
                ).response()
            return _answer(info(None))
        try:
            return _answer(info(await rooms_of(person.tenant_id)))
        except TownNotReady:
            return _answer(info(None))

    return api


def _answer(info: Info) -> Response:
    return JSONResponse(info.model_dump(), headers={"Cache-Control": "no-store"})
