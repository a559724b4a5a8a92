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

_VERSION = b"\x01"
_NONCE = 12
_HEAD = struct.Struct(">cI")


class SealBroken(Exception):
    """The seal was changed, belongs to somebody else, or was made by another installation."""


class SealExpired(Exception):
    """The seal is too old, or what it led to is no longer kept."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a card's buttons need: the text as it came in, what was made of it, and how."""

    source: str = field(repr=False)
    result: str = field(repr=False)
    task: str


class Sealer:
    """Seals with AES-GCM. The person, the tenant and the moment of expiry are part of the seal.

    Args:
        key: 32 random bytes, the same on every instance that has to open the seals.
        lifetime: How long a seal holds, in seconds.
        now: Seconds since 1970.
    """

    def __init__(self, key: bytes, *, lifetime: float = 86_400.0, now: Callable[[], float] = time.time) -> None:
        if len(key) != 32:
            raise ValueError("a seal key has 32 bytes")
        self._key = key
        self._lifetime = lifetime
        self._now = now
        self._cipher: Any = None

    @classmethod
    def with_random_key(cls, *, lifetime: float = 86_400.0, now: Callable[[], float] = time.time) -> "Sealer":
        """A sealer whose seals nobody can open after this process ends."""
        return cls(secrets.token_bytes(32), lifetime=lifetime, now=now)

    def seal(self, content: Sealed, person: Person) -> str:
        """Seal a content for one person."""
        packed = zlib.compress(json.dumps([content.task, content.source, content.result], ensure_ascii=False).encode())
        head = _HEAD.pack(_VERSION, int(self._now() + self._lifetime))
        nonce = secrets.token_bytes(_NONCE)
        return _encode(head + nonce + self._aes().encrypt(nonce, packed, _bound(head, person)))

    def open(self, seal: str, person: Person) -> Sealed:
        """Open a seal.

        Raises:
            SealBroken: it was changed, or it is not this person's.
            SealExpired: it is this person's, but too old.
        """
        from cryptography.exceptions import InvalidTag

        raw = _decode(seal)
        head, nonce, box = raw[: _HEAD.size], raw[_HEAD.size : _HEAD.size + _NONCE], raw[_HEAD.size + _NONCE :]
        if len(box) < 16 or head[:1] != _VERSION:
            raise SealBroken
        try:
            packed: bytes = self._aes().decrypt(nonce, box, _bound(head, person))
        except InvalidTag:
            raise SealBroken from None
        if _HEAD.unpack(head)[1] < self._now():
            raise SealExpired
        task, source, result = cast(list[str], json.loads(zlib.decompress(packed)))
        return Sealed(source, result, task)

    def _aes(self) -> Any:
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher = AESGCM(self._key)
        return self._cipher


class Drawer:
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

    def put(self, seal: str, origin: str = "") -> str:
        """Keep a seal. Returns the number it is fetched with, which nobody can guess.

        Args:
            seal: The seal.
            origin: Names the message it was made of, for `forget`; what came from a kept seal has the same origin.
        """
        self._tidy(len(seal))
        number = secrets.token_urlsafe(16)
        self._kept[number] = (self._clock() + self._lifetime, seal, origin)
        self._size += len(seal)
        return number

    def get(self, number: str) -> str:
        """Fetch a seal. Raises `SealExpired` when it is no longer kept."""
        self._tidy(0)
        if number not in self._kept:
            raise SealExpired
        return self._kept[number][1]

    def origin(self, number: str) -> str:
        """The origin of what is kept under a number; empty when it has none or is no longer kept."""
        kept = self._kept.get(number)
        return kept[2] if kept else ""

    def forget(self, origin: str) -> int:
        """Drop everything that was made of a message. Returns how many seals that were."""
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


def _bound(head: bytes, person: Person) -> bytes:
    """What a seal is bound to besides its content. The NUL keeps tenant and person apart."""
    return b"\0".join((b"amtsklar", head, person.tenant_id.lower().encode(), person.object_id.lower().encode()))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SealBroken from None
