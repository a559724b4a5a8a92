"""Private addresses and birth dates. Works on the normal form; persons already found help to decide."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from policy.lists import ORDINARY
from policy.reading import Hit, Reading

_NUMBER = re.compile(
    r"\d(?<![\w.,/§-].)\d{0,3}(?:[ ]?[a-h](?!\w))?(?:[ ]?[-/+][ ]?\d{1,4}(?:[ ]?[a-h](?!\w))?)?"
    r"(?![\w]|[.,:]\d|[ ]?(?:€|%|eur\b|euro|uhr|prozent|meter|km\b|m\b|jahre|tage|stück|kinder|personen|wochen|"
    r"monate|cm\b|stellen))",
    re.I,
)
_STRONG = ("straße", "strasse", "str", "weg", "gasse", "allee", "platz", "ring", "damm", "pfad", "stieg", "steig",
    "chaussee", "promenade", "ufer",
           "twiete", "redder", "kamp", "steige", "gässchen", "stiege", "zeile", "staße", "strase")  # fmt: skip
_WEAK = ("hof", "berg", "bach", "feld", "grund", "graben", "markt", "wall", "brücke", "tor", "park", "garten",
    "gärten", "wiese", "wiesen", "aue", "höhe", "hang",
         "halde", "winkel", "eck", "kehre", "blick", "bogen", "rain", "siedlung", "esch", "brink", "busch",
         "wald", "mühle", "äcker", "breite", "deich",
         "koppel", "anger", "leite", "gang", "heide", "horst", "hude", "loh", "bruch", "born", "furt", "dreieck",
         "kirchhof")  # fmt: skip
_NO_STREET = frozenset(
    [
        "parkplatz",
        "arbeitsplatz",
        "stellplatz",
        "kitaplatz",
        "ausbildungsplatz",
        "studienplatz",
        "sitzplatz",
        "betreuungsplatz",
        "frühling",
        "lehrling",
        "flüchtling",
        "zwilling",
        "säugling",
        "training",
        "monitoring",
        "catering",
        "hering",
        "vorgang",
        "ausgang",
        "eingang",
        "jahrgang",
        "lehrgang",
        "durchgang",
        "studiengang",
        "zugang",
        "übergang",
        "ursprung",
        "montag",
        "samstag",
        "beitrag",
        "vertrag",
        "antrag",
        "auftrag",
        "betrag",
        "tag",
        "artikel",
        "weg",
        "ring",
        "platz",
        "unterweg",
        "spielplatz",
        "sportplatz",
        "schulweg",
        "radweg",
        "gehweg",
        "fußweg",
        "rechtsweg",
        "dienstweg",
        "rettungsweg",
        "festplatz",
        "campingplatz",
        "bolzplatz",
        "tennisplatz",
        "schutzring",
        "steinbruch",
        "einbruch",
        "bestandteil",
        "bahnhof",
        "friedhof",
        "umfeld",
        "vorfeld",
        "sportpark",
        "fuhrpark",
        "wirtschaftsweg",
        "platzierung",
        "bauhof",
        "innenhof",
        "schulhof",
        "betrieb",
        "jahrmarkt",
        "supermarkt",
        "wochenmarkt",
        "arbeitsmarkt",
        "stadtpark",
        "radweg",
        "marktplatz",
        "zebrastreifen",
    ]
)
_NO_STREET_NAME = frozenset(
    [
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einer",
        "einem",
        "jede",
        "jeder",
        "diese",
        "dieser",
        "dieses",
        "diesem",
        "unsere",
        "unserer",
        "in",
        "an",
        "auf",
        "von",
        "bis",
        "zur",
        "zum",
        "und",
        "oder",
        "pro",
        "je",
        "per",
        "mein",
        "ihr",
        "sein",
    ]
)
_LEADS = frozenset(
    [
        "am",
        "an",
        "im",
        "in",
        "auf",
        "zum",
        "zur",
        "unter",
        "hinter",
        "vor",
        "bei",
        "beim",
        "hof",
        "bauerschaft",
        "haus",
        "alte",
        "alter",
        "altes",
        "neue",
        "neuer",
        "lange",
        "kleine",
        "große",
        "großer",
        "obere",
        "untere",
        "rue",
        "via",
        "ulica",
        "straße",
        "platz",
    ]
)
_ARTICLES = frozenset(
    [
        "der",
        "den",
        "dem",
        "des",
        "die",
        "alten",
        "neuen",
        "kleinen",
        "großen",
        "hohen",
        "langen",
        "grünen",
        "oberen",
        "unteren",
        "weißen",
        "roten",
        "schwarzen",
        "stillen",
        "de",
        "la",
        "du",
    ]
)
_NOT_AFTER_LEAD = frozenset(
    [
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
        "raum",
        "zimmer",
        "jahr",
        "jahre",
        "saal",
        "kapitel",
        "top",
        "anlage",
        "abschnitt",
        "absatz",
        "nummer",
        "punkt",
        "platz",
        "stand",
        "artikel",
        "blatt",
        "seite",
        "paragraph",
        "stock",
        "obergeschoss",
        "gleis",
        "tor",
        "halle",
        "ausgabe",
        "teil",
        "vorfeld",
        "haus",
        "amt",
        "block",
        "feld",
        "zeitraum",
        "abs",
        "nr",
        "ziffer",
        "spalte",
        "zeile",
        "alter",
        "kurs",
        "monat",
        "quartal",
        "schuljahr",
        "haushalt",
        "haushaltsjahr",
        "kalenderjahr",
        "wert",
        "stufe",
        "gruppe",
        "klasse",
        "tabelle",
        "schritt",
        "vergleich",
        "thema",
        "fall",
        "bereich",
        "umfang",
        "gebäude",
        "bauabschnitt",
        "linie",
        "buchstabe",
        "los",
        "sache",
        "akte",
        "liste",
        "reihe",
        "regel",
        "frage",
        "antwort",
        "folge",
        "woche",
        "tagen",
        "stunde",
        "runde",
        "phase",
        "etage",
        "ebene",
        "sitzung",
        "verfahren",
        "termin",
        "postfach",
        "fach",
        "konto",
        "band",
        "heft",
        "bild",
        "folie",
        "karte",
        "plan",
        "modul",
    ]
)
_PLACE = re.compile(
    r"(?:[ ]?[,(][ ]?(?:\d{1,2}\.[ ]?(?:og|stock|etage|obergeschoss)|eg|dg|app\.?[ ]?\d{1,4}|wohnung[ ]\d{1,4}|"
    r"hinterhaus)[^,\n]{0,12})?"
    r"[ ]{0,3}[,;|\t\n]{0,2}[ ]{0,3}\n?[ ]?(?:in[ ]|[|\t][ ]?)?(?:[A-Z]{1,2}-)?\d\d[ ]?\d{3}(?!\d)[ ]?[|\t,;]?[ ]?"
    r"((?:bad |sankt |st\. )?[^\W\d_][\w-]{1,30}(?:[ ](?:am|an der|im|ob der|a\.[ ]?d\.)[ ][^\W\d_]\w{1,20})?)",
    re.I,
)
_FOREIGN_PLACE = re.compile(r"[ ]?,[ ]?[A-Z]{1,2}-\d{4,5}[ ][^\W\d_][\w-]{1,30}")
_UNIT = re.compile(r"[ ]?,[ ]?(?:App\.?|Wohnung|Whg\.?)[ ]?\d{1,4}(?=[ ]?,)", re.I)
_POST_BOX = re.compile(r"(?i:postfach)[ ]\d{1,3}(?:[ ]?\d{2}){0,3}(?:[ ]?,?[ ]?\n?\d{5}[ ][^\W\d_][\w-]{1,30})?")
_PUBLIC = re.compile(
    r"bezirksregierung|gericht|bundes\w{2,}|landes\w{2,}|ministerium|rathaus|bürgerhaus|finanzamt|\w{3,}amt\b|behörde|schule|gymnasium|kita\b|feuerwehr|museum|bücherei|halle\b|sitzung|dienstgebäude|"
    r"geschäftsstelle|polizei|krankenhaus|klinik|kirche|treffpunkt|bauhof|gmbh|firma|kreisverwaltung|stadtverwaltung|agentur|jobcenter|zentrum|stadtwerke|rechenzentrum|haltestelle|baustelle|sperrung|gesperrt|umleitung|"
    r"ausstellung|veranstaltung|öffnungszeiten|sitz der|verlag|verein|stiftung|impressum|kontakt:|büro der",
    re.I,
)
_PRIVATE = re.compile(
    r"wohn(?!geld|ung)|mieter|eigentüm|zustell|umzug|umgezogen|gezogen|zieht|ziehen|haushalt|empfänger|familie|"
    r"herr[n ]|frau|verzogen|bürger\b|c/o",
    re.I,
)
_SOMEWHERE = re.compile(r"anschrift|adresse|straße:|wohnung", re.I)

_BIRTH_AFTER = re.compile(r"[^.;\n]{0,40}?\bgeboren\w{0,2}|[ ,(]{0,3}geb\.", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_SPOKEN_YEAR = re.compile(r"(?:neunzehnhundert|zweitausend)[a-zäöüß]{0,30}")
_SPOKEN_DATE = re.compile(
    r"\b[a-zäöü]{3,18}(?:ter|ten|te)[ ](?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|"
    r"november|dezember|[a-zäöü]{3,12}ten)[ ](?:neunzehnhundert|zweitausend)[a-zäöüß]{0,30}",
    re.I,
)
_LOOSE_DATE = re.compile(r"(?:[0-3]\d[01]\d\d\d|[0-3]\d[01]\d(?:19|20)\d\d|[01]?\d[ ]?[/.][ ]?(?:19|20)\d\d)(?![\d])")
_TIGHT_DATE = re.compile(r"[ ,;\t]{1,3}((?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)?\d\d)(?![\d./-])")


# Behind a number: the rest of a court's case number.
_DOCKET = re.compile(r"[ ][A-Za-z]{1,4}[ ]\d{1,6}/\d{2}")
_CHECKS = 400
_HAMLET_TOWN = re.compile(r"[ ]?[,;|\t\n][ ]?(?:[A-Z]{1,2}-)?\d{5}[ ][A-ZÄÖÜ]")
_ESTATES = frozenset(
    [
        "gut",
        "gutshof",
        "hof",
        "schloss",
        "burg",
        "haus",
        "mühle",
        "forsthaus",
        "kloster",
        "alt",
        "neu",
        "groß",
        "klein",
        "ober",
        "unter",
        "bad",
        "weiler",
        "bauerschaft",
        "siedlung",
        "vorwerk",
        "rittergut",
        "domäne",
    ]
)
_STOP = re.compile(r"\n|[a-zäöüß)]{3}[.!?][ ]")
_COHORT = re.compile(
    r"\b(?:zwischen|vor dem|nach dem|bis zum|ab dem|seit dem|alle|wer|jahrgänge|frühestens|spätestens)\b", re.I
)


def addresses(reading: Reading) -> Iterator[Hit]:
    """Private addresses: street with number, with postal code and town where they follow."""
    if not reading.has_digit:
        return
    text, words = reading.text, reading.words
    ends = [word.end for word in words]
    checked = 0
    if "ostfach" in text or "postfach" in reading.lower:
        for match in _POST_BOX.finditer(text):
            if not _PUBLIC.search(text[max(0, match.start() - 60) : match.start()]):
                yield Hit(match.start(), match.end(), "ADDRESS", 2)
    for match in _NUMBER.finditer(text):
        index = bisect_right(ends, match.start()) - 1
        if index < 0:
            continue
        word = words[index]
        gap = text[word.end : match.start()]
        if len(gap) > 4 or gap.strip(" .|,\t;"):
            continue
        digits = match.group()
        if _DOCKET.match(text, match.end()):
            continue
        start = _street_start(reading, index, digits) or _hamlet(reading, index, match)
        if start is None:
            continue
        first, strength = start
        end = match.end()
        unit = _UNIT.match(text, end)
        town = _PLACE.match(text, unit.end() if unit else end) or _FOREIGN_PLACE.match(text, end)
        if ("," in gap or ";" in gap) and not town:
            continue
        line = text.rfind("\n", max(0, first - 80), first) + 1 or max(0, first - 80)
        before = text[line:first]
        checked += 1
        # So many addresses are no letter; without a look at what stands before each they are private.
        private = checked > _CHECKS or bool(_PRIVATE.search(before))
        if strength == 1 and not town and not private and not _SOMEWHERE.search(before):
            continue
        if not private and _PUBLIC.search(before):
            continue
        if town:
            end = town.end()
        street = text[first : match.end()].lower()
        if street.startswith(("muster", "beispiel")) or reading.own_address(street):
            continue
        yield Hit(first, end, "ADDRESS", 2)


def _hamlet(reading: Reading, index: int, number: re.Match[str]) -> tuple[int, int] | None:
    """`Gut Rosenhagen 3, 23923 …`: a house number behind a place without streets, sure by the postal code."""
    words, text = reading.words, reading.text
    word = words[index]
    if not word.text[0].isupper() or len(word.text) < 4 or text[word.end : number.start()] != " ":
        return None
    if len(number.group()) > 4 or word.lower in _NOT_AFTER_LEAD or word.lower in _NO_STREET:
        return None
    if not _HAMLET_TOWN.match(text, number.end()) or "postfach" in word.lower:
        return None
    begin = index
    while (
        begin
        and index - begin < 2
        and words[begin - 1].lower in _ESTATES
        and words[begin - 1].text[0].isupper()
        and text[words[begin - 1].end : words[begin].start] == " "
    ):
        begin -= 1
    if begin == index and reading.vocabulary.listed(word.text) & ORDINARY:
        return None
    return words[begin].start, 2


def _street_start(reading: Reading, index: int, digits: str) -> tuple[int, int] | None:
    """Where the street name that ends with this word begins, and how sure it is (2 sure, 1 needs more)."""
    words, text = reading.words, reading.text
    word = words[index]
    low = word.lower
    if low in _ARTICLES and word.text == low:
        return None
    number = re.match(r"\d+", digits)
    year = bool(number and len(number.group()) == 4 and number.group()[:2] in ("19", "20"))
    if year and len(digits) == 4:
        return None
    back = index
    strength = 0
    if low in ("str", "straße", "strasse", "weg", "allee", "platz", "ring", "gasse", "damm") and index:
        before = words[index - 1]
        gap = text[before.end : word.start]
        if gap in (" ", "-", ".-") and before.lower not in _NO_STREET_NAME:
            back, strength = index - 1, 2
            if back and text[words[back - 1].end : words[back].start] in ("-", ".-"):
                back -= 1
    elif low not in _NO_STREET and low.endswith(_STRONG) and len(low) > 5:
        strength = 2
        if index and text[words[index - 1].end : word.start] in (".-", "-"):
            back -= 1
    elif low not in _NO_STREET and low.endswith(_WEAK) and len(low) > 5:
        strength = 1
    lead = _lead(reading, index)
    if lead is not None:
        place = words[lead]
        if low in _NOT_AFTER_LEAD and all(
            words[i].lower in _ARTICLES and words[i].text.islower() for i in range(lead + 1, index)
        ):
            return None
        if strength == 2 and place.text[0].islower():
            return words[back].start, 2
        sure = place.text[0].isupper() and (
            lead == 0
            or text[place.start - 1] in "\n\t|,:;("
            or words[lead - 1].lower
            in ("haus", "wohnt", "hausakte", "grundstück", "wohnhaft", "adresse", "ortstermin", "nach", "anschrift")
        )
        if place.lower in ("beim", "bei", "vor", "hinter", "haus", "platz") and not strength:
            sure = False
        return place.start, 2 if sure and text[word.end : word.end + 1] == " " and strength else max(
            strength, 2 if sure else 1
        )
    if low == "juni" and index >= 2 and words[index - 1].lower == "des":
        return words[index - 2].start, 2
    if strength:
        return words[back].start, strength
    return None


def _lead(reading: Reading, index: int) -> int | None:
    """The word that opens a street name such as „Am Alten Sägewerk“, at most three words before."""
    words, text = reading.words, reading.text
    for step in range(1, 4):
        place = index - step
        if place < 0 or text[words[place].end : words[place + 1].start] != " ":
            return None
        if words[place].lower in _LEADS:
            return place
        if words[place].lower not in _ARTICLES and not (words[place].text[0].isupper() and step == 1):
            return None
    return None


def _cohort(text: str, begin: int) -> bool:
    """True for a date that bounds a group, as in `wer vor dem … geboren ist`."""
    before = text[max(0, begin - 90) : begin]
    ends = [match.end() for match in _STOP.finditer(before)]
    return bool(_COHORT.search(before[ends[-1] :] if ends else before))


def births(reading: Reading, persons: Sequence[Hit]) -> Iterator[Hit]:
    """Birth dates: a date with a word that says so, or right behind a person where people are listed."""
    text, low = reading.text, reading.lower
    dates = reading.dates
    starts = sorted(dates)
    used: set[int] = set()
    for start, end, kind in reading.announcements:
        if kind not in ("BIRTH_DATE", "JAHRGANG"):
            continue
        window = low[end : end + 45]
        if kind == "JAHRGANG":
            match = re.match(r"[ :.]{0,3}((?:19|20)\d\d)(?!\d)(?![ ](?:der|des|einer|eines)\b)", window)
            if match:
                yield Hit(end + match.start(1), end + match.end(1), "BIRTH_DATE", 2)
            continue
        index = bisect_right(starts, end - 1)
        if (
            index < len(starts)
            and starts[index] - end <= 30
            and "." not in text[end + 1 : starts[index]].replace("- ", "")
            and not re.search(r"\d", text[end : starts[index]])
        ):
            used.add(starts[index])
            yield Hit(starts[index], dates[starts[index]], "BIRTH_DATE", 2)
            continue
        match = re.match(r"[ .:*-]{0,4}(?:am |im jahre? |ist \w{1,4} am |ist \w{1,4} |ca\. )?", window)
        place = end + (match.end() if match else 0)
        for pattern in (_LOOSE_DATE, _YEAR, _SPOKEN_DATE, _SPOKEN_YEAR):
            match = pattern.match(low, place)
            if match:
                yield Hit(match.start(), match.end(), "BIRTH_DATE", 2)
                break
        else:
            match = _YEAR.search(low, max(0, start - 12), start)
            if match and low[start:end].startswith("geboren") and not _cohort(text, match.start()):
                yield Hit(match.start(), match.end(), "BIRTH_DATE", 2)
            match = _SPOKEN_DATE.search(low, max(0, start - 60), end + 60)
            if match:
                yield Hit(match.start(), match.end(), "BIRTH_DATE", 2)
    for match in re.finditer(r"\*[ ]?(?=\d)", text):
        begin = match.end()
        if begin in dates:
            yield Hit(begin, dates[begin], "BIRTH_DATE", 2)
        else:
            year = _YEAR.match(text, begin)
            if year:
                yield Hit(begin, year.end(), "BIRTH_DATE", 2)
    for begin in starts:
        if begin in used:
            continue
        after = low[dates[begin] : dates[begin] + 60]
        match = _BIRTH_AFTER.match(after)
        if _cohort(text, begin):
            continue
        if match and not re.search(r"\d\d", match.group()):
            yield Hit(begin, dates[begin], "BIRTH_DATE", 2)
    for match in _SPOKEN_DATE.finditer(low) if "neunzehnhundert" in low else ():
        yield Hit(match.start(), match.end(), "BIRTH_DATE", 1)
    yield from _under_heading(reading)
    by_end = {hit.end for hit in persons if hit.type == "PERSON"}
    for hit in persons:
        tight = _TIGHT_DATE.match(text, hit.end) if hit.type == "PERSON" else None
        if tight:
            yield Hit(tight.start(1), tight.end(1), "BIRTH_DATE", 1)
    column = re.search(r"geb", low) is not None
    for begin in starts:
        before = begin
        while before and text[before - 1] in " ,;\t(|*":
            before -= 1
        if before == begin or before not in by_end or begin - before > 4:
            continue
        year = re.search(r"(?:19|20)\d\d", text[begin : dates[begin]])
        if year and (int(year.group()) <= 2023 or column):
            yield Hit(begin, dates[begin], "BIRTH_DATE", 1)


def _under_heading(reading: Reading) -> Iterator[Hit]:
    """Birth dates in the rows under a heading that names them: the same cell, or the first date of a row."""
    text, dates = reading.text, reading.dates
    if not dates or "\n" not in text or "geb" not in reading.lower:
        return
    places = sorted(dates)
    column = -1
    sign = ""
    headed = False
    offset = 0
    for line in text.split("\n"):
        end = offset + len(line)
        inside = places[bisect_left(places, offset) : bisect_left(places, end)]
        if not line.strip():
            headed = False
        elif not inside and len(line) < 200 and "geb" in line.lower() and _HEADING.search(line):
            sign = next((mark for mark in "\t;|" if mark in line), "")
            cells = line.split(sign) if sign else []
            column = next((i for i, cell in enumerate(cells) if _HEADING.search(cell)), -1)
            headed = ":" not in line and not line.rstrip().endswith((".", "?", "!"))
        elif headed and inside:
            if sign and sign in line:
                cells = line.split(sign)
                left = offset + sum(len(cell) + 1 for cell in cells[:column])
                inside = [p for p in inside if left <= p < left + len(cells[column])] if column < len(cells) else []
            if inside:
                yield Hit(inside[0], dates[inside[0]], "BIRTH_DATE", 1)
        offset = end + 1


_HEADING = re.compile(r"\bgeb(?:urts)?\.?[ -]?(?:dat(?:um|en)?\b|tag\b|\.|am\b|$)|\bgeb(?:oren)?\b(?:[ ]am)?", re.I)
