"""A token for the model server from the managed identity of the app. Needs Azure; knows nothing of models."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from writers.port import WriterFailed

RESOURCE = "https://cognitiveservices.azure.com"


def managed_identity(client_id: str = "", resource: str = RESOURCE) -> Callable[[], Awaitable[str]]:
    """An async callable that gives a valid token; it is kept and renewed by `msal`.

    Args:
        client_id: Of a user-assigned identity; empty for the system-assigned one.
        resource: For whom the token is.
    """
    client: Any = None
    lock = asyncio.Lock()

    def acquire() -> dict[str, Any]:
        nonlocal client
        if client is None:
            import msal
            import requests

            identity = (
                msal.UserAssignedManagedIdentity(client_id=client_id)
                if client_id
                else msal.SystemAssignedManagedIdentity()
            )
            client = msal.ManagedIdentityClient(identity, http_client=requests.Session())
        return cast("dict[str, Any]", client.acquire_token_for_client(resource=resource))

    async def token() -> str:
        async with lock:
            try:
                result = await asyncio.to_thread(acquire)
            except Exception:  # msal's and the transport's own; their text may hold addresses
                result = {}
        if not isinstance(value := result.get("access_token"), str):
            raise WriterFailed("model_unauthorized", "Die Anmeldung beim Sprachmodell ist nicht gelungen.") from None
        return value

    return token
