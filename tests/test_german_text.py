"""The text model: sentence boundaries, blocks, words and offsets."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from german.html import Part, text_of, to_html, to_text
from german.text import BlockKind, DataError, TextModel, abbreviation, data_lines, data_sections, parse, words

_MARK = "‖"


def _cases() -> list[tuple[str, list[str]]]:
    lines = (Path(__file__).parent / "data" / "sentences.txt").read_text(encoding="utf-8").splitlines()
    marked = [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]
    return [(line.replace(_MARK, " "), [part.strip() for part in line.split(_MARK)]) for line in marked]


def _kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, text[block.start : block.end]) for block in parse(text).blocks]


def _sentences(text: str) -> list[str]:
    return [sentence.text for sentence in parse(text).sentences]


def _boundaries(parts: list[str], text: str) -> set[int]:
    places: set[int] = set()
    position = 0
    for part in parts:
        position = text.index(part, position) + len(part)
        places.add(position)
    return places - {len(text.rstrip())}


def test_hand_made_boundaries_are_found_with_at_most_one_error_in_two_hundred() -> None:
    wrong: list[str] = []
    total = 0
    for text, expected in _cases():
        found = _sentences(text)
        want, got = _boundaries(expected, text), _boundaries(found, text)
        total += len(want)
        wrong += [f"{text!r} -> {found}"] * len(want ^ got)
    assert total >= 300
    assert len(wrong) / total <= 0.005, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Das gilt z. B. für Sie. Und für uns.", 2),
        ("Vom 7. bis 18. Dezember ist zu.", 1),
        ("Siehe § 3 Abs. 2 Nr. 3. Dort steht es.", 2),
        ("", 0),
        ("   \n\n  ", 0),
        ("Ohne Punkt", 1),
    ],
)
def test_sentence_count(text: str, count: int) -> None:
    assert len(parse(text).sentences) == count


def test_a_missing_space_after_a_full_stop_is_repaired() -> None:
    assert _sentences("Der Rat tagt.Die Presse kommt.") == ["Der Rat tagt.", "Die Presse kommt."]
    assert len(_sentences("Siehe www.stadt.de oder datei.Neu.pdf im Netz.")) == 1


def test_chat_style_in_lower_case_is_split_at_full_stops() -> None:
    text = "hallo zusammen. kannst du das ca. bis morgen machen? ich brauche es z. b. für den rat."
    assert _sentences(text) == [
        "hallo zusammen.",
        "kannst du das ca. bis morgen machen?",
        "ich brauche es z. b. für den rat.",
    ]


def test_lower_case_after_a_full_stop_is_no_boundary_in_ordinary_text() -> None:
    assert len(_sentences("Der Betrag ist am 3. fällig und am 4. verzinst.")) == 1


LETTER = """Stadt Beispielhausen
Az.: 12-34/26
Beispielhausen, den 3. Mai 2027

Frau
Erika Mustermann
Gartenweg 5
12345 Beispielhausen

Ihr Antrag auf einen Stellplatz

Sehr geehrte Frau Mustermann,

wir haben Ihren Antrag geprüft. Sie bekommen den Stellplatz unter diesen Bedingungen:

- Sie zahlen 40 Euro im Monat.
- Sie stellen dort nur ein Auto ab.

Gebühr\t40 Euro
Kaution\t80 Euro

Rechtsbehelfsbelehrung
Gegen diesen Bescheid können Sie innerhalb eines Monats nach Bekanntgabe Widerspruch erheben.

Mit freundlichen Grüßen
Im Auftrag
Lang
"""


def test_parts_of_a_letter_are_told_apart() -> None:
    kinds = [kind for kind, _ in _kinds(LETTER)]
    assert kinds == (
        ["address"] * 3
        + ["address"] * 4
        + ["heading", "salutation", "paragraph", "list_item", "list_item", "table_row", "table_row"]
        + ["legal_notice", "legal_notice", "closing", "signature", "signature"]
    )


def test_addresses_and_mail_headers_have_no_sentences() -> None:
    model = parse("Von: A\nGesendet: heute\nAn: B\nBetreff: C\n\nHallo Frau Kern,\n\nbitte rufen Sie an.\n\n" + LETTER)
    for block in model.blocks:
        if block.kind in (BlockKind.ADDRESS, BlockKind.MAIL_HEADER):
            assert block.sentences == ()
    assert [b.kind for b in model.blocks][:4] == [BlockKind.MAIL_HEADER] * 4


def test_the_thread_below_the_own_text_is_quoted() -> None:
    text = (
        "Guten Tag,\n\nanbei die Antwort.\n\nViele Grüße\nKern\n\n"
        "Von: Bürger <b@example.org>\nGesendet: Montag, 3. Mai 2027 08:12\nAn: Stadt\nBetreff: Frage\n\n"
        "Guten Tag, wann öffnen Sie?\n"
    )
    kinds = _kinds(text)
    assert kinds[-1] == ("quoted", "Guten Tag, wann öffnen Sie?")
    assert [kind for kind, _ in kinds].count("mail_header") == 4


@pytest.mark.parametrize(
    "line", ["-----Ursprüngliche Nachricht-----", "Am 3. Mai 2027 um 08:12 schrieb Erika M.:", "_" * 32]
)
def test_thread_markers_open_the_quoted_thread(line: str) -> None:
    text = f"Das passt so.\n\n{line}\nVon: X\nAn: Y\nGesendet: Z\n\nAlter Text."
    assert _kinds(text)[-1] == ("quoted", "Alter Text.")


def test_lines_with_angle_brackets_are_quoted() -> None:
    assert ("quoted", "> Können Sie helfen?\n> Danke.") in _kinds("Ja.\n\n> Können Sie helfen?\n> Danke.\n\nGern.")


def test_hard_wrapped_lines_belong_to_one_paragraph() -> None:
    text = (
        "Die Stadt erneuert ab Montag den Kanal in der Gartenstraße und sperrt dafür die\n"
        "Straße auf ganzer Länge. Bitte nutzen Sie in dieser Zeit die Umleitung über den\n"
        "Marktplatz."
    )
    assert len(parse(text).blocks) == 1
    assert len(parse(text).sentences) == 2


def test_short_lines_set_on_their_own_stay_apart() -> None:
    assert [kind for kind, _ in _kinds("Was ist zu tun?\nBringen Sie bitte Ihren Ausweis und ein Foto mit.")] == [
        "heading",
        "paragraph",
    ]


def test_a_date_at_the_start_of_a_wrapped_line_is_no_list() -> None:
    text = "Bitte schicken Sie uns die vollständig ausgefüllten Unterlagen spätestens bis zum\n7. Dezember 2027 zurück."
    assert [kind for kind, _ in _kinds(text)] == ["paragraph"]


@pytest.mark.parametrize("marker", ["-", "•", "–", "*", "1.", "2)", "a)", "(3)", "IV."])
def test_list_markers(marker: str) -> None:
    assert _kinds(f"Sie brauchen:\n\n{marker} einen gültigen Ausweis\n")[-1][0] == "list_item"


def test_indented_lines_continue_their_list_item() -> None:
    kinds = _kinds("Sie brauchen:\n- einen Ausweis,\n  der noch gültig ist\n- ein Foto")
    assert [kind for kind, _ in kinds] == ["heading", "list_item", "list_item"]


def test_a_notice_in_running_text_is_found() -> None:
    text = (
        "Der Antrag wird abgelehnt. Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch "
        "erhoben werden. Mit freundlichen Grüßen Kern"
    )
    assert [kind for kind, _ in _kinds(text)] == ["paragraph", "legal_notice", "closing"]


def test_a_plain_notice_with_its_own_heading_is_found() -> None:
    text = (
        "Wir lehnen den Antrag ab.\n\nSie sind nicht einverstanden?\n\n"
        "Sie können gegen diesen Bescheid innerhalb eines Monats Widerspruch erheben.\n\nMit freundlichen Grüßen\nKern"
    )
    assert [kind for kind, _ in _kinds(text)][1:3] == ["legal_notice", "legal_notice"]


def test_a_salutation_in_the_same_line_is_its_own_block() -> None:
    text = "Sehr geehrte Frau Kern, wir haben Ihren Brief gelesen. Vielen Dank."
    assert _kinds(text)[0] == ("salutation", "Sehr geehrte Frau Kern,")


def test_one_line_without_a_full_stop_is_a_paragraph_not_a_heading() -> None:
    assert _kinds("Bitte schreib eine Einladung für den Elternabend")[0][0] == "paragraph"


def test_words_are_letters_with_inner_hyphens_and_placeholders() -> None:
    text = "Frau Müller-Lüdenscheidt zahlt 25 Euro nach § 5 an ⟦Name 1⟧, geht’s?"
    assert [word.text for word in words(text)] == [
        *("Frau", "Müller-Lüdenscheidt", "zahlt", "Euro", "nach", "an", "⟦Name 1⟧", "geht’s"),
    ]


def test_decomposed_umlauts_stay_inside_their_word() -> None:
    assert [word.text for word in words("Gru\u0308ße an O\u0308zdemir")] == ["Gru\u0308ße", "an", "O\u0308zdemir"]


def test_names_of_other_languages_are_whole_words() -> None:
    assert [word.text for word in words("Karataş und Łukasz Dvořák")] == ["Karataş", "und", "Łukasz", "Dvořák"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
def test_every_line_break_is_understood(newline: str) -> None:
    text = f"Erste Zeile.{newline}{newline}Zweite Zeile."
    assert _sentences(text) == ["Erste Zeile.", "Zweite Zeile."]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("aAbZ .!?:,;1290§()-•„“⟦⟧\n\t>äÖß…/@"), max_size=200))
def test_offsets_always_point_into_the_text(text: str) -> None:
    model = parse(text)
    place = 0
    for block in model.blocks:
        assert place <= block.start < block.end <= len(text)
        place = block.end
        inner = block.start
        for sentence in block.sentences:
            assert inner <= sentence.start < sentence.end <= block.end
            assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
            assert all(text[word.start : word.end] == word.text for word in sentence.words)
            inner = sentence.end


def _covered(model: TextModel) -> str:
    return "".join("".join(model.text[b.start : b.end].split()) for b in model.blocks)


def test_no_letter_of_a_letter_is_lost() -> None:
    assert _covered(parse(LETTER)) == "".join(LETTER.split())


def test_cost_is_linear() -> None:
    block = LETTER * 60
    seconds: list[float] = []
    for factor in (1, 4):
        text = block * factor
        best = min(_timed(text) for _ in range(3))
        seconds.append(best)
    assert seconds[1] < seconds[0] * 10, seconds


@pytest.mark.parametrize("unit", ["⟦", "„", "z. ", "1. ", "(", "a.", "- ", "\n", ": ", "..", "\t|", "§ 3 Abs. 2 "])
def test_hostile_repetition_stays_fast(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert _timed(text) < 4.0


def _timed(text: str) -> float:
    start = time.perf_counter()
    parse(text)
    return time.perf_counter() - start


def test_abbreviations_are_found_in_every_spelling() -> None:
    for spelling in ("z. B.", "z.B.", "Z. B.", "z.\u00a0B."):
        entry = abbreviation(spelling)
        assert entry is not None and entry.long == "zum Beispiel"
    assert abbreviation("Hausnr.") is not None
    assert abbreviation("Haus.") is None


def test_data_files_fail_loudly_with_their_name() -> None:
    with pytest.raises(DataError, match=r"gibtesnicht\.txt"):
        list(data_lines("gibtesnicht.txt"))
    with pytest.raises(DataError, match=r"abbreviations\.txt, Zeile"):
        data_sections("abbreviations.txt")


def test_random_letters_of_the_set_in_one_text_keep_their_boundaries() -> None:
    cases = [case for case in _cases() if "\n" not in case[0]]
    random.Random(7).shuffle(cases)
    text = "\n\n".join(case for case, _ in cases)
    assert len(parse(text).sentences) >= sum(len(parts) for _, parts in cases) * 0.98


RICH = """<html><head><style>p {color: red}</style></head><body><div class="WordSection1">
<p class="MsoNormal">Sehr geehrte Frau Kern,<o:p></o:p></p><p>&nbsp;</p>
<p>bitte bringen Sie <b>bis 7.&nbsp;Mai</b><br>mit:</p>
<ul><li><p>Ausweis</p></li><li>Foto<ol start="3"><li>farbig</li><li>neu</li></ol></li></ul>
<table><tr><th>Gebühr</th><td>5&nbsp;&euro;</td></tr><tr><td><p>Porto</p></td><td>1 &euro;</td></tr></table>
<script>alert("x")</script><blockquote>Alter Text</blockquote>
<div style="display: none">versteckt</div><div>Zeile eins</div><div>Zeile zwei</div></div></body></html>"""


def test_a_rich_paste_keeps_lists_tables_paragraphs_and_breaks() -> None:
    assert text_of(RICH) == (
        "Sehr geehrte Frau Kern,\n\nbitte bringen Sie bis 7.\u00a0Mai\nmit:\n\n"
        "- Ausweis\n- Foto\n  3. farbig\n  4. neu\n\n"
        "Gebühr\t5\u00a0€\nPorto\t1 €\n\n> Alter Text\n\nZeile eins\nZeile zwei"
    )


def test_the_structure_of_a_rich_paste_points_at_its_lines() -> None:
    text, spans = to_text(RICH)
    parts = {text[span.start : span.end]: (span.part, span.level) for span in spans}
    assert parts["- Ausweis"] == (Part.LIST_ITEM, 1)
    assert parts["  3. farbig"] == (Part.LIST_ITEM, 2)
    assert parts["Porto\t1 €"] == (Part.TABLE_ROW, 0)
    assert parts["> Alter Text"] == (Part.QUOTED, 0)


@pytest.mark.parametrize(
    "html",
    [
        "<p>offen",
        "</p></ul></table>",
        "<ul><li>a<ul><li>b",
        "<table><td>x",
        "<script>nie zu",
        "<<<>>>",
        "&#xZZ; &unbekannt;",
        "",
    ],
)
def test_broken_html_never_fails(html: str) -> None:
    assert "<script" not in text_of(html)


def test_scripts_styles_and_hidden_parts_are_dropped() -> None:
    assert text_of("<p onclick='x()'>gut</p><style>schlecht</style><script>böse()</script><p hidden>nein</p>") == "gut"


@pytest.mark.parametrize(
    "unit",
    ["<!--", "<a ", '<a b="', "<a b=c ", "</", "<?", "<![CDATA[", "&#", "<script>", "<p>", "<ul><li>", "<br>", "<td>"],
)
def test_hostile_html_stays_fast(unit: str) -> None:
    start = time.perf_counter()
    text_of(unit * (200_000 // len(unit)))
    assert time.perf_counter() - start < 3


def test_comments_conditional_parts_and_odd_attributes_of_outlook() -> None:
    html = (
        "<!--[if gte mso 9]><xml>weg</xml><![endif]--><p title='a > b'>eins <![if !supportLists]>zwei<![endif]></p>"
        '<P CLASS=x>drei<o:p/></P><img alt="🙂"><img alt="Logo der Stadt"><p title="offen>vier</p>'
    )
    assert text_of(html) == "eins zwei\n\ndrei\n\n🙂\n\nvier"


def test_plain_text_becomes_safe_html_with_paragraphs_and_lists() -> None:
    html = to_html(
        "Hallo <b>Kern</b>,\nbitte:\n\n- Ausweis & Foto\n- Geld\n\n3. drei\n4. vier\n\na\tb\n<script>alert(1)</script>"
    )
    assert html == (
        "<p>Hallo &lt;b&gt;Kern&lt;/b&gt;,<br>bitte:</p><ul><li>Ausweis &amp; Foto</li><li>Geld</li></ul>"
        '<ol start="3"><li>drei</li><li>vier</li></ol><table><tr><td>a</td><td>b</td></tr></table>'
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    )


def test_text_survives_the_way_through_html_and_back() -> None:
    text = "Guten Tag,\n\nbitte bringen Sie mit:\n\n- Ausweis\n- Foto\n\nGebühr\t5 €\nPorto\t1 €\n\nDanke & Gruß"
    assert text_of(to_html(text)) == text
