"""Texts that wait behind a button: sealed, bound to one person, and gone after a while.

A small text travels sealed inside its card; a large one stays sealed in memory. Nobody can read or change either.
"""

import base64
import json
import secrets
import struct
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from entra.gate import Person
from jobs.envelope import EnvelopeBroken, KeyRing

_ENDS = struct.Struct(">I")


class SealBroken(Exception):
    """The seal was changed, belongs to somebody else, or was made by another installation."""


class SealExpired(Exception):
    """The seal is too old, or what it led to is no longer kept."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a card's buttons need: the text as it came in, what was made of it, how, and whether by a model."""

    source: str = field(repr=False)
    result: str = field(repr=False)
    task: str
    by_model: bool = False


class Sealer:
    """Seals for one person: tenant, person and the moment of expiry are part of the seal.

    Args:
        keys: The keys, the same on every instance that has to open the seals.
        lifetime: How long a seal holds, in seconds.
        now: Seconds since 1970.
    """

    def __init__(self, keys: KeyRing, *, lifetime: float = 86_400.0, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._lifetime = lifetime
        self._now = now

    def seal(self, content: Sealed, person: Person) -> str:
        """Seal a content for one person."""
        values = [content.task, content.source, content.result, content.by_model]
        packed = zlib.compress(json.dumps(values, ensure_ascii=False).encode())
        ends = int(self._now() + self._lifetime)
        return _encode(_ENDS.pack(ends) + self._keys.seal(packed, *_bound(ends, person)))

    def open(self, seal: str, person: Person) -> Sealed:
        """Open a seal.

        Raises:
            SealBroken: it was changed, or it is not this person's.
            SealExpired: it is this person's, but too old.
        """
        raw = _decode(seal)
        if len(raw) < _ENDS.size:
            raise SealBroken
        (ends,) = _ENDS.unpack(raw[: _ENDS.size])
        try:
            packed = self._keys.open(raw[_ENDS.size :], *_bound(ends, person))
        except EnvelopeBroken:
            raise SealBroken from None
        if ends < self._now():
            raise SealExpired
        values = cast(list[Any], json.loads(zlib.decompress(packed)))
        # A seal of the version before does not say who wrote; then the marking rather stands once too often.
        by_model = bool(values[3]) if len(values) > 3 else True
        task, source, result = cast(list[str], values[:3])
        return Sealed(source, result, task, by_model)


class MemoryDrawer:
    """Keeps seals that are too large for a card, in memory, for a while.

    Args:
        lifetime: How long one is kept, in seconds.
        capacity: Bytes kept at most; the oldest go first.
    """

    def __init__(
        self, *, lifetime: float = 7_200.0, capacity: int = 32_000_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lifetime = lifetime
        self._capacity = capacity
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, str, str]] = OrderedDict()
        self._size = 0

    async def put(self, seal: str, origin: str = "") -> str:
        """See `bots.port.Drawer.put`."""
        self._tidy(len(seal))
        number = secrets.token_urlsafe(16)
        self._kept[number] = (self._clock() + self._lifetime, seal, origin)
        self._size += len(seal)
        return number

    async def get(self, number: str) -> tuple[str, str]:
        """See `bots.port.Drawer.get`."""
        self._tidy(0)
        if number not in self._kept:
            raise SealExpired
        _, seal, origin = self._kept[number]
        return seal, origin

    async def forget(self, origin: str) -> int:
        """See `bots.port.Drawer.forget`."""
        gone = [number for number, (_, _, kept) in self._kept.items() if origin and kept == origin]
        for number in gone:
            self._size -= len(self._kept.pop(number)[1])
        return len(gone)

    def _tidy(self, coming: int) -> None:
        now = self._clock()
        while self._kept:
            until, seal, _ = next(iter(self._kept.values()))
            if until > now and self._size + coming <= self._capacity:
                return
            self._kept.popitem(last=False)
            self._size -= len(seal)


def _bound(ends: int, person: Person) -> tuple[str, ...]:
    """What a seal is bound to besides its content."""
    return ("button", str(ends), person.tenant_id.lower(), person.object_id.lower())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SealBroken from None
