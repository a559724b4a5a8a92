"""Reads messy notes: writes out abbreviations, dates, times and amounts, and cuts the notes into parts.

Everything stays what the notes say: no year, no weekday, no clock time is added. What a part means is decided
elsewhere.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from german.lexicon import Tag, load
from letters.casing import WordListError, capitalise

FILE = Path(__file__).parent / "daten" / "abkuerzungen.txt"

MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August"),
    *("September", "Oktober", "November", "Dezember"),
)
WEEKDAYS = {
    "mo": "Montag",
    "di": "Dienstag",
    "mi": "Mittwoch",
    "do": "Donnerstag",
    "fr": "Freitag",
    "sa": "Samstag",
    "so": "Sonntag",
}

_M = "(?:" + "|".join(MONTHS) + ")"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_W = r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)"
_NUMERIC = rf"({_DAY})\.\s?(0?[1-9]|1[0-2])\.(?:(?:\s(?=\d{{4}}))?(\d{{4}}|\d{{2}})(?![\d.:]))?(?!\d)"
_DASH = r"\s*(?:-|–|—|bis)\s*"
_CLOCK = r"(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?"

# A date, or several, as they stand after `spelled_out`.
DATE = re.compile(
    rf"(?:(?:am|den|vom|ab|seit|zum|bis(?: zum)?|spätestens(?: bis)?(?: zum)?|von) )?(?:{_W},? (?:den |dem |der )?)?"
    rf"(?:{_DAY}\.(?: {_M}(?: \d{{4}})?)?(?:(?: und | bis |, )(?={_DAY}\. ))?)*{_DAY}\. {_M}(?: \d{{4}}|(?=\W|$))"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the notes: what stands between two commas, or one line.

    Attributes:
        text: The part, spelled out, without its final mark.
        end: The mark that ended it: `,`, `.`, `?`, `:` or empty.
        line: Which line of the notes it comes from.
    """

    text: str
    end: str
    line: int


@cache
def _short() -> dict[str, str]:
    table: dict[str, str] = {}
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        short, equals, long = (piece.strip() for piece in line.partition("="))
        if not equals or not short or not long:
            raise WordListError(f"{FILE}:{number}: Erwartet ist „kurz = lang“.")
        table[short.lower()] = long
    return table


@cache
def _short_pattern() -> re.Pattern[str]:
    words = sorted((re.escape(word) for word in _short()), key=len, reverse=True)
    return re.compile(rf"(?<![\w⟦.@/-])({'|'.join(words)})(?![\w@⟧/-])(\.(?!\w))?", re.I)


def spelled_out(notes: str) -> str:
    """The notes with capitals, abbreviations written out, and dates, times and amounts in the spelling of a letter."""
    text = capitalise(notes.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u00a0", " "))
    text = re.sub(r" *(?:->|→|=>) *", ", ", text)
    text = re.sub(r"(?<=[.\d])\+(?=\d)", " und ", text)
    text = re.sub(r" = ", ", ", text)
    text = re.sub(r"\bfreiwilligen? (?=Feuerwehr)", lambda m: m[0].capitalize(), text)
    text = re.sub(r"^[Dd]anke?[ -][Ss]chreiben(?= an )", "Dankschreiben", text)
    text = re.sub(
        r"^(?:[Uu]nterlagen fehlen|[Ff]ehlende [Uu]nterlagen)(?: noch)? (?:beim|zum|für den|für) ([^:,;\n]+): ?",
        r"\1: es fehlen ",
        text,
    )
    text = re.sub(r"(?<=\d )[Ww]o\b", "Wochen", text)
    text = re.sub(r"(?m)(^|[,:;] ?)([abkl]) (?=\d{1,4}\b)", lambda m: f"{m[1]}{m[2].upper()} ", text)
    text = re.sub(
        r"\b([Hh]r|[Ff]r|[Hh]errn?|[Ff]rau)\.? (?:u\.?|und|/) ([Hh]r|[Ff]r|[Hh]errn?|[Ff]rau)\.? (?=[^\W\d_a-zäöüß]|⟦)",
        lambda m: "Herr und Frau " if m[1][0] in "hH" else "Frau und Herr ",
        text,
    )
    text = re.sub(r"\b(It|Edv|Ec|Tüv|Pc|Ki|Eu|Usb|Ogs|Led)(?=-[A-ZÄÖÜa-zäöü])", lambda m: m[1].upper(), text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r"(?<=\w)\+(?=\w)| \+ | & ", " und ", text)
    text = re.sub(r"\bne(?=,| (?:erstmal|lieber|doch|eher)\b)", "nein", text)
    text = re.sub(r"(?<=\d\. )mal\b", "Mal", text)
    text = _titles(text)
    text = _weekdays(text)
    text = _dates(text)
    text = re.sub(r"(?<=\d)\s?(?:€|(?:eur|euro)\b)", " Euro", text, flags=re.I)
    text = re.sub(r"(?<=\d),(?:-{1,2}|–)(?=\W|$)(?: Euro)?", " Euro", text)
    text = _short_pattern().sub(_long, text)
    text = _contracted(text)
    text = re.sub(r"(?<=[a-zäöüß])(?:str|Str)\.?(?= \d|\s*[,;:)]|\s*$| [a-zäöü])", "straße", text)
    text = re.sub(r"\b([A-ZÄÖÜ][a-zäöüß-]+er) Str\.?(?= |,|$)", r"\1 Straße", text)
    text = _times(text)
    return _amounts(text)


def _long(match: re.Match[str]) -> str:
    long = _short()[match[1].lower()]
    after = match.string[match.end() : match.end() + 1]
    # A full stop that also ended the note stays one.
    ends = match[2] and (not after or after == "\n" or re.match(r" [A-ZÄÖÜ]", match.string[match.end() :]))
    return long + (
        "."
        if ends and match.string[: match.start()].strip() and match.end() < len(match.string) and after != " "
        else ""
    )


def _contracted(text: str) -> str:
    """„bekommts“ → „bekommt es“, „zählernr“ → „Zählernummer“, „2-3 wochen“ → „2 bis 3 Wochen“."""
    lexicon = load()

    def verb(match: re.Match[str]) -> str:
        word = match[1].lower()
        known = lexicon.explains(match[0].lower()) or not lexicon.tag(word) & Tag.VERB
        return match[0] if known else f"{word} es"

    text = re.sub(r"(?<=[Ss]perrung )([abkl]) (?=\d{1,4}\b)", lambda m: f"{m[1].upper()} ", text)
    text = re.sub(r"\b([A-Za-zäöüß]{3,}t)s\b", verb, text)
    text = re.sub(
        r"\b([A-Za-zÄÖÜäöüß]{4,})nr\b\.?(?= ?[\d⟦]| [a-zäöü])",
        lambda m: f"{m[1][0].upper()}{m[1][1:]}nummer",
        text,
    )
    months = {short: next(m for m in MONTHS if m.lower().startswith(short)) for short in _MONTHS_SHORT}
    text = re.sub(
        rf"\b({'|'.join(months)})[a-zä]*\.? ?[-–] ?({'|'.join(months)})[a-zä]*\b\.?",
        lambda m: f"{months[m[1].lower()]} bis {months[m[2].lower()]}",
        text,
        flags=re.I,
    )
    return re.sub(
        r"(?<![\d.,:/-])(\d{1,3}) ?[-–] ?(\d{1,3})(?= ?(?:Tage|Wochen|Monate|Minuten|Stunden|Jahre|Personen|Euro"
        r"|Prozent|%|Meter|Grad)\w*)",
        r"\1 bis \2",
        text,
    )


_MONTHS_SHORT = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")


def _titles(text: str) -> str:
    particles = "(?=(?:(?:von|van|de|der|den|dem|zu|el|al|da|di|le|la) )*[^\\W\\d_a-zäöüß]|⟦)"
    text = re.sub(rf"\b(?:Hr|hr|Hrn|hrn)\.? {particles}", "Herr ", text)
    text = re.sub(r"\b(?:Dr|dr)\.? (?=[A-ZÄÖÜ⟦])", "Dr. ", text)
    text = re.sub(rf"\b(?:Fr|fr)\.? (?!\d){particles}", "Frau ", text)
    text = re.sub(rf"\b(?:Fam|fam)\.? {particles}", "Familie ", text)
    text = re.sub(r"\bherrn?(?= [A-ZÄÖÜ⟦])", "Herr", text)
    text = re.sub(r"\b(?:Dr|dr)\.? (?=[A-ZÄÖÜ⟦])", "Dr. ", text)
    return re.sub(r"\b(?:Prof|prof)\.? (?=[A-ZÄÖÜ⟦])", "Prof. ", text)


def _weekdays(text: str) -> str:
    short = "|".join(WEEKDAYS)
    one = rf"(?<![\w.@-])({short})\b\.?"

    def long(match: re.Match[str]) -> str:
        return WEEKDAYS[match[1].lower()]

    def chain(match: re.Match[str]) -> str:
        days = re.sub(one, long, match[0], flags=re.I)
        return re.sub(r"\s*[-–]\s*", " bis ", re.sub(r"\s*(?:\+|/|\bu\.?(?= )|&)\s*", " und ", days))

    text = re.sub(
        rf"(?<![\w.@-])(?:{short}) (?:{short})(?: (?:{short}))*(?= (?:zu|geschlossen|frei|auf|offen|\d))",
        lambda m: re.sub(r"\s+", " und ", re.sub(one, long, m[0], flags=re.I)),
        text,
        flags=re.I,
    )
    text = re.sub(
        rf"\b(seit|bis|ab|am|jeden|nächsten|kommenden|diesen|letzten) ({short})\b(?! ?\d)(?=\W|$)",
        lambda m: f"{m[1]} {WEEKDAYS[m[2].lower()]}",
        text,
        flags=re.I,
    )
    text = re.sub(
        r"(?<=[a-zäöüß] )(mo|di|mi|fr|sa)\b"
        r"(?= (?:bleibt|zu|geschlossen|entfällt|nur|vormittags|nachmittags|abends|früh)\b)",
        lambda m: WEEKDAYS[m[1].lower()],
        text,
        flags=re.I,
    )
    # Two days together, or one before a date or a time, are weekdays; „so“ and „do“ alone are not.
    text = re.sub(
        rf"(?<![\w.@-])(?:{short})\b\.?(?:\s*(?:-|–|\+|/|,|&|und|u\.?|bis)\s*(?:{short})\b\.?)+(?=\W|$)",
        chain,
        text,
        flags=re.I,
    )
    return re.sub(
        rf"{one}(?=,? (?:den |dem )?\d{{1,2}}[.:]| und feiertag|,? (?:um |ab |von |zw\.? |zwischen )?\d{{1,2}}"
        rf"(?::|\s?uhr|\s?[-–]\s?\d))",
        long,
        text,
        flags=re.I,
    )


def _month(number: str) -> str:
    return MONTHS[int(number) - 1]


def _dates(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        year = match[3] or ""
        if len(year) == 2:
            return match[0]
        return f"{int(match[1])}. {_month(match[2])}" + (f" {year}" if year else "")

    # 12.–15.5., 17. und 18.6.: the first day gets its dot, the month follows once.
    text = re.sub(
        rf"(?<![\d./-])(?<!\d )({_DAY})\.?{_DASH}(?={_DAY}\.\s?(?:0?[1-9]|1[0-2])\.)",
        lambda m: f"{int(m[1])}. bis ",
        text,
    )
    text = re.sub(rf"({_DAY}\.(?:0?[1-9]|1[0-2])\.(?:\d{{4}})?)\s*(?:-|–)\s*(?={_DAY}\.)", r"\1 bis ", text)
    text = re.sub(rf"(?<![\d.,:/-]){_NUMERIC}", one, text)
    text = re.sub(rf"(?<![\d.,])({_DAY})\.?\s*(?:-|–)\s*({_DAY})\. ?({_M})", r"\1. bis \2. \3", text, flags=re.I)
    text = re.sub(rf"(?<=\d)\.({_M})", r". \1", text)
    # A month takes the capital that a small note did not give it.
    return re.sub(rf"(?<=\d\. )({_M})\b", lambda m: m[1].capitalize(), text, flags=re.I)


def _times(text: str) -> str:
    text = re.sub(rf"\bje (?={_CLOCK}(?:{_DASH}{_CLOCK})? ?[Uu]hr)", "jeweils ", text)
    text = re.sub(r"(?<=\d)\s?(?:uhr|Uhr|UHR|h)\b", " Uhr", text)
    # A range with a colon, or after a weekday, a date or a word of time, is a range of hours.
    text = re.sub(rf"(?<![\d.,:])({_CLOCK}){_DASH}({_CLOCK})(?: Uhr)(?!\d)", r"\1 bis \2 Uhr", text)
    text = re.sub(
        rf"(?<![\d.,:])((?:[01]?\d|2[0-4]):[0-5]\d){_DASH}({_CLOCK})(?! ?Uhr|\d|[:.]\d)", r"\1 bis \2 Uhr", text
    )
    text = re.sub(rf"(?<![\d.,:])({_CLOCK}){_DASH}((?:[01]?\d|2[0-4]):[0-5]\d)(?! ?Uhr|\d)", r"\1 bis \2 Uhr", text)
    text = re.sub(
        rf"(\b(?:{_W}|von|{_M}) )({_CLOCK}){_DASH}({_CLOCK})(?= *(?:[,;.)]|$|und {_W}| [A-ZÄÖÜ]))(?! Uhr)",
        r"\1\2 bis \3 Uhr",
        text,
    )
    text = re.sub(rf"(\bzwischen )({_CLOCK}) und ({_CLOCK})(?= *(?:[,;.)]|$))(?! Uhr)", r"\1\2 und \3 Uhr", text)
    text = re.sub(r"(?<![\d.,:])((?:[01]?\d|2[0-4]):[0-5]\d)(?! ?(?:Uhr|bis|und|–|-)|[\d:])", r"\1 Uhr", text)
    text = re.sub(
        rf"(\bum )({_CLOCK})(?= *(?:[,;.)]|$)| (?!(?:mehr|weniger|bis|und|prozent|oder)\b)[a-zäöü]+\b)",
        r"\1\2 Uhr",
        text,
    )
    return re.sub(
        r"(?<![\d.,:])(\d{1,2})\.([0-5]\d)(?= Uhr| bis (?:[01]?\d|2[0-4])(?:[.:][0-5]\d)? Uhr)", r"\1:\2", text
    )


def _grouped(digits: str) -> str:
    return f"{int(digits):,}".replace(",", ".") if len(digits) > 3 else digits


def _amounts(text: str) -> str:
    text = re.sub(r"(?<![\d.,])(\d{4,7})(?=(?:,\d\d)? Euro\b)", lambda m: _grouped(m[1]), text)
    # „2890 Euro, Grenze 2741“: a second figure of the same comparison is money too.
    return re.sub(
        r"(Euro\b[^.;\n]{0,20}?\b(?:Grenze|Limit|statt|vorher|bisher|früher|Höchstbetrag|Freibetrag|davon"
        r"|Rest)(?: bei| von| nur| bisher)? )"
        r"(\d{2,7}(?:,\d\d)?)(?![\d.:]| ?(?:Euro|Uhr|Prozent|%|[A-Za-zÄÖÜäöü]))",
        lambda m: f"{m[1]}{_grouped(m[2]) if ',' not in m[2] else m[2]} Euro",
        text,
    )


_ABBREVIATED = re.compile(
    r"(?:\b(?:Dr|Prof|St|bzw|ca|usw|etc|Abs|Nr|Art|z|B|d|h|i|e|a|o|u|s|geb|evtl|ggf|inkl|Tel|Str)|(?<!\w)\w)$"
)
_CUT = re.compile(
    r"(?P<mark>\n|;| [-–—] |[,:?!](?=\s|$)|\.(?=\s|$)"
    r"|(?<!wie)(?<!was)(?<!wer)(?<=\S) (?=sonst [a-zäöüA-ZÄÖÜ])|(?<=\S) (?=bitte\b(?! um Verständnis$)))"
)


def parts(text: str) -> tuple[Part, ...]:
    """Cut spelled-out notes at commas, marks and lines. Brackets stay with what they explain."""
    found: list[Part] = []
    line = 0
    start = 0
    depth = 0
    opened = [0] * (len(text) + 1)
    for place, char in enumerate(text):
        depth = max(0, depth + (char == "(") - (char == ")"))
        opened[place + 1] = depth
    has_close = ")" in text

    def add(stop: int, mark: str) -> None:
        piece = text[start:stop].strip(" \t,;.-–—•*")
        if piece:
            found.append(Part(piece, mark.strip() or "", line))

    for match in _CUT.finditer(text):
        mark = match["mark"]
        if mark != "\n" and opened[match.start()] and has_close:
            continue
        if mark == "." and not _ends_sentence(text, match.start()):
            continue
        if mark == ":" and text[match.start() + 1 : match.start() + 2].isdigit():
            continue
        if (
            mark == " "
            and len(text[start : match.start()].split()) <= 2
            and not text[start : match.start()].strip().islower()
        ):
            # „Müll bitte bis 7 Uhr …“: the object of the request stays with it.
            continue
        if mark == " " and text[start : match.start()].strip().lower() in {"", "und", "aber", "dann", "hallo"}:
            continue
        add(match.start(), mark if mark != "\n" else "")
        start = match.end()
        line += mark == "\n"
    add(len(text), "")
    return tuple(found)


_GOES_ON = re.compile(
    rf"(?:{_M}|{_W}|bis|und|\d|[a-zäöüß]|Mal\b|OG\b|EG\b|Stock|Obergeschoss|Etage|Klasse|Quartal|Halbjahr|Jahrestag|Advent|Hund\b|"
    r"Kind\b|Rate\b|Termin\b|Platz\b|Vorsitz|Änderung|Weihnachts|Bauabschnitt|Geburtstag|Jubiläum|Hochzeitstag|Todestag)"
)


def _ends_sentence(text: str, place: int) -> bool:
    """Whether the full stop at `place` ends a sentence: not after ordinals that go on, not after abbreviations."""
    before, after = text[max(0, place - 20) : place], text[place + 1 : place + 40].lstrip(" ")
    if re.search(r"(?:^|[,;:\n] ?)\d{1,3}$", before) and re.match(r"[A-ZÄÖÜ]", after):
        # „2. Mahnung“
        return False
    if re.search(r"\d$", before):
        return not after or after.startswith("\n") or not _GOES_ON.match(after)
    word = re.search(r"[A-Za-zÄÖÜäöüß]{3,}$", text[max(0, place - 40) : place])
    if word and re.match(r"[a-zäöü]", after) and not load().explains(word[0]):
        # „biometr. Foto“, „voraussichtl. im Mai“: what no dictionary knows and goes on small is cut short.
        return False
    return not _ABBREVIATED.search(before[-6:])
