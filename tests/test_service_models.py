"""The models an installation sets: which kind of server each is, and what therefore stands in a request."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer, Status

from assistant.path import Answer, Event, Request
from entra.gate import Person
from service import Service, build, model_profiles, only_town
from settings import ModelServer as Kind
from settings import Settings
from towns.town import _SERVERS  # pyright: ignore[reportPrivateUsage]
from writers.model import SERVERS, kind_of_server
from writers.port import TaskKind

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
JANA = Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01")
TEXT = "Die Entrichtung der Gebühr hat bis zum 28. Februar 2027 zu erfolgen."
# What a request may hold beside model, messages and stream.
OWN = {"store", "max_completion_tokens", "stream_options"}
FIELDS = {
    "azure": OWN,
    "openai": OWN,
    "vllm": {"max_tokens", "temperature", "stream_options"},
    "ollama": {"max_tokens", "temperature"},
    "litellm": {"max_tokens", "stream_options"},
    "anderer": {"max_tokens"},
}


@pytest.fixture(autouse=True)
def library() -> None:
    """The first call of a process imports the client library; no test's limit of time is meant for that."""
    importlib.import_module("openai.resources.chat.completions")


def installation(folder: Path, **more: object) -> Service:
    return build(Settings.model_validate({"profile": "local", "records_folder": folder, **more}))


async def answered(service: Service) -> Answer:
    happened: list[Event] = [event async for event in service.assistant.run(Request(JANA, TaskKind.BUERGERNAH, TEXT))]
    await service.close()
    assert isinstance(happened[-1], Answer)
    return happened[-1]


@pytest.mark.parametrize("kind", sorted(FIELDS))
async def test_a_request_has_the_fields_its_kind_of_server_knows_and_no_other(kind: str, tmp_path: Path) -> None:
    async with ModelServer() as server:
        chosen = {"model_url": server.url, "model_name": "m", "model_server": kind, "model_max_tokens": 900}
        await answered(installation(tmp_path, **chosen))
        body: dict[str, Any] = server.requests[0].body
    assert set(body) == {"model", "messages", "stream", *FIELDS[kind]}
    assert body["model"] == "m" and body["stream"] is True
    assert {body[name] for name in ("max_tokens", "max_completion_tokens") if name in body} == {900}
    assert body.get("store", "fehlt") == (False if "store" in FIELDS[kind] else "fehlt")
    assert body.get("stream_options", {"include_usage": True}) == {"include_usage": True}


async def test_without_a_limit_of_tokens_none_is_sent(tmp_path: Path) -> None:
    async with ModelServer() as server:
        await answered(installation(tmp_path, model_url=server.url, model_name="m", model_server="azure"))
        assert set(server.requests[0].body) == {"model", "messages", "stream", "store", "stream_options"}


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://stadt.openai.azure.com/openai/v1/", "azure"),
        ("https://stadt.services.ai.azure.com/openai/v1", "azure"),
        ("https://api.openai.com/v1", "openai"),
        ("https://eu.api.openai.com/v1", "openai"),
        ("http://127.0.0.1:11434/v1", "ollama"),
        ("https://ollama.stadt.example/v1", "ollama"),
        ("https://vllm.rechenzentrum.example/v1", "vllm"),
        ("http://10.0.0.4:4000/v1", "litellm"),
        ("https://modell.stadt.example/v1", "anderer"),
        ("https://api.openai.com.stadt.example/v1", "anderer"),
        ("https://modell.example:viele/v1", "anderer"),
    ],
)
def test_the_kind_of_server_is_known_from_its_address(url: str, kind: str) -> None:
    assert kind_of_server(url) == kind


def test_every_place_that_names_the_kinds_names_the_same() -> None:
    assert set(SERVERS) == {kind.value for kind in Kind} == set(_SERVERS) == set(FIELDS)


def test_what_is_set_wins_over_the_kind_of_server_and_the_kind_over_the_standard(tmp_path: Path) -> None:
    url = "http://127.0.0.1:11434/v1"
    settings = Settings.model_validate({"profile": "local", "model_url": url, "model_name": "m"})
    profile = model_profiles(settings, only_town(settings))[0][0]
    assert (profile.timeout, profile.silence, profile.concurrency) == (90.0, 40.0, 2)
    settings = settings.model_copy(update={"model_timeout": 7.0})
    profile = model_profiles(settings, only_town(settings))[0][0]
    assert (profile.timeout, profile.silence, profile.concurrency) == (7.0, 40.0, 2)
    settings = settings.model_copy(update={"model_server": Kind.OTHER, "model_timeout": None})
    profile = model_profiles(settings, only_town(settings))[0][0]
    assert (profile.timeout, profile.silence, profile.concurrency) == (45.0, 15.0, 8)


async def test_a_second_model_of_the_settings_writes_when_the_first_one_fails_and_then_the_rules(
    tmp_path: Path,
) -> None:
    async with ModelServer() as first, ModelServer() as second:
        chosen = {
            "model_url": first.url,
            "model_name": "eins",
            "model_key": "schluessel-eins",
            "model_server": "openai",
            "second_model_url": second.url,
            "second_model_name": "zwei",
            "second_model_key": "schluessel-zwei",
            "second_model_server": "vllm",
        }
        first.script(Status(401))
        answer = await answered(installation(tmp_path, **chosen))
        assert (answer.writer, answer.by_model) == ("Modell zwei", True)
        assert first.requests[0].headers["authorization"] == "Bearer schluessel-eins"
        assert second.requests[0].headers["authorization"] == "Bearer schluessel-zwei"
        assert "store" in first.requests[0].body and "store" not in second.requests[0].body
        first.script(Status(401))
        second.script(Status(401))
        answer = await answered(installation(tmp_path, **chosen))
        assert not answer.by_model and answer.marking is None
        assert (len(first.requests), len(second.requests)) == (2, 2)
