"""Every setting, typed and documented. Environment variables carry the prefix `AMTSKLAR_`.

Nothing here talks to the outside. `load()` refuses a production start that lacks what it needs, by name.
"""

import base64
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as FormError

ROOT = Path(__file__).parent
VERSION = "0.1.0"
# What AMTSKLAR_JOBS_STORAGE says where jobs live in the process alone.
IN_PROCESS = "prozess"


class Profile(StrEnum):
    """Where the product runs."""

    LOCAL = "local"
    PRODUCTION = "production"


class BotCredential(StrEnum):
    """How the bot proves who it is when it calls Teams."""

    SECRET = "secret"
    CERTIFICATE = "certificate"
    MANAGED_IDENTITY = "managed_identity"


class ModelServer(StrEnum):
    """Which kind of server a model runs on; they differ in what a request may hold."""

    AZURE = "azure"
    OPENAI = "openai"
    VLLM = "vllm"
    OLLAMA = "ollama"
    LITELLM = "litellm"
    OTHER = "anderer"


class TelemetryTarget(StrEnum):
    """Where measurements go."""

    OFF = "aus"
    APPLICATION_INSIGHTS = "azure"


class SettingsError(Exception):
    """The settings do not allow a start. The message is German, names each setting, and holds no value."""


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="AMTSKLAR_", extra="ignore", frozen=True)

    profile: Profile = Field(Profile.PRODUCTION, description="local oder production; local nur ausdrücklich")
    public_url: str = Field("", description="Öffentliche Adresse der Anwendung, https://…, ohne Schrägstrich am Ende")

    tenants: tuple[str, ...] = Field((), description="Zugelassene Entra-Mandanten (IDs), als JSON-Liste")
    bot_id: str = Field("", description="Client-ID des Bots")
    bot_tenant: str = Field("", description="Mandant der Bot-Registrierung")
    bot_credential: BotCredential = Field(BotCredential.MANAGED_IDENTITY, description="Nachweis des Bots")
    bot_secret: SecretStr = Field(SecretStr(""), description="Geheimnis des Bots (nur bei secret)")
    bot_certificate: Path | None = Field(None, description="PFX- oder PEM-Datei des Bots (nur bei certificate)")
    bot_openid_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration", description="Metadaten des Bot-Dienstes"
    )
    bot_service_urls: tuple[str, ...] = Field(
        (
            "https://smba.trafficmanager.net",
            "https://smba.onyx.prod.teams.trafficmanager.net",
            "https://smba.infra.gcc.teams.microsoft.com",
        ),
        description="Server von Teams, die Antworten erhalten dürfen (JSON-Liste); http nur auf dieser Maschine",
    )
    login_url: str = Field("https://login.microsoftonline.com", description="Anmeldedienst")

    seal_key: SecretStr = Field(
        SecretStr(""),
        description="Schlüssel für wartende Aufträge und für Texte hinter Knöpfen, 32 Byte in Base64; mehrere mit "
        "Komma getrennt: Der erste verschließt, alle öffnen; leer: je Prozess ein neuer",
    )

    api_id: str = Field("", description="Client-ID der App-Registrierung für Outlook und API")
    api_clients: tuple[str, ...] = Field((), description="Zugelassene Clients der API; leer bedeutet nur api_id")

    graph_url: str = Field("https://graph.microsoft.com/v1.0", description="Microsoft Graph")
    training_group: str = Field("", description="Gruppen-ID „KI-Schulung abgeschlossen“")
    training_group_name: str = Field("KI-Schulung abgeschlossen", description="Name dieser Gruppe für Meldungen")
    directory_file: Path = Field(ROOT / "entra" / "verzeichnis.yaml", description="Personen und Gruppen (nur local)")
    course_url: str = Field("https://intranet.example/ki-schulung", description="Anmeldung zur Schulung")
    contact: str = Field("die KI-Beauftragte Ihrer Stadt", description="Wen man fragen kann")

    policy_file: Path = Field(ROOT / "policy" / "dienstanweisung.yaml", description="Die Dienstanweisung")
    tenant_profile: Path | None = Field(None, description="Angaben der Stadt: eigene Adressen, Telefonnummern, IBAN …")
    letterhead: Path | None = Field(None, description="Briefkopf der Word-Briefe; leer: der Musterbriefkopf")

    model_url: str = Field("", description="Basisadresse eines OpenAI-kompatiblen Servers; leer: nur Regeln")
    model_name: str = Field("", description="Modell oder Bereitstellung")
    model_key: SecretStr = Field(SecretStr(""), description="Schlüssel; leer: Entra-Token der verwalteten Identität")
    model_server: ModelServer | None = Field(
        None, description="Art des Servers: azure, openai, vllm, ollama, litellm, anderer; leer: an der Adresse erkannt"
    )
    second_model_url: str = Field(
        "", description="Zweites Modell, das schreibt, wenn das erste ausfällt: Basisadresse; leer: dann die Regeln"
    )
    second_model_name: str = Field("", description="Zweites Modell: Modell oder Bereitstellung")
    second_model_key: SecretStr = Field(SecretStr(""), description="Zweites Modell: Schlüssel wie beim ersten")
    second_model_server: ModelServer | None = Field(None, description="Zweites Modell: Art des Servers wie beim ersten")
    model_max_tokens: int | None = Field(
        None, gt=0, description="Höchstens so viele Token je Antwort des Modells; leer: der Server entscheidet"
    )
    model_timeout: float | None = Field(
        None, gt=0, description="Zeit für eine Antwort des Modells, in Sekunden; leer: 45, bei ollama 90"
    )
    model_silence: float | None = Field(
        None, gt=0, description="So lange darf das Modell schweigen, in Sekunden; leer: 15, bei ollama 40"
    )
    model_concurrency: int | None = Field(
        None, gt=0, description="Gleichzeitige Aufrufe des Modells je Prozess; leer: 8, bei ollama 2"
    )

    towns: Path | None = Field(
        None, description="Ordner mit einem Unterordner je Stadt; statt der Angaben einer einzelnen Stadt"
    )
    tables_url: str = Field("", description="Azure Tables für Zähler und Schalter, https://….table.core.windows.net")
    records_folder: Path | None = Field(None, description="Ordner für Zähler und Schalter statt Azure Tables")

    telemetry: TelemetryTarget = Field(
        TelemetryTarget.OFF,
        description="Messwerte ohne Inhalte: aus, oder azure für Application Insights "
        "(APPLICATIONINSIGHTS_CONNECTION_STRING)",
    )
    health_key: SecretStr = Field(
        SecretStr(""),
        description="Schlüssel der Administration für die Zustände unter /api/health, mindestens 32 Zeichen; "
        "leer: niemand sieht sie",
    )
    jobs_storage: SecretStr = Field(
        SecretStr(""),
        description="Speicher für wartende Aufträge, https://….queue.core.windows.net; „prozess“: nur im Prozess; "
        "örtlich auch eine Verbindungszeichenfolge von Azurite",
    )
    jobs_lease: float = Field(30.0, ge=4, description="Sekunden ohne Lebenszeichen, nach denen ein anderer übernimmt")
    jobs_waiting: int = Field(2_000, gt=0, description="So viele Aufträge dürfen warten; weitere werden abgewiesen")
    jobs_models: int = Field(16, gt=0, description="Gleichzeitige Aufträge mit Modell in der ganzen Installation")
    jobs_share: int = Field(0, ge=0, description="Davon höchstens für eine Stadt; 0: bei mehreren Städten die Hälfte")

    text_limit: int = Field(100_000, gt=0, description="Längster Text, in Zeichen")
    body_limit: int = Field(1_000_000, gt=0, description="Größte Anfrage, in Byte")

    @field_validator(
        "model_server",
        "second_model_server",
        "model_max_tokens",
        "model_timeout",
        "model_silence",
        "model_concurrency",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("seal_key")
    @classmethod
    def _seal_keys_have_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            sizes = {len(key) for key in _keys(value)}
        except ValueError:
            sizes = {-1}
        if sizes - {32}:
            raise ValueError("erwartet werden 32 Byte in Base64, zum Beispiel aus: openssl rand -base64 32")
        return value

    @field_validator("bot_service_urls")
    @classmethod
    def _answers_travel_encrypted(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        local = ("127.0.0.1", "localhost")
        for url in given:
            scheme, _, host = url.partition("://")
            if scheme not in ("https", "http") or not host or "/" in host or (scheme == "http" and host not in local):
                raise ValueError("erwartet werden Adressen der Form https://server, ohne Pfad; http nur für localhost")
        return given

    @field_validator("health_key")
    @classmethod
    def _health_key_is_long(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key and (len(key) < 32 or not key.isascii() or not key.isprintable() or key.strip() != key):
            raise ValueError("erwartet werden mindestens 32 Zeichen, zum Beispiel aus: openssl rand -hex 32")
        return value

    @property
    def seal_keys(self) -> list[bytes]:
        """The keys: the first one seals, all of them open."""
        return _keys(self.seal_key)

    @property
    def home_tenant(self) -> str:
        """The tenant in which the bot is registered."""
        return self.bot_tenant or (self.tenants[0] if self.tenants else "")

    @model_validator(mode="after")
    def _one_way_each(self) -> Self:
        if self.towns is not None and (self.tenants or self.training_group):
            raise ValueError(
                "AMTSKLAR_TOWNS schließt AMTSKLAR_TENANTS und AMTSKLAR_TRAINING_GROUP aus: "
                "Jede Stadt nennt beides in ihrer town.yaml"
            )
        if self.second_model_url and not self.model_url:
            raise ValueError("AMTSKLAR_SECOND_MODEL_URL setzt AMTSKLAR_MODEL_URL voraus")
        if self.tables_url and self.records_folder is not None:
            raise ValueError("AMTSKLAR_TABLES_URL und AMTSKLAR_RECORDS_FOLDER schließen einander aus")
        storage = self.jobs_storage.get_secret_value()
        if storage and storage != IN_PROCESS and not self.seal_keys:
            raise ValueError("AMTSKLAR_JOBS_STORAGE braucht AMTSKLAR_SEAL_KEY, sonst öffnet niemand, was dort liegt")
        if storage.startswith("https://") and (self.profile is Profile.LOCAL or ".queue." not in storage):
            raise ValueError(
                "AMTSKLAR_JOBS_STORAGE: Die Adresse des Speichers heißt https://….queue.… und gilt nur im Betrieb"
            )
        if self.tables_url and self.profile is Profile.LOCAL:
            raise ValueError("AMTSKLAR_TABLES_URL gibt es nur im Betrieb; örtlich heißt es AMTSKLAR_RECORDS_FOLDER")
        return self

    @model_validator(mode="after")
    def _complete_for_production(self) -> Self:
        if self.profile is Profile.LOCAL:
            return self
        own = ("tenants", "training_group") if self.towns is None else ("bot_tenant",)
        missing = [name for name in ("bot_id", "api_id", "public_url", *own) if not getattr(self, name)]
        if not self.jobs_storage.get_secret_value():
            missing.append("jobs_storage")
        if self.bot_credential is BotCredential.SECRET and not self.bot_secret.get_secret_value():
            missing.append("bot_secret")
        if self.bot_credential is BotCredential.CERTIFICATE and self.bot_certificate is None:
            missing.append("bot_certificate")
        if self.model_url and not self.model_name:
            missing.append("model_name")
        if self.second_model_url and not self.second_model_name:
            missing.append("second_model_name")
        if missing:
            raise ValueError(
                "Für den Betrieb fehlen Einstellungen: " + ", ".join(f"AMTSKLAR_{name.upper()}" for name in missing)
            )
        return self


def _keys(value: SecretStr) -> list[bytes]:
    parts = value.get_secret_value().replace(",", " ").split()
    return [base64.b64decode(part, validate=True) for part in parts]


def _german(kind: str, context: Mapping[str, object], message: str) -> str:
    """What is wrong with a value, in German; the value itself is never part of it."""
    match kind:
        case "value_error":
            return message.removeprefix("Value error, ")
        case "enum" | "literal_error":
            return "erwartet wird eine dieser Angaben: " + str(context.get("expected", "")).replace(" or ", " oder ")
        case "greater_than":
            return f"erwartet wird eine Zahl größer als {context.get('gt')}"
        case _ if kind.startswith("int_"):
            return "erwartet wird eine ganze Zahl"
        case _ if kind.startswith("float_"):
            return "erwartet wird eine Zahl"
        case _ if kind.startswith("path_"):
            return "erwartet wird ein Pfad"
        case _:
            return "die Angabe hat nicht die erwartete Form"


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: something is missing or has the wrong form; the message names it.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue]  # values come from the environment
    except ValidationError as error:
        lines: list[str] = []
        for problem in error.errors(include_input=False, include_url=False):
            place = "_".join(str(part) for part in problem["loc"])
            text = _german(problem["type"], problem.get("ctx", {}), problem["msg"])
            lines.append(f"AMTSKLAR_{place.upper()}: {text}" if place else text)
        raise SettingsError("Amtsklar startet nicht. " + "; ".join(lines)) from None
    except FormError as error:
        name = next((field for field in Settings.model_fields if f'"{field}"' in str(error)), "")
        raise SettingsError(
            f"Amtsklar startet nicht. AMTSKLAR_{name.upper()}: erwartet wird eine JSON-Liste, zum Beispiel "
            '["8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"]'
        ) from None
