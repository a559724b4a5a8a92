"""Verifies the tokens of callers: Bot Framework tokens of Teams and Entra access tokens of the writing pane.

Proves who asks and for which tenant; whether that person may is the business of `entra.gate`. Nothing of a token or a
request ever becomes part of an error or a log line.
"""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from entra.gate import Person

if TYPE_CHECKING:
    import aiohttp

BOT_ISSUER = "https://api.botframework.com"
TEAMS = "msteams"
SCOPE = "access_as_user"
LEEWAY_SECONDS = 300
# Microsoft asks to renew the keys daily. While its servers cannot be reached, the old keys count for one day more.
KEYS_FRESH_SECONDS = 86_400.0
KEYS_END_SECONDS = 172_800.0
# How often a key nobody knows may make us ask again: enough for a key rotation, too little to be used against us.
REFETCHES = 2
REFETCH_WINDOW_SECONDS = 60.0
# After a failed fetch without any keys to go on with.
_PAUSE_SECONDS = 3.0
FETCH_SECONDS = 5.0
_LONGEST_TOKEN = 16 * 1024
_LONGEST_KEYS = 1024 * 1024
# Where Teams takes answers in Microsoft's public cloud. Names that merely end alike, such as others of
# trafficmanager.net, belong to anybody.
SERVICE_URLS = (
    "https://smba.trafficmanager.net",
    "https://smba.onyx.prod.teams.trafficmanager.net",
    "https://smba.infra.gcc.teams.microsoft.com",
)
# Without a name before the host, a backslash or a blank, which programs read differently.
_ADDRESS = re.compile(r"(https?://[a-z0-9.-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_log = logging.getLogger(__name__)


class TokenRefused(Exception):
    """The caller is not let in.

    Attributes:
        status: 401 when the token does not prove anything, 403 when what it proves is not enough, 503 when the keys to
            check it with cannot be had.
        code: What was wrong, for the log and for counting.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Verified:
    """An activity whose sender is proven.

    Attributes:
        service_url: Where answers go; from the token, not only from the activity.
        tenant_id: The tenant it comes from, lower case.
        person: Who sent it; None for an activity that nobody typed or clicked, such as an installation.
    """

    service_url: str
    tenant_id: str
    person: Person | None


@dataclass(frozen=True, slots=True)
class _Key:
    """A public key of an issuer. `endorsements` are the channels it may sign for (Bot Framework only)."""

    public: Any
    endorsements: frozenset[str]


class SigningKeys:
    """The keys of one issuer: fetched when needed, kept for a day, renewed when a token names an unknown one.

    One fetch is under way at a time; everybody who needs it waits for the same one. Keys that are due for renewal are
    renewed in the background, so a slow server delays nobody whose key is known.

    Args:
        url: A JWKS document, or OpenID metadata that names one.
        fetch: Reads a JSON document; raises `TokenRefused` with 503.
    """

    def __init__(
        self,
        url: str,
        fetch: Callable[[str], Awaitable[Mapping[str, object]]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, _Key] = {}
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._refetches: deque[float] = deque(maxlen=REFETCHES)
        self._under_way: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> _Key:
        """The key with this id.

        Raises:
            TokenRefused: 401 for a key the issuer does not have, 503 when its keys cannot be had.
        """
        age = self._clock() - self._fetched_at
        if age >= KEYS_END_SECONDS:
            if self._under_way is None and self._clock() - self._failed_at < _PAUSE_SECONDS:
                raise TokenRefused(503, "keys_unreachable")
            await asyncio.shield(self._renewal())
        elif age >= KEYS_FRESH_SECONDS and self._clock() - self._failed_at >= _PAUSE_SECONDS:
            self._renewal()
        key = self._keys.get(kid)
        if key is None and age < KEYS_END_SECONDS and self._may_refetch():
            await asyncio.shield(self._renewal())
            key = self._keys.get(kid)
        if key is None:
            raise TokenRefused(401, "unknown_key")
        return key

    def _may_refetch(self) -> bool:
        if self._under_way is not None:
            return True
        now = self._clock()
        if len(self._refetches) == REFETCHES and now - self._refetches[0] < REFETCH_WINDOW_SECONDS:
            return False
        self._refetches.append(now)
        return True

    def _renewal(self) -> asyncio.Task[None]:
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._renew())
            self._under_way.add_done_callback(self._done)
        return self._under_way

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way = None
        if not task.cancelled():
            # Looked at here, since nobody may be waiting for a renewal in the background.
            task.exception()

    async def _renew(self) -> None:
        try:
            document = await self._fetch(self._url)
            if "keys" not in document:
                address = document.get("jwks_uri")
                scheme = self._url.partition("://")[0]
                if not isinstance(address, str) or not address.startswith(f"{scheme}://"):
                    raise TokenRefused(503, "keys_unexpected")
                document = await self._fetch(address)
            keys = _parse_keys(document)
            if not keys:
                raise TokenRefused(503, "keys_unexpected")
        except TokenRefused as error:
            self._failed_at = self._clock()
            _log.warning("signing keys not renewed: %s", error.code)
            raise
        self._keys = keys
        self._fetched_at = self._clock()


def _parse_keys(document: Mapping[str, object]) -> dict[str, _Key]:
    """The RSA signing keys of a JWKS document. A key that cannot be used is left out, not an error: others can."""
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    listed = document.get("keys")
    keys: dict[str, _Key] = {}
    for entry in cast(list[object], listed) if isinstance(listed, list) else []:
        if not isinstance(entry, dict):
            continue
        jwk = cast(dict[str, Any], entry)
        kid, endorsements = jwk.get("kid"), jwk.get("endorsements", [])
        if not isinstance(kid, str) or jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig":
            continue
        try:
            public = PyJWK(jwk, algorithm="RS256").key
        except (PyJWTError, ValueError, TypeError):
            continue
        if getattr(public, "key_size", 0) < 2048:
            continue
        named = cast(list[object], endorsements) if isinstance(endorsements, list) else []
        keys[kid] = _Key(public, frozenset(name for name in named if isinstance(name, str)))
    return keys


class TokenVerifier:
    """Verifies callers of the bot and of the compose API.

    Args:
        tenants: Admitted Entra tenant ids.
        bot_id: Client id of the bot: the audience of Teams' tokens.
        bot_openid_url: Metadata of the Bot Framework.
        api_id: Client id of the API's app registration: the audience of the pane's tokens.
        api_clients: Client ids that may call the API; empty means `api_id` alone, which is the pane's own.
        service_urls: Scheme and host of each server that may be sent answers; on this machine with any port.
        login_url: The sign-in service, such as `https://login.microsoftonline.com`.
        fetch_seconds: How long one request for keys may take.
        clock: Seconds, monotonic, for the age of keys.
        on_refused: Told the code of each refusal, for counting.
    """

    def __init__(
        self,
        *,
        tenants: Collection[str],
        bot_id: str,
        bot_openid_url: str,
        api_id: str,
        api_clients: Collection[str],
        login_url: str,
        service_urls: Collection[str] = SERVICE_URLS,
        fetch_seconds: float = FETCH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        on_refused: Callable[[str], None] = lambda _code: None,
    ) -> None:
        if not (tenants and bot_id and api_id):
            # An empty audience or list would not mean "nobody" everywhere it is compared.
            raise ValueError("Für die Prüfung von Anmeldungen fehlen Mandanten, Bot-ID oder API-ID.")
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._bot_id = bot_id
        self._api_id = api_id
        self._api_clients = frozenset(api_clients) or frozenset({api_id})
        self._login_url = login_url.rstrip("/")
        self._service_urls = frozenset(url.lower().rstrip("/") for url in service_urls)
        self._fetch_seconds = fetch_seconds
        self._on_refused = on_refused
        self._session: aiohttp.ClientSession | None = None
        self._bot_keys = SigningKeys(bot_openid_url, self._fetch, clock=clock)
        self._api_keys = {
            tenant: SigningKeys(f"{self._login_url}/{tenant}/discovery/v2.0/keys", self._fetch, clock=clock)
            for tenant in self._tenants
        }

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def verify(self, authorization: str, activity: Mapping[str, object]) -> Verified:
        """Verify that Teams sent this activity, for an admitted tenant.

        Args:
            authorization: The header's value, or an empty string.
            activity: The activity as parsed from the body.

        Raises:
            TokenRefused: it did not, or that cannot be said.
        """
        try:
            return await self._verify_activity(authorization, activity)
        except TokenRefused as error:
            _log.warning("bot token refused: %s", error.code)
            self._on_refused(error.code)
            raise

    async def person_of(self, authorization: str) -> Person:
        """The person an Entra access token for our API was given to.

        Args:
            authorization: The header's value, or an empty string.

        Raises:
            TokenRefused: no such token.
        """
        try:
            return await self._verify_access(authorization)
        except TokenRefused as error:
            _log.warning("api token refused: %s", error.code)
            self._on_refused(error.code)
            raise

    async def _verify_activity(self, authorization: str, activity: Mapping[str, object]) -> Verified:
        token = _bearer(authorization)
        key = await self._bot_keys.find(_kid(token))
        claims = _decode(token, key, issuer=BOT_ISSUER, audience=self._bot_id)

        channel = activity.get("channelId")
        if channel != TEAMS:
            raise TokenRefused(403, "wrong_channel")
        if channel not in key.endorsements:
            raise TokenRefused(403, "not_endorsed")
        claimed, service_url = claims.get("serviceurl"), activity.get("serviceUrl")
        if not isinstance(claimed, str) or not claimed:
            raise TokenRefused(401, "no_service_url")
        if not isinstance(service_url, str) or service_url.rstrip("/") != claimed.rstrip("/"):
            raise TokenRefused(403, "wrong_service_url")
        if not _is_among(claimed, self._service_urls):
            raise TokenRefused(403, "foreign_service_url")

        sender, conversation = _object(activity, "from"), _object(activity, "conversation")
        tenant_id = _guid(_object(_object(activity, "channelData"), "tenant").get("id"))
        named = (conversation.get("tenantId"), sender.get("tenantId"))
        if tenant_id not in self._tenants or any(other is not None and _guid(other) != tenant_id for other in named):
            raise TokenRefused(403, "wrong_tenant")

        object_id = _guid(sender.get("aadObjectId"))
        if not object_id and activity.get("type") in ("message", "invoke"):
            raise TokenRefused(403, "no_person")
        name = sender.get("name")
        person = Person(tenant_id, object_id, name if isinstance(name, str) else "") if object_id else None
        return Verified(claimed, tenant_id, person)

    async def _verify_access(self, authorization: str) -> Person:
        token = _bearer(authorization)
        kid = _kid(token)
        tenant_id = _guid(_part(token, 1).get("tid"))
        if tenant_id not in self._tenants:
            raise TokenRefused(403, "wrong_tenant")
        issuer = f"{self._login_url}/{tenant_id}/v2.0"
        claims = _decode(token, await self._api_keys[tenant_id].find(kid), issuer=issuer, audience=self._api_id)

        # Only access tokens of version 2 name the client like this. An ID token for the same registration does not.
        client = claims.get("azp")
        if claims.get("ver") != "2.0" or not isinstance(client, str):
            raise TokenRefused(401, "not_an_access_token")
        if client not in self._api_clients:
            raise TokenRefused(403, "foreign_client")
        if claims.get("idtyp") == "app":
            raise TokenRefused(403, "not_a_person")
        scopes = claims.get("scp")
        if not isinstance(scopes, str) or SCOPE not in scopes.split():
            raise TokenRefused(403, "missing_scope")
        # A guest's token names the home of the account, which is not the issuer.
        if claims.get("idp", issuer) != issuer or claims.get("acct") in (1, "1"):
            raise TokenRefused(403, "guest")
        object_id = _guid(claims.get("oid"))
        if not object_id:
            raise TokenRefused(401, "no_person")
        name = claims.get("name")
        return Person(tenant_id, object_id, name if isinstance(name, str) else "")

    async def _fetch(self, url: str) -> dict[str, object]:
        import json

        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._fetch_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._session.get(url, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise TokenRefused(503, f"keys_{answer.status}")
                content = b""
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > _LONGEST_KEYS:
                        raise TokenRefused(503, "keys_too_long")
        except (aiohttp.ClientError, TimeoutError):
            raise TokenRefused(503, "keys_unreachable") from None
        try:
            document: object = json.loads(content)
        except ValueError:
            raise TokenRefused(503, "keys_unexpected") from None
        if not isinstance(document, dict):
            raise TokenRefused(503, "keys_unexpected")
        return cast(dict[str, object], document)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    if not scheme:
        raise TokenRefused(401, "no_token")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused(401, "wrong_scheme")
    if len(token) > _LONGEST_TOKEN:
        raise TokenRefused(401, "unreadable")
    return token


def _kid(token: str) -> str:
    """The key a token names. The algorithm is fixed here, before any key is looked for."""
    header = _part(token, 0)
    if header.get("alg") != "RS256":
        raise TokenRefused(401, "wrong_algorithm")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise TokenRefused(401, "unreadable")
    if not kid:
        raise TokenRefused(401, "unknown_key")
    return kid


def _part(token: str, number: int) -> Mapping[str, object]:
    """What the token says in its head (0) or claims (1), unproven: only to choose among the keys we would ask for.

    Not by the library, which reads the whole token each time and would cost three times as much.
    """
    import base64
    import json

    parts = token.split(".")
    try:
        if len(parts) != 3:
            raise ValueError
        part = parts[number]
        content: object = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise TokenRefused(401, "unreadable") from None
    if not isinstance(content, dict):
        raise TokenRefused(401, "unreadable")
    return cast(dict[str, object], content)


def _decode(token: str, key: _Key, *, issuer: str, audience: str) -> Mapping[str, object]:
    import jwt

    try:
        claims = jwt.decode(
            token,
            key.public,
            algorithms=["RS256"],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "nbf", "iss", "aud"], "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise TokenRefused(401, "expired") from None
    except jwt.ImmatureSignatureError:
        raise TokenRefused(401, "not_yet_valid") from None
    except jwt.InvalidIssuerError:
        raise TokenRefused(401, "wrong_issuer") from None
    except jwt.InvalidAudienceError:
        raise TokenRefused(401, "wrong_audience") from None
    except jwt.InvalidSignatureError:
        raise TokenRefused(401, "wrong_signature") from None
    except jwt.MissingRequiredClaimError:
        raise TokenRefused(401, "missing_claim") from None
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
        raise TokenRefused(401, "unreadable") from None
    return claims


def _object(container: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = container.get(name)
    return cast(dict[str, object], value) if isinstance(value, dict) else {}


def _is_among(address: str, service_urls: Collection[str]) -> bool:
    """Whether an address is below one of these; another port than the usual one counts on this machine alone."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return False
    origin, port = match[1].lower(), match[2]
    return origin in service_urls and (port in (None, ":443") or origin.split("://")[1] in ("127.0.0.1", "localhost"))


def _guid(value: object) -> str:
    """A GUID in lower case, or an empty string for anything else."""
    return value.lower() if isinstance(value, str) and _GUID.fullmatch(value) else ""
