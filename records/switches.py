"""Whether a town has switched something off: remembered for seconds, so that a switch works within a minute.

Where switches are kept is the business of a `Store`.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from records.port import EVERYTHING, Store

# From this age on the switches are read anew, beside the requests that still go by the old ones.
FRESH_SECONDS = 15.0
# Never does a request go by older ones than this, so that a switch works well within a minute.
END_SECONDS = 30.0
_READ_SECONDS = 5.0
# After a failed reading.
_PAUSE_SECONDS = 3.0

_log = logging.getLogger(__name__)


class RememberedSwitches:
    """The switches of all towns as last read.

    One reading is under way at a time. While the storage fails, what was read counts for less than a minute; after
    that nobody can say what is off, and the gate closes.
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._off: frozenset[tuple[str, str]] = frozenset()
        self._read_at = float("-inf")
        self._failed_at = float("-inf")
        self._under_way: asyncio.Task[None] | None = None

    async def is_off(self, tenant_id: str, capability: str) -> bool | None:
        """True when the capability, or everything, is off for the tenant; None when that cannot be said."""
        age = self._clock() - self._read_at
        if age >= FRESH_SECONDS and self._clock() - self._failed_at >= _PAUSE_SECONDS:
            reading = self._reading()
            if age >= END_SECONDS:
                await asyncio.shield(reading)
        elif age >= END_SECONDS and self._under_way is not None:
            await asyncio.shield(self._under_way)
        if self._clock() - self._read_at >= END_SECONDS:
            return None
        tenant = tenant_id.lower()
        return (tenant, EVERYTHING) in self._off or (tenant, capability) in self._off

    def _reading(self) -> asyncio.Task[None]:
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._read())
        return self._under_way

    async def _read(self) -> None:
        asked_at = self._clock()
        try:
            async with asyncio.timeout(_READ_SECONDS):
                self._off = await self._store.switched_off()
            self._read_at = asked_at
        except Exception as error:  # whatever a storage raises; what was read before counts a little longer
            self._failed_at = self._clock()
            _log.warning("switches unreadable: %s", getattr(error, "code", type(error).__name__))
        finally:
            self._under_way = None
