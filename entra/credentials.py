"""How the product proves who it is when it calls Microsoft: managed identity, secret or certificate, through `msal`.

Gives out access tokens for Graph, the Bot Connector or the model. Verifying the tokens of others is `entra.tokens`.
"""

import asyncio
import functools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    import requests

GRAPH = "https://graph.microsoft.com"
BOT_CONNECTOR = "https://api.botframework.com"
MODEL = "https://cognitiveservices.azure.com"

# A token is renewed this long before it ends, and used to the end while renewing fails.
RENEW_SECONDS = 300.0
# Connecting and waiting for an answer of the token endpoint.
_TIMEOUT = (3.0, 5.0)

_log = logging.getLogger(__name__)


class TokenUnavailable(Exception):
    """No token. `code` goes to the log; it is an error code of the token endpoint or the type of what failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AppTokens(Protocol):
    """Gives access tokens of the app itself (never of a person)."""

    async def token(self, resource: str, tenant_id: str = "") -> str:
        """An access token for a resource such as `GRAPH`.

        Args:
            resource: Address of the resource, without path.
            tenant_id: Whose directory it is for; empty for the app's own tenant.

        Raises:
            TokenUnavailable: none could be had.
        """
        ...


type _Acquire = Callable[[str, str], Mapping[str, Any]]
type _Key = tuple[str, str]


class AppCredential:
    """One credential of the app with its tokens, kept in memory until they end.

    Each credential has one msal client (per tenant, since msal binds a client to one). msal blocks, so it runs in a
    thread; one question per resource is under way at a time.
    """

    def __init__(self, acquire: _Acquire, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._acquire = acquire
        self._clock = clock
        self._tokens: dict[_Key, tuple[str, float]] = {}
        self._under_way: dict[_Key, asyncio.Task[str]] = {}

    @classmethod
    def for_managed_identity(cls, client_id: str) -> Self:
        """A user-assigned managed identity; it exists in its own tenant only, whatever tenant is asked for."""

        def client(_tenant_id: str) -> Any:
            import msal

            identity = msal.UserAssignedManagedIdentity(client_id=client_id)
            return msal.ManagedIdentityClient(identity, http_client=_session())

        one = _Clients(client)

        def acquire(resource: str, _tenant_id: str) -> Mapping[str, Any]:
            return one.of("").acquire_token_for_client(resource=resource)

        return cls(acquire)

    @classmethod
    def for_secret(cls, client_id: str, secret: str, *, tenant_id: str, login_url: str) -> Self:
        """An app registration with a client secret."""
        return cls(_confidential(client_id, secret, tenant_id, login_url))

    @classmethod
    def for_certificate(cls, client_id: str, file: Path, *, tenant_id: str, login_url: str) -> Self:
        """An app registration with a certificate: a PFX file, or a PEM file with private key and certificate."""
        return cls(_confidential(client_id, file, tenant_id, login_url))

    async def token(self, resource: str, tenant_id: str = "") -> str:
        """An access token for a resource such as `GRAPH`.

        Raises:
            TokenUnavailable: none could be had.
        """
        key = (resource, tenant_id)
        token, ends = self._tokens.get(key, ("", 0.0))
        if token and self._clock() < ends - RENEW_SECONDS:
            return token
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._renew(key))
            self._under_way[key] = task
            task.add_done_callback(functools.partial(self._done, key))
        try:
            return await asyncio.shield(task)
        except TokenUnavailable:
            if token and self._clock() < ends:
                return token
            raise

    async def _renew(self, key: _Key) -> str:
        asked_at = self._clock()
        try:
            result = await asyncio.to_thread(self._acquire, *key)
            token, seconds = result.get("access_token"), result.get("expires_in")
            if not isinstance(token, str) or not token or seconds is None:
                raise TokenUnavailable(_code(result.get("error")))
            self._tokens[key] = (token, asked_at + float(seconds))
        except TokenUnavailable as error:
            _log.warning("no access token: %s", error.code)
            raise
        except Exception as error:
            # msal raises what its transport and its parser raise; a message could quote an answer.
            _log.warning("no access token: %s", type(error).__name__)
            raise TokenUnavailable(type(error).__name__) from None
        return token

    def _done(self, key: _Key, task: asyncio.Task[str]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
        if not task.cancelled():
            # Looked at here, since all who waited may have given up.
            task.exception()


def _code(error: object) -> str:
    return error if isinstance(error, str) and error.replace("_", "").isalnum() and len(error) <= 60 else "no_token"


class _Clients:
    """The msal clients of one credential, each made once. Making one asks the network, so it happens in the thread."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._make = make
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def of(self, tenant_id: str) -> Any:
        with self._lock:
            if tenant_id not in self._made:
                self._made[tenant_id] = self._make(tenant_id)
            return self._made[tenant_id]


def _confidential(client_id: str, proof: str | Path, own_tenant: str, login_url: str) -> _Acquire:
    def client(tenant_id: str) -> Any:
        import msal

        return msal.ConfidentialClientApplication(
            client_id,
            client_credential=proof if isinstance(proof, str) else _certificate(proof),
            authority=f"{login_url.rstrip('/')}/{tenant_id}",
            # The address comes from the settings, not from a person; asking Microsoft whether it exists costs a call.
            instance_discovery=False,
            http_client=_session(),
        )

    clients = _Clients(client)

    def acquire(resource: str, tenant_id: str) -> Mapping[str, Any]:
        return clients.of(tenant_id or own_tenant).acquire_token_for_client([f"{resource}/.default"])

    return acquire


def _certificate(file: Path) -> dict[str, str]:
    content = file.read_bytes()
    if b"-----BEGIN" not in content:
        return {"private_key_pfx_path": str(file)}
    pem = content.decode("ascii")
    return {"private_key": pem, "public_certificate": pem}


def _session() -> "requests.Session":
    import requests

    session = requests.Session()
    session.request = functools.partial(session.request, timeout=_TIMEOUT)  # pyright: ignore[reportAttributeAccessIssue]
    return session
