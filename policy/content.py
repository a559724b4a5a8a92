"""What a text is about: classification markings, facts of Art. 9 and 10 GDPR tied to a person, passwords, case stories.

Works on the normal form. Which words count is in `daten/inhalte.txt`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from policy.lists import sections
from policy.reading import Hit, Reading

_MARK = re.compile(
    r"(?i:\bv\s?s\s?[-.]?\s?(?:n\s?f\s?d|nur[ ]{1,3}f(?:ü|ue)r[ ]{1,3}den\s{1,3}dienstgebrauch|vertr(?:aulich|"
    r"\.)(?:[ ]?-[ ]?amtlich\s{1,3}geheim\s?gehalten)?|geheim))\b"
    r"|(?i:\bnur[ ]f(?:ü|ue)r[ ]den[ ]dienstgebrauch\b)"
    r"|(?i:\bstreng[ ]geheim\b!?)|\b(?:STRENG[ ])?GEHEIM\b"
    r"|(?:^|(?<=\n))Geheim\b(?:[ ]?-[ ]?amtlich[ ]geheim\s?gehalten)?"
    r"|(?i:\bamtlich[ ]geheim\s?gehalten\b)"
    r"|(?i:\bTLP[ ]?:[ ]?(?:AMBER(?:\+STRICT)?|RED)\b)|\b(?:EU|NATO)[ /-](?:RESTRICTED|CONFIDENTIAL|SECRET)\b"
    r"|(?i:\b(?:c3[ ]?-[ ]?)?streng[ ]vertraulich\b!?)"
    r"|(?i:\bpersonalsache\b(?:[ ]?-[ ]?vertraulich)?|\bvertrauliche[ ]personal(?:sache|angelegenheit)\b|"
    r"\bpersonalangelegenheit\b)"
    r"|(?i:\bnur[ ]zu[rm][ ](?:internen[ ](?:verwendung|gebrauch)|dienstgebrauch)\b(?:,[ ]nicht[ ]zur[ ]akte)?)"
    r"|(?i:\bvertraulich\b)(?:[ ]?[-/:][ ]?nur[ ]f(?:ü|ue)r[ ][^\n.]{3,60})?"
    r"|(?i:\bnicht[ -]?öffentliche?[rnsm]?\b(?:[ ](?:sitzung|teil|beratung|vorlage|niederschrift|anlage)\b)?)"
    r"|\(?(?<!\w)[nN]\.?[ ]?[öÖ]\.?(?:\)|(?=[ ]TOP)|(?=\s|$))"
    r"|(?i:\b(?:personal|beihilfe|disziplinar|sicherheits)akten?\b)"
    r"|(?i:\bsperrvermerk\b|\bauskunftssperre\b)"
    r"|(?i:\b(?:sozial|steuer|melde|adoptions|dienst|amts)geheimnis\b"
    r"[ ]?\(?(?:§[ ]?\d{1,3}[ ]?\w{0,6}[ ]?[IVX]{0,4}\)?)?)",
    re.M,
)
_ABOUT = re.compile(
    r"\b(?:was (?:bedeutet|ist|heißt|sind|regelt)|erklär\w*|wie lange|wann (?:ist|darf|muss)|wer darf|darf ich|"
    r"dürfen wir|muss (?:ich|man|eine?)|müssen wir|warum|wieso|welche|gilt|unterschied|unterscheiden|"
    r"rechtsgrundlage|definition|begriff|bedeutung|wie (?:kennzeichne|stufe|unterscheid|bewahr|geh)|schulung|"
    r"merkblatt|leitfaden|haushaltsplan|haushalt|allgemein|aufbewahr\w*|generell|grundsätzlich)\b",
    re.I,
)
_LINE = re.compile(r"[^\n]*")
_PASSWORD = re.compile(
    r"(?i:\b(?:passwort|kennwort|passwd|password|pwd|pw|zugangscode|pin|puk|tan|api[ -]?key|api[ -]?schlüssel|"
    r"token|secret|zugangsdaten)\b)(?!-)[ ]{0,2}(?:(?i:ist|lautet|für\s\w{1,20})[ ])?[:=]?[ ]?[\"']?"
    r"((?=[^\s\"']{0,40}[\d!#$%&*+@^_])[^\s\"',;]{4,60})"
)
_GENERAL = re.compile(
    r"\b(?:was ist|was sind|welche|wie beantrag\w*|ab welchem|workshop|kampagne|vorbeug\w*|prävention|"
    r"broschüre|flyer|infoveranstaltung|info\w{0,12}abend|statistik|quote|anteil|prozent|gruppe|allgemein|"
    r"beratungsstelle|hilfsangebot\w*|selbsthilfe\w*|tag der|aktionstag|woche|thema|informier\w*|"
    r"information\w*|merkblatt|vortrag|schulung|leitfaden|impfaktion|termine|erkläre|definition|begriff)\b",
    re.I,
)
_LINKED = re.compile(
    r"\b(?:er|sie|ihm|ihr|ihre[rmns]?|sein\w{0,2}|herr\w?|frau|fr|hr|kollegin|kollege|kollegen|mitarbeiterin|mitarbeiter|antragsteller(?:in)?|bewerber(?:in)?|mutter|vater|kind|kindes|sohn|tochter|schüler(?:in)?|klient(?:in)?|patient(?:in)?|"
    r"mandant(?:in)?|proband(?:in)?|azubi|auszubildende[rn]?|jugendliche[rn]?|mieter(?:in)?|bürger(?:in)?|"
    r"betreute[rn]?|ehemann|ehefrau|zeuge|zeugin|person|mann|junge|mädchen|bruder|schwester|nachbar(?:in)?|"
    r"chef(?:in)?|ich|mich|mir|mein\w{0,2}|oma|opa|familie|laut gutachten|attest)\b",
    re.I,
)


_FEMININE = re.compile(
    r"[a-zäöüß](?:erin|istin|entin|antin|ärin|eurin|orin|öchin|wältin|ztin|amtin|ogin|unnin|eamte|eamter)\b"
)
# What says that a text bears its marking.
_BEARS = re.compile(
    r"\b(?:steht|drauf|darauf|eingestuft|gestempelt|stempel|aufdruck|gekennzeichnet|markiert|vermerk\w*)\b", re.I
)
_NATURE = re.compile(r"\b(?:was (?:bedeutet|heißt|ist|sind)|wann|wer|wie (?:kennzeichne|stufe)|unterschied)\b", re.I)
_STATUTE = re.compile(r"\b(?:soweit|sofern|geschäftsordnung|hauptsatzung|wenn|grundsätzlich|erforder\w*)\b", re.I)
_PERSONAL = re.compile(r"persönlich[ ]?(?:/|-|und|,|&)[ ]?$")

# How many places of one kind are looked at one by one; a text with more is no letter.
_CHECKS = 400

# Words at which a marking or a password can begin; the patterns are tried only there.
MARK_WORDS = (
    "v vs vs-* nur streng geheim amtlich tlp eu nato eu-* nato-* c personalsache vertrauliche vertraulich "
    "personalangelegenheit nicht nichtöffentlich* nicht-öffentlich* n nö "
    "personalakte* beihilfeakte* disziplinarakte* sicherheitsakte* sperrvermerk auskunftssperre "
    "sozialgeheimnis steuergeheimnis meldegeheimnis adoptionsgeheimnis dienstgeheimnis amtsgeheimnis"
)
SECRET_WORDS = (
    "passwort kennwort passwd password pwd pw zugangscode pin puk tan api api-key api-schlüssel token secret "
    "zugangsdaten"
)


@cache
def fact_words() -> str:
    """The words of Art. 9 and 10 facts, `*` for stems."""
    return " ".join(
        word
        for kind, entries in sections("inhalte.txt").items()
        if kind not in ("wendungen", "mensch") and not kind.startswith("erzählt")
        for word in entries
    )


def story_words() -> tuple[str, ...]:
    """What makes a case story: relation, profession, circumstance, time; one list of words each."""
    return tuple(" ".join(entries) for kind, entries in sections("inhalte.txt").items() if kind.startswith("erzählt"))


@cache
def _people() -> re.Pattern[str]:
    entries = sections("inhalte.txt").get("mensch", [])
    words = "|".join(re.escape(entry).replace(r"\*", r"[a-zäöüß-]{0,25}") for entry in entries)
    return re.compile(rf"\b(?:{words})(?:in|s|es|n|en)?\b")


def _someone(sentence: str) -> bool:
    """True when a sentence speaks of one person by a word for people or by what they do."""
    low = sentence.lower()
    return bool(_LINKED.search(sentence) or _people().search(low) or _FEMININE.search(low))


@cache
def _phrases() -> re.Pattern[str]:
    entries = sections("inhalte.txt").get("wendungen", [])
    phrases = "|".join(
        entry.replace("_", "[ ]").replace("~", r"[^\W_]{0,4}").replace("#", r"\d{1,3}") for entry in entries
    )
    return re.compile(rf"\b(?:{phrases})(?!\w)")


_DENOMINATION = re.compile(r"[;,|\t][ ]?((?:ev|rk|kath|isl|röm\.?-?kath)\.?)(?=[;,|\t\n]|$)")
_SPOUSE = re.compile(
    r"\b(?:ihre[rn]?[ ](?=Ehefrau|Lebenspartnerin)|seine[mns]?[ ](?=Ehemann|Lebenspartner\b))([A-Z]\w{6,14})"
)


def markings(reading: Reading, places: Iterable[int]) -> Iterator[Hit]:
    """Classification markings where they mark this text; not where a text only speaks of them.

    Args:
        places: Numbers of the words at which a marking can begin.
    """
    text = reading.text
    done = checked = 0
    for index in places:
        start = reading.words[index].start
        if start < done:
            continue
        match = _MARK.match(text, start - 1) if start and text[start - 1] == "(" else None
        match = match or _MARK.match(text, start)
        if match is None:
            continue
        done = match.end()
        found = match.group().strip()
        low = found.lower()
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        checked += 1
        if checked > _CHECKS:
            # So many markings are no prose; without a look at each they count.
            yield Hit(start, start + len(found), "SECRET_MARKING", 3)
            continue
        begin = text.rfind("\n", max(0, start - 200), start) + 1 or max(0, start - 200)
        stop = text.find("\n", match.end())
        stop = min(len(text) if stop < 0 else stop, match.end() + 200)
        line = text[begin:stop]
        borne = low[:2] == "vs" and _BEARS.search(line) and not _NATURE.search(line)
        if not borne and (_ABOUT.search(line) or line.rstrip().endswith("?")):
            continue
        personal = _PERSONAL.search(text[begin:start].lower()) if low.startswith("vertraulich") else None
        if personal and not text[begin : begin + personal.start()].strip(" -*#>(|"):
            yield Hit(begin + personal.start(), match.end(), "SECRET_MARKING", 3)
            continue
        alone = line.strip(" -–*#>|():!.").lower() == low.strip(" -!()")
        first = not text[begin:start].strip(" -*#>(|") or bool(
            re.search(
                r"(?:kopfzeile|klassifizierung|einstufung|stufe|vermerk|betreff|status)[^\n]{0,12}$",
                text[begin:start].lower(),
            )
        )
        passing = re.match(r"[ ](?:behandel|zu|bleib|und)", text[match.end() : match.end() + 10].lower())
        if low == "vertraulich" and (passing or not (alone or first or found.isupper())):
            continue
        if low.startswith("nicht") and "öffentlich" in low:
            if not alone and _STATUTE.search(line):
                continue
            folgt = re.search(r"\b(?:folgt|im anschluss|anschließend|ausgenommen|öffentlichen teil)\b", line.lower())
            if folgt or not (
                alone
                or first
                or found.isupper()
                or re.search(r"\btop\b|niederschrift|auszug|protokoll|vorlage|sitzung", line.lower())
            ):
                continue
            if re.search(r"\bnicht öffentlich\b", low) and not (alone or first or found.isupper()):
                continue
        if re.match(r"\(?n\.? ?ö", low) and not re.search(r"\btop\b|vorlage|sitzung|ausschuss", line.lower()):
            continue
        if re.search(r"(?:personal|beihilfe|disziplinar|sicherheits)akten?$", low):
            if not re.search(r"\b(?:aus|von|der|des|auszug|blatt|kolleg\w*|herr\w?|frau)\b|[-:]", line.lower()):
                continue
            if re.match(r"[ ](?:aufbewahr|führen|einsehen)", text[match.end() : match.end() + 14].lower()):
                continue
        if low.startswith("sperrvermerk") and "haushalt" in line.lower():
            continue
        if "geheimnis" in low and not (first or re.search(r"unterlieg|fällt unter|geschützt|§", line.lower())):
            continue
        if "geheimnis" in low and re.search(r"\bund\b|\boder\b|tabelle", line.lower()) and not first:
            continue
        yield Hit(start, start + len(found), "SECRET_MARKING", 3)


def special(reading: Reading, persons: Sequence[Hit], places: Iterable[int]) -> Iterator[Hit]:
    """Facts of Art. 9 and 10 GDPR that are tied to a person in the same or a neighbouring sentence.

    Args:
        persons: What was found in the text.
        places: Numbers of the words that state such a fact.
    """
    text = reading.text
    found = [(m.start(), m.end()) for m in _phrases().finditer(reading.lower)]
    found.extend((reading.words[index].start, reading.words[index].end) for index in places)
    if "Ehe" in text or "Lebenspartner" in text:
        found.extend((m.start(1), m.end(1)) for m in _SPOUSE.finditer(text))
    found.extend((m.start(1), m.end(1)) for m in _DENOMINATION.finditer(reading.lower))
    if not found:
        return
    starts = [hit.start for hit in persons if hit.type == "PERSON"]
    last = -1
    checked = 0
    for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
        if start < last:
            continue
        checked += 1
        if checked > _CHECKS:
            last = end
            yield Hit(start, end, "SPECIAL_CATEGORY", 2)
            continue
        begin = max(0, start - 160)
        stop = min(len(text), end + 160)
        sentence_begin = (
            max(
                text.rfind(". ", begin, start),
                text.rfind("\n\n", begin, start),
                text.rfind("? ", begin, start),
                begin - 1,
            )
            + 1
        )
        sentence_end = min(
            (
                p
                for p in (text.find(". ", end, stop), text.find("\n\n", end, stop), text.find("? ", end, stop))
                if p >= 0
            ),
            default=stop,
        )
        sentence = text[sentence_begin:sentence_end]
        near = bisect_left(starts, begin) < bisect_left(starts, stop)
        if _GENERAL.search(sentence):
            if not near or not _LINKED.search(sentence):
                continue
        elif not near and not _someone(sentence):
            continue
        last = end
        yield Hit(start, end, "SPECIAL_CATEGORY", 2)


_SPOT = re.compile(
    r"\b(?:am|vom|beim|im|an der|in der|aus der|aus dem|hinter dem|neben dem|gegenüber)[ ]"
    r"(?:[A-ZÄÖÜ][\w-]{2,30}(?:platz|"
    r"straße|weg|gasse|markt|kirche|schule|hof|bahnhof|ring|berg|mühle|siedlung|viertel)|Ortsteil|Dorf|"
    r"Nachbarort|Bahnhof|Marktplatz|Ort)\b"
)
_AGE = re.compile(r"\b\d{1,2}[- ]?(?:jährige?[rnsm]?\b|Jahre?[ ]alt)")


def stories(reading: Reading, met: Iterable[tuple[int, tuple[int, ...]]], fields: Sequence[int]) -> Iterator[Hit]:
    """Sentences that tell so much of someone that a reader may know who it is, though no name falls.

    Args:
        met: Words with the fields they meet.
        fields: The fields of `story_words`.
    """
    words, text = reading.words, reading.text
    kinds: set[int] = set()
    first = last = -1
    for index, numbers in met:
        here = [number for number in numbers if number in fields]
        if not here:
            continue
        if first >= 0 and (
            words[index].start - words[last].end > 90 or "\n\n" in text[words[last].end : words[index].start]
        ):
            kinds.clear()
            first = -1
        if first < 0:
            first = index
        last = index
        kinds.update(here)
        told = kinds & set(fields[:3])
        if len(told) >= 2 and len(kinds) >= 3:
            start, end = words[first].start, words[last].end
            around = text[max(0, start - 60) : end + 120]
            if _SPOT.search(around) or _AGE.search(around):
                yield Hit(start, end, "CASE_STORY", 1)
                return


def credentials(reading: Reading, places: Iterable[int]) -> Iterator[Hit]:
    """Passwords, codes and keys that are written out.

    Args:
        places: Numbers of the words that announce one.
    """
    for index in places:
        match = _PASSWORD.match(reading.text, reading.words[index].start)
        if match:
            yield Hit(match.start(1), match.end(1), "CREDENTIAL", 2)


def marking_kind(found: str) -> str:
    """Which rule a marking belongs to: `SECRET_MARKING` (VS), `SECRECY` (special secrecy) or `CONFIDENTIAL`."""
    low = found.lower()
    if "akte" in low or "geheimnis" in low or "personal" in low or "sperr" in low:
        return "SECRECY"
    if (
        "geheim" in low
        or "dienstgebrauch" in low
        or low.replace(" ", "").startswith("vs")
        or "nato" in low
        or low.startswith("eu")
    ):
        return "SECRET_MARKING"
    return "CONFIDENTIAL"
