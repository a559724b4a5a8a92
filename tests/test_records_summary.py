"""What may be shown of the counters, the export for the Datenschutzbeauftragte, and the command line."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from records.__main__ import main
from records.local import LocalRecords, RecordsError
from records.port import Key, oldest_kept
from records.summary import UNDER, as_csv, summary

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
OTHER = "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"


def key(day: str, event: str, detail: str = "", tenant: str = TENANT, capability: str = "umschreiben") -> Key:
    return Key(date.fromisoformat(day), tenant, capability, event, detail)


COUNTS = {
    key("2026-10-30", "blocked", "E-6"): 9,
    key("2026-11-02", "blocked", "E-6"): 4,
    key("2026-11-20", "blocked", "E-6"): 6,
    key("2026-11-20", "blocked", "E-6", capability="entwerfen"): 9,
    key("2026-11-20", "blocked", "E-1"): 1,
    key("2026-11-20", "buergernah", "model", OTHER): 400,
}


def test_sums_are_per_month_and_only_from_ten_up() -> None:
    shown = {
        (line.month, line.tenant, line.capability, line.event, line.detail): line.shown for line in summary(COUNTS)
    }
    assert shown == {
        ("2026-10", TENANT, "umschreiben", "blocked", "E-6"): UNDER,
        ("2026-11", TENANT, "umschreiben", "blocked", "E-6"): "10",
        # Six and nine of two capabilities are two small numbers, not one that may be shown.
        ("2026-11", TENANT, "entwerfen", "blocked", "E-6"): UNDER,
        ("2026-11", TENANT, "umschreiben", "blocked", "E-1"): UNDER,
        ("2026-11", OTHER, "umschreiben", "buergernah", "model"): "400",
    }


def test_one_tenant_sees_its_own_counters_alone() -> None:
    assert {line.tenant for line in summary(COUNTS, [TENANT.upper()])} == {TENANT}


def test_the_export_says_what_is_kept_and_shows_no_small_number_and_no_day() -> None:
    content = as_csv(summary(COUNTS), date(2026, 11, 20))
    lines = content.splitlines()
    assert "Monat;Mandant;Fähigkeit;Ereignis;Einzelheit;Anzahl" in lines
    assert f"2026-11;{TENANT};umschreiben;blocked;E-6;10" in lines
    assert f"2026-11;{TENANT};umschreiben;blocked;E-1;unter 10" in lines
    assert "2026-11-02" not in content
    assert "12 Monate" in content


def test_counters_are_kept_for_a_year() -> None:
    assert oldest_kept(date(2026, 11, 20)) == date(2025, 11, 20)


async def test_the_local_file_forgets_what_is_too_old(tmp_path: Path) -> None:
    days = iter([date(2025, 11, 19), date(2025, 11, 20)])
    records = LocalRecords(tmp_path / "zaehler.tsv", today=lambda: next(days))
    records.count(TENANT, "pruefen", "allow", capability="pruefen")
    records.count(TENANT, "pruefen", "allow", capability="pruefen")
    assert await records.delete_before(date(2025, 11, 20)) == 1
    assert list(await LocalRecords(tmp_path / "zaehler.tsv").counts()) == [
        key("2025-11-20", "pruefen", "allow", capability="pruefen")
    ]


async def test_a_broken_file_of_switches_names_its_line(tmp_path: Path) -> None:
    records = LocalRecords.in_folder(tmp_path)
    (tmp_path / "schalter.tsv").write_text("# Kopf\nnur eine Spalte\n", encoding="utf-8")
    with pytest.raises(RecordsError, match=r"schalter\.tsv:2"):
        await records.switched_off()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AMTSKLAR_TABLES_URL", raising=False)
    monkeypatch.setenv("AMTSKLAR_RECORDS_FOLDER", str(tmp_path))
    return tmp_path


def test_switching_off_and_on_again_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    running = LocalRecords.in_folder(folder)
    assert main(["off", "--tenant", TENANT, "--capability", "entwerfen"]) == 0
    assert asyncio.run(running.switched_off()) == {(TENANT, "entwerfen")}
    assert main(["switches"]) == 0
    assert "entwerfen: abgeschaltet" in capsys.readouterr().out
    assert main(["on", "--tenant", TENANT, "--capability", "entwerfen"]) == 0
    assert asyncio.run(running.switched_off()) == frozenset()


def test_looking_at_counters_does_not_write_over_those_of_the_running_application(folder: Path) -> None:
    running = LocalRecords(folder / "zaehler.tsv", pause=0.0)
    running.count(TENANT, "pruefen", "allow")
    before = (folder / "zaehler.tsv").stat().st_mtime_ns
    assert main(["show"]) == 0
    assert main(["off", "--tenant", TENANT]) == 0
    assert (folder / "zaehler.tsv").stat().st_mtime_ns == before


def test_the_export_is_written_to_a_file(folder: Path) -> None:
    running = LocalRecords.in_folder(folder)
    for _ in range(11):
        running.count(TENANT, "buergernah", "rules", capability="umschreiben")
    running.save()
    assert main(["export", "--tenant", TENANT, "--out", str(folder / "auszug.csv")]) == 0
    assert f"{TENANT};umschreiben;buergernah;rules;11" in (folder / "auszug.csv").read_text(encoding="utf-8")


def test_a_tenant_that_is_no_id_is_refused(folder: Path) -> None:
    with pytest.raises(SystemExit):
        main(["off", "--tenant", "musterstadt"])


def test_without_storage_the_command_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AMTSKLAR_TABLES_URL", raising=False)
    monkeypatch.delenv("AMTSKLAR_RECORDS_FOLDER", raising=False)
    assert main(["show"]) == 1
    assert "AMTSKLAR_TABLES_URL" in capsys.readouterr().err
