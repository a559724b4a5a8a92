"""Names of persons: behind a cue, as a known name, or as a capitalised word that is no ordinary German word.

Works on the normal form. Titles and forms of address are not part of a name. Every candidate is scored by what it is
and by what stands around it; from `ENOUGH` on it counts as a name.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from policy.lists import BRAND, BUILT, FIRST, HINTS, LAST, LISTED, ORDINARY, PLACE, UNKNOWN, UNSURE
from policy.reading import Hit, Reading

NAMELIKE = FIRST | UNSURE | LAST | UNKNOWN | LISTED
ENOUGH = 2.0

ADDRESS, TITLE, PARTICLE, ROLE, FIELD, COLUMN = (
    HINTS[n] for n in ("anrede", "titel", "partikel", "rolle", "feld", "tabellenkopf")
)
CLOSING, HELLO, BODY, FUNCTION, NO_NAME = (HINTS[n] for n in ("gruss", "hallo", "einrichtung", "funktion", "kein-name"))
ABOUT_NAMES, VERB, WITH, AT, MATTER, ARTICLE = (
    HINTS[n] for n in ("vornamenthema", "personenverb", "personenpräposition", "ortspräposition", "sache", "artikel")
)
NOBLE, OCCASION, OFFICE, TRADE, ROSTER, SHORT, SPEAKING = (
    HINTS[n] for n in ("adel", "anlass", "öffentliches-amt", "handwerk", "dienstplan", "vornamenkürzel", "redeverb")
)
SMALL_FIRST, SMALL_LAST = HINTS["vorname"], HINTS["nachname"]

_COMPANY_AFTER = re.compile(
    r"[ ]?(?:(?:&|und|\+)[ ]?(?:Söhne|Co\b|Partner|Sohn\b|Kollegen|Cie)|[ ,]{0,2}(?:GmbH|mbH|gGmbH|AG\b|KG\b|"
    r"OHG|UG\b|GbR|e\.?[ ]?V\b|e\.?[ ]?K\.|SE\b|Ltd|Inc))"
    r"|[ ]?&[ ]?[A-ZÄÖÜ][\w-]{1,25}[ ,]{1,2}(?:GmbH|AG\b|KG\b|OHG|GbR|e\.?[ ]?K\.)"
    r"|(?:[ ](?:und[ ]|&[ ])?[A-ZÄÖÜ][\w-]{2,30}){1,3}[ ](?:GmbH|mbH|gGmbH|AG\b|KG\b|OHG|UG\b|GbR|SE\b|e\.[ ]?[VK]\.)"
)
# A name before one of these words is part of the name of a street or a house.
_BUILDING_WORDS = frozenset(
    [
        "straße",
        "strasse",
        "str",
        "weg",
        "platz",
        "allee",
        "ring",
        "gasse",
        "ufer",
        "haus",
        "schule",
        "halle",
        "stiftung",
        "park",
        "turm",
        "denkmal",
        "gymnasium",
        "grundschule",
        "gesamtschule",
        "realschule",
        "preis",
        "saal",
        "institut",
        "museum",
        "kirche",
        "kolleg",
        "berufskolleg",
        "stadion",
        "bad",
        "heim",
    ]
)
_LIST_NEXT = re.compile(r"(?:[ ]?\([^)\n]{1,40}\))?(?:[,;/][ ]?|[ ](?:und|sowie|u\.|&)[ ])")
_CLOSING_LINE = re.compile(
    r"[ ]?[,.!]?[ ]{0,3}(?:\n[ \t>]{0,4}){0,3}(?:(?:[Ii]m Auftrag|[Ii]\. ?A\.|[Ii]\. ?V\.|[Ii]n Vertretung|"
    r"gez\.?)[ :]{0,2}\n?[ ]?){0,2}"
)
_HEADER = re.compile(
    r"^[ \t>*|]{0,6}(?:Von|An|Cc|CC|Bcc|From|To|Absender|Empfänger|Verteiler|z\. ?Hd\.|Z\. ?Hd\.|zu Händen|"
    r"gez\.|Gez\.|c/o)[ ]?[:.]?[ ]{1,2}|(?:c/o|z\. ?Hd\.|zu Händen|gez\.|gezeichnet|geb\.|geborene|verw\.)[ ]",
    re.M,
)
_BUILDINGS = ("straße", "strasse", "-str", "-weg", "-platz", "-allee", "-ring", "-gasse", "-ufer", "-haus",
    "-schule", "schule", "-halle", "-stiftung", "-park", "-turm",
              "denkmal", "gymnasium", "-preis", "-saal", "-institut", "museum", "-kirche", "kolleg", "-stadion",
              "-bad", "-heim", "-zentrum", "-brücke", "-damm", "-kita",
              "-hof", "-siedlung", "-gesellschaft", "-steig", "-pfad", "-promenade", "-motor", "-prinzip",
              "-verfahren", "-methode", "-effekt", "-gesetz")  # fmt: skip
# A line of its own under `Im Auftrag` is the name of who signs, whatever word it is.
_SIGNED = re.compile(
    r"^[ \t>*|_]{0,8}(?:(?:[Ii]m[ ]Auftrage?|[Ii]n[ ]Vertretung|[Ii]\.[ ]?[AaVv]\.|[Gg]ez\.)[ :,]{0,3}"
    r"(?:\n[ \t>*|_]{0,8}){1,6}|(?:[Ii]\.[ ]?[AV]\.|[Gg]ez\.)[ ]{1,3})"
    r"(?:gez\.[ ]?)?(?=[^\W\d_a-zäöüß])([^\W\d_][^\n\d:;!?@§|<>\[\]{}()]{1,60}?)[ \t.*_|]{0,8}(?=\n|$|,|\()",
    re.M,
)
_UNSIGNED = ("amt", "abteilung", "referat", "stelle", "büro", "dezernat", "verwaltung", "unterschrift", "fachbereich",
    "fachdienst", "anlage", "anlagen", "dienst", "kasse", "behörde", "ausschuss", "team", "leitung")  # fmt: skip
_TRADE_TALK = re.compile(r"handwerk|beruf|zunft|zünfte|mittelalter|gewerk|gewerbe|früher|damals|historisch|markt", re.I)
_CLASS_OR_PLACE = re.compile(
    r"[ ](?:(?P<form>(?:aus|in|von)[ ]der[ ](?:\d{1,2}\.?[ ]?[a-f]?\b(?!\.?[ ][A-Z])|Klasse|[A-Z]\w{2,12}gruppe))"
    r"|(?:aus|von)[ ](?:der|dem)[ ][A-Z]|vom[ ][A-Z]|von[ ](?:nebenan|gegenüber|oben|unten)\b)"
)
_ROMAN = re.compile(r"[IVXLCDM]{1,6}$")
# A longer word is no name, and so many different unknown words are no German: from then on none is looked up or split.
_LONGEST, _LOOKS, _EFFORT = 60, 4000, 400_000
_MONTHS = frozenset(["mai", "august", "juni", "juli", "april"])
_MONTH_NAMES = _MONTHS | {"januar", "jänner", "februar", "märz", "september", "oktober", "november", "dezember"}
_ABBREVIATIONS = frozenset(
    [
        "zb",
        "ua",
        "dh",
        "id",
        "og",
        "so",
        "me",
        "va",
        "ad",
        "su",
        "iv",
        "ia",
        "im",
        "ir",
        "ip",
        "ug",
        "oa",
        "uu",
        "ae",
        "ev",
        "gb",
        "eu",
        "hc",
        "sl",
        "us",
        "uk",
        "km",
        "zt",
        "zh",
        "zd",
        "ek",
        "ca",
        "vb",
        "idr",
        "iva",
        "usw",
    ]
)
# A compound with such an ending is a surname rather than a thing.
_SURNAME_ENDINGS = ("kamp", "meier", "meyer", "maier", "mayer", "mayr", "huber", "hoff", "brock", "kötter", "horst")
_FOREIGN_END = ("a", "o", "u", "i", "é", "y", "w", "j", "ou", "ane", "ć")
_BEING = frozenset(["ist", "war", "wird", "kommt", "kam", "geht", "ging", "wartet", "steht", "sitzt", "nimmt", "sucht"])
_ROLLS = frozenset(
    [
        "anwesend",
        "anwesende",
        "abwesend",
        "entschuldigt",
        "teilnehmende",
        "teilnehmer",
        "teilnehmerinnen",
        "verteiler",
        "mitglieder",
    ]
)
_STRONG_HEADERS = frozenset(["geb.", "geborene", "verw.", "gez.", "gezeichnet"])
_JOINING = frozenset(" -,&+")
_GLUE = frozenset("-/_@.=&0123456789#\\")
_SHORT_CLOSINGS = frozenset(
    ["lg", "vg", "mfg", "bg", "hg", "gruß", "gruss", "grüße", "gruesse", "cheers", "danke", "ciao", "tschüss", "dank"]
)
_FAMILIES = frozenset(
    ["familie", "familien", "fam", "eheleute", "eheleuten", "ehepaar", "ehepaars", "geschwister", "gebrüder"]
)


def persons(reading: Reading, *, sensitive: bool = False) -> list[Hit]:
    """The persons of a text, in order, not overlapping.

    Args:
        sensitive: The text holds identifiers of a person, so a lone unknown name is more likely one.
    """
    finder = _Finder(reading, sensitive)
    finder.run()
    return finder.merged()


def of_tenant(names: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Office holders as word tuples, without titles."""
    return frozenset(tuple(word for word in name.split() if not word.endswith(".")) for name in names)


class _Finder:
    def __init__(self, reading: Reading, sensitive: bool) -> None:
        self.reading = reading
        self.text = reading.text
        self.words = reading.words
        self.hints = reading.hints
        self.lists = reading.lists
        self.sensitive = sensitive
        self.found: list[Hit] = []
        self.kinds: dict[str, int] = {}
        self.looked = self.effort = 0
        self._small_text: bool | None = None
        self.taken = bytearray(len(self.words))
        self.starts = [word.start for word in self.words]
        self._small_endings = (*self.lists.endings, *(ending + "s" for ending in self.lists.endings))

    # -- words ---------------------------------------------------------------------------------------------------

    def kind(self, word: str) -> int:
        known = self.kinds.get(word)
        if known is None:
            settled = self.reading.vocabulary.settled
            known = settled.get(word)
            if known is None:
                known = self._kind(word)
                if known == ORDINARY and len(settled) < 30_000:
                    settled[word] = known
            self.kinds[word] = known
        return known

    def _kind(self, word: str) -> int:
        lists = self.lists
        if len(word) > _LONGEST:
            return ORDINARY
        if word.isupper() and len(word) > 1:
            capitalised = "-".join(part.capitalize() for part in word.split("-"))
            kind = 0 if capitalised.isupper() else self._kind(capitalised)
            if (len(word) <= 5 and not kind & (FIRST | LAST)) or _ROMAN.match(word):
                return ORDINARY
            return kind
        if len(word) == 1:
            return 0
        names = lists.names
        kind = names.get(word, 0)
        if not kind:
            if word[-1] == "'":
                kind = names.get(word[:-1], 0)
            elif word[-1] == "s" and len(word) > 3:
                kind = names.get(word[:-2] if word[-2] == "'" else word[:-1], 0)
        if kind & BRAND:
            return BRAND | ORDINARY
        if not kind:
            if word.endswith("er") and (names.get(word[:-2], 0) | names.get(word[:-2] + "e", 0)) & PLACE:
                return PLACE | ORDINARY
            if (
                any(c.isupper() for c in word[1:])
                and "-" not in word
                and "'" not in word
                and not word.startswith(("Mc", "Mac", "De", "Di", "Van", "El", "Al"))
            ):
                return ORDINARY
        if "-" in word and not kind:
            return self._joined(word)
        self.looked += 1
        if self.looked > _LOOKS:
            return kind | UNKNOWN
        listed = self.reading.vocabulary.listed(word)
        if not listed:
            self.effort += len(word) ** 2
            listed = self.reading.vocabulary.built(word) if self.effort < _EFFORT else UNKNOWN
            if listed == ORDINARY:
                listed = UNKNOWN if word.endswith(_SURNAME_ENDINGS) and len(word) < 15 else ORDINARY | BUILT
        return kind | listed

    def _joined(self, word: str) -> int:
        """A word with hyphens: a double name, or a compound of ordinary words."""
        pieces = [part for part in word.split("-") if part]
        while len(pieces) > 1 and self.reading.hint_of(pieces[0].lower()) & PARTICLE:
            pieces = pieces[1:]
        if len(pieces) == 2 and len(pieces[1]) == 1 and self.kind(pieces[0]) & (FIRST | UNSURE):
            return FIRST
        parts = [self.kind(part) if part[0].isupper() else ORDINARY for part in pieces]
        if len(parts) == 1:
            return parts[0]
        if len(parts) < 2:
            return ORDINARY
        if all(part & (FIRST | UNSURE) for part in parts):
            return FIRST
        if any(part & PLACE and not part & LAST for part in parts) or word.lower().endswith(_BUILDINGS):
            return PLACE | ORDINARY
        if all(part & (LAST | FIRST | UNSURE) for part in parts) or (
            all(part & NAMELIKE for part in parts) and any(part & LAST for part in parts)
        ):
            return LAST
        last = parts[-1]
        if (last & ORDINARY and not last & LAST) or any(
            part & ORDINARY and not part & (LAST | FIRST | UNSURE) for part in parts
        ):
            return ORDINARY
        return UNKNOWN if all(part & NAMELIKE for part in parts) else ORDINARY

    def hint(self, index: int) -> int:
        return self.hints[index] if 0 <= index < len(self.words) else 0

    def gap(self, index: int) -> str:
        """What stands between this word and the next."""
        if index + 1 >= len(self.words):
            return "\n"
        return self.text[self.words[index].end : self.words[index + 1].start]

    def at(self, start: int) -> int:
        """The first word that begins here or later."""
        return bisect_left(self.starts, start)

    def plain(self, index: int) -> bool:
        """True for a lower-case word that is ordinary German, as it stands or as a noun written small."""
        word = self.words[index]
        if self.hints[index] & (FUNCTION | VERB):
            return True
        return self.reading.vocabulary.small(word.lower)

    def small_name(self, index: int) -> bool:
        """True for a lower-case word that can only be a name."""
        hint = self.hints[index]
        low = self.words[index].lower
        if "-" in low:
            parts = low.split("-")
            return all(self.reading.hint_of(part) & (SMALL_FIRST | SMALL_LAST) for part in parts) and not all(
                self.reading.vocabulary.small(part) for part in parts
            )
        if hint & (SMALL_FIRST | SMALL_LAST):
            return not self.plain(index)
        if self._small_genitive(index):
            return True
        return len(low) > 5 and low.endswith(self.lists.endings) and not self.plain(index)

    def _small_ending(self, low: str) -> bool:
        return low.endswith(self._small_endings) or (
            low[-1] == "s" and bool(self.reading.hint_of(low[:-1]) & (SMALL_FIRST | SMALL_LAST))
        )

    def _small_genitive(self, index: int) -> bool:
        """`hinrichsens widerspruch`: a lower-case surname with -s before a noun."""
        low = self.words[index].lower
        if len(low) < 6 or low[-1] != "s" or self.gap(index) != " " or self.hints[index] & (FUNCTION | VERB):
            return False
        known = self.reading.hint_of(low[:-1]) & (SMALL_FIRST | SMALL_LAST)
        if not known and not low[:-1].endswith(self.lists.endings):
            return False
        follow = self.words[index + 1].text
        vocabulary = self.reading.vocabulary
        return (
            bool(self.kind(follow.capitalize()) & ORDINARY)
            and not vocabulary.lower_listed(low)
            and not vocabulary.listed(low.capitalize()) & ORDINARY
            and not vocabulary.listed(low[:-1].capitalize()) & ORDINARY
        )

    # -- the name itself ------------------------------------------------------------------------------------------

    def name_from(self, index: int, *, cued: bool = False, small: bool = False) -> tuple[int, int] | None:
        """The name that begins at this word: index of its first word and place of its end.

        Args:
            cued: A form of address stands before it, so the first word may be an ordinary word.
            small: Lower-case words may be names here.
        """
        words, hints = self.words, self.hints
        size = len(words)
        begin = index
        while (
            begin < size
            and hints[begin] & TITLE
            and self.gap(begin) in (" ", ". ", ".", ". -", ".-")
            and begin - index < 6
        ):
            begin += 1
        position, last, count = begin, -1, 0
        while position < size and count < 6:
            word = words[position]
            hint = hints[position]
            if self.taken[position] == 2 and not cued:
                break
            if word.start and self.text[word.start - 1] in "[{«<":
                break
            capital = word.text[0] != word.lower[0] or (word.text is not word.lower and self._particled(word.text))
            gap = self.gap(position)
            if count and position + 1 < size and gap == " " and self._noble(position):
                position += 1
                continue
            if hint & PARTICLE and position + 1 < size and gap in (" ", "-", "'") and (count or cued or capital):
                follower = words[position + 1]
                if (
                    follower.text[0].isupper()
                    or hints[position + 1] & PARTICLE
                    or (position + 2 < size and self._noble(position + 1))
                    or (small and not self.plain(position + 1))
                ):
                    position += 1
                    continue
            initial = len(word.text) == 1 and (capital or (small and gap[:1] == "."))
            if (
                not initial
                and capital
                and gap[:1] == "."
                and ((len(word.text) == 2 and count and not word.text.isupper()) or self._shortened(position))
            ):
                initial = True
            if not initial and not self._fits(position, count, capital, cued=cued, small=small, gap=gap):
                break
            last = position
            count += 1
            if gap == " " or (initial and gap in (". ", ".", ".-", "-")) or (gap == "  " and count == 1):
                position += 1
                continue
            break
        if last < 0:
            return None
        end = words[last].end
        if len(words[last].text) <= 2 and self.text[end : end + 1] == "." and (len(words[last].text) == 1 or count > 1):
            end += 1
        return begin, end

    def _noble(self, position: int) -> bool:
        """True for `Freiherr` before `von`, and for `und` in `von und zu`."""
        words, follow = self.words, self.hint(position + 1)
        if self.hints[position] & NOBLE:
            return bool(follow & PARTICLE) or words[position + 1].text[0].isupper()
        return bool(
            words[position].lower == "und"
            and words[position - 1].lower == "von"
            and words[position + 1].lower in ("zu", "zum", "zur")
        )

    def _shortened(self, position: int) -> bool:
        """True for `Chr` and `Hans-J` where a dot and a capitalised word follow."""
        word = self.words[position]
        short = self.hints[position] & SHORT or (word.text[-2:-1] == "-" and word.text[-1].isupper())
        if not short or position + 1 >= len(self.words) or self.gap(position) not in (". ", "."):
            return False
        return self.words[position + 1].text[0].isupper()

    def _fits(self, position: int, count: int, capital: bool, *, cued: bool, small: bool, gap: str) -> bool:
        """Whether a word may be part of a name at this place in it."""
        word, hint = self.words[position], self.hints[position]
        kind = self.kind(word.text) if capital else 0
        if hint & TITLE and not kind & (LAST | FIRST):
            return False
        if count and hint & OCCASION and not kind & (LAST | FIRST):
            return False
        if hint & (FUNCTION | NO_NAME | ADDRESS) and not (capital and kind & (LAST | FIRST) and not hint & NO_NAME):
            return False
        if capital:
            if kind & BRAND:
                return cued and count == 0
            if (
                cued
                and count
                and len(self.words[position - 1].text) == 1
                and not hint & (ROLE | BODY)
                and len(word.text) > 3
            ):
                return True
            if count and kind & ORDINARY and not kind & (LAST | FIRST):
                if kind & UNSURE:
                    return word.lower not in _MONTHS and len(word.text) < 6
                return self._after_first(position, kind, gap)
            if not kind & NAMELIKE and not (cued and count == 0):
                return False
            return not (kind & PLACE and not kind & (FIRST | LAST | UNSURE) and not (cued and not count))
        if not small:
            return False
        if count == 0 and cued:
            return bool(hint & SMALL_LAST) or not self.plain_small_start(position)
        return (
            self.small_name(position) or (hint & SMALL_LAST and self.small_follow(position)) or not self.plain(position)
        )

    def _after_first(self, position: int, kind: int, gap: str) -> bool:
        """True when an ordinary word behind a sure first name can only be the surname."""
        before = self.words[position - 1]
        given = self.kind(before.text)
        if not given & (FIRST | UNSURE) or kind & (PLACE | BRAND) or self.gap(position - 1) != " ":
            return False
        if kind & BUILT:
            return len(self.words[position].text) < (12 if given & ORDINARY else 17)
        if given & ORDINARY:
            return False
        if gap != " ":
            return True
        follow = self.words[position + 1]
        return follow.text == follow.lower and bool(
            self.hints[position + 1] & (FUNCTION | VERB) or self.reading.vocabulary.verb(follow.lower)
        )

    def plain_small_start(self, position: int) -> bool:
        """True when a lower-case word behind `herr` or `frau` is a verb, an adverb or the like, but no noun."""
        return bool(self.hints[position] & (FUNCTION | VERB)) or self.reading.vocabulary.lower_listed(
            self.words[position].lower
        )

    def small_follow(self, position: int) -> bool:
        """A surname that is also a noun counts behind a first name when nothing else explains it."""
        return not self.hints[position] & (FUNCTION | VERB) and not self.reading.vocabulary.lower_word(
            self.words[position].lower
        )

    def add(self, begin: int, end: int, weight: int) -> None:
        words = self.words
        if begin >= len(words) or end <= words[begin].start:
            return
        self.found.append(Hit(words[begin].start, end, "PERSON", weight))
        index = begin
        while index < len(words) and words[index].start < end:
            self.taken[index] = 1
            index += 1

    # -- rules -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        self._known()
        for index, hint in enumerate(self.hints):
            if not hint & (ADDRESS | TITLE | FIELD | ROLE | CLOSING | HELLO):
                continue
            if hint & ADDRESS and not self.taken[index]:
                self._after_address(index)
            if hint & TITLE and not self.taken[index]:
                self._after_title(index)
            if hint & (FIELD | ROLE):
                self._after_role(index, hint)
            if hint & CLOSING:
                self._signature(index)
            if hint & HELLO:
                self._greeting(index)
        self._parties()
        self._signed()
        self._headers()
        self._columns()
        self._names()
        if self.found:
            self._again()

    def _known(self) -> None:
        """Set aside office holders, and persons of history and fiction unless an address or a first name precedes."""
        known = self.lists.known
        words = self.words
        for official in self.reading.tenant.officials:
            for index in range(len(words) - len(official) + 1):
                if words[index].text == official[0] and all(
                    words[index + i].text.rstrip("s") == part.rstrip("s") for i, part in enumerate(official)
                ):
                    for place in range(index, index + len(official)):
                        self.taken[place] = 2
        for index, word in enumerate(words):
            text = word[2]
            entries = known.get(text)
            if entries is None and text[-1] == "s":
                entries = known.get(text[:-1])
            if entries is None:
                continue
            best = 0
            for parts in entries:
                size = len(parts)
                if size > best and index + size <= len(words):
                    if size == 1:
                        before = self.hint(index - 1)
                        lone = index == 0 or not (
                            self.gap(index - 1) in (" ", ". ")
                            and (
                                before & (ADDRESS | ROLE | TITLE)
                                or self.kind(words[index - 1].text) & (FIRST | LAST)
                                or len(words[index - 1].text) == 1
                            )
                        )
                        if lone:
                            best = 1
                    elif (
                        all(words[index + i].text.rstrip("s") == part.rstrip("s") for i, part in enumerate(parts))
                        and not self.hint(index - 1) & ADDRESS
                    ):
                        best = size
            for place in range(index, index + best):
                self.taken[place] = 2

    def _after_address(self, index: int) -> None:
        low = self.words[index].lower
        gap = self.gap(index)
        if gap not in (" ", ". ", ".", "  ", ", ", ".  ", ": ", "\n", " \n") or index + 1 >= len(self.words):
            return
        if (len(low) < 4 and gap == ", ") or (low in _FAMILIES and "\n" in gap):
            return
        target = self.words[index + 1]
        if self.hints[index + 1] & ADDRESS and not self.kind(target.text) & LAST:
            return
        small = not target.text[0].isupper()
        if small and "\n" in gap:
            return
        if small and self.hints[index + 1] & ARTICLE and index + 2 < len(self.words):
            thing = self.words[index + 2]
            kind = self.kind(thing.text) if thing.text[0].isupper() else 0
            if kind & ORDINARY and not kind & (LAST | FIRST):
                return
        name = self.name_from(index + 1, cued=True, small=small)
        if name is None:
            return
        first = self.words[name[0]]
        if self.hints[name[0]] & NO_NAME or (self.taken[name[0]] == 2 and low in _FAMILIES):
            return
        kind = self.kind(first.text)
        if low in _FAMILIES and not small and kind & ORDINARY and not kind & (LAST | FIRST | UNSURE):
            return
        self.add(name[0], name[1], 3)
        if low in _FAMILIES:
            following = self.at(name[1])
            if (
                following < len(self.words) - 1
                and self.words[following].lower in ("und", "u")
                and self.gap(following - 1) == " "
            ):
                second = self.name_from(following + 1, cued=True, small=small)
                if second:
                    self.add(second[0], second[1], 2)

    def _after_role(self, index: int, hint: int) -> None:
        if index + 1 >= len(self.words):
            return
        gap = self.gap(index)
        target = self.words[index + 1]
        low = self.words[index].lower
        bare = gap.strip(" :*|\t\n(ns)/e")
        colon = bool(hint & FIELD) and (":" in gap or "\t" in gap) and not bare and "\n\n" not in gap
        if colon and ":" not in gap and not (self.kind(target.text) & NAMELIKE and target.text[0].isupper()):
            return
        if not colon and gap not in (" ", ", ", ": ", " (", " - ") and not (":" in gap and not bare):
            return
        capital = target.text[0].isupper()
        small = not capital
        if (
            small
            and not self.hints[index + 1] & TITLE
            and not (
                self.small_name(index + 1) or (colon and self.small_follow(index + 1) and not self.plain(index + 1))
            )
        ):
            return
        if colon and capital and self._comma(index + 1, named=True):
            return
        name = self.name_from(index + 1, cued=colon and not small, small=small)
        if name is None:
            return
        first = self.words[name[0]]
        kind = self.kind(first.text)
        alone = name[1] <= first.end + 1
        if self.hints[name[0]] & (ROLE | BODY) and not kind & (FIRST | LAST) and capital:
            return
        if colon:
            if (kind & PLACE and not kind & (LAST | FIRST)) or kind & BRAND:
                return
            if (
                capital
                and kind & ORDINARY
                and not kind & (LAST | FIRST | UNSURE)
                and not (self.words[index].lower in ("name", "nachname", "familienname", "vorname") and "\n" not in gap)
            ):
                return
        elif capital:
            if (len(first.text) == 1 and alone and not hint & ROLE) or (gap == " - " and not kind & FIRST):
                return
            if kind & ORDINARY and alone and not kind & FIRST and not (kind & UNSURE and gap == " "):
                return
            if kind & (UNKNOWN | LISTED) and alone and not kind & (FIRST | LAST) and gap not in (" ", ": ", " (", ", "):
                return
            if kind & UNKNOWN and alone and gap == ", " and not self.sensitive:
                return
            if self._not_a_person(name[0], name[1], direct=True) or (len(first.text) == 1 and alone):
                return
        self.add(name[0], name[1], 2)
        if colon or capital:
            self._list_after(name[1], roll=colon and low in _ROLLS)

    def _after_title(self, index: int) -> None:
        """`Dr. Grün`, `OB Palmer`: behind a degree also a name that is an ordinary word."""
        if index + 1 >= len(self.words) or self.gap(index) not in (" ", ". ", "."):
            return
        target = self.words[index + 1]
        if len(target.text) < 3 or self.hints[index + 1] & (TITLE | FUNCTION):
            return
        if not target.text[0].isupper():
            low = target.lower
            if self.words[index].lower in ("dr", "prof") and not self.plain_small_start(index + 1) and "-" not in low:
                self.add(index + 1, target.end, 1)
            return
        kind = self.kind(target.text)
        degree = self.words[index].lower in ("dr", "prof", "professor", "professorin")
        if (
            not kind & (NAMELIKE if not kind & ORDINARY else LAST if degree else FIRST)
            or kind & BRAND
            or (kind & PLACE and not kind & (FIRST | LAST))
        ):
            return
        if kind & LISTED and not degree and not kind & (FIRST | LAST):
            return
        name = self.name_from(index + 1, cued=degree)
        if name and not self._not_a_person(name[0], name[1]):
            self.add(name[0], name[1], 2)

    def _list_after(self, end: int, *, roll: bool = False) -> None:
        """Further names of a list: `A, B und C`; in a roll of people ordinary words are names too."""
        for _ in range(60):
            match = _LIST_NEXT.match(self.text, end)
            if not match:
                return
            index = self.at(match.end())
            if index >= len(self.words) or self.words[index].start != match.end() or self.taken[index]:
                return
            word = self.words[index]
            kind = self.kind(word.text)
            if self.hints[index] & ROLE and not kind & FIRST:
                return
            if roll and word.text[0].isupper() and kind & ORDINARY and not self.hints[index] & (FIELD | BODY | NO_NAME):
                name = self.name_from(index, cued=True)
                if name and self.text[name[1] : name[1] + 1] in ("", ",", ";", "\n", "."):
                    self.add(name[0], name[1], 2)
                    end = name[1]
                    continue
            if not word.text[0].isupper() or (
                not kind & NAMELIKE and not self.hints[index] & TITLE and len(word.text) > 1
            ):
                return
            if (kind & ORDINARY and not kind & FIRST) or (kind & PLACE and not kind & (FIRST | LAST)):
                name = self.name_from(index)
                if name is None or name[1] == word.end:
                    return
            name = self.name_from(index)
            if name is None:
                return
            self.add(name[0], name[1], 2)
            end = name[1]

    def _signature(self, index: int) -> None:
        """The name under a closing formula: in the next line, or behind `LG`."""
        words = self.words
        low = words[index].lower
        line = _CLOSING_LINE.match(self.text, words[index].end)
        if not line or ("\n" not in line.group() and low not in _SHORT_CLOSINGS):
            return
        follow = self.at(line.end())
        if follow >= len(words) or words[follow].start > line.end() + 1 or self.taken[follow]:
            return
        first = words[follow]
        small = not first.text[0].isupper()
        if self.hints[follow] & ADDRESS and follow + 1 < len(words):
            return
        name = self.name_from(follow, cued=True, small=small)
        if name is None:
            return
        index = name[0]
        first, hint = words[index], self.hints[index]
        kind = self.kind(first.text)
        if hint & (FUNCTION | NO_NAME | BODY | CLOSING) and not kind & (FIRST | LAST):
            return
        newline = "\n" in line.group()
        if small:
            if self.plain(index) and not self.small_name(index):
                return
            if not newline and not self.small_name(index) and low in ("danke", "dank"):
                return
        else:
            if (kind & ORDINARY and not kind & (FIRST | LAST | UNSURE)) or (kind & PLACE and not kind & (FIRST | LAST)):
                return
            if not newline and (
                (kind & ORDINARY and not kind & (FIRST | UNSURE))
                or (low in ("dank", "danke") and not kind & (FIRST | UNKNOWN))
            ):
                return
        self.add(name[0], name[1], 2)

    def _greeting(self, index: int) -> None:
        if index + 1 >= len(self.words) or self.gap(index) not in (" ", ", "):
            return
        hint = self.hints[index + 1]
        if hint & (HELLO | NO_NAME | ADDRESS | FUNCTION):
            return
        target = self.words[index + 1]
        small = not target.text[0].isupper()
        kind = self.kind(target.text)
        if small:
            if not self.small_name(index + 1):
                return
        elif (kind & ORDINARY and not kind & (FIRST | UNSURE)) or (kind & PLACE and not kind & (FIRST | LAST)):
            return
        name = self.name_from(index + 1, small=small)
        if name and self.taken[name[0]] != 1:
            self.add(name[0], name[1], 2)
            self._list_after(name[1])

    def _signed(self) -> None:
        """A line of its own under `Im Auftrag`: a name even where each of its words is an ordinary one."""
        for match in _SIGNED.finditer(self.text):
            index, stop = self.at(match.start(1)), self.at(match.end(1))
            while index < stop and self.hints[index] & (TITLE | ADDRESS) and index + 1 < stop:
                index += 1
            last = index
            while last < stop and (
                self.words[last].text[0].isupper() or (self.hints[last] & PARTICLE and last + 1 < stop)
            ):
                last += 1
            if not index < last <= index + 5 or last < stop:
                continue
            if any(
                self.hints[i] & (BODY | FIELD | CLOSING) and not self.kind(self.words[i].text) & (FIRST | LAST)
                for i in range(index, last)
            ) or self.words[last - 1].lower.endswith(_UNSIGNED):
                continue
            hint = self.hints[index]
            if hint & (ROLE | FUNCTION | NO_NAME) and not self.kind(self.words[index].text) & (FIRST | LAST):
                continue
            self.add(index, self.words[last - 1].end, 3)

    def _parties(self) -> None:
        """`Hahn ./. Krämer`"""
        place = self.text.find("./.")
        while place >= 0:
            after = self.at(place + 3)
            for index in (after - 1, after):
                if 0 <= index < len(self.words) and not self.taken[index] and not self.hints[index] & BODY:
                    word = self.words[index]
                    near = abs(word.end - place) <= 2 if index < after else word.start - place <= 5
                    if near and word.text[0].isupper() and not self.kind(word.text) & (PLACE | BRAND):
                        self.add(index, word.end, 2)
            place = self.text.find("./.", place + 3)

    def _headers(self) -> None:
        """Mail headers, `c/o`, `gez.`, `geb.`: what stands behind them."""
        for match in _HEADER.finditer(self.text):
            index = self.at(match.end())
            if (
                index >= len(self.words)
                or self.words[index].start > match.end() + 1
                or not self.words[index].text[0].isupper()
            ):
                continue
            kind = self.kind(self.words[index].text)
            titled = self.hints[index] & TITLE
            strong = match.group().strip().lower() in _STRONG_HEADERS
            if (
                (not kind & NAMELIKE and not titled and not strong)
                or self.hints[index] & (FUNCTION | NO_NAME)
                or (kind & PLACE and not kind & (LAST | FIRST))
            ):
                continue
            name = self.name_from(index, cued=bool(titled) or strong)
            if name is None:
                continue
            first = self.kind(self.words[name[0]].text)
            if strong and not first & BRAND and self.words[index].lower not in _MONTH_NAMES:
                self.add(name[0], name[1], 2)
                continue
            if (first & ORDINARY and not first & (FIRST | LAST | UNSURE)) or self._not_a_person(name[0], name[1]):
                continue
            self.add(name[0], name[1], 2)
            self._list_after(name[1])

    def _columns(self) -> None:
        """Tables: the cells under a heading such as `Name` or `Vorname`."""
        text = self.text
        if "\n" not in text or not ("\t" in text or ";" in text or "|" in text):
            return
        offset = 0
        columns: list[int] = []
        separator = ""
        for line in text.split("\n"):
            sign = "\t" if "\t" in line else ";" if ";" in line else "|" if "|" in line else ""
            if sign:
                cells = line.split(sign)
                named = (
                    [i for i, cell in enumerate(cells) if self.reading.hint_of(cell.strip(" *").lower()) & COLUMN]
                    if len(line) < 300
                    else []
                )
                if named:
                    columns, separator = named, sign
                elif columns and sign == separator:
                    place = offset
                    for i, cell in enumerate(cells[: columns[-1] + 1]):
                        if i in columns:
                            self._cell(place, cell)
                        place += len(cell) + 1
            elif line.strip("-|: "):
                columns = []
            offset += len(line) + 1

    def _cell(self, start: int, cell: str) -> None:
        words = self.words
        index = self.at(start)
        stop = start + len(cell)
        if index < len(words) and self.hints[index] & (ROLE | ADDRESS):
            index += 1
        if index >= len(words) or words[index].start >= stop or not words[index].text[0].isupper():
            return
        last = index
        while last + 1 < len(words) and words[last + 1].start < stop and last - index < 5:
            last += 1
        self.add(index, words[last].end, 2)

    def _names(self) -> None:
        """Names without a cue."""
        words = self.words
        index = 0
        size = len(words)
        get = self.kinds.get
        taken = self.taken
        while index < size:
            word = words[index]
            if get(word[2]) == ORDINARY or taken[index]:
                index += 1
            elif word.text is word.lower or (word.text[0] == word.lower[0] and not self._particled(word.text)):
                hint = self.hints[index]
                if hint & WITH or len(word.text) == 1:
                    index = self._small_stranger(index)
                elif (
                    hint & (SMALL_FIRST | SMALL_LAST)
                    or (len(word.lower) > 5 and not hint and self._small_ending(word.lower))
                    or "-" in word.lower
                ):
                    index = self._small(index)
                elif not hint and len(word.lower) > 3 and self._stands_alone(index):
                    self.add(index, word.end, 1)
                    index += 1
                else:
                    index += 1
            else:
                index = self._capital(index)

    def _particled(self, word: str) -> bool:
        """`al-Khatib`"""
        head, _, rest = word.partition("-")
        return bool(rest) and rest[0].isupper() and bool(self.reading.hint_of(head) & PARTICLE)

    def _small(self, index: int) -> int:
        """Names in lower case: a first name with what follows, or a surname that is no word."""
        words = self.words
        if not self.small_name(index) or self._glued(index) or self.hint(index - 1) & (ABOUT_NAMES | BODY):
            return index + 1
        if "-" in words[index].lower and self.reading.vocabulary.small(words[index].lower):
            return index + 1
        end = index
        first = bool(self.hints[index] & SMALL_FIRST)
        while end + 1 < len(words) and self.gap(end) == " " and end - index < 4 and not self.taken[end + 1]:
            follow = end + 1
            if words[follow].text[0].isupper():
                break
            if follow + 1 < len(words) and (self.hints[follow] & PARTICLE or self._noble(follow)):
                beyond = self.hints[follow + 1]
                if (
                    not self.plain(follow + 1)
                    or beyond & PARTICLE & ~FUNCTION
                    or self._noble(follow + 1)
                    or self.hints[end] & PARTICLE
                    or self._noble(follow)
                    or (words[follow].lower in ("von", "van", "de", "di", "lo", "la") and self.small_follow(follow + 1))
                ):
                    end = follow
                    continue
            if (self.hints[end] & PARTICLE and end > index) and not self.hints[follow] & (FUNCTION | VERB):
                end = follow
                break
            if len(words[follow].lower) == 1 and end == index and self.gap(follow)[:1] in (" ", ".", ",", "\n"):
                end = follow
                break
            if self.small_name(follow) or (
                first
                and end == index
                and (not self.plain(follow) or (self.hints[follow] & SMALL_LAST and self.small_follow(follow)))
            ):
                end = follow
                continue
            break
        while end > index and self.hints[end] & PARTICLE and not self.hints[end] & (SMALL_FIRST | SMALL_LAST):
            end -= 1
        start = self._initials_before(index)
        if (
            start == index
            and index
            and self.gap(index - 1) == " "
            and self._maybe_first(index - 1)
            and not self.hints[index - 1] & (FUNCTION | VERB)
            and not self.taken[index - 1]
        ):
            start = index - 1
        self.add(start, words[end].end, 2 if end > index or start < index else 1)
        return self._small_pair(start, end)

    def _initialled(self, index: int) -> bool:
        """True for the last of two initials that are no abbreviation such as `z. B.`."""
        start = self._initials_before(index)
        letters = "".join(word.lower for word in self.words[start : index + 1])
        return len(letters) > 1 and letters not in _ABBREVIATIONS

    def _initials_before(self, index: int) -> int:
        """Where the initials before a surname begin, else the surname itself."""
        last = index
        while (
            index
            and last - index < 4
            and len(self.words[index - 1].text) == 1
            and self.gap(index - 1) in (". ", ".", ".-", "-", ". -")
        ):
            index -= 1
        return index

    def _maybe_first(self, index: int) -> bool:
        """True for a lower-case first name, also a doubtful one that is no German word."""
        if self.hints[index] & SMALL_FIRST:
            return True
        low = self.words[index].lower
        return bool(self.lists.names.get(low.capitalize(), 0) & UNSURE) and not self.plain(index)

    def _small_pair(self, start: int, end: int) -> int:
        """`meier und czajkowski`: beside a name, joined by `und`, a word that is no German is one too."""
        for joint, other in ((start - 1, start - 2), (end + 1, end + 2)):
            if not 0 <= other < len(self.words) or self.words[joint].lower not in ("und", "u"):
                continue
            left = min(joint, other)
            if self.gap(left) != " " or self.gap(left + 1) != " " or (other > end and self.small_name(other)):
                continue
            if self._stranger(other):
                self.add(other, self.words[other].end, 1)
        return end + 1

    def _stranger(self, index: int) -> bool:
        """True for a lower-case word that is no German, no place and no code, in a text without capitals."""
        word = self.words[index]
        if word.text != word.lower or len(word.lower) < 4 or "-" in word.lower or self.taken[index]:
            return False
        if self.hints[index] & ~(SMALL_FIRST | SMALL_LAST) or self.plain(index) or self._glued(index):
            return False
        return self.mostly_small() and not self.kind(word.lower.capitalize()) & (PLACE | BRAND | ORDINARY)

    def _stands_alone(self, index: int) -> bool:
        """In lower case, a word that is no German at the beginning of a sentence, before what only people do."""
        if index + 1 >= len(self.words) or self.gap(index) != " ":
            return False
        follow = self.words[index + 1].lower
        if not self.hints[index + 1] & SPEAKING and not (
            follow in _BEING and self.words[index].lower.endswith(_FOREIGN_END)
        ):
            return False
        begins = index == 0 or any(sign in self.gap(index - 1) for sign in ".!?\n:")
        return begins and self._stranger(index)

    def _small_stranger(self, index: int) -> int:
        """In lower case, a word that is no German behind `an`, `von`, `mit` or an initial."""
        words = self.words
        follow = index + 1
        initial = len(words[index].text) == 1
        if follow >= len(words) or self.gap(index) not in ((". ", ".") if initial else (" ",)) or self.taken[follow]:
            return follow
        low = words[follow].lower
        if (
            words[follow].text != low
            or len(low) < 4
            or self.hints[follow] & (FUNCTION | VERB | TITLE | ADDRESS)
            or "-" in low
        ):
            return follow
        if initial and self._initialled(index) and not self.taken[follow] and self.mostly_small():
            self.add(self._initials_before(index), words[follow].end, 1)
            return follow + 1
        if not self.mostly_small() or self.plain(follow) or self._glued(follow):
            return follow
        if not initial and self.small_name(follow):
            return follow
        if self.kind(low.capitalize()) & (PLACE | BRAND) and not self.hints[follow] & (SMALL_FIRST | SMALL_LAST):
            return follow
        after = self.hint(follow + 1)
        if not initial and follow + 1 < len(words) and self.gap(follow) == " " and not after & (FUNCTION | VERB | WITH):
            return follow
        self.add(self._initials_before(index) if initial else follow, words[follow].end, 1)
        return follow + 1

    def mostly_small(self) -> bool:
        """True for a text written without capitals."""
        if self._small_text is None:
            self._small_text = sum(1 for word in self.words if word.text[0] != word.lower[0]) * 8 <= len(self.words)
        return self._small_text

    def _glued(self, index: int) -> bool:
        """True for a word that is part of an address, a number or a code."""
        word = self.words[index]
        before = self.text[word.start - 1] if word.start else " "
        after = self.text[word.end] if word.end < len(self.text) else " "
        if (
            before in _GLUE
            and not (before == "@" and self.text[max(0, word.start - 2) : word.start - 1] in ("", " ", "\n"))
            and before not in ".-/"
        ):
            return True
        if before == "." and self.text[max(0, word.start - 2) : word.start - 1].isalnum():
            return True
        return after in "_@=\\0123456789" or (after in "./" and self.text[word.end + 1 : word.end + 2].isalnum())

    def _capital(self, index: int) -> int:
        words, text = self.words, self.text
        word = words[index]
        kind = self.kind(word.text)
        if len(word.text) == 1 or self._shortened(index):
            return self._initial(index)
        if not kind & NAMELIKE or self.hints[index] & (FUNCTION | NO_NAME | ADDRESS):
            return index + 1
        if self.hints[index] & ROLE and not kind & FIRST:
            return index + 1
        if (
            (kind & ORDINARY and not kind & (FIRST | UNSURE | LAST))
            or (kind & PLACE and not kind & (FIRST | LAST))
            or self._glued(index)
        ):
            return index + 1
        after_comma = self._comma(index)
        if after_comma:
            return after_comma
        name = self.name_from(index)
        if name is None:
            return index + 1
        begin, end = name
        after = self.at(end)
        if after <= index:
            return index + 1
        if after < len(words) and self.gap(after - 1) == " " and _ROMAN.match(words[after].text):
            return after
        if self._not_a_person(begin, end):
            return after
        start = begin
        while (
            start
            and begin - start < 4
            and len(words[start - 1].text) == 1
            and words[start - 1].text.isupper()
            and self.gap(start - 1) in (". ", ".", ".-", "-")
        ):
            start -= 1
        if self._score(begin, after) + (2 if start < begin else 0) >= ENOUGH:
            self.add(start, end, 2)
            if end < len(text) and text[end] in ",;/ ":
                self._list_after(end)
        return after

    def _initial(self, index: int) -> int:
        """`M. Wegscheider`."""
        words, lead = self.words, index
        while (
            index + 1 < len(words)
            and len(words[index + 1].text) == 1
            and words[index + 1].text.isupper()
            and self.gap(index) in (". ", ".", ".-", "-")
            and index - lead < 3
        ):
            index += 1
        if (
            index + 1 >= len(words)
            or self.gap(index) not in (". ", ".", ".-")
            or not words[index + 1].text[0].isupper()
        ):
            return index + 1
        follower = self.kind(words[index + 1].text)
        double = lead < index and "".join(word.lower for word in words[lead : index + 1]) not in _ABBREVIATIONS
        acts = self.hint(index + 2) & VERB and self.gap(index + 1) == " "
        if follower & PLACE and not follower & (LAST | BRAND) and (double or acts) and words[index].text.isupper():
            self.add(lead, words[index + 1].end, 2)
            return index + 2
        if (
            len(words[index + 1].text) < 3
            or not follower & (LAST | UNKNOWN | LISTED)
            or follower & BRAND
            or (follower & (ORDINARY | PLACE) and not follower & LAST)
        ):
            return index + 1
        if follower & ORDINARY and index and self.text[words[index].start - 2 : words[index].start] in (". ", "z."):
            return index + 1
        name = self.name_from(index + 1)
        if name is None or self._not_a_person(index, name[1]):
            return index + 1
        signed = lead == index and words[index].text in "AV" and index and words[index - 1].lower == "i"
        self.add(index + 1 if signed else lead, name[1], 2)
        return self.at(name[1])

    def _comma(self, index: int, *, named: bool = False) -> int | None:
        """`Wenzel, Ursula` and `MEIER, ULRICH`: a sure first name behind a comma; `named` behind `Name:`."""
        words, text = self.words, self.text
        if self.gap(index) not in (", ", " , ", ",") or index + 1 >= len(words):
            return None
        other = self.kind(words[index].text)
        follower = words[index + 1]
        given = self.kind(follower.text) if follower.text[0].isupper() else 0
        first = bool(given & FIRST or (given & UNSURE and not given & ORDINARY)) and not self.taken[index + 1]
        letter = len(follower.text) == 1 and follower.text.isupper() and text[follower.end : follower.end + 1] == "."
        if not first and not (letter and other & LAST and not other & (FIRST | ORDINARY)):
            return None
        if not named and (
            not other & (LAST | UNKNOWN | LISTED)
            or other & FIRST
            or other & PLACE
            or (other & ORDINARY and not other & LAST)
        ):
            return None
        if words[index].text.isupper() != follower.text.isupper() and len(follower.text) > 1:
            return None
        end, follow = follower.end, index + 1
        while (
            follow + 1 < len(words)
            and self.gap(follow) == " "
            and self.kind(words[follow + 1].text) & (FIRST | UNSURE)
            and words[follow + 1].text[0].isupper()
        ):
            follow += 1
            end = words[follow].end
        if len(follower.text) == 1 and text[end : end + 1] == ".":
            end += 1
        if other & ORDINARY and index and self.gap(index - 1) == ", ":
            return None
        start = index
        while (
            start
            and self.hints[start - 1] & PARTICLE
            and self.gap(start - 1) == " "
            and words[start - 1].text[0].isupper()
        ):
            start -= 1
        self.add(start, end, 2)
        return follow + 1

    def _score(self, begin: int, after: int) -> float:
        """How much speaks for a name: what its words are, and what stands around them."""
        words, text, hints = self.words, self.text, self.hints
        members = [
            self.kind(words[i].text) for i in range(begin, after) if len(words[i].text) > 1 and not hints[i] & PARTICLE
        ]
        if not members:
            return 0.0
        first = members[0]
        score = 0.0
        lone = len(members) == 1
        if not lone:
            if first & FIRST:
                score = 4.0
            elif first & UNSURE:
                sure = not first & ORDINARY and members[1] & BUILT
                score = 3.0 if any(m & (LAST | UNKNOWN | LISTED) for m in members[1:]) else 2.0 if sure else 1.0
            elif all(m & (UNKNOWN | LISTED | LAST) for m in members):
                score = 2.0 if any(m & (LAST | FIRST) for m in members) else 1.5
        elif first & FIRST:
            score = 1.5 if first & (ORDINARY | PLACE) else 2.0
        elif first & LAST:
            score = 0.0 if first & ORDINARY else 1.0 if first & PLACE else 2.0
        elif first & UNSURE:
            score = 0.0 if first & ORDINARY else 1.0
        elif first & UNKNOWN:
            score = 0.5 + (1.0 if words[begin].lower.endswith(self.lists.endings) else 0.0)
        if len(words[after - 1].text) <= 2 and after - begin >= 2:
            score += 3.0
        before = hints[begin - 1] if begin else 0
        spaced = bool(begin) and text[words[begin - 1].end : words[begin].start] == " "
        if (
            begin > 2
            and words[begin - 1].lower == "d"
            and words[begin - 2].lower == "a"
            and text[words[begin - 1].end : words[begin].start] == ". "
        ):
            before, spaced = hints[begin - 3], True
        after_gap = self.gap(after - 1)
        follow = hints[after] if after < len(words) else 0
        if spaced:
            if before & WITH:
                score += 1.0
            if before & ROLE:
                score += 2.0
            elif before & MATTER or words[begin - 1].lower.endswith(
                ("antrag", "akte", "sache", "bescheid", "fall", "klage", "verfahren")
            ):
                score += 1.5
            if lone and before & ARTICLE:
                score += (
                    1.5
                    if after_gap == " "
                    and words[after].lower in ("vom", "von", "aus")
                    and (first & (FIRST | UNSURE | LAST) or words[begin].lower.endswith(self.lists.endings))
                    else -1.0
                )
            if before & AT and not first & (FIRST | LAST):
                score -= 1.5
            if before & VERB and not first & LISTED:
                score += 0.5
            if before & BODY:
                score -= 2.0
        elif begin and text[words[begin].start - 1] == "@":
            score += 1.5
        elif begin and text[words[begin].start - 1] == "(" and self.sensitive:
            score += 0.5
        on_duty = begin and before & ROSTER and first & (LAST | UNKNOWN) and not first & ORDINARY
        if on_duty and text[words[begin - 1].end : words[begin].start] in (" ", ": ", ":", "\t"):
            score += 1.5
        if lone and first & (FIRST | UNSURE) and words[begin].lower not in _MONTHS:
            place = _CLASS_OR_PLACE.match(text, words[after - 1].end)
            if place and (place.group("form") or not first & ORDINARY):
                score += 2.0
        if after < len(words) and after_gap == " " and follow & VERB:
            score += 1.0
        if lone and self._genitive(begin, after):
            score += 1.5
        if lone and self.sensitive:
            score += 0.5
        if (
            text[words[after - 1].end : words[after - 1].end + 2] == " ("
            and after < len(words)
            and self.kind(words[after].text) & PLACE
        ):
            score -= 2.0
        if lone and not first & (FIRST | LAST) and self._among_strangers(begin, after):
            score -= 1.0
        return score

    def _genitive(self, begin: int, after: int) -> bool:
        """`Brockhoffs Einwand`: a name with -s before a noun, at the beginning or behind a preposition."""
        word = self.words[begin].text
        if word[-1] not in "s'" or after >= len(self.words) or self.gap(after - 1) not in (" ", "' "):
            return False
        follower = self.words[after]
        return (
            follower.text[0].isupper()
            and bool(self.kind(follower.text) & ORDINARY)
            and not self.hint(begin - 1) & ARTICLE
        )

    def _among_strangers(self, begin: int, after: int) -> bool:
        """True for one of several foreign words in a row, as in a list of products or places."""
        before = self.kind(self.words[begin - 1].text) if begin and self.words[begin - 1].text[0].isupper() else 0
        behind = (
            self.kind(self.words[after].text) if after < len(self.words) and self.words[after].text[0].isupper() else 0
        )
        return bool((before | behind) & (PLACE | BRAND))

    def _not_a_person(self, index: int, end: int, *, direct: bool = False) -> bool:
        """Firms, streets, institutions, placeholders, lists of first names, office holders."""
        text, words = self.text, self.words
        if text[end : end + 1] in _JOINING:
            if _COMPANY_AFTER.match(text, end):
                return True
            behind = self.at(end)
            if behind < len(words) and words[behind].start == end + 1 and words[behind].lower in _BUILDING_WORDS:
                return True
        if self.taken[index] == 2:
            return True
        start = words[index].start
        if self._craft(index, end):
            return True
        if index:
            before = words[index - 1]
            if self.hints[index - 1] & OFFICE and text[before.end : start] == " ":
                return True
            gap = text[before.end : start]
            if gap in (" ", " - ", "-") and self.hints[index - 1] & BODY and before.text[0].isupper():
                return True
            if self.kind(before.text) & BRAND and gap in (" ", " - "):
                return True
        follow = self.at(end)
        if follow < len(words) and text[end : words[follow].start] == " " and words[follow].text[0].isupper():
            building = "-" in words[follow].text and words[follow].lower.endswith(_BUILDINGS)
            if self.hints[follow] & OCCASION:
                return True
            if building or self.kind(words[follow].text) & BRAND:
                return True
        if start and text[start - 1] in "[{«<":
            return True
        return not direct and bool(self.reading.about_names) and self.reading.names_are_topic(start)

    def _craft(self, index: int, end: int) -> bool:
        """True for `Schmied, Müller und Töpfer` where crafts are spoken of."""
        if not self.hints[index] & TRADE or self.words[index].end != end:
            return False
        beside = 0
        for joint in (index - 1, index):
            other = joint if joint < index else index + 1
            if joint >= 0 and self.gap(joint) in (", ", " und ") and self.hint(other) & TRADE:
                beside += 1
            elif (
                joint >= 0 and self.hint(other) and self.words[min(other, len(self.words) - 1)].lower in ("und", "oder")
            ):
                beside += bool(self.hint(other + (1 if other > index else -1)) & TRADE)
        return beside == 2 or (beside == 1 and bool(_TRADE_TALK.search(self.text[max(0, end - 150) : end + 150])))

    def _again(self) -> None:
        """The same name once more: surnames and first names already found, also with a genitive -s."""
        known: set[str] = set()
        common: set[str] = set()
        for hit in self.found:
            for word in re.split(r"[ ,;.<\n]+", self.text[hit.start : hit.end]):
                if len(word) > 2 and word[0].isupper() and not self.reading.hint_of(word.lower()) & (TITLE | PARTICLE):
                    (known if not self.kind(word) & ORDINARY else common).add(word.lower())
        if not known and not common:
            return
        ordinary = {word for word, kind in self.kinds.items() if kind == ORDINARY}
        for index, word in enumerate(self.words):
            text, low = word[2], word[3]
            if self.taken[index] or text[0] == low[0]:
                continue
            if low in common or (low[-1] in "s'" and low[:-1] in common):
                if self._meant_again(index):
                    self.add(index, word.end, 1)
                continue
            if text in ordinary:
                continue
            again = low in known or (low[-1] in "s'" and (low[:-1] in known or low[:-2] in known))
            if again and not self._not_a_person(index, word.end) and not self._glued(index):
                self.add(index, word.end, 1)

    def _meant_again(self, index: int) -> bool:
        """True when a name that is also an ordinary word stands again where only a name can stand."""
        before = self.hint(index - 1) if index and self.gap(index - 1) == " " else 0
        if before & (ARTICLE | AT | ROSTER) or self.words[index - 1].lower in ("am", "im", "zum", "vom", "jeden", "ab"):
            return False
        if self._not_a_person(index, self.words[index].end):
            return False
        if self.words[index].text[-1] == "'" or before & WITH:
            return True
        return self.gap(index) == " " and bool(self.hint(index + 1) & VERB)

    def merged(self) -> list[Hit]:
        """Found names in order, overlapping ones joined; without the town's office holders."""
        result: list[Hit] = []
        officials = self.reading.tenant.officials
        for hit in sorted(self.found):
            if officials:
                name = tuple(re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", self.text[hit.start : hit.end]))
                if any(
                    name == official or name == official[-1:] or name[-len(official) :] == official
                    for official in officials
                ):
                    continue
            if result and hit.start < result[-1].end:
                if hit.end > result[-1].end:
                    result[-1] = result[-1]._replace(end=hit.end)
                continue
            result.append(hit)
        return result
