"""Seals: unreadable, unchangeable, bound to one person, and gone after a while."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.seal import MemoryDrawer, SealBroken, Sealed, Sealer, SealExpired
from entra.gate import Person
from jobs.envelope import KeyRing

JANA = Person("tenant", "jana", "Jana Weber")
CONTENT = Sealed("Sehr geehrte Frau Beispiel, …", "Guten Tag, Frau Beispiel", "buergernah")


def test_what_was_sealed_comes_back() -> None:
    sealer = Sealer(KeyRing.random())
    assert sealer.open(sealer.seal(CONTENT, JANA), JANA) == CONTENT


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_text_survives(source: str, result: str) -> None:
    sealer = Sealer(KeyRing([bytes(32)]))
    content = Sealed(source.encode(errors="replace").decode(), result.encode(errors="replace").decode(), "einfach")
    assert sealer.open(sealer.seal(content, JANA), JANA) == content


def test_the_seal_shows_nothing_and_never_repeats() -> None:
    sealer = Sealer(KeyRing.random())
    first, second = sealer.seal(CONTENT, JANA), sealer.seal(CONTENT, JANA)
    assert first != second
    assert b"Beispiel" not in base64.urlsafe_b64decode(first + "==")


def test_any_changed_character_breaks_it() -> None:
    sealer = Sealer(KeyRing([bytes(range(32))]))
    seal = sealer.seal(CONTENT, JANA)
    for place in range(len(seal) - 1):  # the last character holds unused bits
        changed = "A" if seal[place] != "A" else "B"
        with pytest.raises(SealBroken):
            sealer.open(seal[:place] + changed + seal[place + 1 :], JANA)


@pytest.mark.parametrize("other", [Person("tenant", "tobias"), Person("other", "jana"), Person("tenantjana", "")])
def test_it_opens_for_its_person_alone(other: Person) -> None:
    sealer = Sealer(KeyRing.random())
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(CONTENT, JANA), other)


def test_the_spelling_of_an_id_does_not_matter() -> None:
    sealer = Sealer(KeyRing.random())
    assert sealer.open(sealer.seal(CONTENT, JANA), Person("TENANT", "Jana")) == CONTENT


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        Sealer(KeyRing.random()).open(Sealer(KeyRing.random()).seal(CONTENT, JANA), JANA)


def test_it_expires() -> None:
    now = 1_000_000.0
    sealer = Sealer(KeyRing.random(), lifetime=60, now=lambda: now)
    seal = sealer.seal(CONTENT, JANA)
    now += 59
    assert sealer.open(seal, JANA) == CONTENT
    now += 2
    with pytest.raises(SealExpired):
        sealer.open(seal, JANA)


@pytest.mark.parametrize("seal", ["", "A", "====", "kein Siegel", "\0", "AQ" * 30, "ü" * 80])
def test_rubbish_is_refused(seal: str) -> None:
    with pytest.raises(SealBroken):
        Sealer(KeyRing.random()).open(seal, JANA)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing([b"short"])


def test_nothing_of_a_text_is_in_its_repr() -> None:
    assert "Beispiel" not in repr(CONTENT)


async def test_the_drawer_keeps_for_a_while() -> None:
    now = 0.0
    drawer = MemoryDrawer(lifetime=60, clock=lambda: now)
    number = await drawer.put("seal")
    assert await drawer.get(number) == ("seal", "")
    now = 61
    with pytest.raises(SealExpired):
        await drawer.get(number)


async def test_the_drawer_drops_the_oldest_when_it_is_full() -> None:
    drawer = MemoryDrawer(capacity=10)
    first, second = await drawer.put("aaaaaa"), await drawer.put("bbb")
    third = await drawer.put("cccc")
    with pytest.raises(SealExpired):
        await drawer.get(first)
    assert [(await drawer.get(number))[0] for number in (second, third)] == ["bbb", "cccc"]


def test_after_a_change_of_keys_old_seals_still_open_and_new_ones_need_the_new_key() -> None:
    old, new = bytes(range(32)), bytes(range(32, 64))
    before, during, after = KeyRing([old]), KeyRing([new, old]), KeyRing([new])
    seal = Sealer(before).seal(CONTENT, JANA)
    assert Sealer(during).open(seal, JANA) == CONTENT
    fresh = Sealer(during).seal(CONTENT, JANA)
    assert Sealer(after).open(fresh, JANA) == CONTENT
    for keys, one in ((after, seal), (before, fresh)):
        with pytest.raises(SealBroken):
            Sealer(keys).open(one, JANA)
