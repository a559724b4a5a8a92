"""The policy file and the town's profile are checked before they count; an error names file and line."""

import json
from pathlib import Path

import pytest
import yaml

from policy import PolicyError, load
from policy.__main__ import FILE
from policy.screening import Decision

TOWN = Path(FILE).parent / "staedte" / "musterstadt.yaml"


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    target = tmp_path / "anweisung.yaml"
    target.write_text(text.replace(before, after, 1), encoding="utf-8")
    return target


def line_of(path: Path, part: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if part in line)


def test_the_shipped_policy_has_every_rule_of_the_gallery() -> None:
    screener = load(FILE)
    known = {rule.id for rule in screener.rules}
    assert {"Z-1", "E-1", "E-2", "E-3", "E-6", "N-1", "N-5", "A-1", "L-1"} <= known
    assert {alternative.rule for alternative in screener.alternatives} <= known
    assert len(screener.alternatives) >= 10
    assert screener.title and screener.version
    assert all(rule.paragraph and rule.title and rule.text and rule.advice for rule in screener.rules)


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("schwere: mittel", "schwere: egal", "schwere: egal"),
        ("    titel: Nur mit Schulung", "    titel: [Nur mit Schulung]", "titel: [Nur"),
        ("  - id: E-2", "  - id: E-1", "  - id: E-1"),
        ("profil: maskieren", "profil: unbekannt", "profil: unbekannt"),
        ('tun: "@mithören"', 'tun: "@zuhorchen"', ""),
        ("version:", "versionen:", "versionen:"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, before: str, after: str, part: str) -> None:
    path = changed(tmp_path, before, after)
    with pytest.raises(PolicyError) as error:
        load(path)
    message = str(error.value)
    assert str(path) in message and "Zeile " in message
    if part == "  - id: E-1":
        assert f"Zeile {line_of(path, 'paragraf: § 3 Abs. 2') - 1}" in message
    elif part and part != "versionen:":
        assert f"Zeile {line_of(path, part)}" in message


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "anweisung.yaml"
    path.write_text("version: 1\ntitel: 'offen\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="Zeile"):
        load(path)


def test_a_missing_file_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="nicht lesbar"):
        load(tmp_path / "fehlt.yaml")


def test_what_belongs_to_the_town_passes_and_only_with_its_profile() -> None:
    text = (
        "Stadtkasse: IBAN DE68 6025 0010 0000 0000 00, Tel. 07181 999-231, Mail kasse@musterstadt.example, "
        "Rathausplatz 1, 99999 Musterstadt. Es grüßt Bürgermeisterin Adelheid Vorbild."
    )
    assert load(FILE).screen(text).decision is Decision.MASK
    assert load(FILE, TOWN).screen(text).decision is Decision.ALLOW


def test_a_personal_mailbox_of_the_town_is_still_masked() -> None:
    screening = load(FILE, TOWN).screen("Mail an lena.huber@musterstadt.example und poststelle@musterstadt.example")
    assert [f.type for f in screening.findings] == ["EMAIL"]


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_the_short_english_form_of_a_towns_facts_is_understood(tmp_path: Path, suffix: str) -> None:
    facts = {
        "name": "Stadt Nirgendwo",
        "domain": "nirgendwo.example",
        "addresses": ["Marktweg 3, 99998 Nirgendwo"],
        "phone_prefixes": ["09999 55", "+49 9999 55"],
        "ibans": ["DE68602500100000000000"],
        "public_officials": ["Dr. Adelheid Vorbild"],
        "emails_functional": "*@nirgendwo.example without a personal local part",
    }
    path = tmp_path / f"stadt{suffix}"
    path.write_text(json.dumps(facts) if suffix == ".json" else yaml.safe_dump(facts), encoding="utf-8")
    screener = load(FILE, path)
    text = "Marktweg 3, 99998 Nirgendwo, 09999 55-12, +49 9999 5512, DE68602500100000000000, Adelheid Vorbild"
    assert screener.screen(text).decision is Decision.ALLOW
    assert screener.screen("Marktweg 4, 99998 Nirgendwo").decision is Decision.MASK


def test_the_strict_profile_blocks_what_the_other_masks(tmp_path: Path) -> None:
    path = tmp_path / "stadt.yaml"
    path.write_text("profil: streng_sperren\n", encoding="utf-8")
    screening = load(FILE, path).screen("Frau Kowalczyk kommt.")
    assert screening.decision is Decision.BLOCK
    assert "Platzhalter" in screening.findings[0].advice


def test_a_town_changes_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "stadt.yaml"
    path.write_text("regeln:\n  N-5:\n    aktion: warnen\n    rat: Fragen Sie das Rechtsamt.\n", encoding="utf-8")
    screening = load(FILE, path).screen("Formuliere die Rechtsbehelfsbelehrung einfacher.")
    assert screening.decision is Decision.ALLOW
    assert screening.labels == ("LEGAL_NOTICE_DRAFT",)
    assert screening.findings[0].advice == "Fragen Sie das Rechtsamt."


def test_an_unknown_rule_in_a_profile_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "stadt.yaml"
    path.write_text("name: X\nregeln:\n  Q-9:\n    aktion: warnen\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="Zeile 3"):
        load(FILE, path)
