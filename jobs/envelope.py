"""The one envelope for everything of ours that rests outside of this process or travels in a card: AES-GCM with the id
of its key, several keys for a change of keys without a break, bound to what it is for and to whom it belongs.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

_VERSION = b"\x02"
_ID = 4
_NONCE = 12
_TAG = 16
KEY_BYTES = 32


class EnvelopeBroken(Exception):
    """The envelope was changed, is bound to something else, or none of our keys made it."""


class KeyRing:
    """The keys of an installation: the first one seals, all of them open.

    Args:
        keys: Each 32 random bytes, the same on every instance.

    Raises:
        ValueError: there is no key, or one has another length.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a seal key has 32 bytes")
        self._keys = {_derived(key, b"id")[:_ID]: key for key in keys}
        self._first = _derived(keys[0], b"id")[:_ID]
        self._ciphers: dict[bytes, Any] = {}

    @classmethod
    def random(cls) -> "KeyRing":
        """A ring whose envelopes nobody can open after this process ends."""
        return cls([secrets.token_bytes(KEY_BYTES)])

    def seal(self, content: bytes, *bound: str) -> bytes:
        """Seal a content. It opens with the same `bound` alone, such as purpose, tenant and record."""
        head = _VERSION + self._first
        nonce = secrets.token_bytes(_NONCE)
        sealed: bytes = self._cipher(self._first).encrypt(nonce, content, _associated(head, bound))
        return head + nonce + sealed

    def open(self, envelope: bytes, *bound: str) -> bytes:
        """Open an envelope. Raises `EnvelopeBroken`."""
        from cryptography.exceptions import InvalidTag

        head, rest = envelope[: 1 + _ID], envelope[1 + _ID :]
        if head[:1] != _VERSION or head[1:] not in self._keys or len(rest) < _NONCE + _TAG:
            raise EnvelopeBroken
        try:
            content: bytes = self._cipher(head[1:]).decrypt(rest[:_NONCE], rest[_NONCE:], _associated(head, bound))
        except InvalidTag:
            raise EnvelopeBroken from None
        return content

    def names(self, text: str) -> tuple[str, ...]:
        """Keyed hashes of a text, one for each key, the one to use first: they tell nobody what they stand for."""
        return tuple(
            hmac.new(_derived(key, b"names"), text.encode(), hashlib.sha256).hexdigest()[:40]
            for key in self._keys.values()
        )

    def _cipher(self, key_id: bytes) -> Any:
        if key_id not in self._ciphers:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._ciphers[key_id] = AESGCM(_derived(self._keys[key_id], b"envelope"))
        return self._ciphers[key_id]


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose, so that no two uses share one."""
    return hmac.new(key, b"amtsklar " + purpose, hashlib.sha256).digest()


def _associated(head: bytes, bound: Sequence[str]) -> bytes:
    """What an envelope is bound to. The lengths keep the parts apart."""
    parts = [part.encode() for part in bound]
    return b"".join([b"amtsklar", head, *(len(part).to_bytes(4) + part for part in parts)])
