"""Masking is consistent, restoring is exact, and nothing a writer does to a placeholder goes unnoticed."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import load
from policy.__main__ import FILE
from policy.screening import Decision, MaskedText, Screener, Screening

SCREENER: Screener = load(FILE)
TEXT = "Frau Kowalczyk zahlt. Kowalczyks IBAN ist DE89 3704 0044 0532 0130 00. Antworten Sie Frau Kowalczyk."


def masked(text: str, zones: tuple[tuple[int, int], ...] = ()) -> MaskedText:
    result = SCREENER.screen(text, zones).masked
    assert result is not None
    return result


def test_same_value_same_placeholder_also_when_inflected() -> None:
    result = masked(TEXT)
    assert result.text == "Frau ⟦Person 1⟧ zahlt. ⟦Person 1⟧s IBAN ist ⟦IBAN 1⟧. Antworten Sie Frau ⟦Person 1⟧."
    assert [p.values for p in result.placeholders] == [("Kowalczyk",), ("DE89 3704 0044 0532 0130 00",)]


def test_no_value_leaves() -> None:
    result = masked(TEXT)
    assert "Kowalczyk" not in result.text and "3704" not in result.text


def test_surname_and_full_name_share_a_number() -> None:
    result = masked("Stefan Wegscheider kam. Herr Wegscheider ging.")
    assert result.text == "⟦Person 1⟧ kam. Herr ⟦Person 1 Nachname⟧ ging."


def test_unchanged_text_comes_back_byte_for_byte() -> None:
    restored = masked(TEXT).restore(masked(TEXT).text)
    assert restored.text == TEXT
    assert restored.complete


def test_dropped_doubled_and_invented_are_reported() -> None:
    restored = masked(TEXT).restore("⟦Person 1⟧ ⟦Person 1⟧ ⟦Person 1⟧ ⟦Person 1⟧ und ⟦Person 7⟧")
    assert restored.doubled == ("⟦Person 1⟧",)
    assert restored.dropped == ("⟦IBAN 1⟧",)
    assert restored.invented == ("⟦Person 7⟧",)
    assert not restored.complete


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("⟦ Person 1 ⟧ zahlt", "Kowalczyk zahlt"),
        ("⟦Person1⟧ zahlt", "Kowalczyk zahlt"),
        ("⟦person 1⟧ zahlt", "Kowalczyk zahlt"),
        ("⟦Person 1⟧s Antrag", "Kowalczyks Antrag"),
        ("⟦Person 1s⟧ Antrag", "Kowalczyks Antrag"),
        ("⟦Person\u00a01⟧ zahlt", "Kowalczyk zahlt"),
    ],
)
def test_harmless_changes_are_forgiven(written: str, expected: str) -> None:
    assert masked("Frau Kowalczyk zahlt.").restore(written).text == expected


def test_genitive_of_a_name_on_s_gets_an_apostrophe() -> None:
    assert masked("Herr Klaus Peters zahlt.").restore("⟦Person 1⟧s Antrag").text == "Klaus Peters’ Antrag"


def test_placeholders_of_the_user_cannot_be_mistaken() -> None:
    text = "⟦Person 1⟧ und Frau Lang, ⟦⟦IBAN 1⟧ ⟧"
    result = masked(text)
    assert result.restore(result.text).text == text
    own = [p for p in result.placeholders if p.type == "PERSON"]
    assert [p.values for p in own] == [("Lang",)]
    assert result.restore(own[0].token).text == "Lang"


def test_frozen_zones_are_one_placeholder_each_and_come_back_exactly() -> None:
    zone = "Gegen diesen Bescheid kann Herr Kowalczyk binnen eines Monats Klage erheben."
    text = f"Sehr geehrte Frau Lang,\n\n{zone}\n\nViele Grüße"
    start = text.index(zone)
    result = masked(text, ((start, start + len(zone)),))
    assert "\n\n⟦Wortlaut 1⟧\n\n" in result.text
    assert result.restore(result.text).text == text
    screening = SCREENER.screen(text, ((start, start + len(zone)),))
    assert screening.masked_count == 1


def test_a_name_that_crosses_a_zone_is_masked_outside_it() -> None:
    text = "Frau Anna Kowalczyk kommt"
    result = masked(text, ((0, 9),))
    assert "Kowalczyk" not in result.text
    assert result.restore(result.text).text == text


def test_a_blocking_hit_inside_a_zone_blocks() -> None:
    text = "VS-NfD Lage\nText"
    assert SCREENER.screen(text, ((0, 11),)).decision is Decision.BLOCK


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_streams_restore_across_chunk_borders(size: int) -> None:
    result = masked(TEXT)
    stream = result.restorer()
    out = "".join(stream.feed(result.text[i : i + size]) for i in range(0, len(result.text), size))
    rest, report = stream.finish()
    assert out + rest == TEXT == report.text
    assert report.complete


def test_a_stream_never_shows_half_a_placeholder() -> None:
    stream = masked(TEXT).restorer()
    assert stream.feed("Guten Tag ⟦Pers") == "Guten Tag "
    assert stream.feed("on 1⟧, hier") == "Kowalczyk, hier"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Herr Krasniqi",
                "Krasniqis",
                "⟦",
                "⟧",
                "⟦Person 1⟧",
                "DE89 3704 0044 0532 0130 00",
                " ",
                "\n",
                "Frau",
                "Groß'",
                "a\u00adb",
                "&auml;",
                "Müller",
                "=C3=A4",
                "x",
            ]
        ),
        max_size=14,
    ),
    st.integers(1, 9),
)
def test_masking_and_restoring_is_the_identity(pieces: list[str], size: int) -> None:
    text = " ".join(pieces)
    screening = SCREENER.screen(text)
    if screening.masked is None:
        return
    restored = screening.masked.restore(screening.masked.text)
    assert restored.text == text
    assert restored.complete
    stream = screening.masked.restorer()
    sent = screening.masked.text
    out = "".join(stream.feed(sent[i : i + size]) for i in range(0, len(sent), size)) + stream.finish()[0]
    assert out == text


def test_any_error_inside_blocks() -> None:
    def broken(text: str, verbatim: object) -> Screening:
        raise RuntimeError(text)

    judge: Callable[..., Screening] = broken
    screener = Screener("", "", (), (), judge, SCREENER._refuse)  # pyright: ignore[reportPrivateUsage]
    screening = screener.screen("harmlos")
    assert screening.decision is Decision.BLOCK
    assert screening.findings[0].rule == "S-2"
    assert screening.masked is None


def test_a_zone_outside_the_text_blocks() -> None:
    assert SCREENER.screen("kurz", ((2, 99),)).decision is Decision.BLOCK


def test_a_text_over_the_limit_is_refused() -> None:
    screening = SCREENER.screen("a " * 80_000)
    assert screening.decision is Decision.BLOCK
    assert screening.findings[0].type == "TOO_LONG"
