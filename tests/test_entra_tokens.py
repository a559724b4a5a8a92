"""Tokens of callers: the good ones, every forged one, and key servers that rotate, hang, fail or talk rubbish."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from entra_server import (
    API,
    BOT,
    FOREIGN_TENANT,
    JANA,
    KEY,
    OTHER_KEY,
    SERVICE_URL,
    TENANT,
    EntraServer,
    access_claims,
    activity,
    answering,
    bot_claims,
    broken_off,
    held,
    jwk,
    signed,
)

from entra.tokens import KEYS_END_SECONDS, KEYS_FRESH_SECONDS, REFETCHES, TokenRefused, TokenVerifier

CLIENT = "55555555-5555-4555-8555-555555555555"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server() -> AsyncIterator[EntraServer]:
    async with EntraServer() as running:
        yield running


def make_verifier(server: EntraServer, clock: Callable[[], float] = time.monotonic, **changes: Any) -> TokenVerifier:
    arguments: dict[str, Any] = {
        "tenants": [TENANT],
        "bot_id": BOT,
        "bot_openid_url": server.url + "/v1/.well-known/openidconfiguration",
        "api_id": API,
        "api_clients": [],
        "login_url": server.url,
        "clock": clock,
    }
    return TokenVerifier(**(arguments | changes))


@pytest.fixture
async def verifier(server: EntraServer, clock: Clock) -> AsyncIterator[TokenVerifier]:
    made = make_verifier(server, clock)
    yield made
    await made.close()


async def refused(verifying: Any) -> tuple[int, str]:
    with pytest.raises(TokenRefused) as caught:
        await verifying
    return caught.value.status, caught.value.code


def forged(header: dict[str, object], claims: dict[str, object], signature: bytes = b"") -> str:
    """A token that no library would sign."""
    parts = [json.dumps(part).encode() for part in (header, claims)] + [signature]
    return "Bearer " + b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()


def with_public_key_as_secret(claims: dict[str, object]) -> str:
    """HS256 with the public key as the secret: works where the algorithm is taken from the token."""
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    unsigned = forged({"alg": "HS256", "typ": "JWT", "kid": "k1"}, claims).removesuffix(".")
    signature = hmac.new(pem, unsigned.removeprefix("Bearer ").encode(), hashlib.sha256).digest()
    return unsigned + "." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


# --- Teams ---------------------------------------------------------------------------------------------------------


async def test_activity_of_teams_is_verified(verifier: TokenVerifier) -> None:
    verified = await verifier.verify(signed(bot_claims()), activity())
    assert (verified.service_url, verified.tenant_id) == (SERVICE_URL, TENANT)
    assert verified.person is not None
    assert (verified.person.tenant_id, verified.person.object_id, verified.person.name) == (TENANT, JANA, "Jana Weber")


async def test_a_slash_at_the_end_of_the_service_url_makes_no_difference(verifier: TokenVerifier) -> None:
    verified = await verifier.verify(signed(bot_claims()), activity(serviceUrl=SERVICE_URL.rstrip("/")))
    assert verified.service_url == SERVICE_URL


async def test_clocks_may_differ_by_five_minutes(verifier: TokenVerifier) -> None:
    now = int(time.time())
    await verifier.verify(signed(bot_claims(exp=now - 280, nbf=now - 4000)), activity())
    await verifier.verify(signed(bot_claims(nbf=now + 280)), activity())


async def test_an_installation_needs_no_person(verifier: TokenVerifier) -> None:
    installed = activity(type="installationUpdate", **{"from": {"id": "29:1"}})
    assert (await verifier.verify(signed(bot_claims()), installed)).person is None


@pytest.mark.parametrize(
    "address",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://SMBA.trafficmanager.net:443/de/8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20/",
        "https://smba.onyx.prod.teams.trafficmanager.net",
        "https://smba.infra.gcc.teams.microsoft.com/teams",
    ],
)
async def test_answers_go_to_the_servers_of_teams(verifier: TokenVerifier, address: str) -> None:
    verified = await verifier.verify(signed(bot_claims(serviceurl=address)), activity(serviceUrl=address))
    assert verified.service_url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:8443/emea/",
        "https://smba.trafficmanager.net.example.org/",
        "https://smba.trafficmanager.net@example.org/",
        "https://example.org\\@smba.trafficmanager.net/",
        "https://example.org#@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net/emea?to=https://example.org",
        "https://attacker.trafficmanager.net/",
        "https://trafficmanager.net/",
        "https://example.org/smba.trafficmanager.net/",
        "https:smba.trafficmanager.net",
        "//smba.trafficmanager.net/",
        "https://127.0.0.1:3978/",
        "http://localhost/",
        "https://169.254.169.254/metadata",
        "file:///etc/passwd",
    ],
)
async def test_no_signed_token_makes_answers_go_anywhere_else(verifier: TokenVerifier, address: str) -> None:
    token = signed(bot_claims(serviceurl=address))
    assert await refused(verifier.verify(token, activity(serviceUrl=address))) == (403, "foreign_service_url")


async def test_a_connector_on_this_machine_has_to_be_named(server: EntraServer) -> None:
    verifier, address = make_verifier(server, service_urls=["http://127.0.0.1"]), "http://127.0.0.1:3978/emea/"
    token = signed(bot_claims(serviceurl=address))
    assert (await verifier.verify(token, activity(serviceUrl=address))).service_url == address
    assert await refused(verifier.verify(signed(bot_claims()), activity())) == (403, "foreign_service_url")
    await verifier.close()


FORGED_BOT_TOKENS: dict[str, tuple[str, int, str]] = {
    "no header": ("", 401, "no_token"),
    "blank": ("  ", 401, "no_token"),
    "basic": ("Basic amFuYTpnZWhlaW0=", 401, "wrong_scheme"),
    "scheme alone": ("Bearer", 401, "wrong_scheme"),
    "token alone": (signed(bot_claims()).removeprefix("Bearer "), 401, "wrong_scheme"),
    "garbage": ("Bearer Kauderwelsch", 401, "unreadable"),
    "three garbage parts": ("Bearer a.b.c", 401, "unreadable"),
    "not ascii": ("Bearer ä.ö.ü", 401, "unreadable"),
    "huge": ("Bearer " + "a" * 20_000, 401, "unreadable"),
    "header is a list": ("Bearer W10.W10.", 401, "unreadable"),
    "alg none": (forged({"alg": "none", "kid": "k1"}, bot_claims()), 401, "wrong_algorithm"),
    "alg None in another spelling": (forged({"alg": "nOnE", "kid": "k1"}, bot_claims()), 401, "wrong_algorithm"),
    "hs256 with the public key": (with_public_key_as_secret(bot_claims()), 401, "wrong_algorithm"),
    "rs512": (signed(bot_claims(), algorithm="RS512"), 401, "wrong_algorithm"),
    "ps256": (signed(bot_claims(), algorithm="PS256"), 401, "wrong_algorithm"),
    "es256": (signed(bot_claims(), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"), 401, "wrong_algorithm"),
    "no key named": (signed(bot_claims(), kid=None), 401, "unknown_key"),
    "key named with a number": (forged({"alg": "RS256", "kid": 1}, bot_claims()), 401, "unreadable"),
    "unknown key": (signed(bot_claims(), OTHER_KEY, "k9"), 401, "unknown_key"),
    "other key under a known name": (signed(bot_claims(), OTHER_KEY), 401, "wrong_signature"),
    "no signature": (forged({"alg": "RS256", "kid": "k1"}, bot_claims()), 401, "wrong_signature"),
    "key brought along": (
        "Bearer "
        + jwt.encode(
            bot_claims(),
            OTHER_KEY,
            algorithm="RS256",
            headers={"kid": "k1", "jwk": jwk(OTHER_KEY, "k1"), "jku": "https://example.org/keys"},
        ),
        401,
        "wrong_signature",
    ),
    "right key, other issuer": (signed(bot_claims(iss="https://example.org")), 401, "wrong_issuer"),
    "issuer that begins alike": (signed(bot_claims(iss="https://api.botframework.com/")), 401, "wrong_issuer"),
    "issuer that is a part": (signed(bot_claims(iss="https://api")), 401, "wrong_issuer"),
    "issuer in a list": (signed(bot_claims(iss=["https://api.botframework.com"])), 401, "wrong_issuer"),
    "emulator issuer": (
        signed(bot_claims(iss="https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0")),
        401,
        "wrong_issuer",
    ),
    "no issuer": (signed(bot_claims(iss=None)), 401, "missing_claim"),
    "other audience": (signed(bot_claims(aud=API)), 401, "wrong_audience"),
    "audience among others": (signed(bot_claims(aud=[BOT, API])), 401, "wrong_audience"),
    "no audience": (signed(bot_claims(aud=None)), 401, "missing_claim"),
    "expired": (signed(bot_claims(exp=int(time.time()) - 400)), 401, "expired"),
    "never expires": (signed(bot_claims(exp=None)), 401, "missing_claim"),
    "expires in words": (signed(bot_claims(exp="morgen")), 401, "unreadable"),
    "expires after the end of time": (signed(bot_claims(exp=1e400)), 401, "unreadable"),
    "valid from a list": (signed(bot_claims(nbf=[1])), 401, "unreadable"),
    "not yet valid": (signed(bot_claims(nbf=int(time.time()) + 40_000)), 401, "not_yet_valid"),
    "valid from no time": (signed(bot_claims(nbf=None)), 401, "missing_claim"),
    "no service url": (signed(bot_claims(serviceurl=None)), 401, "no_service_url"),
    "other service url": (signed(bot_claims(serviceurl="https://example.org/")), 403, "wrong_service_url"),
}


@pytest.mark.parametrize("forgery", FORGED_BOT_TOKENS)
async def test_forged_bot_token_is_refused(verifier: TokenVerifier, forgery: str) -> None:
    authorization, status, code = FORGED_BOT_TOKENS[forgery]
    assert await refused(verifier.verify(authorization, activity())) == (status, code)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"serviceUrl": "https://example.org/"}, 403, "wrong_service_url"),
        ({"serviceUrl": None}, 403, "wrong_service_url"),
        ({"serviceUrl": 1}, 403, "wrong_service_url"),
        ({"channelId": "webchat"}, 403, "wrong_channel"),
        ({"channelId": None}, 403, "wrong_channel"),
        ({"channelId": ["msteams"]}, 403, "wrong_channel"),
        ({"channelData": {"tenant": {"id": FOREIGN_TENANT}}}, 403, "wrong_tenant"),
        ({"channelData": {"tenant": {"id": ""}}}, 403, "wrong_tenant"),
        ({"channelData": {"tenant": TENANT}}, 403, "wrong_tenant"),
        ({"channelData": "x"}, 403, "wrong_tenant"),
        ({"channelData": None}, 403, "wrong_tenant"),
        ({"conversation": {"id": "a:1", "tenantId": FOREIGN_TENANT}}, 403, "wrong_tenant"),
        ({"from": {"id": "29:1", "aadObjectId": JANA, "tenantId": FOREIGN_TENANT}}, 403, "wrong_tenant"),
        ({"from": {"id": "29:1"}}, 403, "no_person"),
        ({"from": {"id": "29:1", "aadObjectId": ""}}, 403, "no_person"),
        ({"from": {"id": "29:1", "aadObjectId": "../groups"}}, 403, "no_person"),
        ({"from": None}, 403, "no_person"),
        ({"type": "invoke", "from": {"id": "29:1"}}, 403, "no_person"),
    ],
)
async def test_activity_that_does_not_fit_its_token_is_refused(
    verifier: TokenVerifier, change: dict[str, object], status: int, code: str
) -> None:
    assert await refused(verifier.verify(signed(bot_claims()), activity(**change))) == (status, code)


@pytest.mark.parametrize("endorsements", [None, [], ["webchat"], "msteams", [1]])
async def test_key_that_may_not_sign_for_teams_is_refused(
    verifier: TokenVerifier, server: EntraServer, endorsements: object
) -> None:
    server.keys = [jwk(KEY, "k1", **({} if endorsements is None else {"endorsements": endorsements}))]
    assert await refused(verifier.verify(signed(bot_claims()), activity())) == (403, "not_endorsed")


# --- The writing pane ----------------------------------------------------------------------------------------------


async def test_person_of_an_access_token(verifier: TokenVerifier, server: EntraServer) -> None:
    person = await verifier.person_of(signed(access_claims(server.url)))
    assert (person.tenant_id, person.object_id, person.name) == (TENANT, JANA, "Jana Weber")


async def test_several_scopes_and_a_listed_client(server: EntraServer) -> None:
    verifier = make_verifier(server, api_clients=[CLIENT])
    token = signed(access_claims(server.url, azp=CLIENT, scp="openid access_as_user"))
    assert (await verifier.person_of(token)).object_id == JANA
    # A list replaces the default; the API's own registration is then no client.
    assert await refused(verifier.person_of(signed(access_claims(server.url)))) == (403, "foreign_client")
    await verifier.close()


def _id_token(url: str) -> dict[str, object]:
    return access_claims(url, azp=None, scp=None, nonce="n")


FORGED_ACCESS_TOKENS: dict[str, tuple[Callable[[str], str], int, str]] = {
    "no header": (lambda url: "", 401, "no_token"),
    "basic": (lambda url: "Basic x", 401, "wrong_scheme"),
    "alg none": (lambda url: forged({"alg": "none", "kid": "k1"}, access_claims(url)), 401, "wrong_algorithm"),
    "hs256": (lambda url: with_public_key_as_secret(access_claims(url)), 401, "wrong_algorithm"),
    "unknown key": (lambda url: signed(access_claims(url), OTHER_KEY, "k9"), 401, "unknown_key"),
    "other key": (lambda url: signed(access_claims(url), OTHER_KEY), 401, "wrong_signature"),
    "bot token": (lambda url: signed(bot_claims()), 403, "wrong_tenant"),
    "bot issuer": (lambda url: signed(access_claims(url, iss="https://api.botframework.com")), 401, "wrong_issuer"),
    "version 1 issuer": (
        lambda url: signed(access_claims(url, iss=f"https://sts.windows.net/{TENANT}/", ver="1.0")),
        401,
        "wrong_issuer",
    ),
    "version 1": (lambda url: signed(access_claims(url, ver="1.0")), 401, "not_an_access_token"),
    "other tenant": (
        lambda url: signed(access_claims(url, tid=FOREIGN_TENANT, iss=f"{url}/{FOREIGN_TENANT}/v2.0")),
        403,
        "wrong_tenant",
    ),
    "tenant that does not fit the issuer": (
        lambda url: signed(access_claims(url, iss=f"{url}/{FOREIGN_TENANT}/v2.0")),
        401,
        "wrong_issuer",
    ),
    "tenant that is a path": (lambda url: signed(access_claims(url, tid="../common")), 403, "wrong_tenant"),
    "no tenant": (lambda url: signed(access_claims(url, tid=None)), 403, "wrong_tenant"),
    "other audience": (lambda url: signed(access_claims(url, aud=BOT)), 401, "wrong_audience"),
    "audience as address": (lambda url: signed(access_claims(url, aud=f"api://{API}")), 401, "wrong_audience"),
    "graph token": (
        lambda url: signed(access_claims(url, aud="00000003-0000-0000-c000-000000000000")),
        401,
        "wrong_audience",
    ),
    "expired": (lambda url: signed(access_claims(url, exp=int(time.time()) - 400)), 401, "expired"),
    "not yet valid": (
        lambda url: signed(access_claims(url, nbf=int(time.time()) + 400)),
        401,
        "not_yet_valid",
    ),
    "id token": (lambda url: signed(_id_token(url)), 401, "not_an_access_token"),
    "missing scope": (lambda url: signed(access_claims(url, scp="User.Read")), 403, "missing_scope"),
    "scope that begins alike": (lambda url: signed(access_claims(url, scp="access_as_users")), 403, "missing_scope"),
    "no scope": (lambda url: signed(access_claims(url, scp=None)), 403, "missing_scope"),
    "scope in a list": (lambda url: signed(access_claims(url, scp=["access_as_user"])), 403, "missing_scope"),
    "app instead of person": (
        lambda url: signed(access_claims(url, scp=None, idtyp="app", roles=["access_as_user"])),
        403,
        "not_a_person",
    ),
    "app with a scope": (lambda url: signed(access_claims(url, idtyp="app")), 403, "not_a_person"),
    "foreign client": (lambda url: signed(access_claims(url, azp=CLIENT)), 403, "foreign_client"),
    "guest from a foreign tenant": (
        lambda url: signed(access_claims(url, idp=f"https://sts.windows.net/{FOREIGN_TENANT}/")),
        403,
        "guest",
    ),
    "guest by account kind": (lambda url: signed(access_claims(url, acct=1)), 403, "guest"),
    "no person": (lambda url: signed(access_claims(url, oid=None)), 401, "no_person"),
    "person that is a path": (lambda url: signed(access_claims(url, oid="../me")), 401, "no_person"),
}


@pytest.mark.parametrize("forgery", FORGED_ACCESS_TOKENS)
async def test_forged_access_token_is_refused(verifier: TokenVerifier, server: EntraServer, forgery: str) -> None:
    make, status, code = FORGED_ACCESS_TOKENS[forgery]
    assert await refused(verifier.person_of(make(server.url))) == (status, code)


async def test_access_token_does_not_open_the_bot(verifier: TokenVerifier, server: EntraServer) -> None:
    assert (await refused(verifier.verify(signed(access_claims(server.url)), activity())))[0] == 401


@pytest.mark.parametrize("missing", ["tenants", "bot_id", "api_id"])
async def test_no_verifier_without_what_it_compares_with(server: EntraServer, missing: str) -> None:
    with pytest.raises(ValueError):
        make_verifier(server, time.monotonic, **{missing: ""})


# --- Keys ----------------------------------------------------------------------------------------------------------


async def test_keys_are_fetched_once(verifier: TokenVerifier, server: EntraServer) -> None:
    await asyncio.gather(*(verifier.verify(signed(bot_claims()), activity()) for _ in range(50)))
    await verifier.verify(signed(bot_claims()), activity())
    assert (server.calls["bot_metadata"], server.calls["bot_keys"]) == (1, 1)


async def test_rotation_under_load_loses_no_request(verifier: TokenVerifier, server: EntraServer) -> None:
    await verifier.verify(signed(bot_claims()), activity())
    server.keys = [
        jwk(KEY, "k1", endorsements=["msteams"]),
        jwk(OTHER_KEY, "k2", endorsements=["msteams"]),
    ]
    tokens = [signed(bot_claims()), signed(bot_claims(), OTHER_KEY, "k2")] * 25
    await asyncio.gather(*(verifier.verify(token, activity()) for token in tokens))
    assert server.calls["bot_keys"] == 2


async def test_a_retired_key_no_longer_counts(verifier: TokenVerifier, server: EntraServer) -> None:
    await verifier.verify(signed(bot_claims()), activity())
    server.keys = [jwk(OTHER_KEY, "k2", endorsements=["msteams"])]
    await verifier.verify(signed(bot_claims(), OTHER_KEY, "k2"), activity())
    assert await refused(verifier.verify(signed(bot_claims()), activity())) == (401, "unknown_key")


async def test_unknown_keys_cannot_be_used_to_make_us_fetch(
    verifier: TokenVerifier, server: EntraServer, clock: Clock
) -> None:
    await verifier.verify(signed(bot_claims()), activity())
    for number in range(20):
        assert (await refused(verifier.verify(signed(bot_claims(), OTHER_KEY, f"x{number}"), activity())))[0] == 401
    assert server.calls["bot_keys"] == 1 + REFETCHES
    # Later a real rotation is noticed again.
    clock.now += 61
    server.keys = [jwk(OTHER_KEY, "k2", endorsements=["msteams"])]
    await verifier.verify(signed(bot_claims(), OTHER_KEY, "k2"), activity())


async def test_keys_are_renewed_daily_without_delaying_anybody(
    verifier: TokenVerifier, server: EntraServer, clock: Clock
) -> None:
    await verifier.verify(signed(bot_claims()), activity())
    clock.now += KEYS_FRESH_SECONDS
    opened, arrived = asyncio.Event(), asyncio.Event()
    server.always["bot_keys"] = held(opened, arrived)
    async with asyncio.timeout(3):
        await verifier.verify(signed(bot_claims()), activity())
        await arrived.wait()
        for _ in range(20):
            await verifier.verify(signed(bot_claims()), activity())
    opened.set()
    assert server.calls["bot_keys"] == 2


async def test_old_keys_count_one_day_more_while_the_server_is_down(
    verifier: TokenVerifier, server: EntraServer, clock: Clock
) -> None:
    await verifier.verify(signed(bot_claims()), activity())
    server.always["bot_metadata"] = answering(500)
    clock.now += KEYS_END_SECONDS - 1
    await verifier.verify(signed(bot_claims()), activity())
    clock.now += 4
    assert (await refused(verifier.verify(signed(bot_claims()), activity())))[0] == 503


@pytest.mark.parametrize("endpoint", ["bot_metadata", "bot_keys"])
@pytest.mark.parametrize(
    "answer",
    [
        answering(500),
        answering(302, "", Location="http://127.0.0.1:9/"),
        answering(200, "<html>"),
        answering(200, "[]"),
        answering(200, "{}"),
        answering(200, {"keys": []}),
        answering(200, {"keys": "k1"}),
        answering(200, {"keys": [None, 1, {}, {"kid": "k1"}, {"kid": "k1", "kty": "RSA"}]}),
        answering(200, {"keys": [{"kid": "k1", "kty": "RSA", "n": "!", "e": "AQAB"}]}),
        answering(200, {"jwks_uri": "file:///etc/passwd"}),
        answering(200, {"jwks_uri": 1}),
        answering(200, '{"keys": "' + "x" * 1_100_000 + '"}'),
        broken_off,
    ],
)
async def test_without_keys_nobody_gets_in(
    verifier: TokenVerifier, server: EntraServer, endpoint: str, answer: Any
) -> None:
    server.always[endpoint] = answer
    assert (await refused(verifier.verify(signed(bot_claims()), activity())))[0] == 503


async def test_keys_that_are_too_short_or_of_another_kind_are_left_out(
    verifier: TokenVerifier, server: EntraServer
) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    server.keys = [
        jwk(short, "short", endorsements=["msteams"]),
        jwk(OTHER_KEY, "encrypts", endorsements=["msteams"]) | {"use": "enc"},
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "endorsements": ["msteams"]},
        jwk(KEY, "k1", endorsements=["msteams"]),
    ]
    await verifier.verify(signed(bot_claims()), activity())
    assert await refused(verifier.verify(signed(bot_claims(), OTHER_KEY, "encrypts"), activity())) == (
        401,
        "unknown_key",
    )


async def test_a_silent_key_server_is_given_up_and_holds_up_nobody_else(server: EntraServer) -> None:
    verifier = make_verifier(server, fetch_seconds=0.6)
    opened = asyncio.Event()
    server.always["bot_metadata"] = held(opened)
    waiting = [asyncio.create_task(refused(verifier.verify(signed(bot_claims()), activity()))) for _ in range(50)]
    async with asyncio.timeout(0.5):
        assert (await verifier.person_of(signed(access_claims(server.url)))).object_id == JANA
    assert await asyncio.gather(*waiting) == [(503, "keys_unreachable")] * 50
    opened.set()
    await verifier.close()
    assert server.calls["bot_metadata"] == 1


async def test_after_a_failure_the_next_try_waits_a_moment(
    verifier: TokenVerifier, server: EntraServer, clock: Clock
) -> None:
    server.next["bot_metadata"] = deque([answering(500)])
    for _ in range(5):
        assert (await refused(verifier.verify(signed(bot_claims()), activity())))[0] == 503
    assert server.calls["bot_metadata"] == 1
    clock.now += 3
    await verifier.verify(signed(bot_claims()), activity())


async def test_refusals_are_logged_by_their_code_alone(
    verifier: TokenVerifier, server: EntraServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await refused(verifier.verify(signed(bot_claims(exp=1)), activity()))
        await refused(verifier.person_of(signed(access_claims(server.url, azp=CLIENT))))
    assert "bot token refused: expired" in caplog.text
    assert "api token refused: foreign_client" in caplog.text
    for secret in (JANA, "Jana", CLIENT, "eyJ"):
        assert secret not in caplog.text


async def test_a_warm_check_takes_well_under_half_a_millisecond(verifier: TokenVerifier, server: EntraServer) -> None:
    token, message = signed(bot_claims()), activity()
    await verifier.verify(token, message)
    times: list[float] = []
    for _ in range(200):
        start = time.perf_counter()
        await verifier.verify(token, message)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.0005


async def test_refusals_are_counted_by_their_code_alone(server: EntraServer) -> None:
    counted: list[str] = []
    verifier = make_verifier(server, on_refused=counted.append)
    await refused(verifier.verify("", activity()))
    await refused(verifier.person_of(signed(access_claims(server.url, scp="User.Read"))))
    await verifier.person_of(signed(access_claims(server.url)))
    assert counted == ["no_token", "missing_scope"]
    await verifier.close()
