"""`python -m service doctor`: looks whether a configured installation can work, from settings to clock.

Asks what the product itself will ask, with the same credentials, and changes nothing but one probe entry in the table
of switches. Nothing it prints holds a secret, a token, a person or a text.
"""

import argparse
import asyncio
import contextlib
import json
import re
import ssl
import sys
import time
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import service
import settings as configuration
from settings import BotCredential, Profile, Settings, SettingsError

if TYPE_CHECKING:
    import aiohttp

    from entra.credentials import AppCredential
    from towns.town import Town
    from writers.model import ModelProfile

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Nobody has this id: Graph says "unknown person" to whoever may ask, and "forbidden" to whoever may not.
_NOBODY = "00000000-0000-4000-8000-000000000000"
_CLOCK_FAULT_SECONDS, _CLOCK_HINT_SECONDS = 240.0, 30.0
_CERTIFICATE_HINT_DAYS = 30
_SLOW_SECONDS = 10.0
_LONGEST_ANSWER = 2_000_000
_PACKAGE = configuration.ROOT / "dist" / "amtsklar.zip"


class State(StrEnum):
    """How one check went."""

    GOOD = "gut"
    HINT = "Hinweis"
    FAULT = "Fehler"
    LEFT_OUT = "entfällt"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        code: For machines, such as `graph.group_missing`.
        area: What was looked at, as the table names it.
        state: How it went.
        text: What was found.
        advice: What to do; empty when there is nothing to do.
    """

    code: str
    area: str
    state: State
    text: str
    advice: str = ""


def _good(area: str, text: str, code: str = "") -> Finding:
    return Finding(code or "ok", area, State.GOOD, text)


def _hint(code: str, area: str, text: str, advice: str) -> Finding:
    return Finding(code, area, State.HINT, text, advice)


def _fault(code: str, area: str, text: str, advice: str) -> Finding:
    return Finding(code, area, State.FAULT, text, advice)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer over HTTP; `status` is 0 when there was none, and `failure` says why."""

    status: int
    content: Any = None
    headers: Mapping[str, str] | None = None
    failure: str = ""
    seconds: float = 0.0

    def of(self, *names: str) -> Any:
        """A value of a JSON object, or None."""
        place: Any = self.content
        for name in names:
            place = cast(dict[str, Any], place).get(name) if isinstance(place, dict) else None
        return place


class _Web:
    """Asks addresses, each with a limit of time, and never raises."""

    def __init__(self, session: "aiohttp.ClientSession") -> None:
        self._session = session

    async def ask(
        self, method: str, url: str, *, token: str = "", body: object = None, headers: Mapping[str, str] | None = None
    ) -> _Answer:
        import aiohttp

        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        began = time.monotonic()
        try:
            async with self._session.request(method, url, json=body, headers=sent, allow_redirects=False) as answer:
                raw = b""
                async for piece in answer.content.iter_any():
                    raw += piece
                    if len(raw) > _LONGEST_ANSWER:
                        return _Answer(0, failure="Die Antwort ist zu lang")
                content: Any = None
                with contextlib.suppress(ValueError):
                    content = json.loads(raw)
                return _Answer(answer.status, content, answer.headers, "", time.monotonic() - began)
        except aiohttp.ClientConnectorCertificateError:
            return _Answer(0, failure="Das Zertifikat des Servers ist nicht gültig")
        except aiohttp.ClientConnectorDNSError:
            return _Answer(0, failure="Den Namen des Servers gibt es nicht")
        except aiohttp.ClientConnectorError:
            return _Answer(0, failure="Dort nimmt niemand Verbindungen an")
        except TimeoutError:
            return _Answer(0, failure="Es kam keine Antwort in der erlaubten Zeit")
        except (aiohttp.ClientError, ValueError) as error:
            return _Answer(0, failure=f"Die Verbindung ist gescheitert ({type(error).__name__})")


async def examine(
    chosen: Settings, *, package: Path | None = None, now: Callable[[], float] = time.time
) -> AsyncGenerator[Finding]:
    """Look at everything, one area after the other.

    Args:
        chosen: The settings of the installation.
        package: An app package to compare with the settings; None leaves that out.
        now: Seconds since 1970.
    """
    import aiohttp

    towns: tuple[Town, ...] = ()
    unreadable: Finding | None = None
    try:
        towns = _towns(chosen)
    except service.StartRefused as refused:
        unreadable = _fault("towns.unreadable", "Städte", _plain(refused), "Berichtigen Sie die genannte Datei.")
    for finding in _forms(chosen, towns):
        yield finding
    if unreadable is not None:
        yield unreadable
    elif chosen.towns is not None:
        yield _good("Städte", f"{len(towns)} Ordner gelesen: {', '.join(town.key for town in towns)}.")
    for town in towns:
        for finding in _town_files(chosen, town):
            yield finding
    if chosen.profile is Profile.LOCAL:
        yield _local_people(chosen)
        for finding in await _storage(chosen, None, towns):
            yield finding
        timeout = aiohttp.ClientTimeout(total=_SLOW_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for finding in await _models(_Web(session), chosen, None, towns):
                yield finding
        return
    # Made anew instead of the library's own, so that certificates that were added by SSL_CERT_FILE count.
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_SLOW_SECONDS), connector=connector
    ) as session:
        web = _Web(session)
        certificate = _certificate(chosen, now)
        if certificate is not None:
            yield certificate
        credential = service.app_credential(chosen)
        parts: tuple[Callable[[], Awaitable[list[Finding]]], ...] = (
            lambda: _clock(web, chosen, now),
            lambda: _keys(web, chosen, towns),
            lambda: _bot_token(credential),
            lambda: _graph(web, chosen, credential, towns),
            lambda: _models(web, chosen, credential, towns),
            lambda: _storage(chosen, credential, towns),
            lambda: _jobs(chosen, credential),
            lambda: _host(web, chosen),
        )
        for part in parts:
            for finding in await part():
                yield finding
    yield _package(chosen, package)


def _plain(refused: Exception) -> str:
    return str(refused).removeprefix("Amtsklar startet nicht. ")


def _towns(chosen: Settings) -> "tuple[Town, ...]":
    if chosen.towns is not None:
        return service.read_towns(chosen)
    return (service.only_town(chosen),)


def _of(town: "Town") -> str:
    return f" ({town.key})" if town.name else ""


def _forms(chosen: Settings, towns: "Sequence[Town]") -> list[Finding]:
    """What the settings alone give away."""
    area, found = "Einstellungen", list[Finding]()
    if chosen.profile is Profile.LOCAL:
        return [_good(area, "Örtlicher Betrieb; ohne Anmeldung und ohne Microsoft.", "settings.local")]
    ids = {
        "AMTSKLAR_BOT_ID": chosen.bot_id,
        "AMTSKLAR_API_ID": chosen.api_id,
        "AMTSKLAR_BOT_TENANT": chosen.home_tenant,
    }
    ids |= {f"AMTSKLAR_TENANTS ({number}. Eintrag)": tenant for number, tenant in enumerate(chosen.tenants, 1)}
    if chosen.towns is None:
        ids["AMTSKLAR_TRAINING_GROUP"] = chosen.training_group
    for name, value in ids.items():
        if not _GUID.fullmatch(value):
            found.append(
                _fault("settings.not_a_guid", area, f"{name} ist keine GUID.", "Kopieren Sie die ID aus Entra.")
            )
    url = urlsplit(chosen.public_url)
    if url.scheme != "https" or not url.hostname or url.path not in ("", "/") or chosen.public_url.endswith("/"):
        found.append(
            _fault(
                "settings.public_url",
                area,
                "AMTSKLAR_PUBLIC_URL hat nicht die Form https://name, ohne Pfad und ohne Schrägstrich am Ende.",
                "Nehmen Sie die Adresse der Function App.",
            )
        )
    if chosen.bot_credential is BotCredential.MANAGED_IDENTITY:
        if chosen.bot_id == chosen.api_id:
            found.append(
                _fault(
                    "settings.same_ids",
                    area,
                    "AMTSKLAR_BOT_ID und AMTSKLAR_API_ID sind gleich. Eine verwaltete Identität kann keine Anmeldung "
                    "für Outlook anbieten.",
                    "AMTSKLAR_API_ID ist die ID der App-Registrierung.",
                )
            )
        if len({tenant for town in towns for tenant in town.tenants}) > 1:
            found.append(
                _fault(
                    "settings.identity_of_one_tenant",
                    area,
                    "Eine verwaltete Identität gilt nur im eigenen Mandanten, eingestellt sind mehrere.",
                    "Stellen Sie AMTSKLAR_BOT_CREDENTIAL auf certificate.",
                )
            )
    if chosen.towns is None and (urlsplit(chosen.course_url).hostname or "").endswith(".example"):
        found.append(
            _hint(
                "settings.course_url",
                area,
                "AMTSKLAR_COURSE_URL ist noch das Beispiel.",
                "Tragen Sie die Seite ein, auf der man sich zur Schulung anmeldet.",
            )
        )
    return found or [_good(area, "Vollständig und in der richtigen Form.")]


def _town_files(chosen: Settings, town: "Town") -> list[Finding]:
    area = "Dienstanweisung" + _of(town)
    try:
        screener = service.load_screener(town)
    except service.StartRefused as refused:
        return [_fault("policy.unreadable", area, _plain(refused), "Berichtigen Sie die genannte Zeile.")]
    text = f"„{screener.title}“, Fassung {screener.version}, {len(screener.rules)} Regeln."
    found = [_good(area, text)]
    for code, what, load in (
        ("letterhead.unreadable", "Briefkopf", service.load_letterhead),
        ("terms.unreadable", "Begriffe", service.load_terms),
    ):
        try:
            load(town)
        except service.StartRefused as refused:
            found.append(_fault(code, what + _of(town), _plain(refused), "Berichtigen Sie die genannte Datei."))
    if chosen.towns is not None and (urlsplit(town.course_url).hostname or "").endswith(".example"):
        found.append(
            _hint(
                "towns.course_url",
                "Städte" + _of(town),
                "Die Adresse des Kurses ist noch das Beispiel.",
                "Tragen Sie unter „kurs“ die Seite ein, auf der man sich zur Schulung anmeldet.",
            )
        )
    try:
        service.model_profiles(chosen, town)
    except service.StartRefused as refused:
        found.append(
            _fault("model.key_missing", "Modell" + _of(town), _plain(refused), "Setzen Sie die genannte Variable.")
        )
    return found


def _local_people(chosen: Settings) -> Finding:
    try:
        built = service.build(chosen)
    except service.StartRefused as refused:
        return _fault("start.refused", "Personen", _plain(refused), "Berichtigen Sie die genannte Datei.")
    return _good("Personen", f"Verzeichnis gelesen, Städte: {len(built.towns)}.")


def _certificate(chosen: Settings, now: Callable[[], float]) -> Finding | None:
    """The bot's certificate: readable, with its key, and still valid."""
    if chosen.bot_credential is not BotCredential.CERTIFICATE or chosen.bot_certificate is None:
        return None
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import pkcs12

    area, renew = "Zertifikat", "Stellen Sie ein neues aus und hinterlegen Sie es in Entra."
    try:
        raw = chosen.bot_certificate.read_bytes()
    except OSError:
        return _fault(
            "certificate.unreadable",
            area,
            "Die Datei aus AMTSKLAR_BOT_CERTIFICATE fehlt oder ist nicht lesbar.",
            "Prüfen Sie Pfad und Rechte.",
        )
    try:
        if b"-----BEGIN" in raw:
            certificate = x509.load_pem_x509_certificate(raw)
            has_key = b"PRIVATE KEY-----" in raw
        else:
            key, loaded, _ = pkcs12.load_key_and_certificates(raw, None)
            if loaded is None:
                raise ValueError
            certificate, has_key = loaded, key is not None
    except ValueError:
        return _fault(
            "certificate.malformed",
            area,
            "Die Datei aus AMTSKLAR_BOT_CERTIFICATE ist weder PEM noch PFX ohne Kennwort.",
            "Exportieren Sie Zertifikat und privaten Schlüssel in eine Datei.",
        )
    if not has_key:
        return _fault(
            "certificate.no_key",
            area,
            "In der Datei fehlt der private Schlüssel.",
            "Exportieren Sie Zertifikat und privaten Schlüssel in eine Datei.",
        )
    days = (certificate.not_valid_after_utc - datetime.fromtimestamp(now(), UTC)).days
    if days < 0:
        return _fault("certificate.expired", area, "Das Zertifikat des Bots ist abgelaufen.", renew)
    if days < _CERTIFICATE_HINT_DAYS:
        return _hint("certificate.ends_soon", area, f"Das Zertifikat des Bots gilt nur noch {days} Tage.", renew)
    return _good(area, f"Lesbar, gültig noch {days} Tage.")


async def _clock(web: _Web, chosen: Settings, now: Callable[[], float]) -> list[Finding]:
    """This machine's clock beside the sign-in service's. Tokens allow five minutes."""
    area = "Uhr"
    answer = await web.ask("GET", chosen.bot_openid_url)
    date = (answer.headers or {}).get("Date", "")
    try:
        there = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return [Finding("clock.unknown", area, State.LEFT_OUT, "Kein Server hat eine Uhrzeit genannt.")]
    apart = abs(now() - there)
    text = f"Diese Maschine und der Anmeldedienst liegen {apart:.0f} Sekunden auseinander."
    advice = "Stellen Sie die Uhr der Maschine über NTP."
    if apart > _CLOCK_FAULT_SECONDS:
        return [_fault("clock.wrong", area, text, advice)]
    return [_hint("clock.off", area, text, advice) if apart > _CLOCK_HINT_SECONDS else _good(area, text)]


async def _keys(web: _Web, chosen: Settings, towns: "Sequence[Town]") -> list[Finding]:
    """The keys with which tokens of callers are checked."""
    area, advice = "Schlüssel von Teams", "Geben Sie ausgehende Verbindungen zu login.botframework.com frei."
    found: list[Finding] = []
    metadata = await web.ask("GET", chosen.bot_openid_url)
    address: object = metadata.of("jwks_uri")
    if not isinstance(address, str):
        text = metadata.failure or f"Die Antwort (Status {metadata.status}) nennt keine Schlüssel"
        found.append(_fault("keys.bot_metadata", area, f"{text}.", advice))
    else:
        listed = (await web.ask("GET", address)).of("keys")
        keys = cast(list[Any], listed) if isinstance(listed, list) else []
        endorsed = [key for key in keys if "msteams" in _list(key, "endorsements")]
        found.append(
            _good(area, f"{len(endorsed)} Schlüssel für Teams.")
            if endorsed
            else _fault("keys.bot", area, "Kein Schlüssel darf für Teams unterschreiben.", advice)
        )
    login = chosen.login_url.rstrip("/")
    for town in towns:
        for tenant in town.tenants:
            area = "Mandant" + _of(town)
            about = await web.ask("GET", f"{login}/{tenant}/v2.0/.well-known/openid-configuration")
            if about.status in (400, 404):
                found.append(
                    _fault(
                        "tenant.unknown",
                        area,
                        f"Den Mandanten {tenant} kennt Entra nicht.",
                        "Prüfen Sie die ID: Entra Admin Center, Übersicht, „Mandanten-ID“.",
                    )
                )
                continue
            keys_of = await web.ask("GET", f"{login}/{tenant}/discovery/v2.0/keys")
            if about.of("issuer") != f"{login}/{tenant}/v2.0" or not keys_of.of("keys"):
                text = about.failure or keys_of.failure or "Aussteller oder Schlüssel fehlen in der Antwort"
                found.append(
                    _fault(
                        "keys.tenant",
                        area,
                        f"Die Schlüssel der Anmeldung fehlen. {text}.",
                        "Prüfen Sie AMTSKLAR_LOGIN_URL und ausgehende Verbindungen.",
                    )
                )
            else:
                found.append(_good(area, f"{tenant}: Aussteller und Schlüssel gefunden."))
    return found


def _list(key: object, name: str) -> list[Any]:
    value: Any = cast(dict[str, Any], key).get(name) if isinstance(key, dict) else None
    return cast(list[Any], value) if isinstance(value, list) else []


# The token endpoint's words for what is wrong (RFC 6749, 5.2), and what an admin does about it.
_TOKEN_ADVICE = {
    "invalid_client": "Geheimnis oder Zertifikat passen nicht oder sind abgelaufen. Legen Sie neue an.",
    "unauthorized_client": "Die Client-ID gibt es dort nicht. Prüfen Sie AMTSKLAR_BOT_ID und den Mandanten.",
    "invalid_request": "Der Mandant ist falsch geschrieben. Prüfen Sie AMTSKLAR_BOT_TENANT.",
    "invalid_scope": "Die Berechtigung ist nicht erteilt. Lassen Sie eine Administratorin zustimmen.",
}


async def _token(credential: "AppCredential", resource: str, tenant: str = "") -> tuple[str, str, str]:
    """A token, or an empty one with a code and an advice."""
    from entra.credentials import TokenUnavailable

    try:
        return await credential.token(resource, tenant), "", ""
    except TokenUnavailable as error:
        otherwise = "Prüfen Sie, ob die Identität der Anwendung zugewiesen ist und der Anmeldedienst erreichbar ist."
        return "", error.code, _TOKEN_ADVICE.get(error.code, otherwise)


async def _bot_token(credential: "AppCredential") -> list[Finding]:
    from entra.credentials import BOT_CONNECTOR

    area = "Nachweis des Bots"
    token, code, advice = await _token(credential, BOT_CONNECTOR)
    if not token:
        return [_fault(f"token.bot.{code}", area, f"Kein Token für Teams ({code}).", advice)]
    return [_good(area, "Token für Teams erhalten.")]


async def _graph(web: _Web, chosen: Settings, credential: "AppCredential", towns: "Sequence[Town]") -> list[Finding]:
    """Whether the app may ask for memberships in each tenant, and whether each group exists under its name."""
    from entra.credentials import GRAPH
    from entra.graph import BATCH

    found: list[Finding] = []
    url = chosen.graph_url.rstrip("/")
    consent = "Nötig sind User.Read.All und GroupMember.Read.All als Anwendungsberechtigung, mit Zustimmung."
    for town in towns:
        area = "Gruppen" + _of(town)
        if (groups := len({group.lower() for group in town.group_names})) > BATCH:
            found.append(
                _hint(
                    "graph.many_groups",
                    area,
                    f"{groups} verschiedene Gruppen: Eine Frage nach der Schulung braucht {-(-groups // BATCH)} statt "
                    "einem Aufruf von Graph.",
                    f"Kommen Sie mit {BATCH} Gruppen aus, bleibt es bei einem Aufruf; richtig ist die Antwort auch so.",
                )
            )
        for tenant in town.tenants:
            token, code, advice = await _token(credential, GRAPH, tenant)
            if not token:
                found.append(_fault(f"token.graph.{code}", area, f"Kein Token für Microsoft Graph ({code}).", advice))
                continue
            group = next(iter(town.group_names))
            asked = await web.ask(
                "POST", f"{url}/users/{_NOBODY}/checkMemberGroups", token=token, body={"groupIds": [group]}
            )
            if asked.status in (401, 403):
                text = "Graph verbietet die Frage nach Mitgliedschaften."
                found.append(_fault("graph.forbidden", area, text, consent))
                continue
            if asked.status != 404 or asked.of("error", "code") != "Request_ResourceNotFound":
                text = asked.failure or f"Graph antwortet unerwartet (Status {asked.status})"
                found.append(
                    _fault(
                        "graph.throttled" if asked.status == 429 else "graph.unreachable",
                        area,
                        f"{text}.",
                        "Prüfen Sie AMTSKLAR_GRAPH_URL und ausgehende Verbindungen; versuchen Sie es später erneut.",
                    )
                )
                continue
            found.extend([await _group(web, f"{url}/groups/{one}", token, area, one, town) for one in town.group_names])
    return found


async def _group(web: _Web, url: str, token: str, area: str, group: str, town: "Town") -> Finding:
    name = town.group_names[group]
    about = await web.ask("GET", f"{url}?$select=id,displayName", token=token)
    if about.status == 404:
        return _fault(
            "graph.group_missing",
            area,
            f"Die Gruppe „{name}“ ({group}) gibt es im Mandanten nicht.",
            "Legen Sie die Gruppe an oder berichtigen Sie die Objekt-ID.",
        )
    if about.status != 200:
        return _fault(
            "graph.group_unreadable",
            area,
            f"Die Gruppe „{name}“ lässt sich nicht lesen ({about.failure or f'Status {about.status}'}).",
            "Nötig ist GroupMember.Read.All als Anwendungsberechtigung, mit Zustimmung.",
        )
    if about.of("displayName") != name:
        return _hint(
            "graph.group_renamed",
            area,
            f"Die Gruppe {group} heißt in Entra anders als „{name}“.",
            "Wer abgewiesen wird, liest den eingestellten Namen. Gleichen Sie beide an.",
        )
    members = (await web.ask("GET", f"{url}/members?$top=1&$select=id", token=token)).of("value")
    if isinstance(members, list) and not members:
        return _hint(
            "graph.group_empty",
            area,
            f"In der Gruppe „{name}“ ist noch niemand.",
            "Bis jemand darin ist, weist Amtsklar alle ab.",
        )
    return _good(area, f"Die Gruppe „{name}“ gibt es.")


async def _models(
    web: _Web, chosen: Settings, credential: "AppCredential | None", towns: "Sequence[Town]"
) -> list[Finding]:
    found: list[Finding] = []
    for town in towns:
        area = "Modell" + _of(town)
        try:
            profiles = service.model_profiles(chosen, town)
        except service.StartRefused:
            continue  # already named with the town's files
        if not profiles:
            found.append(_good(area, "Keines eingestellt; es schreiben die Regeln.", "model.none"))
        found.extend([await _model(web, area, profile, key, credential) for profile, key in profiles])
    return found


async def _model(
    web: _Web, area: str, profile: "ModelProfile", key: str, credential: "AppCredential | None"
) -> Finding:
    """One short question to the model, with a text of our own."""
    from entra.credentials import MODEL

    host = urlsplit(profile.url).hostname or ""
    if urlsplit(profile.url).scheme != "https" and not _is_near(host):
        return _fault(
            "model.not_https",
            area,
            f"Die Adresse des Modells ({host}) ist nicht verschlüsselt.",
            "Nehmen Sie eine Adresse mit https://.",
        )
    token = key
    if not token and credential is not None:
        token, code, advice = await _token(credential, MODEL)
        if not token:
            return _fault(f"token.model.{code}", area, f"Kein Token für das Modell ({code}).", advice)
    # As the product asks it, so that what the server refuses there is refused here.
    messages = [{"role": "user", "content": "Guten Tag."}]
    question = {"model": profile.model, "messages": messages, **profile.members(streamed=False)}
    answer = await web.ask("POST", f"{profile.url.rstrip('/')}/chat/completions", token=token or "ohne", body=question)
    match answer.status:
        case 0:
            advice = "Prüfen Sie Adresse, Netz und ob der Server läuft. Bis dahin schreiben die Regeln."
            return _fault("model.unreachable", area, f"{host}: {answer.failure}.", advice)
        case 401 | 403:
            advice = "Prüfen Sie den Schlüssel oder die Rolle „Cognitive Services OpenAI User“ der Identität."
            return _fault("model.forbidden", area, f"{host} nimmt den Nachweis nicht an.", advice)
        case 404:
            advice = "Prüfen Sie den Namen der Bereitstellung und den Pfad (Azure: …/openai/v1/)."
            return _fault("model.unknown", area, f"{host} kennt „{profile.model}“ oder den Pfad nicht.", advice)
        case 400 | 422:
            advice = "Prüfen Sie die Art des Servers (AMTSKLAR_MODEL_SERVER; in der Datei der Stadt „server“)."
            return _fault("model.refused", area, f"{host} nimmt die Anfrage nicht an ({answer.status}).", advice)
        case 429:
            advice = "Das Kontingent ist erschöpft oder zu klein. Erhöhen Sie es in Azure."
            return _hint("model.throttled", area, f"{host} ist ausgelastet.", advice)
        case 200 if isinstance(answer.of("choices"), list):
            text = f"{host}, „{profile.model}“: Antwort nach {answer.seconds:.1f} Sekunden."
            return _good(area, text)
        case _:
            advice = "Die Adresse muss zu einem Server führen, der die OpenAI-Schnittstelle spricht."
            return _fault("model.unexpected", area, f"{host} antwortet unerwartet (Status {answer.status}).", advice)


def _is_near(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_private
    except ValueError:
        return False


async def _storage(chosen: Settings, credential: "AppCredential | None", towns: "Sequence[Town]") -> list[Finding]:
    from records.port import StorageUnavailable

    area = "Zähler und Schalter"
    if not chosen.tables_url and chosen.records_folder is None:
        return [
            _hint(
                "storage.none",
                area,
                "Kein Speicher eingestellt: Zähler enden mit dem Prozess, und abschalten lässt sich nichts.",
                "Setzen Sie AMTSKLAR_TABLES_URL (im örtlichen Betrieb AMTSKLAR_RECORDS_FOLDER).",
            )
        ]
    host = urlsplit(chosen.tables_url).hostname or ""
    if chosen.tables_url and urlsplit(chosen.tables_url).scheme != "https" and not _is_near(host):
        return [_fault("storage.not_https", area, "AMTSKLAR_TABLES_URL beginnt nicht mit https://.", "Berichtigen.")]
    try:
        store = service.storage(chosen, credential)
    except service.StartRefused as refused:
        return [_fault("storage.malformed", area, _plain(refused), "Berichtigen oder löschen Sie die genannte Zeile.")]
    try:
        await store.switch("doctor", "probe", off=True)
        await store.switch("doctor", "probe", off=False)
        off = await store.switched_off()
    except StorageUnavailable as error:
        if error.code == "tables_403":
            advice = "Geben Sie der Identität die Rolle „Storage-Tabellendatenmitwirkender“ auf dem Speicherkonto."
            return [_fault("storage.forbidden", area, "Der Speicher verbietet Lesen oder Schreiben.", advice)]
        advice = "Prüfen Sie AMTSKLAR_TABLES_URL und ausgehende Verbindungen."
        return [_fault("storage.unreachable", area, f"Der Speicher ist nicht nutzbar ({error.code}).", advice)]
    except Exception as error:  # a file that cannot be read or written; its message names the file alone
        return [_fault("storage.malformed", area, str(error), "Berichtigen Sie die Datei oder ihre Rechte.")]
    finally:
        await store.close()
    ours = {tenant: town for town in towns for tenant in town.tenants}
    found = [
        _hint(
            "storage.switched_off",
            area,
            f"Abgeschaltet: „{capability}“ für {tenant}.",
            "Wieder einschalten: python -m records on --tenant …",
        )
        for tenant, capability in sorted(off)
        if tenant in ours
    ]
    return found or [_good(area, "Lesen und Schreiben gelingen, nichts ist abgeschaltet.")]


async def _jobs(chosen: Settings, credential: "AppCredential | None") -> list[Finding]:
    """Where jobs wait: put, read and delete in each of its three services, as the product does."""
    from jobs.account import StorageAway

    area = "Aufträge"
    if chosen.jobs_storage.get_secret_value() == configuration.IN_PROCESS:
        text = "Aufträge leben im Prozess, wie eingestellt. Für Azure Functions ist das nicht geeignet."
        return [_good(area, text, "jobs.in_process")]
    try:
        account = service.jobs_account(chosen, credential)
    except service.StartRefused as refused:
        return [_fault("jobs.malformed", area, _plain(refused), "Berichtigen Sie AMTSKLAR_JOBS_STORAGE.")]
    assert account is not None
    try:
        waiting = await account.probe("jobs")
    except StorageAway as away:
        if away.code == "storage_403":
            advice = (
                "Geben Sie der Identität auf dem Speicherkonto die Rollen „Mitwirkender an "
                "Storage-Warteschlangendaten“, „Storage-Blobdatenbesitzer“ und „Storage-Tabellendatenmitwirkender“."
            )
            return [_fault("jobs.forbidden", area, "Der Speicher verbietet Lesen oder Schreiben.", advice)]
        advice = "Prüfen Sie AMTSKLAR_JOBS_STORAGE und ausgehende Verbindungen."
        return [_fault("jobs.unreachable", area, f"Der Speicher ist nicht nutzbar ({away.code}).", advice)]
    finally:
        await account.close()
    return [_good(area, f"Warteschlange, Blobs und Tabelle sind nutzbar; es warten etwa {waiting} Aufträge.")]


async def _host(web: _Web, chosen: Settings) -> list[Finding]:
    """The running application at its public address: the right one, in order, and closed to strangers."""
    area, url = "Öffentliche Adresse", chosen.public_url.rstrip("/")
    health = await web.ask("GET", f"{url}/api/health")
    if health.status == 0:
        advice = "Prüfen Sie den Namen, das Zertifikat und ob die Anwendung läuft."
        return [_fault("host.unreachable", area, f"{health.failure}.", advice)]
    if health.status == 503:
        advice = "Die Anwendung startet nicht. Ihr Protokoll nennt die Einstellung oder die Datei."
        return [_fault("host.not_ready", area, "Die Anwendung meldet, dass sie nicht bereit ist.", advice)]
    if health.of("status") != "ok":
        advice = "AMTSKLAR_PUBLIC_URL muss zur Function App führen, ohne vorgeschaltete Anmeldung."
        return [_fault("host.not_ours", area, f"Dort antwortet nicht Amtsklar (Status {health.status}).", advice)]
    found: list[Finding] = []
    if health.of("profile") != Profile.PRODUCTION.value:
        advice = "Nehmen Sie die Anwendung vom Netz und entfernen Sie AMTSKLAR_PROFILE=local."
        found.append(_fault("host.local", area, "Die Anwendung läuft öffentlich ohne Anmeldung.", advice))
    found.extend(await _states(web, chosen, area, url))
    if health.of("version") != service.VERSION:
        advice = "Veröffentlichen Sie die neue Fassung, oder prüfen Sie mit der passenden."
        found.append(_hint("host.version", area, "Dort läuft eine andere Fassung als diese hier.", advice))
    for path, body in (("/api/messages", {"type": "message"}), ("/api/compose/check", {"text": "Guten Tag."})):
        answer = await web.ask("POST", url + path, body=body)
        if answer.status not in (400, 401, 403):
            advice = "Nehmen Sie die Anwendung vom Netz und veröffentlichen Sie sie neu."
            text = f"{path} antwortet Fremden mit Status {answer.status} statt mit 401."
            found.append(_fault("host.open", area, text, advice))
    shown = await web.ask("GET", f"{url}/api/compose/signin")
    if shown.status == 200 and shown.of("client_id") not in (None, chosen.api_id):
        advice = "Gleichen Sie AMTSKLAR_API_ID hier und in der Anwendung an."
        found.append(_fault("host.api_id", area, "Die Anwendung meldet in Outlook mit einer anderen ID an.", advice))
    pane = await web.ask("GET", f"{url}/outlook/")
    policy = (pane.headers or {}).get("Content-Security-Policy", "")
    if pane.status != 200 or "frame-ancestors" not in policy:
        advice = "Bauen Sie vor dem Veröffentlichen den Schreibbereich (npm run build)."
        found.append(_fault("host.pane", area, "Der Schreibbereich für Outlook fehlt oder ist ungeschützt.", advice))
    return found or [
        _good(area, f"{urlsplit(url).hostname} antwortet, Fassung {service.VERSION}; Fremde bleiben draußen.")
    ]


async def _states(web: _Web, chosen: Settings, area: str, url: str) -> list[Finding]:
    """What the running application says about its dependencies, where there is a key to ask with."""
    from telemetry.health import HEADER

    key = chosen.health_key.get_secret_value()
    if not key:
        return []
    told = await web.ask("GET", f"{url}/api/health", headers={HEADER: key})
    dependencies = told.of("dependencies")
    if not isinstance(dependencies, list):
        advice = "Gleichen Sie AMTSKLAR_HEALTH_KEY hier und in der Anwendung an."
        return [_hint("host.health_key", area, "Die Anwendung nennt mit dem Schlüssel keine Zustände.", advice)]
    down = [one for one in cast(list[dict[str, Any]], dependencies) if one.get("state") == "down"]
    advice = "Was zu tun ist, steht in docs/betrieb.md unter „Zustände“."
    return [
        (_fault if one.get("needed") else _hint)(
            "host.dependency_down", area, f"Die Anwendung meldet: {one.get('name')} ({one.get('code')}).", advice
        )
        for one in down
    ]


def _package(chosen: Settings, package: Path | None) -> Finding:
    """Whether an app package belongs to this installation."""
    area = "App-Paket"
    if package is None or not package.is_file():
        return Finding("package.none", area, State.LEFT_OUT, "Kein Paket angegeben oder gebaut (dist/amtsklar.zip).")
    try:
        with zipfile.ZipFile(package) as zipped:
            manifest: Any = json.loads(zipped.read("manifest.json"))
        bots: Any = [bot["botId"] for bot in manifest["bots"]]
        api, domains = manifest["webApplicationInfo"]["id"], list[str](manifest["validDomains"])
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return _fault(
            "package.unreadable", area, f"{package.name} ist kein App-Paket.", "Bauen Sie es neu: make package"
        )
    host = urlsplit(chosen.public_url).netloc
    wrong = [
        name
        for name, is_right in (
            ("die Adresse", host in domains),
            ("die ID des Bots", bots == [chosen.bot_id]),
            ("die ID der Anmeldung", api == chosen.api_id),
        )
        if not is_right
    ]
    if wrong:
        text = f"In {package.name} passt nicht zu den Einstellungen: {', '.join(wrong)}."
        return _fault(
            "package.other_installation", area, text, "Bauen Sie es neu: make package HOST=… BOT_ID=… APP_ID=…"
        )
    return _good(area, f"{package.name} gehört zu dieser Installation.")


async def _all(package: Path | None) -> list[Finding]:
    try:
        chosen = configuration.load()
    except SettingsError as error:
        advice = "Setzen Sie die genannten Umgebungsvariablen; settings.py beschreibt jede."
        return [_fault("settings.incomplete", "Einstellungen", _plain(error), advice)]
    return [finding async for finding in examine(chosen, package=package)]


def table(findings: Sequence[Finding]) -> str:
    """The findings as a table for people, with a sum at its end."""
    width = max((len(finding.area) for finding in findings), default=0)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.state.value:8}  {finding.area:{width}}  {finding.text}")
        if finding.advice:
            lines.append(f"{'':8}  {'':{width}}  → {finding.advice}")
    counted = {state: sum(finding.state is state for finding in findings) for state in State}
    lines.append("")
    lines.append(
        "Amtsklar ist bereit."
        if not counted[State.FAULT]
        else f"Amtsklar ist nicht bereit: {counted[State.FAULT]} Fehler sind zu beheben."
    )
    if counted[State.HINT]:
        lines.append(f"Dazu gibt es Hinweise: {counted[State.HINT]}.")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Look at the installation that the environment describes. Returns 0, or 1 when something has to be repaired."""
    parser = argparse.ArgumentParser(prog="python -m service", description="Prüft eine eingerichtete Installation.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="Befehl")
    doctor = commands.add_parser("doctor", help="Einstellungen, Gruppen, Tokens, Modell, Speicher, Adresse, Uhr")
    doctor.add_argument("--json", action="store_true", help="für Maschinen")
    doctor.add_argument("--package", type=Path, default=_PACKAGE, help="App-Paket (dist/amtsklar.zip)")
    given = parser.parse_args(arguments)
    # What libraries would write about a failure belongs to no table.
    import logging

    logging.disable(logging.CRITICAL)
    findings = asyncio.run(_all(given.package))
    failed = any(finding.state is State.FAULT for finding in findings)
    if given.json:
        content = {"ready": not failed, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(table(findings))
    return int(failed)
