"""Which town a request belongs to: the rooms of each town are built at its first request and picked by the tenant.

The tenant always comes from a verified token or activity. What a town consists of is decided in `service`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from assistant.assistant import Assistant
from assistant.examples import Example
from assistant.path import Checked, Event, Failed, Refused, Request
from entra.gate import UNKNOWN_TENANT, Admission, Person, Reason
from towns.town import Town
from writers.port import TaskKind

# How long a town that could not be built is left alone.
_PAUSE_SECONDS = 30.0

_log = logging.getLogger("amtsklar.towns")

_NOT_READY = Failed(
    "town_not_ready",
    "Amtsklar ist für Ihre Stadt gerade nicht bereit, weil eine Datei der Stadt nicht lesbar ist. "
    "Ihr Text wurde nicht verarbeitet. Bitte sagen Sie der Systembetreuung Bescheid.",
)


class TownNotReady(Exception):
    """The rooms of a town cannot be built. `code` goes to the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class HasAssistant(Protocol):
    """The rooms of one town as the path needs them."""

    @property
    def assistant(self) -> Assistant:
        """The path of this town's texts."""
        ...


class Towns[Rooms]:
    """The towns of an installation with their rooms, built when first needed and then kept.

    Args:
        towns: All towns.
        build: Makes the rooms of one town; runs in a thread, once per town.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, towns: Sequence[Town], build: Callable[[Town], Rooms], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._by_tenant = {tenant.lower(): town for town in towns for tenant in town.tenants}
        self._build = build
        self._clock = clock
        self._rooms: dict[str, Rooms] = {}
        self._under_way: dict[str, asyncio.Task[Rooms]] = {}
        self._failed: dict[str, tuple[float, str]] = {}

    def town(self, tenant_id: str) -> Town | None:
        """The town of a tenant, or None for a stranger."""
        return self._by_tenant.get(tenant_id.strip().lower())

    async def rooms(self, tenant_id: str) -> Rooms | None:
        """The rooms of a tenant's town; None for a stranger.

        Raises:
            TownNotReady: they cannot be built, for example because a file of this town is malformed.
        """
        town = self.town(tenant_id)
        if town is None:
            return None
        rooms = self._rooms.get(town.key)
        if rooms is not None:
            return rooms
        failed_at, code = self._failed.get(town.key, (float("-inf"), ""))
        if self._clock() - failed_at < _PAUSE_SECONDS:
            raise TownNotReady(code)
        task = self._under_way.get(town.key)
        if task is None:
            task = asyncio.create_task(self._make(town))
            self._under_way[town.key] = task
        return await asyncio.shield(task)

    async def _make(self, town: Town) -> Rooms:
        try:
            rooms = await asyncio.to_thread(self._build, town)
        except Exception as error:
            code = type(error).__name__
            # The name of the folder and the type: what a file says could quote somebody. `doctor` names file and line.
            _log.error("town not ready: %s %s", town.key, code)
            self._failed[town.key] = (self._clock(), code)
            raise TownNotReady(code) from None
        finally:
            del self._under_way[town.key]
        self._rooms[town.key] = rooms
        return rooms


class TownPath[Rooms: HasAssistant]:
    """The path of all towns behind one face, for the Outlook door: the town is the person's own."""

    def __init__(self, towns: Towns[Rooms]) -> None:
        self._towns = towns

    async def run(self, request: Request) -> AsyncGenerator[Event]:
        """Answer one request in the person's own town; see `Assistant.run`."""
        assistant = await self._of(request.person)
        if not isinstance(assistant, Assistant):
            yield assistant
            return
        async with aclosing(assistant.run(request)) as events:
            async for event in events:
                yield event

    async def check(self, person: Person, source: str) -> Checked | Refused | Failed:
        """Check a text by the rules of the person's own town."""
        assistant = await self._of(person)
        return await assistant.check(person, source) if isinstance(assistant, Assistant) else assistant

    async def admission(
        self, person: Person, task: TaskKind = TaskKind.BUERGERNAH, *, again: bool = False
    ) -> Admission:
        """What the gate of the person's own town says."""
        assistant = await self._of(person)
        if isinstance(assistant, Assistant):
            return await assistant.admission(person, task, again=again)
        if isinstance(assistant, Refused):
            return assistant.admission
        return Admission(
            False, Reason.DIRECTORY_UNREACHABLE, "Amtsklar ist für Ihre Stadt gerade nicht bereit", assistant.message
        )

    async def _of(self, person: Person) -> Assistant | Refused | Failed:
        try:
            rooms = await self._towns.rooms(person.tenant_id)
        except TownNotReady:
            return _NOT_READY
        return Refused(UNKNOWN_TENANT) if rooms is None else rooms.assistant

    @staticmethod
    def examples() -> tuple[Example, ...]:
        """Ready texts and notes to try; the same for all towns."""
        from assistant.examples import load_examples

        return load_examples()

    @staticmethod
    def letter_kinds() -> tuple[tuple[str, str], ...]:
        """The kinds of letters a form may offer; the same for all towns."""
        from letters import kinds

        return kinds.titles()

    text_of_html = staticmethod(Assistant.text_of_html)
    with_lines = staticmethod(Assistant.with_lines)
    html_of_text = staticmethod(Assistant.html_of_text)
