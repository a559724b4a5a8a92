"""Numbers and codes that point to a person: their forms, their check digits, and the words that announce them.

Works on the normal form; gives places and types, nothing else.
"""

import re
from collections.abc import Iterator
from functools import cache

from policy import checks
from policy.lists import PLACE
from policy.reading import Hit, Reading

_SEP = r"[ ./-]?\n?"
_TAX_ID = re.compile(r"[1-9](?<![\w.,/-].)(?:[ ./-]?\n?\d){10}(?![\d]|[.,/-]\d)")
_RVNR = re.compile(rf"\d(?<!\w.){_SEP}\d{_SEP}(?:\d{_SEP}){{6}}[A-Za-z]{_SEP}\d{_SEP}\d{_SEP}\d(?!\w)")
_KVNR = re.compile(r"(?<!\w)[A-Za-z][ ]?\d(?:[ .-]?\d){8}(?!\w)")
_CARD = re.compile(r"[2-6](?<![\w.,/-].)(?:[ ./-]?\n?\d){13,18}(?![\d]|[.,/-]\d)")
_TAX_NUMBER_FREE = re.compile(r"\d(?<![\w.,/-].)\d{1,2}[ ]?/[ ]?\d{3,4}[ ]?/[ ]?\d{4,5}(?![\w/])")
_TAX_NUMBER = re.compile(r"\d(?:[ ]?[/.-]?[ ]?\d){9,12}(?!\d)")
_IBAN_HEAD = re.compile(r"[A-Za-z](?<![A-Za-z0-9].)[ ]?[A-Za-z](?:[ .:-]{0,2}\n?\d){2}[ .:\n-]{0,2}[A-Za-z0-9]")
_IBAN_SKIP = frozenset(" .-\n\t:/")
_CODE = re.compile(r"(?<!\w)(?=[A-Za-z]{0,6}\d)[A-Za-z0-9]{9,11}(?!\w)")
_CODE_SPACED = re.compile(r"[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){8,10}(?!\w)")
_FOREIGN_PASS = re.compile(r"[A-Za-z]{0,2}[ ]?\d{6,9}(?!\d)")
_ID_ALPHABET = frozenset("0123456789CFGHJKLMNPRTVWXYZ")
_MRZ_CARD = re.compile(r"I[D<A-Z][A-Z<]{3}([A-Z0-9<]{9})(\d)[A-Z0-9<]{15}\s")
_MRZ_PASS = re.compile(r"P[A-Z<][A-Z<]{42}\s{1,3}([A-Z0-9<]{9})(\d)[A-Z<]{3}\d{7}")
_MRZ_NAME = re.compile(
    r"(?<![A-Z0-9])(?:P[A-Z<][A-Z<]{3})?([A-Z]{2,30}(?:<[A-Z]{1,20}){0,3}<<[A-Z]{1,20}(?:<[A-Z]{1,20}){0,4})<{2,40}"
)
_MRZ_LINE = re.compile(r"^[ \t>]{0,4}([A-Z0-9<]{28,46})[ \t]{0,4}$", re.M)
_PLATE = re.compile(
    r"(?<![\w/-])([A-ZÄÖÜ]{1,3})([ ]?-[ ]?|[ ])([A-ZÄÖÜ]{1,2})([ -]{0,2})(\d{1,4})[ ]?([EH]\b)?"
    r"(?:[ ]?\(?(?:0[1-9]|1[0-2])[-/ ](?:0[1-9]|1[0-2])\b\)?)?(?![\w]|[-.,/]\d)"
)
_PLATE_TIGHT = re.compile(r"(?<!\w)([A-ZÄÖÜ]{2,5})(\d{1,4})([EH]?)(?!\w)")
_PLATE_CUED = re.compile(r"(?<!\w)([a-zäöü]{1,3})[ -]{1,3}([a-zäöü]{1,2})[ -]{0,2}(\d{1,4})[ ]?([eh]\b)?(?!\w)", re.I)
_PLATE_FOREIGN = re.compile(
    r"(?<![\w-])(?=[A-Z0-9 -]{0,9}\d)(?=[A-Z0-9 -]{0,9}[A-Z])[A-Z0-9]{1,4}(?:-[A-Z0-9]{1,4}){1,2}(?!\w)"
)
_PHONE = re.compile(
    r"\+[1-9](?<![\w.,/-]..)\d{0,2}[ ()./-]{0,3}\(?0?\)?(?:[ ()./-]{0,3}\d){6,12}(?!\d)"
    r"|00[1-9](?<![\w.,/-]...)\d{0,2}[ ()./-]{0,3}\(?0?\)?(?:[ ()./-]{0,3}\d){6,12}(?!\d)"
    r"|\(?0(?<![\w.,/-].)(?:[ ()/-]{0,3}\d){6,13}(?!\d|[.,]\d)"
)
_DIGIT_WORDS = (
    r"(?:null|eins|ein|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun|zehn|elf|zwölf"
    r"|[a-zäöü]{3,10}(?:zehn|zig|ßig))"
)
_MAIL_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,6}[A-Za-zÄÖÜäöü]{2,18}(?![\w-])")
_AT_SIGN = re.compile(r"[(\[{ ](?:at|ät|aet|klammeraffe)[)\]} ]")
_FILLER = re.compile(
    r"(?:\((?=[^)\n]{0,25}\))[^)\n]{0,25}\)|[ \t:.#=(|;\"'-]|\n(?!\n)|(?:nr|nummer|no|lautet|ist|sind|die|der|"
    r"den|dem|das|mit|unter|hier|alt|neu|jetzt|heißt|vorname|von|des|und|für|meine|ihre|seine|bei|"
    r"arbeitsagentur|gewerbetreibenden|bayern|nrw|hessen|zum|zur|vom|am|ag|lg|gemäß)\b){0,14}",
    re.I,
)
_CASE = re.compile(
    r"[A-Za-zÄÖÜ0-9]{1,14}(?:[./:_-]{1,2}[A-Za-zÄÖÜ0-9]{1,14}|[ ][A-ZÄÖÜ][A-Za-z]{0,4}[ ](?=\d)[0-9]{1,10}|"
    r"[ ]\d{1,12}(?![.,]\d|"
    r"[ ]?(?:€|EUR|Euro|Uhr)))(?:[./:_-]{1,2}[A-Za-zÄÖÜ0-9]{1,14}|[ ][A-ZÄÖÜ][A-Za-z]{0,4}[ ](?=\d)[0-9]{1,10}|"
    r"[ ]\d{1,12}(?![.,]\d|[ ]?(?:€|EUR|Euro|Uhr))){0,6}|[A-Za-z]{0,4}\d[A-Za-z0-9]{2,24}"
)
# Words that announce a case number only when what follows looks like one.
_WEAK_CUES = (
    "akte",
    "fall",
    "zeichen",
    "pk",
    "vorgang",
    "antrag",
    "referenz",
    "sache",
    "konto",
    "verfahren",
    "anzeige",
    "mandat",
    "widerspruch",
    "bußgeld",
    "mahnung",
    "bescheid",
    "einspruch",
)
_COURT = re.compile(
    r"(?<![\w/])(\d{1,4}|[IVX]{1,5})[ ]([A-Za-z]{1,4}|[XVI]{1,5})[ ](\d{1,6}/\d{2,4})"
    r"(?:[ ](?!(?:Am|An|Da|Er|Es|Im|In|Ob|So|Um|Wo|Zu|Az|Der|Die|Das|Ein|Sie|Ist|Hat|Wir|Ich|Und|Bei|Mit|Vom|Zum)\b)"
    r"[A-Z][a-z]{1,2}\b\.?)?(?![\w/])"
)
_TOWN = re.compile(r"[ ]([A-ZÄÖÜ][\w-]{2,25})")
_COURT_CUE = re.compile(
    r"\b(?:ag|lg|sg|vg|amtsgericht|landgericht|familiengericht|familiensache|betreuungs\w{0,12}|nachlass\w{0,10}|klage|js|gericht|\w{0,20}verfahren|rechtsstreit|eilantrag|staatsanwaltschaft|sta)\b",
    re.I,
)
_PUBLISHED = re.compile(
    r"\b(?:urteil\w{0,2}|beschl\w{0,6}|bgh|oberverwaltungsgericht|verwaltungsgerichtshof|bundes\w{3,20}gericht\w{0,4}|oberlandesgericht|bverfg|bverwg|bsg|bag|bfh|eugh|ovg|vgh|olg|vgl|rn|rechtsprechung|juris|nvwz)\b",
    re.I,
)
_PUBLIC_PHONE = re.compile(
    r"notruf|hotline|zentrale\b|gericht|finanzamt|telefonseelsorge|ministerium|bezirksregierung|bundes\w{2,20}|landes\w{4,20}|regierungspräsid|störung|servicenummer|bürgertelefon|pressestelle|polizei|feuerwehr|leitstelle|kreisverwaltung|verbraucher|agentur|sperr-|krankenhaus|klinik|stadtwerke|stadtverwaltung|beratungsstelle|geschäftsstelle",
    re.I,
)
_NOT_PHONE = re.compile(
    r"(?:\baz\b|aktenzeichen|zeichen|§|\bnr\b|nummer|zähler|artikel|beleg|konto|akte|kennung|code|schlüssel|\bid\b|isbn|ean|vorgang)[^\w\n]{0,4}$",
    re.I,
)
_PHONE_WORD = re.compile(r"tel|fon|ruf|mobil|handy|fax|whatsapp|erreich|nummer ist|anruf|sms", re.I)
_EXAMPLE = re.compile(r"muster|beispiel|platzhalter|test(?:wert|karte|nummer|daten)|formular", re.I)
_SERVICE = re.compile(r"(?:0800|0180|0137|0900|116|032)")
_BARE_NUMBER = re.compile(r"\b(?:nummer|nr)\W{0,3}$")


@cache
def _phone_spoken() -> re.Pattern[str]:
    # Compiled only when a text calls for it.
    return re.compile(rf"\bnull(?:[ ,-]{{1,3}}{_DIGIT_WORDS}){{4,14}}\b", re.I)


@cache
def _mail_spoken() -> re.Pattern[str]:
    # Compiled only when a text calls for it.
    return re.compile(
        r"(?<![\w.])([\w-]{1,40}"
        r"(?:(?:[.]|[ ](?:punkt|dot|minus|unterstrich)[ ]|[ ]?[(\[](?:punkt|dot)[)\]][ ]?)[\w-]{1,40}){0,4})"
        r"(?:[ ]?[(\[{][ ]?(?:at|ät|aet|@)[ ]?[)\]}][ ]?|[ ](?:at|ät|aet|klammeraffe)[ ])"
        r"([\w-]{1,40}(?:(?:[.]|[ ](?:punkt|dot|minus)[ ]|[ ]?[(\[](?:punkt|dot)[)\]][ ]?)[\w-]{1,40}){1,4})",
        re.I,
    )


def _compact(value: str) -> str:
    return "".join(c for c in value if c.isalnum()).upper()


def numbers(reading: Reading) -> Iterator[Hit]:
    """Everything that can be decided by its own form and check digit."""
    text = reading.text
    if not reading.has_digit:
        return
    for match in reading.near_digits(_IBAN_HEAD, 8):
        hit = _iban(reading, match.start())
        if hit:
            yield hit
    for match in reading.near_digits(_TAX_ID, 11):
        if checks.tax_id(_compact(match.group())) and not reading.announced(match.start(), "harmlos"):
            yield Hit(match.start(), match.end(), "TAX_ID", 3)
    for match in reading.near_digits(_RVNR, 11):
        if checks.social_insurance(
            _compact(match.group()), strict=not reading.announced(match.start(), "SOCIAL_INSURANCE")
        ):
            yield Hit(match.start(), match.end(), "SOCIAL_INSURANCE", 3)
    for match in reading.near_digits(_KVNR, 9):
        if (
            checks.health_insurance(_compact(match.group()))
            and (not reading.announced(match.start(), "harmlos") or _bare(reading, match.start()))
            and not reading.announced(match.start(), "PASSPORT")
        ):
            yield Hit(match.start(), match.end(), "HEALTH_INSURANCE", 3)
    for match in reading.near_digits(_CARD, 14):
        if checks.card(_compact(match.group())) and not reading.announced(match.start(), "harmlos"):
            yield Hit(match.start(), match.end(), "CREDIT_CARD", 3)
    for match in reading.near_digits(_CODE, 3):
        yield from _document(reading, match)
    if "<<" in text:
        yield from _machine_readable(text)
    yield from _phones(reading)
    yield from _plates(reading)
    for match in reading.near_digits(_TAX_NUMBER_FREE, 9):
        if not reading.announced(match.start(), "harmlos") and not reading.announced(match.start(), "CASE_NUMBER"):
            yield Hit(match.start(), match.end(), "TAX_NUMBER", 1)
    for match in reading.near_digits(_COURT, 2):
        before = text[max(0, match.start() - 60) : match.start()]
        after = text[match.end() : match.end() + 30]
        if (_COURT_CUE.search(before) or _COURT_CUE.search(after)) and not _PUBLISHED.search(before):
            town = _TOWN.match(text, match.end())
            seated = town and reading.lists.names.get(town.group(1), 0) & PLACE
            yield Hit(match.start(), town.end() if town and seated else match.end(), "CASE_NUMBER", 2)


def _bare(reading: Reading, start: int) -> bool:
    """True behind the word `Nummer` alone, which says nothing of what is numbered."""
    return bool(_BARE_NUMBER.search(reading.lower, max(0, start - 10), start))


def _iban(reading: Reading, start: int) -> Hit | None:
    text = reading.text
    value: list[str] = []
    wanted = 34
    position = start
    limit = min(len(text), start + 80)
    while position < limit:
        char = text[position]
        if char.isascii() and char.isalnum():
            value.append(char.upper())
            if len(value) == 2:
                wanted = checks.IBAN_LENGTH.get("".join(value), 0)
                if not wanted:
                    return None
            if len(value) == wanted:
                code = "".join(value)
                after = text[position + 1 : position + 2]
                if (after.isascii() and after.isalnum()) or not checks.iban(code):
                    return None
                return Hit(start, position + 1, "IBAN", 3)
        elif char not in _IBAN_SKIP:
            return None
        position += 1
    return None


def _document(reading: Reading, match: re.Match[str]) -> Iterator[Hit]:
    code = match.group().upper()
    if code.endswith("D") and len(code) == 11:
        code = code[:10]
    start, end = match.span()
    if len(code) == 10 and code.isdigit():
        return
    if len(code) in (9, 10) and set(code) <= _ID_ALPHABET and code[0] in "LMNPRTVWXYCFGHJK":
        kind = "PASSPORT" if code[0] in "CFGHJK" else "ID_CARD"
        digits = sum(c.isdigit() for c in code)
        if len(code) == 10 and digits >= 3 and checks.icao(code) and not reading.announced(start, "harmlos"):
            yield Hit(start, end, kind, 3)
            return
        named = reading.announced_any(start, end, ("ID_CARD", "PASSPORT"))
        if named:
            yield Hit(
                start,
                end,
                named
                if named == "ID_CARD" and kind == "ID_CARD"
                else kind
                if named == "PASSPORT" and code[0] in "CFGHJK"
                else named,
                2,
            )


def _machine_readable(text: str) -> Iterator[Hit]:
    """Numbers and names in the machine readable zones of identity cards and passports."""
    end = 0
    place = text.find("<<")
    while place >= 0:
        # The whole zone: its lines hold nothing but capitals, digits and fillers.
        start = max(end, place - 60)
        end = min(len(text), place + 200)
        for match in _MRZ_CARD.finditer(text, start, end):
            yield Hit(match.start(1), match.end(2), "ID_CARD", 3)
        for match in _MRZ_PASS.finditer(text, start, end):
            yield Hit(match.start(1), match.end(2), "PASSPORT", 3)
        for match in _MRZ_NAME.finditer(text, start, end):
            yield Hit(match.start(1), match.end(1), "PERSON", 3)
        place = text.find("<<", end)
    kind = ""
    last = -2
    for match in _MRZ_LINE.finditer(text):
        if match.start() != last + 1:
            kind = "PASSPORT" if match.group(1)[0] == "P" else "ID_CARD"
        last = match.end()
        value = match.group(1).rstrip("<")
        if sum(c.isdigit() for c in value) >= 6:
            yield Hit(match.start(1), match.start(1) + len(match.group(1)), kind, 3)


def _phones(reading: Reading) -> Iterator[Hit]:
    text = reading.text
    for match in reading.near_digits(_PHONE, 6):
        start, end = match.span()
        found = match.group()
        digits = "".join(c for c in found if c.isdigit())
        line = text.rfind("\n", max(0, start - 70), start) + 1 or max(0, start - 70)
        before = text[line:start]
        if _NOT_PHONE.search(before) and not _PHONE_WORD.search(before[-25:]):
            continue
        if found[0] == "0" and _SERVICE.match(digits):
            continue
        separated = any(c in found for c in " /-()+")
        cued = bool(_PHONE_WORD.search(before))
        if not cued and not separated and not re.match(r"01[567]\d{8,9}$|0[2-9]\d{7,10}$", digits):
            continue
        if (len(digits) < 8 and not cued) or reading.date_at(start):
            continue
        if (
            separated
            and start > 1
            and text[start - 1] in " ./-"
            and text[start - 2].isdigit()
            and not re.match(r"01[567]", digits)
        ):
            continue
        if reading.own_phone(digits):
            continue
        if _PUBLIC_PHONE.search(before) or re.search(r"[ /-]0$", found):
            continue
        yield Hit(start, end, "PHONE", 2)


def _plates(reading: Reading) -> Iterator[Hit]:
    codes = reading.lists.plates
    for match in reading.near_digits(_PLATE):
        district, gap, letters, _, digits, _ = match.groups()
        if district not in codes or len(district + letters + digits) > 8:
            continue
        dashed = "-" in gap
        before = reading.lower[max(0, match.start() - 14) : match.start()]
        if re.search(
            r"(?:norm|abschnitt|und|typ|modell|din|en|akku|drucker|toner|bauteil|akku) ?$", before
        ) and not reading.announced_any(match.start(), match.end(), ("LICENSE_PLATE",)):
            continue
        if (dashed and len(district + letters) > 2) or reading.announced_any(
            match.start(), match.end(), ("LICENSE_PLATE",)
        ):
            yield Hit(match.start(), match.end(), "LICENSE_PLATE", 2)
    for match in reading.near_digits(_PLATE_TIGHT):
        letters = match.group(1)
        if any(letters[:n] in codes for n in (1, 2, 3) if 1 <= len(letters) - n <= 2) and reading.announced_any(
            match.start(), match.end(), ("LICENSE_PLATE",)
        ):
            yield Hit(match.start(), match.end(), "LICENSE_PLATE", 2)


def spoken(reading: Reading) -> Iterator[Hit]:
    """Telephone numbers in words."""
    if "null" in reading.lower:
        for match in _phone_spoken().finditer(reading.text):
            yield Hit(match.start(), match.end(), "PHONE", 2)


def mails(reading: Reading) -> Iterator[Hit]:
    """E-mail addresses, written or spoken, that are not functional ones."""
    text = reading.text
    position = text.find("@")
    floor = 0
    while position >= 0:
        host = _MAIL_HOST.match(text, position + 1)
        if host:
            start = position
            while start > floor and position - start < 64 and (text[start - 1].isalnum() or text[start - 1] in "._+-%"):
                start -= 1
            local = text[start:position].lstrip("._+-%")
            start = position - len(local)
            if local:
                if text[max(0, start - 5) : start] == "live:":
                    start -= 5
                if reading.personal_mail(local, host.group()):
                    yield Hit(start, host.end(), "EMAIL", 3)
                floor = host.end()
        position = text.find("@", position + 1)
    zones: list[tuple[int, int]] = []
    for sign in _AT_SIGN.finditer(reading.lower):
        start, end = max(0, sign.start() - 90), min(len(text), sign.end() + 90)
        if zones and start <= zones[-1][1]:
            zones[-1] = (zones[-1][0], end)
        else:
            zones.append((start, end))
    for start, end in zones:
        for match in _mail_spoken().finditer(text, start, end):
            tail = re.split(r"[ .\[\](]+", match.group(2).strip())[-1].lower()
            joined = match.group(2).lower()
            if 2 <= len(tail) <= 6 and tail.isalpha() and ("." in joined or "punkt" in joined or "dot" in joined):
                yield Hit(match.start(), match.end(), "EMAIL", 2)


def columns(reading: Reading) -> Iterator[Hit]:
    """Case numbers in a table, under a heading such as `Kassenzeichen`."""
    text = reading.text
    if "\n" not in text or not reading.has_digit:
        return
    cues = reading.lists.cues
    heads: list[int] = []
    sign = ""
    offset = 0
    for line in text.split("\n"):
        separator = "\t" if "\t" in line else ";" if ";" in line else "|" if "|" in line else ""
        if separator:
            cells = line.split(separator)
            named = [
                place
                for place, cell in enumerate(cells)
                if len(cell) < 40 and "CASE_NUMBER" in cues.get(cell.strip(" *:.").lower().replace(" ", "-"), ())
            ]
            if named:
                heads, sign = named, separator
            elif separator == sign:
                start = offset
                for place, cell in enumerate(cells[: heads[-1] + 1]):
                    value = cell.strip(" *")
                    if place in heads and sum(c.isdigit() for c in value) >= 3 and len(value) <= 40:
                        begin = start + cell.index(value)
                        yield Hit(begin, begin + len(value), "CASE_NUMBER", 2)
                    start += len(cell) + 1
        elif line.strip("-|: "):
            sign = ""
        offset += len(line) + 1


def announced(reading: Reading, kind: str, start: int, end: int) -> Iterator[Hit]:
    """What follows a word that announces an identifier.

    Args:
        kind: The kind announced.
        start, end: The place of the announcing word.
    """
    text = reading.text
    filler = _FILLER.match(text, end)
    begin = filler.end() if filler else end
    if kind == "CASE_NUMBER":
        match = _CASE.match(text, begin)
        if match and sum(c.isdigit() for c in match.group()) >= 3 and not reading.date_at(begin):
            word = reading.lower[start:end]
            before = text[max(0, start - 90) : start]
            if _PUBLISHED.search(before) or re.match(r"\s*(?:der|einer) stadt\b", reading.lower[end : end + 14]):
                return
            count = sum(c.isdigit() for c in match.group())
            parted = any(c in match.group() for c in "./-_")
            if word.endswith(_WEAK_CUES) and not (count >= 6 or (count >= 3 and parted)):
                return
            yield Hit(match.start(), match.end(), "CASE_NUMBER", 2)
    elif kind == "TAX_NUMBER":
        match = _TAX_NUMBER.match(text, begin)
        if match and 10 <= sum(c.isdigit() for c in match.group()) <= 13:
            yield Hit(match.start(), match.end(), "TAX_NUMBER", 2)
    elif kind in ("KONTO", "BLZ"):
        match = re.compile(r"\d(?:[ ]?\d){4,11}(?!\d)").match(text, begin)
        if match and not reading.announced(match.start(), "harmlos"):
            yield Hit(match.start(), match.end(), "IBAN", 1)
    elif kind in ("ID_CARD", "PASSPORT"):
        match = _CODE_SPACED.match(text, begin)
        if match:
            for size in (len(match.group()),):
                code = _compact(match.group()[:size])
                digits = sum(c.isdigit() for c in code)
                if 9 <= len(code) <= 11 and set(code[:9]) <= _ID_ALPHABET and digits >= 3:
                    if code.isdigit() or code[:-1].isdigit():
                        if len(code) >= 10 and kind == "ID_CARD":
                            yield Hit(match.start(), match.end(), kind, 2)
                    else:
                        yield Hit(
                            match.start(),
                            match.end(),
                            "PASSPORT" if code[0] in "CFGHJK" and kind == "PASSPORT" else kind,
                            2,
                        )
                    return
        if kind == "PASSPORT":
            match = _FOREIGN_PASS.match(text, begin)
            if match:
                yield Hit(match.start(), match.end(), kind, 2)
    elif kind == "LICENSE_PLATE":
        match = _PLATE_CUED.match(text, begin)
        if match and match.group(1).upper() in reading.lists.plates:
            yield Hit(match.start(), match.end(), kind, 2)
        elif reading.lower[start:end] in (
            "kennzeichen",
            "kennz",
            "nummernschild",
            "kfz-kennzeichen",
            "autokennzeichen",
        ):
            match = _PLATE_FOREIGN.match(text, begin)
            if match:
                yield Hit(match.start(), match.end(), kind, 2)
