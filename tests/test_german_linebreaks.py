"""Lost line breaks come back; nothing else is touched."""

import pytest

from german.linebreaks import restore

LETTER = """Sehr geehrte Frau Wiegand,

hiermit teilen wir Ihnen mit, dass die Halle vom 7. bis 18. Dezember 2026 geschlossen ist. \
Gemäß § 5 Abs. 2 gilt das auch z. B. für Vereine.

Bitte legen Sie vor:
- Mietvertrag
- Ausweis (Kopie)

Rechtsbehelfsbelehrung
Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.

Mit freundlichen Grüßen
Im Auftrag
Schmidt"""


def test_a_letter_glued_into_one_line_gets_its_lines_back() -> None:
    lines = [line for line in restore(LETTER.replace("\n", "")).split("\n") if line]
    assert lines == [line for line in LETTER.split("\n") if line]


def test_only_white_space_is_added() -> None:
    glued = LETTER.replace("\n", "")
    assert "".join(restore(glued).split()) == "".join(glued.split())


def test_paragraphs_are_set_apart() -> None:
    assert "Wiegand,\n\nhiermit" in restore(LETTER.replace("\n", ""))


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        "Ein ganz normaler Satz. Und noch einer.",
        "Die BürgerApp der Stadtwerke GmbH und die LfDI-Stelle sind erreichbar.",
        "Schreiben Sie an Max.Muster@Stadt.de oder besuchen Sie Www.Stadt.De/Info.",
        "Am 3.Mai und am 4.Juni ist geschlossen.",
        "Ein Tippfehler.Nur einer.",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert restore(text) == text


def test_a_long_text_takes_linear_time() -> None:
    long = LETTER.replace("\n", "") * 300
    assert restore(long).count("Schmidt") == 300
