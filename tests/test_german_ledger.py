"""The ledger on pairs of texts: what is kept in other words, what is caught when it changes, and what a card shows."""

import pytest

from german.facts import FactKind
from german.ledger import Entry, Ledger, Place, Status, compare, prepare
from german.text import parse

# Each row: kind, source, a faithful rewrite, and the words of the rewrite that are changed to others.
PAIRS = [
    (
        FactKind.DATE,
        "Die Unterlagen sind bis spätestens 01.12.2026 bei der Bauaufsicht einzureichen.",
        "Reichen Sie die Unterlagen bis spätestens 1. Dezember 2026 bei der Bauaufsicht ein.",
        ("1. Dezember 2026", "1. November 2026"),
    ),
    (
        FactKind.DEADLINE,
        "Die Rechnung ist innerhalb eines Monats nach Zugang zu begleichen.",
        "Bezahlen Sie die Rechnung innerhalb von einem Monat nach Zugang.",
        ("einem Monat", "vier Wochen"),
    ),
    (
        FactKind.AMOUNT,
        "Für die Ausstellung wird eine Gebühr in Höhe von 1.250,00 EUR erhoben.",
        "Die Ausstellung kostet 1.250 Euro Gebühr.",
        ("1.250 Euro", "1.520 Euro"),
    ),
    (
        FactKind.NUMBER,
        "Der Antrag ist in dreifacher Ausfertigung vorzulegen.",
        "Legen Sie den Antrag in 3 Exemplaren vor.",
        ("3 Exemplaren", "2 Exemplaren"),
    ),
    (
        FactKind.UNIT,
        "Der Beitrag beläuft sich auf 62,00 Euro monatlich.",
        "Der Beitrag beträgt 62 Euro im Monat.",
        ("im Monat", "im Jahr"),
    ),
    (
        FactKind.CITATION,
        "Eine Genehmigung ist gemäß § 49 Abs. 1 LBO erforderlich.",
        "Sie brauchen eine Genehmigung (§ 49 Absatz 1 der Landesbauordnung, LBO).",
        ("§ 49 Absatz 1", "§ 49 Absatz 2"),
    ),
    (
        FactKind.TIME,
        "Das Amt ist montags bis freitags von 8:00 bis 12:30 Uhr geöffnet.",
        "Das Amt hat von Montag bis Freitag zwischen 8 und 12.30 Uhr geöffnet.",
        ("zwischen 8 und", "zwischen 9 und"),
    ),
    (
        FactKind.CONTACT,
        "Rückfragen richten Sie bitte an Tel. 07181/602-114.",
        "Haben Sie Fragen? Rufen Sie an: 07181 602-114.",
        ("602-114", "602-141"),
    ),
    (
        FactKind.FILE_NUMBER,
        "Bitte geben Sie das Az. 63-BA-0417/26 an.",
        "Nennen Sie bitte das Aktenzeichen 63-BA-0417/26.",
        ("0417/26", "0471/26"),
    ),
    (
        FactKind.NAME,
        "Auskünfte erteilt Frau Sünje Ketelsen im Bürgerhaus.",
        "Sünje Ketelsen gibt Ihnen im Bürgerhaus Auskunft.",
        ("Ketelsen", "Kettelsen"),
    ),
    (
        FactKind.NEGATION,
        "Der Zuschuss ist nicht übertragbar. Er wird auf Antrag gewährt.",
        "Sie können den Zuschuss nicht auf andere übertragen. Sie bekommen ihn, wenn Sie einen Antrag stellen.",
        ("nicht auf andere", "auf andere"),
    ),
    (
        FactKind.MODALITY,
        "Die Behörde kann die Erlaubnis widerrufen. Die Erlaubnis ist vor Ort mitzuführen.",
        "Wir können die Erlaubnis widerrufen. Haben Sie die Erlaubnis vor Ort immer dabei.",
        ("Wir können", "Wir müssen"),
    ),
    (
        FactKind.CONDITION,
        "Das Zeugnis darf nicht älter als drei Monate sein.",
        "Das Zeugnis darf höchstens drei Monate alt sein.",
        ("höchstens", "mindestens"),
    ),
    (
        FactKind.ACTOR,
        "Der Schaden wird von der Gemeinde dokumentiert. Die Kosten haben die Eltern zu tragen.",
        "Die Gemeinde dokumentiert den Schaden. Die Kosten müssen die Eltern tragen.",
        ("Die Kosten müssen die Eltern tragen", "Die Kosten trägt die Gemeinde"),
    ),
    (
        FactKind.OMISSION,
        "Die Leiter ist jährlich zu prüfen. Das Prüfprotokoll ist dem Brandschutzbeauftragten zu übergeben.",
        "Prüfen Sie die Leiter jedes Jahr. Geben Sie dem Brandschutzbeauftragten das Prüfprotokoll.",
        (" Geben Sie dem Brandschutzbeauftragten das Prüfprotokoll.", ""),
    ),
    (
        FactKind.ADDITION,
        "Für die Anmeldung ist ein gültiger Personalausweis vorzulegen.",
        "Bringen Sie zur Anmeldung Ihren gültigen Personalausweis mit.",
        ("Personalausweis mit.", "Personalausweis mit. Außerdem müssen Sie eine Haftpflichtversicherung abschließen."),
    ),
]
IDS = [row[0].value for row in PAIRS]


@pytest.mark.parametrize(("kind", "source", "rewrite", "edit"), PAIRS, ids=IDS)
def test_a_statement_kept_in_other_words_is_no_finding(
    kind: FactKind, source: str, rewrite: str, edit: tuple[str, str]
) -> None:
    assert compare(source, rewrite).ok


@pytest.mark.parametrize(("kind", "source", "rewrite", "edit"), PAIRS, ids=IDS)
def test_a_changed_statement_is_found_at_its_place(
    kind: FactKind, source: str, rewrite: str, edit: tuple[str, str]
) -> None:
    old, new = edit
    assert rewrite.count(old) == 1
    changed = rewrite.replace(old, new)
    ledger = compare(source, changed)
    assert not ledger.ok
    assert any(entry.kind is kind for entry in ledger.findings)
    for entry in ledger.findings:
        for text, place in ((source, entry.source), (changed, entry.rewrite)):
            assert place is None or text[place.start : place.end] == place.text


LETTER = """Stadt Auenheim, Ordnungsamt
Az.: 32.4-OW-118/26

Sehr geehrter Herr Wolters,

Ihr Fahrzeug wurde am 04.09.2026 um 9:15 Uhr in der Feldstraße 12 abgestellt vorgefunden. Es ist bis zum 18.09.2026 \
zu entfernen. Für die Entfernung werden Kosten in Höhe von 240,00 EUR erhoben.

Mit freundlichen Grüßen
Im Auftrag
Thea Brandis"""


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("18.09.2026", "28.09.2026", FactKind.DATE),
        ("240,00 EUR", "420,00 EUR", FactKind.AMOUNT),
        ("9:15 Uhr", "9:45 Uhr", FactKind.TIME),
        ("118/26", "181/26", FactKind.FILE_NUMBER),
        ("Feldstraße 12", "Feldstraße 21", FactKind.CONTACT),
    ],
)
def test_one_changed_fact_gives_exactly_that_entry(old: str, new: str, kind: FactKind) -> None:
    ledger = compare(LETTER, LETTER.replace(old, new))
    assert [(entry.kind, entry.status) for entry in ledger.findings] == [(kind, Status.CHANGED)]
    entry = ledger.findings[0]
    assert entry.source is not None and entry.rewrite is not None
    for quoted, planted in ((entry.source.text, old), (entry.rewrite.text, new)):
        assert quoted in planted or planted in quoted


def test_a_text_compared_with_itself_keeps_everything() -> None:
    ledger = compare(LETTER, LETTER)
    assert ledger.ok
    assert sum(ledger.checked.values()) == len(ledger.entries) >= 6
    assert ledger.headline == f"{len(ledger.entries)} Angaben geprüft: alle erhalten"


def test_sentences_may_change_places_and_become_a_list() -> None:
    source = (
        "Der Kurs kostet 45,00 EUR und beginnt am 3. Mai 2027 um 18:00 Uhr. Mitzubringen sind Schreibzeug, Laptop "
        "sowie ein gültiger Ausweis. Die Anmeldung hat bis zum 15. April 2027 zu erfolgen."
    )
    rewrite = (
        "Melden Sie sich bis zum 15.04.2027 an. Was müssen Sie mitbringen?\n\n- Schreibzeug\n- Laptop\n"
        "- gültiger Ausweis\n\nDer Kurs beginnt am 03.05.2027 um 18 Uhr. Er kostet 45 Euro."
    )
    assert compare(source, rewrite).ok
    shorter = compare(source, rewrite.replace("- Laptop\n", ""))
    assert [entry.kind for entry in shorter.findings] == [FactKind.OMISSION]


def test_exchanged_values_are_found_although_both_are_still_there() -> None:
    source = "Die Gebühr beträgt für Erwachsene 12,00 EUR und für Jugendliche 8,00 EUR."
    assert compare(source, "Es kostet für Erwachsene 12 Euro und für Jugendliche 8 Euro.").ok
    assert not compare(source, "Es kostet für Erwachsene 8 Euro und für Jugendliche 12 Euro.").ok


@pytest.mark.parametrize(
    ("source", "faithful", "wrong"),
    [
        (
            "Gegen den Bescheid kann Widerspruch eingelegt werden.",
            "Sie können gegen den Bescheid Widerspruch einlegen.",
            "Sie können gegen den Bescheid Einspruch einlegen.",
        ),
        (
            "Die Frist beginnt mit der Zustellung des Bescheides.",
            "Die Frist beginnt, wenn der Bescheid zugestellt ist.",
            "Die Frist beginnt mit der Bekanntgabe des Bescheides.",
        ),
        (
            "Die Anmeldung muss zehn Werktage vorher vorliegen.",
            "Die Anmeldung muss zehn Werktage vorher da sein.",
            "Die Anmeldung muss zehn Arbeitstage vorher da sein.",
        ),
    ],
)
def test_what_the_law_keeps_apart_is_kept_apart(source: str, faithful: str, wrong: str) -> None:
    assert compare(source, faithful).ok
    assert not compare(source, wrong).ok


def test_a_missing_and_a_new_fact_are_told_apart() -> None:
    lost = compare("Kommen Sie am 4. Mai 2027 in Zimmer 12.", "Kommen Sie in Zimmer 12.").findings
    assert [(e.kind, e.status, e.rewrite) for e in lost] == [(FactKind.DATE, Status.MISSING, None)]
    new = compare("Kommen Sie in Zimmer 12.", "Kommen Sie am 4. Mai 2027 in Zimmer 12.").findings
    assert [(e.kind, e.status, e.source) for e in new] == [(FactKind.DATE, Status.ADDED, None)]


def test_findings_follow_the_source() -> None:
    source = "Am 1. März 2027 ist Beginn. Die Kosten betragen 20 Euro. Ende ist am 9. März 2027."
    rewrite = "Am 2. März 2027 ist Beginn. Die Kosten betragen 30 Euro. Ende ist am 8. März 2027."
    places = [entry.source.start for entry in compare(source, rewrite).findings if entry.source]
    assert len(places) == 3 and places == sorted(places)


def test_the_same_pair_always_gives_the_same_ledger() -> None:
    source, rewrite = PAIRS[14][1], PAIRS[11][2]
    assert compare(source, rewrite) == compare(source, rewrite)


def test_empty_texts_are_no_error() -> None:
    assert compare("", "").headline == "Keine Angaben zum Prüfen gefunden"
    assert not compare(LETTER, "").ok


@pytest.mark.parametrize(
    ("entries", "headline"),
    [
        ([(Status.KEPT, True, True)], "1 Angabe geprüft: erhalten"),
        ([(Status.KEPT, True, True), (Status.CHANGED, True, True)], "2 Angaben geprüft, 1 verändert"),
        (
            [(Status.CHANGED, True, True), (Status.MISSING, True, False), (Status.MISSING, True, False)],
            "3 Angaben geprüft, 1 verändert, 2 fehlen",
        ),
        ([(Status.KEPT, True, True), (Status.ADDED, False, True)], "1 Angabe geprüft, 1 neu"),
    ],
)
def test_the_headline_counts_in_german(entries: list[tuple[Status, bool, bool]], headline: str) -> None:
    place = Place(0, 1, "x")
    rows = tuple(Entry(FactKind.DATE, s, place if a else None, place if b else None) for s, a, b in entries)
    assert Ledger(rows).headline == headline


def test_messages_name_the_kind_and_quote_both_places() -> None:
    (entry,) = compare("Zahlen Sie bis zum 3. Mai 2027.", "Zahlen Sie bis zum 5. Mai 2027.").findings
    assert entry.message == "Datum geändert: „3. Mai 2027“ → „5. Mai 2027“"
    missing = Entry(FactKind.OMISSION, Status.MISSING, Place(0, 3, "Tür"), None)
    assert missing.message == "Aussage fehlt: „Tür“"
    doubt = Entry(FactKind.MODALITY, Status.CHANGED, Place(0, 4, "kann"), Place(0, 4, "muss"))
    assert doubt.message.endswith("bitte vergleichen: „kann“ → „muss“")


def test_a_long_quotation_is_cut_for_the_card_and_whole_in_the_entry() -> None:
    entry = Entry(FactKind.ADDITION, Status.ADDED, None, Place(0, 400, "Wort " * 80))
    assert len(entry.message) < 160 and entry.message.endswith("…“")


def test_the_ledger_says_what_it_cannot_judge() -> None:
    limits = compare("a", "b").limits
    assert limits and all(line.endswith(".") for line in limits)


@pytest.mark.parametrize("text", ["1 " * 4000, "§ 1 " * 3000, "muss Sie, " * 2000, "A" * 20000, "\n- x" * 4000])
def test_hostile_texts_take_linear_time(text: str) -> None:
    from time import process_time

    def cost(size: int) -> float:
        start = process_time()
        compare(text[:size], text[: size // 2])
        return process_time() - start

    half, whole = cost(len(text) // 2), cost(len(text))
    assert whole < 3.5 * half + 0.2


REWORDED = [
    ("Die Anmeldung ist gebührenfrei.", "Anmeldung\n- Kosten: keine"),
    ("Die Halle ist von 8:30 bis 11:45 Uhr geöffnet.", "Die Halle ist von halb neun bis Viertel vor zwölf offen."),
    ("Für das Jahr 2027 wird die Gebühr auf 87,36 EUR festgesetzt.", "Sie zahlen 2027 eine Gebühr von 87,36 Euro."),
    ("Bei späterer Absage ist die volle Gebühr zu zahlen.", "Sagen Sie später ab, zahlen Sie 100 % der Gebühr."),
    ("Der Wasserpreis beträgt 2,10 EUR je Kubikmeter.", "Ein Kubikmeter Wasser kostet 2,10 Euro."),
    (
        "Altreifen und Bauabfälle sind von der Sammlung ausgeschlossen.",
        "Nicht mitnehmen können wir:\n- Altreifen\n- Bauabfälle",
    ),
    (
        "Die Anzeige ersetzt nicht die Zustimmung des Eigentümers.",
        "Die Zustimmung des Eigentümers brauchen Sie trotzdem.",
    ),
]


@pytest.mark.parametrize(("source", "rewrite"), REWORDED)
def test_a_statement_in_another_form_is_no_finding(source: str, rewrite: str) -> None:
    assert compare(source, rewrite).ok


TURNED = [
    (
        "Zäune sind verfahrensfrei, es sei denn, dass örtliche Vorschriften entgegenstehen.",
        "Zäune sind verfahrensfrei. Das gilt auch dann, wenn örtliche Vorschriften entgegenstehen.",
    ),
    ("Auskunft erteilt Frau Almut Reinders.", "Auskunft gibt Ihnen Frau Gesine Reinders."),
    (
        "Die Amtsleitung entscheidet im Benehmen mit dem Personalrat.",
        "Der Personalrat entscheidet im Benehmen mit der Amtsleitung.",
    ),
    ("Die Ausleihe ist für Kinder gebührenfrei.", "Die Ausleihe ist für Kinder nicht kostenlos."),
    ("Zuständig ist die untere Wasserbehörde.", "Zuständig ist die obere Wasserbehörde."),
    ("Ein Verstoß kann zum Platzverweis führen.", "Ein Verstoß führt immer zum Platzverweis."),
    ("Der Umkreis beträgt 15 km.", "Der Umkreis beträgt 15 Meilen."),
]


@pytest.mark.parametrize(("source", "rewrite"), TURNED)
def test_a_statement_turned_round_is_found(source: str, rewrite: str) -> None:
    assert not compare(source, rewrite).ok


@pytest.mark.parametrize(
    ("source", "rewrite", "kind"),
    [
        ("Der Anspruch besteht nicht.", "Der Anspruch besteht.", FactKind.NEGATION),
        (
            "Sie dürfen nicht bauen, wenn Unterlagen fehlen.",
            "Sie dürfen bauen, wenn Unterlagen fehlen.",
            FactKind.NEGATION,
        ),
        ("Die Karte ist übertragbar.", "Die Karte ist nicht übertragbar.", FactKind.NEGATION),
        ("Sie müssen den Antrag bis Mai stellen.", "Sie können den Antrag bis Mai stellen.", FactKind.MODALITY),
    ],
)
def test_a_sentence_copied_but_for_its_signal_word_is_always_a_finding(
    source: str, rewrite: str, kind: FactKind
) -> None:
    around = "Wir haben Ihren Antrag erhalten. {} Bei Fragen rufen Sie uns an."
    assert kind in {entry.kind for entry in compare(around.format(source), around.format(rewrite)).findings}


def test_a_text_read_beforehand_is_compared_like_the_text_itself() -> None:
    source = "Der Antrag ist bis zum 15. Januar 2027 einzureichen. Die Gebühr beträgt 35,00 EUR."
    rewrite = "Bitte reichen Sie den Antrag bis zum 16. Januar 2027 ein. Es kostet 35 Euro."
    read = prepare(source, parse(source))
    assert compare(read, rewrite) == compare(source, rewrite) == compare(read, prepare(rewrite))
    assert not compare(read, rewrite).ok
    assert compare(read, source).ok
    assert "Januar" not in repr(read)


def _kinds(source: str, rewrite: str) -> list[str]:
    return [entry.kind.value for entry in compare(source, rewrite).findings]


def test_a_period_that_runs_from_another_event_is_a_changed_deadline() -> None:
    source = "Der Betrag ist binnen zwei Wochen nach Zugang dieses Schreibens zu überweisen."
    assert (
        _kinds(source, "Überweisen Sie den Betrag innerhalb von zwei Wochen, nachdem Sie dieses Schreiben bekommen.")
        == []
    )
    assert "deadline" in _kinds(
        source, "Überweisen Sie den Betrag innerhalb von zwei Wochen ab dem Datum des Schreibens."
    )


def test_a_changed_deadline_at_the_very_end_is_quoted() -> None:
    source = "Der Betrag ist binnen zwei Wochen nach Zugang zu überweisen."
    (finding,) = compare(
        source, "Überweisen Sie den Betrag innerhalb von zwei Wochen ab dem Datum des Bescheids"
    ).findings
    assert finding.rewrite is not None and finding.rewrite.text.endswith("Bescheids")


def test_two_contacts_that_changed_their_tasks_are_a_changed_name() -> None:
    source = (
        "Für fachliche Auskünfte steht Herr Enno Feddersen, für Fragen zum Verfahren Frau Maike Lührs zur Verfügung."
    )
    right = "- Fachliche Fragen beantwortet Herr Enno Feddersen.\n- Fragen zum Verfahren beantwortet Frau Maike Lührs."
    wrong = "- Fachliche Fragen beantwortet Frau Maike Lührs.\n- Fragen zum Verfahren beantwortet Herr Enno Feddersen."
    assert _kinds(source, right) == []
    assert "name" in _kinds(source, wrong)


def test_conditions_of_which_one_is_enough_are_no_longer_all_conditions() -> None:
    source = (
        "Die Kosten werden übernommen, sofern der Schulweg länger als 4 km ist und die nächste Schule besucht wird."
    )
    rewrite = (
        "Wir übernehmen die Kosten, wenn\n- der Schulweg länger als 4 Kilometer ist {}\n- die nächste Schule passt."
    )
    assert _kinds(source, rewrite.format("und")) == []
    assert "condition" in _kinds(source, rewrite.format("oder"))


def test_glosses_and_guiding_sentences_add_nothing() -> None:
    source = "Eine selbständige Erwerbstätigkeit ist nicht gestattet; eine Beschäftigung ist erlaubt."
    rewrite = (
        "Hier sind die wichtigsten Informationen.\nSie dürfen beschäftigt sein. "
        "Sie dürfen nicht selbständig arbeiten (zum Beispiel mit einem eigenen Betrieb)."
    )
    assert _kinds(source, rewrite) == []
