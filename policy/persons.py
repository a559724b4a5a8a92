"""Names of persons: behind a cue, as a known name, or as a capitalised word that is no ordinary German word.

Works on the normal form. Titles and forms of address are not part of a name.
"""

import re
from collections.abc import Sequence

from policy.reading import Hit, Reading, Word

FIRST, UNSURE, LAST, ORDINARY, PLACE, UNKNOWN, LISTED, BRAND = 1, 2, 4, 8, 16, 32, 64, 128
NAMELIKE = FIRST | UNSURE | LAST | UNKNOWN | LISTED

_COMPANY_AFTER = re.compile(r"[ ]?(?:&|und|\+)?[ ]?(?:Söhne|Co\b|Partner|Sohn\b)?[ ,]{0,2}(?:GmbH|mbH|AG\b|KG\b|OHG|UG\b|GbR|e\.?[ ]?V|e\.?[ ]?K\.|SE\b|Ltd|Inc|&)")
_STREET_AFTER = re.compile(r"[ -](?:straße|str\.|weg|platz|allee|ring|gasse|ufer|haus|schule|halle|stiftung|park|turm|denkmal|gymnasium|grundschule|gesamtschule|realschule|preis|saal|institut|museum|kirche)", re.I)
_PLACEHOLDER = re.compile(r"[\[{<«(]\s{0,2}[\w ]{0,20}$")
_LINE_START = re.compile(r"(?:^|\n)[ \t>*•-]{0,6}(?:\d{1,3}[.)][ \t]{0,2})?$")
_INITIAL = re.compile(r"[A-ZÄÖÜÇŞİ]$")


def persons(reading: Reading) -> list[Hit]:
    """The persons of a text, in order, not overlapping."""
    finder = _Finder(reading)
    finder.run()
    return finder.merged()


class _Finder:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = reading.text
        self.words = reading.words
        self.lists = reading.lists
        self.hints = reading.lists.hints
        self.function = self.hints["funktion"]
        self.titles = self.hints["titel"]
        self.particles = self.hints["partikel"]
        self.found: list[Hit] = []
        self.kinds: dict[str, int] = {}
        self.taken = [False] * len(self.words)
        letters = sum(1 for w in self.words if w.text[0].isupper())
        self.small = letters * 8 < len(self.words)

    # -- words -----------------------------------------------------------------------------------------------------

    def kind(self, word: str) -> int:
        known = self.kinds.get(word)
        if known is None:
            known = self.kinds[word] = self._kind(word)
        return known

    def _kind(self, word: str) -> int:
        lists = self.lists
        if word.isupper() and len(word) > 3:
            word = "-".join(part.capitalize() for part in word.split("-"))
        kind = 0
        bases = [word]
        if word[-1] in "'’":
            bases = [word, word[:-1]]
        elif word.endswith("s") and len(word) > 3:
            bases = [word, word[:-1]]
            if word.endswith("'s"):
                bases.append(word[:-2])
        for base in bases:
            if base in lists.unsure:
                kind |= UNSURE
            elif base in lists.first:
                kind |= FIRST
            if base in lists.last:
                kind |= LAST
            if base in lists.places:
                kind |= PLACE
            if base in lists.brands:
                kind |= BRAND
        if kind & BRAND:
            return kind | ORDINARY
        if "-" in word and not kind:
            parts = [self.kind(part) for part in word.split("-") if part]
            if len(parts) >= 2 and parts[0] & (FIRST | UNSURE) and all(part & (FIRST | UNSURE) for part in parts[1:]):
                return FIRST
            if any(part & PLACE for part in parts):
                return PLACE
            if all(part & LAST for part in parts):
                kind |= LAST
            elif any(part & (UNKNOWN | LISTED) for part in parts) and not any(part & ORDINARY and not part & LAST for part in parts[-1:]):
                return UNKNOWN
            return kind | ORDINARY
        return kind | self.reading.ordinary(word)

    def capital(self, index: int) -> bool:
        return self.words[index].text[0].isupper()

    def gap(self, index: int) -> str:
        """What stands between this word and the next."""
        if index + 1 >= len(self.words):
            return "\n"
        return self.text[self.words[index].end : self.words[index + 1].start]

    # -- the name itself --------------------------------------------------------------------------------------------

    def name_from(self, index: int, *, cued: bool, small: bool = False, limit: int = 6) -> tuple[int, int] | None:
        """The name that begins at this word: index of its first word and place of its end.

        Args:
            cued: A form of address stands before it, so the first word may be an ordinary word.
            small: Lower-case words may be names here.
        """
        words = self.words
        begin = index
        while begin < len(words) and words[begin].lower in self.titles and self.gap(begin) in (" ", ". ", ".", ". -", ".-"):
            begin += 1
        position = begin
        last = None
        count = 0
        while position < len(words) and count < limit:
            word = words[position]
            low = word.lower
            if word.start > 0 and self.text[word.start - 1] in "[{«<":
                break
            capital = word.text[0].isupper()
            gap = self.gap(position)
            if low in self.particles and position + 1 < len(words) and gap in (" ", "-", "'") and (count or cued or capital) and len(low) < 6:
                follower = words[position + 1]
                if follower.text[0].isupper() or follower.lower in self.particles or (small and not self.plain(follower)):
                    position += 1
                    continue
            initial = len(word.text) == 1 and capital or (small and len(low) == 1 and gap.startswith("."))
            if not initial:
                kind = self.kind(word.text)
                if low in self.function or low in self.hints["kein-name"]:
                    if not (capital and count == 0 and cued and kind & (LAST | FIRST)):
                        break
                if capital:
                    if not (kind & NAMELIKE) and not (cued and count == 0):
                        break
                    if count and kind & ORDINARY and not kind & (LAST | FIRST):
                        break
                    if count and kind & ORDINARY and kind & (LAST | UNSURE) and gap[:1] not in ",.;:!?)\n" and not self._ends_name(position, kind):
                        break
                    if kind & PLACE and not kind & (FIRST | LAST | UNSURE) and not (cued and not count):
                        break
                elif small:
                    if self.plain(word) and not (count == 0 and cued and not low in self.function and self.lower_name(low)):
                        break
                    if count and not self.lower_name(low) and not cued:
                        break
                else:
                    break
            last = position
            count += 1
            if gap == " " or (initial and gap in (". ", ".")) or gap in ("  ", " - ") and False:
                position += 1
                continue
            break
        if last is None:
            return None
        end = words[last].end
        if len(words[last].text) == 1 and self.text[end : end + 1] == ".":
            end += 1
        return begin, end

    def _ends_name(self, position: int, kind: int) -> bool:
        """True when an ordinary word that is also a surname may belong to the name before it."""
        return bool(kind & LAST)

    def plain(self, word: Word) -> bool:
        """True for a lower-case word that is an ordinary lower-case word."""
        return word.lower in self.function or self.reading.lower_word(word.lower)

    def lower_name(self, low: str) -> bool:
        parts = low.split("-")
        return all(part in self.lists.first_lower or part in self.lists.last_lower for part in parts)

    def add(self, begin: int, end: int, weight: int) -> None:
        words = self.words
        start = words[begin].start
        if end <= start:
            return
        self.found.append(Hit(start, end, "PERSON", weight))
        index = begin
        while index < len(words) and words[index].start < end:
            self.taken[index] = True
            index += 1

    # -- rules -------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        words = self.words
        salutation = self.hints["anrede"]
        roles = self.hints["rolle"]
        fields = self.hints["feld"]
        greetings = self.hints["gruss"]
        hello = self.hints["hallo"]
        count = len(words)
        for index, word in enumerate(words):
            low = word.lower
            if low in salutation and not self.taken[index]:
                self._after_address(index)
            if low in fields or low in roles:
                self._after_role(index, field=low in fields)
            if low in greetings:
                self._signature(index)
            if low in hello and index + 1 < count:
                self._greeting(index)
        self._headers()
        self._columns()
        self._comma_names()
        self._names()
        self._again()

    def _after_address(self, index: int) -> None:
        low = self.words[index].lower
        gap = self.gap(index)
        if gap not in (" ", ". ", ".", "  ", ", ", ".  ", ": ", "\n") or index + 1 >= len(self.words):
            return
        if low in ("fr", "hr") and gap == ", " or low in ("fam", "familie") and gap == "\n":
            return
        target = self.words[index + 1]
        if target.lower in ("und", "oder") or target.lower in self.hints["anrede"]:
            return
        small = not target.text[0].isupper()
        if small and gap == "\n":
            return
        name = self.name_from(index + 1, cued=True, small=small)
        if name is None:
            return
        first = self.words[name[0]]
        if first.lower in self.hints["kein-name"] or (small and self.plain(first) and not self.lower_name(first.lower)):
            return
        if name[0] + 1 < len(self.words) and first.text[0].isupper() and self.gap(name[0]) == " " and self.words[name[0] + 1].lower in ("der", "im", "in") and first.lower in self.hints["kein-name"]:
            return
        self.add(name[0], name[1], 3)
        if low in ("eheleute", "eheleuten", "familie", "geschwister", "ehepaar", "familien"):
            after = name[1]
            following = next((i for i in range(name[0], min(name[0] + 8, len(self.words))) if self.words[i].start >= after), None)
            if following is not None and self.words[following].lower == "und" and following + 1 < len(self.words):
                second = self.name_from(following + 1, cued=True, small=small)
                if second:
                    self.add(second[0], second[1], 2)

    def _after_role(self, index: int, *, field: bool) -> None:
        if index + 1 >= len(self.words):
            return
        gap = self.gap(index)
        target = self.words[index + 1]
        colon = field and ":" in gap and gap.strip(" :*|\t\n(n)/") == "" and "\n\n" not in gap
        if not colon and gap not in (" ", ", ", ": ", " (") and not (":" in gap and gap.strip(" :\n(n)/in") == ""):
            return
        small = not target.text[0].isupper()
        if small:
            if not (self.lower_name(target.lower) and not self.plain(target)):
                return
        name = self.name_from(index + 1, cued=colon, small=small)
        if name is None:
            return
        first = self.words[name[0]]
        kind = self.kind(first.text)
        if not colon and kind & ORDINARY and not kind & FIRST and not (kind & (LAST | UNSURE) and name[1] > first.end):
            if not (kind & UNSURE and gap == " "):
                return
        if colon and kind & ORDINARY and not kind & (LAST | FIRST | UNSURE) and not (self.words[index].lower in ("name", "nachname", "familienname") and "\n" not in gap):
            return
        if colon and kind & PLACE and not kind & (LAST | FIRST):
            return
        self.add(name[0], name[1], 2)
        if colon:
            self._list_after(name[1])

    def _list_after(self, end: int) -> None:
        """Further names of a list: `A, B und C`."""
        match = re.compile(r"(?:[ ]?\([^)\n]{1,30}\))?(?:[,;][ ]?|[ ](?:und|sowie|u\.)[ ])").match(self.text, end)
        guard = 0
        while match and guard < 40:
            guard += 1
            index = self._index_at(match.end())
            if index is None or self.words[index].start != match.end():
                return
            kind = self.kind(self.words[index].text)
            if not kind & NAMELIKE and self.words[index].lower not in self.titles:
                return
            name = self.name_from(index, cued=False)
            if name is None:
                return
            self.add(name[0], name[1], 2)
            match = re.compile(r"(?:[ ]?\([^)\n]{1,30}\))?(?:[,;][ ]?|[ ](?:und|sowie|u\.)[ ])").match(self.text, name[1])

    def _index_at(self, start: int) -> int | None:
        low, high = 0, len(self.words)
        while low < high:
            middle = (low + high) // 2
            if self.words[middle].start < start:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.words) else None

    def _signature(self, index: int) -> None:
        """The name under a closing formula: in the next line, or behind `LG`."""
        words = self.words
        low = words[index].lower
        short = low in ("lg", "vg", "mfg", "bg", "hg", "gruß", "gruss", "grüße", "cheers", "danke", "ciao", "tschüss", "dank")
        end = words[index].end
        line = re.compile(r"[ ]?[,.!]?[ ]{0,3}(?:\n[ \t>]{0,4}){0,3}(?:(?:Im Auftrag|I\. ?A\.|i\. ?A\.|i\. ?V\.|In Vertretung|gez\.?)[ :]{0,2}\n?[ ]?){0,2}").match(self.text, end)
        if not line:
            return
        if "\n" not in line.group() and not short:
            return
        follow = self._index_at(line.end())
        if follow is None or words[follow].start > line.end() + 1:
            return
        first = words[follow]
        small = not first.text[0].isupper()
        if small and (self.plain(first) and not self.lower_name(first.lower)):
            return
        name = self.name_from(follow, cued=True, small=small)
        if name is None:
            return
        first = words[name[0]]
        kind = self.kind(first.text)
        if first.lower in self.function or first.lower in self.hints["kein-name"] or first.lower in self.hints["einrichtung"] or first.lower in self.hints["gruss"]:
            return
        if small and not (self.lower_name(first.lower) or not self.plain(first)):
            return
        if kind & ORDINARY and not kind & (FIRST | LAST | UNSURE) and "\n" in line.group():
            return
        if "\n" not in line.group() and kind & ORDINARY and not kind & (FIRST | UNSURE):
            return
        if "\n" not in line.group() and low in ("dank", "danke") and not kind & (FIRST | UNKNOWN):
            return
        self.add(name[0], name[1], 2)

    def _greeting(self, index: int) -> None:
        gap = self.gap(index)
        if gap not in (" ", ", "):
            return
        target = self.words[index + 1]
        small = not target.text[0].isupper()
        low = target.lower
        if low in self.hints["hallo"] or low in self.hints["kein-name"] or low in self.hints["anrede"] or low in self.function:
            return
        kind = self.kind(target.text)
        if small:
            if not self.lower_name(low):
                return
        elif kind & ORDINARY and not kind & (FIRST | UNSURE):
            return
        name = self.name_from(index + 1, cued=False, small=small)
        if name:
            self.add(name[0], name[1], 2)
            self._list_after(name[1])

    def _headers(self) -> None:
        """Mail headers and `gez.`: what stands behind the colon in a line of its own."""
        for match in re.finditer(r"(?m)^[ \t>*|]{0,6}(?:Von|An|Cc|CC|Bcc|From|To|Absender|Empfänger|Verteiler|z\. ?Hd\.|gez\.|Gez\.)[ ]?[:.]?[ ]", self.text):
            index = self._index_at(match.end())
            if index is None or self.words[index].start > match.end() + 2:
                continue
            kind = self.kind(self.words[index].text)
            if not self.words[index].text[0].isupper() or not kind & NAMELIKE and self.words[index].lower not in self.titles:
                continue
            name = self.name_from(index, cued=True)
            if name and self.words[name[0]].lower not in self.function:
                self.add(name[0], name[1], 2)
                self._list_after(name[1])

    def _columns(self) -> None:
        """Tables: the cells under a heading such as `Name` or `Vorname`."""
        lines = self.text.split("\n")
        if len(lines) < 2:
            return
        offset = 0
        columns: list[int] = []
        separator = ""
        for line in lines:
            cells = None
            for sign in ("\t", ";", "|"):
                if line.count(sign) >= 1:
                    cells = line.split(sign)
                    break
            if cells is None:
                if line.strip("-|: "):
                    columns = []
                offset += len(line) + 1
                continue
            heads = [cell.strip(" *").lower() for cell in cells]
            named = [i for i, head in enumerate(heads) if head in self.hints["tabellenkopf"]]
            if named:
                columns, separator = named, sign
            elif columns and sign == separator:
                place = offset
                for i, cell in enumerate(cells):
                    if i in columns:
                        self._cell(place, cell)
                    place += len(cell) + 1
            offset += len(line) + 1

    def _cell(self, start: int, cell: str) -> None:
        index = self._index_at(start)
        if index is None or self.words[index].start >= start + len(cell):
            return
        words = self.words
        if words[index].lower in self.hints["rolle"] or words[index].lower in self.hints["anrede"]:
            index += 1
        last = index
        while last + 1 < len(words) and words[last + 1].start < start + len(cell) and last - index < 5:
            last += 1
        if index < len(words) and words[index].start < start + len(cell) and words[index].text[0].isupper():
            self.add(index, words[last].end, 2)

    def _comma_names(self) -> None:
        """`Wenzel, Ursula` and `MEIER, ULRICH`: a first name behind a comma."""
        words = self.words
        for index in range(1, len(words)):
            word = words[index]
            if not word.text[0].isupper() or self.text[words[index - 1].end : word.start] not in (", ", " , ", ","):
                continue
            before = words[index - 1]
            if not before.text[0].isupper():
                continue
            kind, other = self.kind(word.text), self.kind(before.text)
            if not kind & (FIRST | UNSURE) or not (other & (LAST | UNKNOWN | LISTED)) or other & FIRST:
                continue
            if other & PLACE or other & ORDINARY and not other & LAST:
                continue
            end = word.end
            follow = index
            while follow + 1 < len(words) and self.gap(follow) == " " and self.kind(words[follow + 1].text) & FIRST:
                follow += 1
                end = words[follow].end
            if re.match(r"[ ]?,[ ]?[A-Z]", self.text[end : end + 3]) and not (other & LAST and not other & FIRST):
                continue
            start = index - 1
            while start and words[start - 1].lower in self.particles and self.text[words[start - 1].end : words[start].start] == " " and words[start - 1].text[0].isupper():
                start -= 1
            if before.text.isupper() != word.text.isupper() and len(before.text) > 3:
                continue
            self.add(start, end, 2)

    def _names(self) -> None:
        """Names without a cue."""
        words = self.words
        index = 0
        while index < len(words):
            word = words[index]
            if self.taken[index]:
                index += 1
                continue
            if not word.text[0].isupper():
                if word.lower in self.lists.first_lower and not self.plain(word):
                    index = self._small_name(index)
                    continue
                index += 1
                continue
            index = self._capital_name(index)

    def _small_name(self, index: int) -> int:
        words = self.words
        end = index
        surname = False
        while end + 1 < len(words) and self.gap(end) == " " and end - index < 4:
            low = words[end + 1].lower
            if words[end + 1].text[0].isupper() or self.plain(words[end + 1]) and not (low in self.lists.last_lower and end == index):
                break
            end += 1
            surname = True
        before = words[index - 1].lower if index else ""
        if surname or before in self.hints["personenpräposition"] or before in self.hints["rolle"] or not index:
            self.add(index, words[end].end, 2 if surname else 1)
        return end + 1

    def _capital_name(self, index: int) -> int:
        words, text = self.words, self.text
        word = words[index]
        kind = self.kind(word.text)
        if not kind & NAMELIKE or word.lower in self.function:
            if len(word.text) == 1 and self.gap(index) in (". ", ".") and index + 1 < len(words):
                follower = self.kind(words[index + 1].text)
                if words[index + 1].text[0].isupper() and len(words[index + 1].text) > 2 and follower & (LAST | UNKNOWN | LISTED) and not follower & (ORDINARY | PLACE | BRAND):
                    name = self.name_from(index + 1, cued=False)
                    if name and not self._not_a_person(index, name[1]):
                        self.add(index, name[1], 2)
                        return index + 2
            return index + 1
        if kind & ORDINARY and not kind & (FIRST | UNSURE):
            return index + 1
        if kind & PLACE and not kind & (FIRST | LAST):
            return index + 1
        name = self.name_from(index, cued=False)
        if name is None:
            return index + 1
        begin, end = name
        after = index
        while after < len(words) and words[after].start < end:
            after += 1
        members = [self.kind(w.text) for w in words[begin:after] if len(w.text) > 1 and w.lower not in self.particles]
        if self._not_a_person(index, end):
            return after
        score = self._score(begin, after, members)
        if score >= 2:
            self.add(begin, end, 2 if score > 2 else 1)
        return after

    def _score(self, begin: int, after: int, members: Sequence[int]) -> int:
        words, text = self.words, self.text
        first = members[0] if members else 0
        score = 0
        if len(members) >= 2:
            if first & FIRST and any(m & (LAST | UNKNOWN | LISTED | FIRST) for m in members[1:]):
                score += 4
            elif first & UNSURE and any(m & (LAST | UNKNOWN | LISTED) for m in members[1:]):
                score += 3
            elif all(m & (UNKNOWN | LAST) for m in members) and not any(m & (ORDINARY | PLACE) for m in members):
                score += 2
        elif first & FIRST:
            score += 1 if first & ORDINARY else 2
        elif first & LAST and not first & (ORDINARY | PLACE):
            score += 1
        elif first & UNKNOWN:
            score += 0
        if first & FIRST and after - begin >= 2 and len(words[after - 1].text) == 1:
            score += 3
        before = words[begin - 1].lower if begin else ""
        gap_before = text[words[begin - 1].end : words[begin].start] if begin else ""
        follow = words[after].lower if after < len(words) else ""
        gap_after = self.gap(after - 1)
        if gap_before == " " and before in self.hints["personenpräposition"]:
            score += 1
        if gap_after == " " and follow in self.hints["personenverb"]:
            score += 1
        if gap_before == " " and before in self.hints["rolle"]:
            score += 2
        if words[begin].text.isupper() and len(members) == 1 and len(words[begin].text) <= 5:
            score -= 2
        return score

    def _not_a_person(self, index: int, end: int) -> bool:
        """Firms, streets, institutions, historic persons, placeholders, lists of first names."""
        text, words = self.text, self.words
        if _COMPANY_AFTER.match(text, end) or _STREET_AFTER.match(text, end):
            return True
        if index:
            before = words[index - 1]
            gap = text[before.end : words[index].start]
            if gap in (" ", " - ", "-") and before.lower in self.hints["einrichtung"] and before.lower not in ("sohn",):
                return True
            if index > 1 and gap == " " and before.lower in ("der", "die", "das") and words[index - 2].lower in ("sturmtief", "orkan"):
                return True
        start = words[index].start
        if start and text[start - 1] in "[{«<":
            return True
        line = self.reading.lower[max(0, start - 60) : start]
        if re.search(r"\b(?:vornamen?|sturmtief|orkan|hurrikan|sankt|st\.)\b[^\n]{0,55}$", line):
            return True
        last = None
        for i in range(index, len(words)):
            if words[i].start >= end:
                break
            last = i
        if last is not None:
            surname = words[last].text.removesuffix("'").removesuffix("s") if words[last].text not in self.lists.known else words[last].text
            for parts in self.lists.known.get(surname, ()):
                present = tuple(w.text for w in words[max(0, last - len(parts) + 1) : last + 1])
                if len(parts) == 1 or present[: len(parts) - 1] == parts[:-1] or (last - index == 0 and len(parts) > 1 and "!" in parts[0]):
                    return True
        full = tuple(w.text for w in words[index : (last if last is not None else index) + 1])
        return any(full[-len(official) :] == official or full == official[-len(full) :] and full[-1] == official[-1] for official in self.reading.tenant.officials)

    def _again(self) -> None:
        """The same name once more: surnames and first names already found, also with a genitive -s."""
        known: set[str] = set()
        for hit in self.found:
            for part in re.split(r"[ ,;.]+", self.text[hit.start : hit.end]):
                if len(part) > 2 and part[0].isupper() and not self.kind(part) & ORDINARY:
                    known.add(part.lower())
        if not known:
            return
        for index, word in enumerate(self.words):
            if self.taken[index] or not word.text[0].isupper():
                continue
            low = word.lower
            if low in known or (low.endswith("s") and low[:-1] in known) or low.rstrip("'") in known:
                if not self._not_a_person(index, word.end):
                    self.add(index, word.end, 1)

    def merged(self) -> list[Hit]:
        """Found names in order, overlapping ones joined."""
        result: list[Hit] = []
        officials = self.reading.tenant.officials
        for hit in sorted(self.found):
            name = tuple(re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", self.text[hit.start : hit.end]))
            if any(name == official or name == official[-1:] or name[-len(official) :] == official for official in officials):
                continue
            if result and hit.start < result[-1].end:
                if hit.end > result[-1].end:
                    result[-1] = result[-1]._replace(end=hit.end)
                continue
            result.append(hit)
        return result


def of_tenant(names: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Office holders as word tuples, without titles."""
    return frozenset(tuple(word for word in name.split() if not word.endswith(".")) for name in names)

