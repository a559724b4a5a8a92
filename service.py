"""Builds everything from the settings, once. The only file that knows every room.

Nothing here decides anything about a text or a person.
"""

import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import settings as configuration
from settings import IN_PROCESS, VERSION, BotCredential, Profile, Settings, SettingsError, TelemetryTarget

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from assistant.assistant import Assistant
    from bots.door import BotDoor
    from bots.port import Verifier
    from entra.credentials import AppCredential
    from entra.gate import Person, TrainingDirectory, TrainingGate
    from entra.local import LocalDirectory
    from entra.tokens import TokenVerifier
    from german.termbase import Termbase
    from jobs.account import Account
    from jobs.azure import AzureJobs
    from jobs.envelope import KeyRing
    from jobs.inprocess import InProcessJobs
    from jobs.port import Job, Turn, Worker
    from letters.letterhead import Letterhead
    from outlook.identity import Identify, ListPeople
    from policy.screening import Screener
    from records.local import LocalRecords
    from records.switches import RememberedSwitches
    from records.tables import TableRecords
    from telemetry.health import Dependency, Health
    from telemetry.port import Telemetry
    from telemetry.sdk import Instruments
    from telemetry.words import Words
    from towns.door import TownDoor
    from towns.router import TownPath, Towns
    from towns.town import Model, Town
    from writers.model import ModelProfile, ModelWriter
    from writers.port import Call, Writer

# Libraries that write addresses, people or whole bodies at lower levels.
_TALKATIVE = (
    "azure",
    "msal",
    "urllib3",
    "requests",
    "openai",
    "httpx2",
    "httpcore2",
    "aiohttp",
    "botframework",
    "asyncio",
)
_BOT_CONNECTOR = "https://api.botframework.com"
# How long the buttons of a card open what is sealed in the card itself.
_BUTTONS_SECONDS = 86_400.0
_MODEL_RESOURCE = "https://cognitiveservices.azure.com"

log = logging.getLogger("amtsklar")


class StartRefused(Exception):
    """The product must not start. The message is German and says what to change."""


@dataclass(frozen=True, slots=True)
class TownRooms:
    """The rooms that belong to one town alone."""

    town: "Town"
    assistant: "Assistant"
    bot: "BotDoor"
    screener: "Screener"
    writer: "Writer"


@dataclass
class Service:
    """The rooms of one running installation.

    `assistant` and `bot` serve all towns; `towns` has what each town has for itself.
    """

    settings: Settings
    towns: "tuple[Town, ...]"
    assistant: "Assistant | TownPath[TownRooms]"
    bot: "BotDoor | TownDoor[TownRooms]"
    rooms: "Towns[TownRooms] | TownRooms"
    identify: "Identify"
    people: "ListPeople | None"
    records: "LocalRecords | TableRecords"
    health: "Health"
    telemetry: "Telemetry"
    jobs: "InProcessJobs | AzureJobs"
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])

    version = VERSION

    def compose_router(self) -> "APIRouter":
        """The addresses of the compose API."""
        from outlook.compose import ComposeValues, RuleSummary, router

        if isinstance(self.rooms, TownRooms):
            one = self.rooms
            rules = tuple(RuleSummary(rule.id, rule.title, rule.action, rule.advice) for rule in one.screener.rules)
            writer, by_model = one.writer.name, one.writer.is_model
            course_url, contact = one.town.course_url, one.town.contact
        else:
            # Their own answer is given by the town's route below, which comes first.
            rules, writer, by_model, course_url, contact = (), "", False, "", ""
        values = ComposeValues(
            version=VERSION,
            writer=writer,
            by_model=by_model,
            rules=rules,
            course_url=course_url,
            contact=contact,
            text_limit=self.settings.text_limit,
            body_limit=self.settings.body_limit,
            people=self.people,
        )
        compose = router(self.assistant, self.identify, values)
        if isinstance(self.rooms, TownRooms):
            return compose
        from fastapi import APIRouter

        from towns.info import router as info_router

        both = APIRouter()
        both.include_router(
            info_router(
                self.rooms.rooms,
                self.identify,
                version=VERSION,
                local=self.people is not None,
                letter_kinds=self.assistant.letter_kinds(),
                text_limit=self.settings.text_limit,
            )
        )
        both.include_router(compose)
        return both

    def sign_in(self) -> dict[str, object]:
        """What the pane needs to sign a person in: public ids alone. Locally, that there is nothing to sign in to."""
        chosen = self.settings
        if chosen.profile is Profile.LOCAL:
            return {"local": True}
        # One town's people sign in at their own tenant; several towns share the address for work accounts.
        tenants = [tenant for town in self.towns for tenant in town.tenants]
        return {
            "local": False,
            "client_id": chosen.api_id,
            "authority": f"{chosen.login_url.rstrip('/')}/{tenants[0] if len(tenants) == 1 else 'organizations'}",
            "scope": f"api://{chosen.api_id}/access_as_user",
        }

    def pane_routes(self) -> "list[BaseRoute]":
        """The addresses of the writing pane and of the icons that the app package names."""
        from manifest.served import routes as icon_routes
        from outlook.static_files import routes

        return [*routes(), *icon_routes()]

    async def nightly(self) -> None:
        """Delete counters that are too old, and look whether the files of every town are still in order.

        Raises:
            StartRefused: a file of a town is malformed.
            StorageUnavailable: the counters cannot be reached.
        """
        from datetime import date

        from records.port import oldest_kept

        await self.records.flush()
        await self.records.delete_before(oldest_kept(date.today()))
        for town in self.towns:
            load_screener(town)
            load_letterhead(town)
            load_terms(town)
            model_profiles(self.settings, town)

    async def work(self, message: bytes, *, give_up: bool = False) -> None:
        """Do the job of a queue's message; where jobs live in the process, there is no queue."""
        from jobs.azure import AzureJobs

        if isinstance(self.jobs, AzureJobs):
            await self.jobs.work(message, give_up=give_up)

    async def sweep(self) -> None:
        """Find jobs that nobody works on any more, and delete what is too old."""
        from jobs.azure import AzureJobs

        if isinstance(self.jobs, AzureJobs):
            await self.jobs.sweep()

    async def close(self) -> None:
        """End running work, then close connections."""
        for close in self.closers:
            await close()


class _Identity:
    """The parts of the gate and the doors that differ between the local profile and Azure."""

    def __init__(self, settings: Settings) -> None:
        self.credential: AppCredential | None = None
        self.closers: list[Callable[[], Awaitable[None]]] = []
        self.people: ListPeople | None = None
        # Where counters are kept is known only once there is a credential.
        self.count_refused: Callable[[str], None] = lambda _code: None
        if settings.profile is Profile.LOCAL:
            self._local(settings)
        else:
            self._azure(settings)

    def _local(self, settings: Settings) -> None:
        from bots.local import LocalVerifier
        from entra.gate import Capability, Gate, Person
        from entra.local import DirectoryFileError, LocalDirectory
        from outlook.identity import ChosenPerson, KnownPerson

        try:
            if settings.towns is None:
                found = [(None, LocalDirectory.from_file(settings.directory_file))]
            else:
                towns = read_towns(settings)
                found = [(town, LocalDirectory.from_file(_directory_file(town))) for town in towns]
        except DirectoryFileError as error:
            raise StartRefused(f"Amtsklar startet nicht. {error}") from None
        self.towns = tuple(town or _only_local_town(settings, directory) for town, directory in found)
        directories = {town.key: one for town, (_, one) in zip(self.towns, found, strict=True)}
        for town in self.towns:
            if directories[town.key].tenant_id not in town.tenants:
                raise StartRefused(
                    f"Amtsklar startet nicht. {town.directory_file}: Der Mandant ist ein anderer als in der town.yaml."
                )
        self.directory: Callable[[Town], TrainingDirectory] = lambda town: directories[town.key]
        self.verifier: Verifier = LocalVerifier()

        class Everybody:
            def person(self, object_id: str) -> Person | None:
                return next(filter(None, (one.person(object_id) for one in directories.values())), None)

        self.identify: Identify = ChosenPerson(Everybody())
        gates: dict[str, Gate] = {}

        async def people() -> tuple[KnownPerson, ...]:
            known: list[KnownPerson] = []
            for town in self.towns:
                gate = gates.setdefault(town.key, _gate(town, self.directory(town), None))
                for one in directories[town.key].people():
                    admission = await gate.admit(one, Capability.REWRITE)
                    known.append(KnownPerson(one.object_id, one.name, admission.allowed))
            return tuple(known)

        self.people = people

    def _azure(self, settings: Settings) -> None:
        from entra.graph import GraphDirectory
        from entra.tokens import TokenVerifier

        self.towns = (only_town(settings),) if settings.towns is None else read_towns(settings)
        self.credential = credential = app_credential(settings)
        verifier = TokenVerifier(
            tenants=[tenant for town in self.towns for tenant in town.tenants],
            bot_id=settings.bot_id,
            bot_openid_url=settings.bot_openid_url,
            api_id=settings.api_id,
            api_clients=settings.api_clients,
            login_url=settings.login_url,
            service_urls=settings.bot_service_urls,
            on_refused=lambda code: self.count_refused(code),
        )
        self.verifier = _FromTeams(verifier)
        self.identify = _Bearer(verifier)
        self.closers.append(verifier.close)

        def directory(_town: "Town") -> "TrainingDirectory":
            # Graph throttles each tenant for itself, so towns do not share one that waits.
            one = GraphDirectory(credential, url=settings.graph_url)
            self.closers.append(one.close)
            return one

        self.directory = directory


class _Bearer:
    """Identifies the pane's person by an access token for our API."""

    def __init__(self, verifier: "TokenVerifier") -> None:
        self._verifier = verifier

    async def __call__(self, request: "Request") -> "Person":
        from entra.tokens import TokenRefused
        from outlook.identity import NotIdentified

        try:
            return await self._verifier.person_of(request.headers.get("authorization", ""))
        except TokenRefused as refused:
            if refused.status == 403:
                raise NotIdentified(
                    403,
                    "Nicht freigegeben",
                    "Ihr Konto oder diese Anwendung ist für Amtsklar nicht freigegeben. Es wurde nichts verarbeitet.",
                    "Bitte wenden Sie sich an Ihre IT.",
                ) from None
            if refused.status == 503:
                raise NotIdentified(
                    503,
                    "Anmeldung nicht prüfbar",
                    "Der Anmeldedienst antwortet gerade nicht. Es wurde nichts verarbeitet, Ihr Text bleibt erhalten.",
                    "Bitte versuchen Sie es in einer Minute noch einmal.",
                ) from None
            raise NotIdentified(
                401,
                "Anmeldung fehlt",
                "Amtsklar konnte nicht feststellen, wer Sie sind. Es wurde nichts verarbeitet.",
            ) from None


class _FromTeams:
    """Proves the caller of the bot; an activity that nobody typed, such as an installation, has no person."""

    def __init__(self, verifier: "TokenVerifier") -> None:
        self._verifier = verifier

    async def verify(self, authorization: str, activity: Mapping[str, Any]) -> "Person":
        from entra.gate import Person

        verified = await self._verifier.verify(authorization, activity)
        return verified.person or Person(verified.tenant_id, "")


class _BotTokens:
    """The bot's own token for calls to Teams."""

    def __init__(self, credential: "AppCredential") -> None:
        self._credential = credential

    async def token(self) -> str:
        return await self._credential.token(_BOT_CONNECTOR)


def app_credential(settings: Settings) -> "AppCredential":
    """How this installation proves who it is."""
    from entra.credentials import AppCredential

    match settings.bot_credential:
        case BotCredential.MANAGED_IDENTITY:
            return AppCredential.for_managed_identity(settings.bot_id)
        case BotCredential.SECRET:
            secret = settings.bot_secret.get_secret_value()
            return AppCredential.for_secret(
                settings.bot_id, secret, tenant_id=settings.home_tenant, login_url=settings.login_url
            )
        case BotCredential.CERTIFICATE:
            assert settings.bot_certificate is not None
            return AppCredential.for_certificate(
                settings.bot_id,
                settings.bot_certificate,
                tenant_id=settings.home_tenant,
                login_url=settings.login_url,
            )


def only_town(settings: Settings) -> "Town":
    """The one town that the settings themselves describe."""
    from entra.gate import Capability
    from towns.town import Town

    group = settings.training_group
    return Town(
        key="stadt",
        name="",
        tenants=tuple(tenant.lower() for tenant in settings.tenants),
        groups=dict.fromkeys(Capability, (group,)),
        group_names={group: settings.training_group_name},
        course_url=settings.course_url,
        contact=settings.contact,
        policy_file=settings.policy_file,
        profile=settings.tenant_profile,
        letterhead=settings.letterhead,
    )


def _only_local_town(settings: Settings, directory: "LocalDirectory") -> "Town":
    group = directory.group_id(settings.training_group_name)
    if group is None:
        raise StartRefused(
            f"Amtsklar startet nicht. {settings.directory_file.name}: "
            f"Die Gruppe „{settings.training_group_name}“ fehlt (AMTSKLAR_TRAINING_GROUP_NAME)."
        )
    return only_town(settings.model_copy(update={"tenants": (directory.tenant_id,), "training_group": group}))


def read_towns(settings: Settings) -> "tuple[Town, ...]":
    """The towns of the folder of towns.

    Raises:
        StartRefused: a folder cannot be used; the message names file and line.
    """
    from towns.town import TownFileError
    from towns.town import read_towns as read

    assert settings.towns is not None
    try:
        return read(settings.towns, settings.policy_file)
    except TownFileError as error:
        raise StartRefused(f"Amtsklar startet nicht. {error}") from None


def _directory_file(town: "Town") -> Path:
    if town.directory_file is None:
        raise StartRefused(
            f"Amtsklar startet nicht. Im örtlichen Betrieb braucht die Stadt „{town.key}“ eine Datei verzeichnis.yaml."
        )
    return town.directory_file


def _gate(
    town: "Town", directory: "TrainingDirectory", switches: "RememberedSwitches | None", policy: str = ""
) -> "TrainingGate":
    from entra.gate import TrainingGate

    return TrainingGate(
        directory,
        groups=town.groups,
        group_names=town.group_names,
        tenants=town.tenants,
        course_url=town.course_url,
        contact=town.contact,
        acknowledgement=town.acknowledgement,
        policy=policy or "Dienstanweisung",
        pilots=town.pilots,
        switches=switches,
    )


def model_profiles(settings: Settings, town: "Town") -> "list[tuple[ModelProfile, str]]":
    """The models of a town with the key of each; an empty key means a token of the app itself.

    Raises:
        StartRefused: a key that the town's file names is not set.
    """
    chain = _installed_models(settings) if town.models is None else [(model, "") for model in town.models]
    if not chain:
        return []
    from writers.model import ModelProfile, kind_of_server

    chosen = {
        "max_tokens": settings.model_max_tokens,
        "timeout": settings.model_timeout,
        "silence": settings.model_silence,
        "concurrency": settings.model_concurrency,
    }
    # What nobody has chosen follows the kind of server.
    chosen = {name: value for name, value in chosen.items() if value is not None}
    found: list[tuple[ModelProfile, str]] = []
    for model, given in chain:
        key = given
        if model.key_setting:
            key = os.environ.get(model.key_setting, "")
            if not key:
                raise StartRefused(
                    f"Amtsklar startet nicht. Stadt „{town.key}“: {model.key_setting} ist nicht gesetzt."
                )
        server = model.server or kind_of_server(model.url)
        found.append((ModelProfile.for_server(server, model.url, model.name, **chosen), key))
    return found


def _installed_models(settings: Settings) -> "list[tuple[Model, str]]":
    """The models of the installation, in order, each with its key."""
    from towns.town import Model

    given = (
        (settings.model_url, settings.model_name, settings.model_server, settings.model_key),
        (
            settings.second_model_url,
            settings.second_model_name,
            settings.second_model_server,
            settings.second_model_key,
        ),
    )
    return [
        (Model(url, name or "standard", server=server or ""), key.get_secret_value())
        for url, name, server, key in given
        if url
    ]


def _keys(settings: Settings) -> "KeyRing":
    from jobs.envelope import KeyRing

    keys = settings.seal_keys
    return KeyRing(keys) if keys else KeyRing.random()


def _word_file(town: "Town") -> Callable[[str, bool], bytes]:
    """Makes Word files with the letterhead of this town. It is read with the first letter, but checked here."""
    # The product's own letterhead cannot be wrong, and reading it would cost every cold start.
    head = load_letterhead(town) if town.letterhead else None

    def word_file(text: str, by_model: bool) -> bytes:
        from letters import docx, letterhead
        from letters.structure import letter_of

        return docx.write(letter_of(text), head or letterhead.load(), by_model=by_model)

    return word_file


def load_letterhead(town: "Town") -> "Letterhead":
    """The letterhead of a town, or the product's own with its gaps.

    Raises:
        StartRefused: the file is malformed; the message names file and field.
    """
    from letters import letterhead

    try:
        return letterhead.load(town.letterhead or letterhead.DEFAULT)
    except (letterhead.LetterheadError, UnicodeDecodeError) as error:
        text = error if isinstance(error, letterhead.LetterheadError) else f"{town.letterhead}: kein UTF-8"
        raise StartRefused(f"Amtsklar startet nicht. {text}") from None


def load_terms(town: "Town") -> "Termbase | None":
    """The words of a town, or None while it has no list of its own.

    Raises:
        StartRefused: the file is malformed; the message names file and line.
    """
    if town.terms is None:
        return None
    from german.termbase import TermbaseError, read_termbase

    try:
        return read_termbase(town.terms)
    except TermbaseError as error:
        raise StartRefused(f"Amtsklar startet nicht. Stadt „{town.key}“: {error}.") from None


def _watch_installation(
    health: "Health", settings: Settings, records: "LocalRecords | TableRecords", *, needed: bool
) -> None:
    """Watch what all towns share: the storage of counters and switches, and the keys of seals."""
    from records.port import StorageUnavailable

    async def ask_storage() -> str:
        try:
            await records.switched_off()
        except StorageUnavailable as error:
            return error.code
        return ""

    # Without switches nothing is read before a text is taken, so nobody has to wait for it.
    health.watch("storage", needed=needed, ask=ask_storage)
    # Without a key of its own, each process has another one, and buttons end with it.
    seals = health.watch("seal_keys", needed=False)
    seals.note("" if settings.seal_keys else "one_per_process")


def _watched(directory: "TrainingDirectory", town: "Town", health: "Health") -> "TrainingDirectory":
    """The directory of a town, its state seen by health."""
    from entra.watched import WatchedDirectory, reachable

    async def ask() -> str:
        codes = [await reachable(directory, tenant, list(town.group_names)[:1]) for tenant in town.tenants]
        return next(filter(None, codes), "")

    return WatchedDirectory(directory, health.watch("directory", about=town.key, needed=True, ask=ask).note)


def _models(
    settings: Settings, town: "Town", credential: "AppCredential | None", health: "Health"
) -> "list[ModelWriter]":
    profiles = model_profiles(settings, town)
    if not profiles:
        return []
    from writers.model import ModelWriter

    async def entra_token() -> str:
        assert credential is not None
        return await credential.token(_MODEL_RESOURCE)

    for profile, key in profiles:
        if credential is not None and not key and not _takes_our_token(profile.url):
            raise StartRefused(
                f"Amtsklar startet nicht. Für das Modell „{profile.model}“ fehlt ein Schlüssel (AMTSKLAR_MODEL_KEY, "
                "AMTSKLAR_SECOND_MODEL_KEY oder „schluessel“ in der Datei der Stadt). "
                "Ohne Schlüssel wird nur Azure OpenAI angesprochen. "
                "Verlangt der Server keinen, tragen Sie „ohne“ ein."
            )
    # Servers on own premises often ask for no key; the client library wants one all the same.
    models: list[ModelWriter] = []
    for profile, key in profiles:

        async def ask(place: int = len(models)) -> str:
            return await models[place].reachable()

        # The rules write when no model does. A list of models does not tell of a quota that is used up; a request does.
        watched = health.watch("model", about=profile.model, needed=False, ask=ask, trusts_failures=True)
        key_or_token = key or ("ohne" if credential is None else entra_token)
        models.append(ModelWriter(profile, key_or_token, on_call=_noted(watched)))
    return models


# What a call says about its text or about our own patience, and not about the server.
_NO_FAULT = frozenset({"model_filtered", "model_filtered_midway", "model_truncated", "model_busy", "model_paused"})


def _noted(watched: "Dependency") -> "Callable[[Call], None]":
    def note(call: "Call") -> None:
        if call.code not in _NO_FAULT:
            watched.note(call.code)

    return note


def _takes_our_token(url: str) -> bool:
    """Whether a model server may see a token of our own identity: Azure OpenAI, or a server on this machine."""
    from writers.model import AZURE_HOSTS

    host = urlsplit(url).hostname or ""
    return host.endswith(AZURE_HOSTS) or host in ("127.0.0.1", "localhost", "::1")


def load_screener(town: "Town") -> "Screener":
    """The policy of a town.

    Raises:
        StartRefused: a file is malformed; the message names file and line.
    """
    from policy import PolicyError, load

    try:
        return load(town.policy_file, town.profile)
    except PolicyError as error:
        raise StartRefused(f"Amtsklar startet nicht. {error}") from None


def storage(settings: Settings, credential: "AppCredential | None") -> "LocalRecords | TableRecords":
    """Where counters and switches are kept.

    Raises:
        StartRefused: the file of counters is malformed.
    """
    if settings.tables_url and credential is not None:
        from records.tables import STORAGE, TableRecords

        async def token() -> str:
            return await credential.token(STORAGE)

        return TableRecords(settings.tables_url, token)
    from records.local import LocalRecords, RecordsError

    try:
        return LocalRecords() if settings.records_folder is None else LocalRecords.in_folder(settings.records_folder)
    except (RecordsError, OSError) as error:
        raise StartRefused(f"Amtsklar startet nicht. {error}") from None


def jobs_account(settings: Settings, credential: "AppCredential | None") -> "Account | None":
    """Where jobs rest; None where they live in this process alone.

    Raises:
        StartRefused: the setting has not the form.
    """
    place = settings.jobs_storage.get_secret_value()
    if place in ("", IN_PROCESS):
        return None
    from jobs.account import STORAGE, Account

    if place.startswith("https://"):
        assert credential is not None

        async def token() -> str:
            return await credential.token(STORAGE)

        return Account.for_identity(place, token)
    try:
        return Account.for_azurite(place)
    except ValueError:
        raise StartRefused(
            "Amtsklar startet nicht. AMTSKLAR_JOBS_STORAGE: erwartet wird https://….queue.core.windows.net oder "
            f"„{IN_PROCESS}“; eine Verbindungszeichenfolge gibt es nur für Azurite auf dieser Maschine."
        ) from None


def _switches(settings: Settings, records: "LocalRecords | TableRecords") -> "RememberedSwitches | None":
    if not settings.tables_url and settings.records_folder is None:
        return None
    from records.switches import RememberedSwitches

    return RememberedSwitches(records)


def _telemetry(settings: Settings, towns: "Sequence[Town]") -> "Telemetry":
    """What measures this installation."""
    from telemetry.port import NOTHING

    if settings.telemetry is TelemetryTarget.OFF:
        return NOTHING
    connection = os.environ.get("APPLICATIONINSIGHTS_CONNECTION_STRING", "")
    if not connection:
        raise StartRefused(
            "Amtsklar startet nicht. AMTSKLAR_TELEMETRY ist azure, aber APPLICATIONINSIGHTS_CONNECTION_STRING fehlt."
        )
    from telemetry.measuring import Measuring

    def connect() -> "Instruments":
        from telemetry.sdk import Instruments

        return Instruments.for_application_insights(VERSION, connection)

    return Measuring(_words(settings, towns), connect)


def _words(settings: Settings, towns: "Sequence[Town]") -> "Words":
    """Everything that a measurement may say; all of it is known before the first request."""
    from telemetry.words import Words
    from writers.port import TaskKind

    models = [settings.model_name or "standard", settings.second_model_name or "standard"]
    models += [model.name for town in towns for model in town.models or ()]
    return Words([*(task.value for task in TaskKind), "pruefen"], models)


def build(settings: Settings | None = None, telemetry: "Telemetry | None" = None) -> Service:
    """Build the product.

    Args:
        settings: Of the installation; without them, those of the environment.
        telemetry: What measures it; without one, what the settings ask for.

    Raises:
        StartRefused: a setting is missing, or a file of rules, towns or people is malformed.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        chosen = settings or configuration.load()
    except SettingsError as error:
        raise StartRefused(str(error)) from None

    from bots.connector import Connector
    from jobs.inprocess import InProcessJobs
    from jobs.watched import WatchedJobs, watched
    from telemetry.health import Health

    identity = _Identity(chosen)
    records = storage(chosen, identity.credential)
    measuring = telemetry or _telemetry(chosen, identity.towns)

    def turned_away(code: str) -> None:
        # Nobody is proven, so there is no tenant to count it for.
        records.count("", "token_refused", code)
        measuring.turned_away(code)

    identity.count_refused = turned_away
    switches = _switches(chosen, records)
    keys = _keys(chosen)
    connector = Connector(_BotTokens(identity.credential) if identity.credential else None)

    async def perform(job: "Job", turn: "Turn") -> None:
        await (await work_of(job.town)).perform(job, turn)

    measured_work = watched(perform, measuring)

    class TownsWork:
        """Does a job in the rooms of the town that it is for."""

        async def perform(self, job: "Job", turn: "Turn") -> None:
            await measured_work(job, turn)

        async def give_up(self, job: "Job", turn: "Turn") -> None:
            await (await work_of(job.town)).give_up(job, turn)

    account = jobs_account(chosen, identity.credential)
    if account is None:
        from bots.seal import MemoryDrawer

        jobs, drawer = InProcessJobs(TownsWork().perform), MemoryDrawer()
    else:
        from bots.kept import BlobDrawer
        from jobs.azure import AzureJobs

        several_towns = len(identity.towns) > 1
        jobs = AzureJobs(
            account,
            keys,
            TownsWork(),
            lease=chosen.jobs_lease,
            slots=chosen.jobs_models,
            share=chosen.jobs_share or (-(-chosen.jobs_models // 2) if several_towns else chosen.jobs_models),
            limit=chosen.jobs_waiting,
        )
        drawer = BlobDrawer(account, keys)
    health = Health(chosen.health_key.get_secret_value())
    _watch_installation(health, chosen, records, needed=switches is not None)
    closers: list[Callable[[], Awaitable[None]]] = [jobs.close, connector.close, records.close, measuring.close]
    several = len(identity.towns) > 1

    def rooms_of(town: "Town") -> TownRooms:
        from assistant.assistant import Assistant
        from bots.door import BotDoor
        from bots.port import Rule
        from bots.port import Town as Shown
        from bots.seal import Sealer
        from writers.rules import RuleWriter

        screener = load_screener(town)
        models = _models(chosen, town, identity.credential, health)
        closers.extend(model.aclose for model in models)
        writers: list[Writer] = [*models, RuleWriter()]
        directory = _watched(identity.directory(town), town, health)
        gate = _gate(town, directory, switches, f"{screener.title}, Fassung {screener.version}")
        assistant = Assistant(
            gate=gate,
            screener=screener,
            writers=writers,
            records=records,
            terms=load_terms(town),
            text_limit=chosen.text_limit,
            telemetry=measuring.of_town(town.key, screener.version, [rule.id for rule in screener.rules]),
        )
        verifier = identity.verifier
        if several:
            from towns.door import OneTown

            verifier = OneTown(verifier, town)
        shown = Shown(
            rules_title=screener.title,
            rules_version=screener.version,
            rules=tuple(Rule(rule.id, rule.title, rule.text) for rule in screener.rules),
            course_url=town.course_url,
            contact=town.contact,
            letter_kinds=assistant.letter_kinds(),
            text_limit=chosen.text_limit,
        )
        bot = BotDoor(
            assistant=assistant,
            verifier=verifier,
            connector=connector,
            jobs=WatchedJobs(jobs, measuring),
            town=shown,
            text_of_html=assistant.text_of_html,
            sealer=Sealer(keys, lifetime=_BUTTONS_SECONDS),
            drawer=drawer,
            word_file=_word_file(town),
            body_limit=chosen.body_limit,
        )
        return TownRooms(town, assistant, bot, screener, writers[0])

    if several:
        from towns.door import TownDoor
        from towns.router import TownPath, Towns

        rooms = Towns(identity.towns, rooms_of)
        assistant, bot = TownPath(rooms), TownDoor(rooms, identity.verifier)
    else:
        rooms = rooms_of(identity.towns[0])
        assistant, bot = rooms.assistant, rooms.bot

    async def work_of(tenant_id: str) -> "Worker":
        if isinstance(rooms, TownRooms):
            return rooms.bot.work
        found = await rooms.rooms(tenant_id)
        if found is None:
            raise LookupError("a job of no town")
        return found.bot.work

    async def close_identity() -> None:
        # Looked at late: directories join as towns are first asked for.
        for close in identity.closers:
            await close()

    closers.append(close_identity)
    return Service(
        settings=chosen,
        towns=identity.towns,
        assistant=assistant,
        bot=bot,
        rooms=rooms,
        identify=identity.identify,
        people=identity.people,
        records=records,
        health=health,
        telemetry=measuring,
        jobs=jobs,
        closers=closers,
    )


if __name__ == "__main__":
    import sys

    from doctor import main

    sys.exit(main(sys.argv[1:]))
