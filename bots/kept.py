"""Texts behind buttons that are too large for a card, in a storage account, so that every instance can open them.

They come here sealed. The sweep of the jobs deletes them within the hour.
"""

import re
import secrets

from bots.seal import SealExpired
from jobs.account import Account, StorageAway
from jobs.azure import CONTAINER
from jobs.envelope import KeyRing

_NUMBER = re.compile(r"([0-9a-f]{40}|0)\.([A-Za-z0-9_-]{22})")


class BlobDrawer:
    """Keeps seals as blobs. Implements `bots.port.Drawer`."""

    def __init__(self, account: Account, keys: KeyRing) -> None:
        self._account = account
        self._keys = keys

    async def put(self, seal: str, origin: str = "") -> str:
        """See `bots.port.Drawer.put`. Raises `StorageAway`."""
        folder = "0" if not origin else origin[1:] if origin.startswith("#") else self._folders(origin)[0]
        name = secrets.token_urlsafe(16)
        await self._account.upload(CONTAINER, f"texte/{folder}/{name}", seal.encode())
        return f"{folder}.{name}"

    async def get(self, number: str) -> tuple[str, str]:
        """See `bots.port.Drawer.get`."""
        found = _NUMBER.fullmatch(number)
        if found is None:
            raise SealExpired
        folder, name = found.groups()
        try:
            seal = await self._account.download(CONTAINER, f"texte/{folder}/{name}")
        except StorageAway:
            raise SealExpired from None
        if seal is None:
            raise SealExpired
        return seal.decode(), f"#{folder}" if folder != "0" else ""

    async def forget(self, origin: str) -> int:
        """See `bots.port.Drawer.forget`. What cannot be deleted now goes within the hour."""
        gone = 0
        try:
            for folder in self._folders(origin) if origin else ():
                for name, _ in await self._account.blobs(CONTAINER, f"texte/{folder}/"):
                    await self._account.remove(CONTAINER, name)
                    gone += 1
        except StorageAway:
            pass
        return gone

    def _folders(self, origin: str) -> tuple[str, ...]:
        return self._keys.names(f"origin\0{origin}")
