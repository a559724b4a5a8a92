"""Settings: what production needs, and that the local profile never starts by accident."""

import json

import pytest

import settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("AMTSKLAR_"):
            monkeypatch.delenv(name)


def test_without_any_setting_the_start_is_refused_and_each_missing_setting_is_named() -> None:
    with pytest.raises(settings.SettingsError) as refused:
        settings.load()
    for name in (
        "AMTSKLAR_TENANTS",
        "AMTSKLAR_BOT_ID",
        "AMTSKLAR_API_ID",
        "AMTSKLAR_TRAINING_GROUP",
        "AMTSKLAR_PUBLIC_URL",
        "AMTSKLAR_JOBS_STORAGE",
    ):
        assert name in str(refused.value)


def test_the_local_profile_needs_its_explicit_setting_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSKLAR_PROFILE", "local")
    assert settings.load().profile is settings.Profile.LOCAL


def complete(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "TENANTS": '["8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"]',
        "BOT_ID": "22222222-2222-4222-8222-222222222222",
        "API_ID": "44444444-4444-4444-8444-444444444444",
        "TRAINING_GROUP": "55555555-5555-4555-8555-555555555555",
        "PUBLIC_URL": "https://amtsklar.musterstadt.example",
        "JOBS_STORAGE": "prozess",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"AMTSKLAR_{name}", value)


def test_production_starts_when_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    loaded = settings.load()
    assert loaded.profile is settings.Profile.PRODUCTION
    assert loaded.tenants == ("8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20",)


def test_a_secret_that_is_announced_but_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    monkeypatch.setenv("AMTSKLAR_BOT_CREDENTIAL", "secret")
    with pytest.raises(settings.SettingsError, match="AMTSKLAR_BOT_SECRET"):
        settings.load()


def test_a_model_without_a_name_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    monkeypatch.setenv("AMTSKLAR_MODEL_URL", "https://modell.example/v1")
    with pytest.raises(settings.SettingsError, match="AMTSKLAR_MODEL_NAME"):
        settings.load()


def test_a_second_model_needs_a_first_one_and_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    monkeypatch.setenv("AMTSKLAR_SECOND_MODEL_URL", "https://zwei.example/v1")
    with pytest.raises(settings.SettingsError, match="setzt AMTSKLAR_MODEL_URL voraus"):
        settings.load()
    monkeypatch.setenv("AMTSKLAR_MODEL_URL", "https://eins.example/v1")
    monkeypatch.setenv("AMTSKLAR_MODEL_NAME", "eins")
    with pytest.raises(settings.SettingsError, match=r"AMTSKLAR_SECOND_MODEL_NAME$"):
        settings.load()
    monkeypatch.setenv("AMTSKLAR_SECOND_MODEL_NAME", "zwei")
    # Deployment templates give what they do not know as empty.
    monkeypatch.setenv("AMTSKLAR_MODEL_SERVER", "")
    assert settings.load().model_server is None
    monkeypatch.setenv("AMTSKLAR_SECOND_MODEL_SERVER", "vllm")
    assert settings.load().second_model_server is settings.ModelServer.VLLM


def test_a_wrong_value_is_named_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSKLAR_PROFILE", "streng-geheimer-wert")
    with pytest.raises(settings.SettingsError) as refused:
        settings.load()
    assert "AMTSKLAR_PROFILE" in str(refused.value)
    assert "streng-geheimer-wert" not in str(refused.value)


def test_secrets_do_not_show_in_the_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    monkeypatch.setenv("AMTSKLAR_BOT_CREDENTIAL", "secret")
    monkeypatch.setenv("AMTSKLAR_BOT_SECRET", "kanarienvogel")
    assert "kanarienvogel" not in repr(settings.load())


def test_several_towns_take_the_place_of_the_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("BOT_ID", "b"),
        ("API_ID", "a"),
        ("PUBLIC_URL", "https://a.example"),
        ("TOWNS", "towns"),
        ("JOBS_STORAGE", "prozess"),
    ):
        monkeypatch.setenv(f"AMTSKLAR_{name}", value)
    with pytest.raises(settings.SettingsError, match=r"AMTSKLAR_BOT_TENANT$"):
        settings.load()
    monkeypatch.setenv("AMTSKLAR_BOT_TENANT", "t")
    assert settings.load().home_tenant == "t"
    monkeypatch.setenv("AMTSKLAR_TENANTS", '["t"]')
    with pytest.raises(settings.SettingsError, match="schließt AMTSKLAR_TENANTS"):
        settings.load()


def test_counters_have_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSKLAR_PROFILE", "local")
    monkeypatch.setenv("AMTSKLAR_TABLES_URL", "https://konto.table.core.windows.net")
    with pytest.raises(settings.SettingsError, match="AMTSKLAR_RECORDS_FOLDER"):
        settings.load()
    monkeypatch.setenv("AMTSKLAR_RECORDS_FOLDER", "zaehler")
    with pytest.raises(settings.SettingsError, match="schließen einander aus"):
        settings.load()


@pytest.mark.parametrize("key", ["zu kurz", "AAAA", "%%%%", "QUJD," + "A" * 43 + "="])
def test_a_seal_key_of_the_wrong_form_is_named_without_being_shown(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSKLAR_PROFILE", "local")
    monkeypatch.setenv("AMTSKLAR_SEAL_KEY", key)
    with pytest.raises(settings.SettingsError) as refused:
        settings.load()
    assert "AMTSKLAR_SEAL_KEY" in str(refused.value)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PROFILE", "Kanarienvogel", "erwartet wird eine dieser Angaben: 'local' oder 'production'"),
        ("BOT_CREDENTIAL", "Kanarienvogel", "'secret', 'certificate' oder 'managed_identity'"),
        ("MODEL_TIMEOUT", "Kanarienvogel", "erwartet wird eine Zahl"),
        ("TEXT_LIMIT", "-17", "erwartet wird eine Zahl größer als 0"),
        ("MODEL_CONCURRENCY", "1.5", "erwartet wird eine ganze Zahl"),
    ],
)
def test_what_is_wrong_is_said_in_german(name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSKLAR_PROFILE", "local")
    monkeypatch.setenv(f"AMTSKLAR_{name}", value)
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert f"AMTSKLAR_{name}: " in str(caught.value) and says in str(caught.value)
    assert value not in str(caught.value)
    assert "nput should" not in str(caught.value)


def test_a_list_that_is_no_json_is_named_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    monkeypatch.setenv("AMTSKLAR_TENANTS", "kein-json")
    with pytest.raises(settings.SettingsError) as refused:
        settings.load()
    assert "AMTSKLAR_TENANTS" in str(refused.value)
    assert "kein-json" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://smba.trafficmanager.net", "smba.trafficmanager.net", "https://", "https://a.example/emea", ""]
)
def test_servers_for_answers_are_named_by_scheme_and_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(monkeypatch)
    monkeypatch.setenv("AMTSKLAR_BOT_SERVICE_URLS", json.dumps([url]))
    with pytest.raises(settings.SettingsError, match="AMTSKLAR_BOT_SERVICE_URLS"):
        settings.load()
    monkeypatch.setenv("AMTSKLAR_BOT_SERVICE_URLS", '["http://127.0.0.1"]')
    assert settings.load().bot_service_urls == ("http://127.0.0.1",)
