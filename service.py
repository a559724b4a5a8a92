"""Builds everything from the settings, once. The only file that knows every room.

Nothing here decides anything about a text or a person.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import settings as configuration
from settings import VERSION, BotCredential, Profile, Settings, SettingsError

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from assistant.assistant import Assistant
    from bots.door import BotDoor
    from bots.port import Verifier
    from entra.credentials import AppCredential
    from entra.gate import Person, TrainingDirectory, TrainingGate
    from entra.tokens import TokenVerifier
    from outlook.identity import Identify, ListPeople
    from policy.screening import Screener
    from writers.model import ModelWriter
    from writers.port import Writer

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
_MODEL_RESOURCE = "https://cognitiveservices.azure.com"

log = logging.getLogger("amtsklar")


class StartRefused(Exception):
    """The product must not start. The message is German and says what to change."""


@dataclass
class Service:
    """The rooms of one running installation."""

    settings: Settings
    assistant: "Assistant"
    bot: "BotDoor"
    screener: "Screener"
    writer: "Writer"
    identify: "Identify"
    people: "ListPeople | None"
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])

    version = VERSION

    def compose_router(self) -> "APIRouter":
        """The addresses of the compose API."""
        from outlook.compose import ComposeValues, RuleSummary, router

        rules = tuple(RuleSummary(rule.id, rule.title, rule.action, rule.advice) for rule in self.screener.rules)
        values = ComposeValues(
            version=VERSION,
            writer=self.writer.name,
            by_model=self.writer.is_model,
            rules=rules,
            course_url=self.settings.course_url,
            contact=self.settings.contact,
            text_limit=self.settings.text_limit,
            body_limit=self.settings.body_limit,
            people=self.people,
        )
        return router(self.assistant, self.identify, values)

    def pane_routes(self) -> "list[BaseRoute]":
        """The addresses of the writing pane and of the icons that the app package names."""
        from manifest.served import routes as icon_routes
        from outlook.static_files import routes

        return [*routes(), *icon_routes()]

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
        if settings.profile is Profile.LOCAL:
            self._local(settings)
        else:
            self._azure(settings)

    def _local(self, settings: Settings) -> None:
        from bots.local import LocalVerifier
        from entra.gate import Capability
        from entra.local import DirectoryFileError, LocalDirectory
        from outlook.identity import ChosenPerson, KnownPerson

        try:
            directory = LocalDirectory.from_file(settings.directory_file)
        except DirectoryFileError as error:
            raise StartRefused(f"Amtsklar startet nicht. {error}") from None
        group = directory.group_id(settings.training_group_name)
        if group is None:
            raise StartRefused(
                f"Amtsklar startet nicht. {settings.directory_file.name}: "
                f"Die Gruppe „{settings.training_group_name}“ fehlt (AMTSKLAR_TRAINING_GROUP_NAME)."
            )
        self.gate = gate = _gate(settings, directory, group, (directory.tenant_id,))
        self.verifier: Verifier = LocalVerifier()
        self.identify: Identify = ChosenPerson(directory)

        async def people() -> tuple[KnownPerson, ...]:
            return tuple(
                [
                    KnownPerson(one.object_id, one.name, (await gate.admit(one, Capability.REWRITE)).allowed)
                    for one in directory.people()
                ]
            )

        self.people = people

    def _azure(self, settings: Settings) -> None:
        from entra.graph import GraphDirectory
        from entra.tokens import TokenVerifier

        self.credential = credential = _credential(settings)
        directory = GraphDirectory(credential, url=settings.graph_url)
        verifier = TokenVerifier(
            tenants=settings.tenants,
            bot_id=settings.bot_id,
            bot_openid_url=settings.bot_openid_url,
            api_id=settings.api_id,
            api_clients=settings.api_clients,
            login_url=settings.login_url,
        )
        self.gate = _gate(settings, directory, settings.training_group, settings.tenants)
        self.verifier = _FromTeams(verifier)
        self.identify = _Bearer(verifier)
        self.closers += [directory.close, verifier.close]


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


def _credential(settings: Settings) -> "AppCredential":
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


def _gate(settings: Settings, directory: "TrainingDirectory", group: str, tenants: Sequence[str]) -> "TrainingGate":
    from entra.gate import Capability, TrainingGate

    return TrainingGate(
        directory,
        groups=dict.fromkeys(Capability, (group,)),
        group_names={group: settings.training_group_name},
        tenants=tenants,
        course_url=settings.course_url,
        contact=settings.contact,
    )


def _model(settings: Settings, credential: "AppCredential | None") -> "ModelWriter | None":
    if not settings.model_url:
        return None
    from writers.model import ModelProfile, ModelWriter

    async def entra_token() -> str:
        assert credential is not None
        return await credential.token(_MODEL_RESOURCE)

    # Servers on own premises often ask for no key; the client library wants one all the same.
    key = settings.model_key.get_secret_value() or ("ohne" if credential is None else entra_token)
    profile = ModelProfile(
        settings.model_url,
        settings.model_name or "standard",
        timeout=settings.model_timeout,
        silence=settings.model_silence,
        concurrency=settings.model_concurrency,
    )
    return ModelWriter(profile, key)


def _screener(settings: Settings) -> "Screener":
    from policy import PolicyError, load

    try:
        return load(settings.policy_file, settings.tenant_profile)
    except PolicyError as error:
        raise StartRefused(f"Amtsklar startet nicht. {error}") from None


def build(settings: Settings | None = None) -> Service:
    """Build the product.

    Raises:
        StartRefused: a setting is missing, or a file of rules or people is malformed.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        chosen = settings or configuration.load()
    except SettingsError as error:
        raise StartRefused(str(error)) from None

    from assistant.assistant import Assistant
    from bots.connector import Connector
    from bots.door import BotDoor
    from bots.port import Rule, Town
    from jobs.inprocess import InProcessJobs
    from records.local import LocalRecords
    from writers.rules import RuleWriter

    identity = _Identity(chosen)
    screener = _screener(chosen)
    model = _model(chosen, identity.credential)
    writers: list[Writer] = [*([model] if model else []), RuleWriter()]
    assistant = Assistant(
        gate=identity.gate,
        screener=screener,
        writers=writers,
        records=LocalRecords(),
        text_limit=chosen.text_limit,
    )
    connector = Connector(_BotTokens(identity.credential) if identity.credential else None)
    jobs = InProcessJobs()
    bot = BotDoor(
        assistant=assistant,
        verifier=identity.verifier,
        connector=connector,
        jobs=jobs,
        town=Town(
            rules_title=screener.title,
            rules_version=screener.version,
            rules=tuple(Rule(rule.id, rule.title, rule.text) for rule in screener.rules),
            course_url=chosen.course_url,
            contact=chosen.contact,
            letter_kinds=assistant.letter_kinds(),
            text_limit=chosen.text_limit,
        ),
        text_of_html=assistant.text_of_html,
        body_limit=chosen.body_limit,
    )
    closers = [jobs.close, connector.close, *identity.closers, *([model.aclose] if model else [])]
    return Service(chosen, assistant, bot, screener, writers[0], identity.identify, identity.people, closers)
