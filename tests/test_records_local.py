"""The local counters: what is kept, what never gets in, and what outlives the process."""

from datetime import date
from pathlib import Path

import pytest

from records.local import LocalRecords, RecordsError
from records.port import Key

TENANT = "11111111-2222-4333-8444-555555555555"


def test_events_are_counted_by_day_capability_and_detail(tmp_path: Path) -> None:
    file = tmp_path / "zaehler.tsv"
    records = LocalRecords(file, today=lambda: date(2026, 11, 20))
    records.count(TENANT, "blocked", "E-6", capability="umschreiben")
    records.count(TENANT, "blocked", "E-6", capability="umschreiben")
    records.count(TENANT, "blocked", "E-6", capability="entwerfen")
    records.count(TENANT, "blocked", "E-1", capability="umschreiben")
    records.save()
    assert records.total("blocked") == 4
    assert records.total("blocked", "E-6") == 3
    assert records.total("blocked", "E-6", "umschreiben") == 2
    lines = file.read_text(encoding="utf-8").splitlines()
    assert f"2026-11-20\t{TENANT}\tumschreiben\tblocked\tE-6\t2" in lines
    assert f"2026-11-20\t{TENANT}\tentwerfen\tblocked\tE-6\t1" in lines


async def test_counters_written_before_they_knew_the_capability_are_still_read(tmp_path: Path) -> None:
    file = tmp_path / "zaehler.tsv"
    file.write_text(f"2026-11-20\t{TENANT}\tblocked\tE-6\t2\n", encoding="utf-8")
    assert await LocalRecords(file).counts() == {Key(date(2026, 11, 20), TENANT, "", "blocked", "E-6"): 2}


def test_counters_outlive_the_process(tmp_path: Path) -> None:
    file = tmp_path / "zaehler.tsv"
    first = LocalRecords(file)
    first.count(TENANT, "buergernah", "rules")
    first.save()
    second = LocalRecords(file)
    second.count(TENANT, "buergernah", "rules")
    assert second.total("buergernah") == 2


def test_a_sentence_never_becomes_a_counter(tmp_path: Path) -> None:
    file = tmp_path / "zaehler.tsv"
    records = LocalRecords(file)
    records.count("Frau Kanarienvogel", "Frau Kanarienvogel wohnt hier", "Kanarienvogel, 3", capability="Kanarienvogel")
    records.save()
    assert "Kanarienvogel" not in file.read_text(encoding="utf-8")
    assert records.total("sonstiges", "sonstiges", "sonstiges") == 1


def test_the_file_is_written_at_most_once_per_pause(tmp_path: Path) -> None:
    now = [100.0]
    file = tmp_path / "zaehler.tsv"
    records = LocalRecords(file, pause=5.0, clock=lambda: now[0])
    records.count(TENANT, "check")
    records.count(TENANT, "check")
    assert file.read_text(encoding="utf-8").rstrip().endswith("\t1")
    now[0] += 5.0
    records.count(TENANT, "check")
    assert file.read_text(encoding="utf-8").rstrip().endswith("\t3")


def test_a_broken_file_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "zaehler.tsv"
    file.write_text("# Kopf\n2026-11-20\tx\tcheck\tviele\n", encoding="utf-8")
    with pytest.raises(RecordsError, match=r"zaehler\.tsv:2"):
        LocalRecords(file)


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    records = LocalRecords()
    records.count(TENANT, "check")
    records.save()
    assert list(tmp_path.iterdir()) == []
    assert records.total("check") == 1
