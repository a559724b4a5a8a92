"""The ports for counters and switches, and what a counter consists of.

A counter holds day, tenant, capability, event and detail. No person, no text, no time finer than a day.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol

# How long counters are kept, in days.
KEPT_DAYS = 365
# The capability that stands for all of them in a switch.
EVERYTHING = "alles"

_TENANT = re.compile(r"[0-9A-Za-z-]{1,40}")
_WORD = re.compile(r"[a-z_]{1,40}")
# Rule ids, outcome codes. Nothing with a space gets in, so no sentence ever can.
_DETAIL = re.compile(r"[0-9A-Za-z_.-]{0,40}")
_OTHER = "sonstiges"


class Records(Protocol):
    """Counts."""

    def count(self, tenant_id: str, event: str, detail: str = "", *, capability: str = "") -> None:
        """Count one event: a task that was done, or `blocked`, `refused`, `failed`.

        `detail` is the rule, reason or outcome; `capability` is empty for what belongs to none, such as a bad token.
        """
        ...


class StorageUnavailable(Exception):
    """The storage did not do what it was asked. `code` goes to the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Key(NamedTuple):
    """What is counted."""

    day: date
    tenant: str
    capability: str
    event: str
    detail: str

    @classmethod
    def of(cls, day: date, tenant_id: str, capability: str, event: str, detail: str) -> "Key":
        """The key of one event. What does not look like an id or a code becomes `sonstiges`."""
        return cls(
            day,
            tenant_id.lower() if _TENANT.fullmatch(tenant_id) else _OTHER,
            capability if not capability or _WORD.fullmatch(capability) else _OTHER,
            event if _WORD.fullmatch(event) else _OTHER,
            detail if _DETAIL.fullmatch(detail) else _OTHER,
        )


class Store(Protocol):
    """Counters and switches of an installation, wherever they are kept."""

    async def counts(self) -> Mapping[Key, int]:
        """All counters that are kept, of all processes. Raises `StorageUnavailable`."""
        ...

    async def flush(self) -> None:
        """Keep what has been counted so far. Raises `StorageUnavailable`."""
        ...

    async def delete_before(self, day: date) -> int:
        """Delete the counters of earlier days; how many entries went. Raises `StorageUnavailable`."""
        ...

    async def switched_off(self) -> frozenset[tuple[str, str]]:
        """What is off: tenant in lower case, and capability or `alles`. Raises `StorageUnavailable`."""
        ...

    async def switch(self, tenant_id: str, capability: str, *, off: bool) -> None:
        """Switch a capability, or `alles`, off or on again for a tenant. Raises `StorageUnavailable`."""
        ...

    async def close(self) -> None:
        """Keep what is left, then close the connections."""
        ...


def oldest_kept(today: date) -> date:
    """The first day whose counters are still kept."""
    return date.fromordinal(today.toordinal() - KEPT_DAYS)
