"""Seals: unreadable, unchangeable, bound to one person, and gone after a while."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.seal import Drawer, SealBroken, Sealed, Sealer, SealExpired
from entra.gate import Person

JANA = Person("tenant", "jana", "Jana Weber")
CONTENT = Sealed("Sehr geehrte Frau Beispiel, …", "Guten Tag, Frau Beispiel", "buergernah")


def test_what_was_sealed_comes_back() -> None:
    sealer = Sealer.with_random_key()
    assert sealer.open(sealer.seal(CONTENT, JANA), JANA) == CONTENT


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_text_survives(source: str, result: str) -> None:
    sealer = Sealer(bytes(32))
    content = Sealed(source.encode(errors="replace").decode(), result.encode(errors="replace").decode(), "einfach")
    assert sealer.open(sealer.seal(content, JANA), JANA) == content


def test_the_seal_shows_nothing_and_never_repeats() -> None:
    sealer = Sealer.with_random_key()
    first, second = sealer.seal(CONTENT, JANA), sealer.seal(CONTENT, JANA)
    assert first != second
    assert b"Beispiel" not in base64.urlsafe_b64decode(first + "==")


def test_any_changed_character_breaks_it() -> None:
    sealer = Sealer(bytes(range(32)))
    seal = sealer.seal(CONTENT, JANA)
    for place in range(len(seal) - 1):  # the last character holds unused bits
        changed = "A" if seal[place] != "A" else "B"
        with pytest.raises(SealBroken):
            sealer.open(seal[:place] + changed + seal[place + 1 :], JANA)


@pytest.mark.parametrize("other", [Person("tenant", "tobias"), Person("other", "jana"), Person("tenantjana", "")])
def test_it_opens_for_its_person_alone(other: Person) -> None:
    sealer = Sealer.with_random_key()
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(CONTENT, JANA), other)


def test_the_spelling_of_an_id_does_not_matter() -> None:
    sealer = Sealer.with_random_key()
    assert sealer.open(sealer.seal(CONTENT, JANA), Person("TENANT", "Jana")) == CONTENT


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        Sealer.with_random_key().open(Sealer.with_random_key().seal(CONTENT, JANA), JANA)


def test_it_expires() -> None:
    now = 1_000_000.0
    sealer = Sealer.with_random_key(lifetime=60, now=lambda: now)
    seal = sealer.seal(CONTENT, JANA)
    now += 59
    assert sealer.open(seal, JANA) == CONTENT
    now += 2
    with pytest.raises(SealExpired):
        sealer.open(seal, JANA)


@pytest.mark.parametrize("seal", ["", "A", "====", "kein Siegel", "\0", "AQ" * 30, "ü" * 80])
def test_rubbish_is_refused(seal: str) -> None:
    with pytest.raises(SealBroken):
        Sealer.with_random_key().open(seal, JANA)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")


def test_nothing_of_a_text_is_in_its_repr() -> None:
    assert "Beispiel" not in repr(CONTENT)


def test_the_drawer_keeps_for_a_while() -> None:
    now = 0.0
    drawer = Drawer(lifetime=60, clock=lambda: now)
    number = drawer.put("seal")
    assert drawer.get(number) == "seal"
    now = 61
    with pytest.raises(SealExpired):
        drawer.get(number)


def test_the_drawer_drops_the_oldest_when_it_is_full() -> None:
    drawer = Drawer(capacity=10)
    first, second = drawer.put("aaaaaa"), drawer.put("bbb")
    third = drawer.put("cccc")
    with pytest.raises(SealExpired):
        drawer.get(first)
    assert (drawer.get(second), drawer.get(third)) == ("bbb", "cccc")
