"""Profiles: how the servers differ, and a file of profiles that people edit."""

from pathlib import Path

import pytest
from model_server import ModelServer

from policy.screening import MaskedText
from writers.model import SERVERS, Call, ModelProfile, ModelWriter
from writers.port import TaskKind, WritingTask
from writers.profiles import NamedProfile, ProfilesError, load
from writers.rules import RuleWriter

FILE = """# Profile
- name: regelwerk
  server: regeln
- name: haus
  server: ollama
  url: http://127.0.0.1:11434/v1
  modell: gemma
  hoechstens_token: 900
  zusatz: {think: false}
- name: azure
  server: azure
  url: https://beispiel.openai.azure.com/openai/v1/
  modell: mini
  schluessel: PROBE_SCHLUESSEL
  gleichzeitig: 20
"""


def test_a_file_of_profiles_is_read_in_order_and_names_keys_without_holding_them(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(FILE, encoding="utf-8")
    rules, house, azure = load(path)
    assert isinstance(rules.writer(), RuleWriter)
    assert house.profile is not None and azure.profile is not None
    assert (house.profile.max_tokens, house.profile.max_tokens_field) == (900, "max_tokens")
    assert (azure.profile.store_false, azure.profile.concurrency, azure.profile.temperature) == (True, 20, None)
    assert isinstance(house.writer({}), ModelWriter)
    assert isinstance(azure.writer({"PROBE_SCHLUESSEL": "x"}), ModelWriter)
    with pytest.raises(ProfilesError, match="PROBE_SCHLUESSEL"):
        azure.writer({})


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("[]", ":1"),
        ("- name: a\n", ":1"),
        ("# x\n- {name: a, server: palast, url: u, modell: m}\n", ":2"),
        ("- {name: a, server: vllm, url: u, modell: m, schluessel_selbst: geheim}\n", ":1"),
        ("- {name: a, server: regeln}\n- {name: a, server: regeln}\n", ":2"),
        ("a: [", "kein gültiges YAML"),
    ],
)
def test_a_broken_file_of_profiles_is_named_with_its_line(tmp_path: Path, content: str, where: str) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ProfilesError, match=where) as caught:
        load(path)
    assert "geheim" not in str(caught.value)
    with pytest.raises(ProfilesError, match="nicht lesbar"):
        load(tmp_path / "fehlt.yaml")


@pytest.mark.parametrize("kind", sorted(SERVERS))
async def test_each_kind_of_server_is_asked_the_way_it_knows(kind: str) -> None:
    calls: list[Call] = []
    async with ModelServer() as server:
        profile = ModelProfile.for_server(kind, server.url, "m", max_tokens=700, extra={"haus": 1})
        writer = NamedProfile("x", profile).writer({}, on_call=calls.append)
        task = WritingTask(TaskKind.BUERGERNAH, "Sie überarbeiten Texte.")
        assert "".join([piece async for piece in writer.write(task, MaskedText("Guten Tag.", ()))]) == "Guten Tag."
        assert isinstance(writer, ModelWriter)
        await writer.aclose()
        body = server.requests[0].body
    own = kind in ("azure", "openai")
    assert body["haus"] == 1
    assert ("max_completion_tokens" in body, "max_tokens" in body) == (own, not own)
    assert body.get("store") is (False if own else None)
    assert ("temperature" in body) == (kind in ("vllm", "ollama"))
    assert calls[0].code == "" and calls[0].first is not None
    assert calls[0].prompt_tokens == (None if kind in ("ollama", "anderer") else 3)


async def test_a_call_that_fails_is_told_with_its_code_alone() -> None:
    calls: list[Call] = []
    profile = ModelProfile("http://127.0.0.1:9/v1", "m", timeout=2.0, retries=0)
    writer = ModelWriter(profile, "k", on_call=calls.append)
    with pytest.raises(Exception, match="model_unreachable"):
        async for _ in writer.write(WritingTask(TaskKind.BUERGERNAH, "x"), MaskedText("Kanarienvogel", ())):
            pass
    await writer.aclose()
    assert [call.code for call in calls] == ["model_unreachable"]
    assert "Kanarienvogel" not in repr(calls)


def test_the_sample_file_is_one_that_can_be_read() -> None:
    sample = Path(__file__).parent.parent / "writers" / "profile.beispiel.yaml"
    assert load(sample)[0].name == "Regelwerk"
