"""What a rewrite leaves out or adds, who acts in it, and whether names are still the same.

Words are looked up by stem and synonym, so a loss is only reported where nothing in the other text speaks of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from german.align import Side, Token, all_keys, cover
from german.facts import FactKind
from german.facts_stance import Doubt, Judge, Reading, Stance
from german.text import BlockKind

_FORMAL = frozenset(
    (
        BlockKind.ADDRESS,
        BlockKind.MAIL_HEADER,
        BlockKind.SALUTATION,
        BlockKind.CLOSING,
        BlockKind.SIGNATURE,
        BlockKind.QUOTED,
    )
)
_EXPLAINS = re.compile(
    r"^\W*(?:(?:Das|Dies|Damit)\s+(?:heißt|bedeutet|nennt|ist gemeint|meint|sind)|Man nennt|So nennt|Gemeint ist"
    r"|[A-ZÄÖÜ]\w+\s+(?:heißt|bedeutet)\b|Vielen Dank|Danke|Bitte denken Sie|Denken Sie|Bitte beachten Sie"
    r"|Beachten Sie|Achtung|Wichtig|Wir (?:helfen|beraten|freuen|bedauern|danken)|Es tut uns leid"
    r"|Haben Sie (?:noch )?Fragen)"
)


_GLOSS = re.compile(
    r"\W*(?:also|das heißt|d\. ?h\.|das (?:ist|sind|bedeutet)|zum Beispiel|z\. ?B\.|beispielsweise"
    r"|etwa|nämlich|gemeint"
    r"|wie|oder auch|auch|früher|kurz)\b",
    re.I,
)
_OPENS = re.compile(
    r"\b(?:haben|hat|besteht|gebeten|aufgefordert|berechtigt|verpflichtet|möglich)\b(?: \w+){0,3}(?: Möglichkeit"
    r"| Gelegenheit"
    r"| Recht)?,\s*$"
)
_MEANS = re.compile(
    r"\W*(?:(?:Das|Dies)\s+(?:heißt|bedeutet|meint)|Damit (?:ist|sind) gemeint|Gemeint (?:ist|sind)|Zum Beispiel"
    r"|Beispiel)\b"
)
# Sentences that lead through a letter and state nothing.
_GUIDE = re.compile(
    r"^\W*(?:(?:Hier|Im Folgenden|Unten|Nachfolgend)\b.{0,50}(?:Information|Überblick|Übersicht|Angaben|finden Sie"
    r"|lesen|erklär|Wichtigste|zusammen)"
    r"|In diesem (?:Brief|Schreiben|Bescheid)\b.{0,40}(?:erklär|lesen|erfahren|informier"
    r"|finden)|Wir (?:erklären|informieren|zeigen|möchten Sie|wollen Sie|geben Ihnen|sagen)\b"
    r"|So (?:geht|gehen|läuft"
    r"|funktioniert"
    r"|können|gehen Sie)\b|Gute Nachricht|Mit diesem (?:Brief|Schreiben)|Das Wichtigste|Kurz gesagt|Bitte haben Sie"
    r"|Wenden Sie sich|Rufen Sie|Melden Sie sich gern|Fragen Sie uns|Sprechen Sie uns)",
    re.S,
)


@dataclass(slots=True)
class _Loss:
    """The content of one clause that the other text does not have."""

    total: float
    lost: float
    tokens: list[Token]

    @property
    def share(self) -> float:
        return self.lost / self.total if self.total else 0.0


def _no(reading: Reading) -> bool:
    return not reading.names.isdisjoint(("negation", "forbid", "deny", "exempt", "lack", "without", "gratis"))


_FACT = 1.2


def _loss(reading: Reading, near: set[str], everywhere: set[str], far: float) -> _Loss:
    # A fact of the clause that the other text has as well shows that the clause is there.
    total = _FACT * sum(1 for fact in reading.clause.facts if f"#{fact.value}" in everywhere)
    lost = 0.0
    tokens: list[Token] = []
    for token in reading.clause.tokens:
        found = max(cover(token, near), far * cover(token, everywhere))
        total += token.weight
        lost += token.weight * (1.0 - found)
        if found < 0.5 and token.weight >= 0.5:
            tokens.append(token)
    return _Loss(total, lost, tokens)


class Coverage:
    """Looks for what one text says and the other does not."""

    def __init__(self, source: Side, rewrite: Side, judge: Judge) -> None:
        self.source = source
        self.rewrite = rewrite
        self.judge = judge
        self.source_keys = {key for clause in source.clauses for key in all_keys(clause)}
        self.rewrite_keys = {key for clause in rewrite.clauses for key in all_keys(clause)}

    def doubts(self) -> Iterator[Doubt]:
        gone, new = list(self.omissions()), list(self.additions())
        yield from self.reworded(gone, back=True)
        yield from self.reworded(new, back=False)
        yield from self.names()
        yield from self.exchanged()
        yield from self.offices()

    def reworded(self, doubts: list[Doubt], *, back: bool) -> Iterator[Doubt]:
        """The doubts but for those that a strange clause of the other text answers in the same place.

        What is lost in one text while something of the same polarity is strange in the other is rather said in other
        words than left out; a real omission leaves nothing strange behind.
        """
        if not doubts:
            return
        own = self.judge.source if back else self.judge.rewrite
        keys = self.source_keys if back else self.rewrite_keys
        at = {r.clause.start: r for r in own}
        taken: set[int] = set()
        for doubt in doubts:
            span = doubt.source if back else doubt.rewrite
            reading = at.get(span[0]) if span else None
            if reading is None or span is None or span[1] != reading.clause.end:
                yield doubt
                continue
            answer = next(
                (
                    r
                    for r in self.around(reading, back=back)
                    if r.clause.index not in taken and self.strange(reading, r, keys)
                ),
                None,
            )
            if answer is None:
                yield doubt
            else:
                taken.add(answer.clause.index)

    def around(self, reading: Reading, *, back: bool) -> list[Reading]:
        """The clauses of the other text where the counterpart of a clause should stand."""
        sentence = reading.clause.sentence
        there = self.judge.by_sentence[1 if back else 0]
        found: set[int] = set()
        for near in (sentence - 1, sentence, sentence + 1):
            if back:
                found |= {r.clause.sentence for r in self.judge.homes.get(near, ())}
            else:
                found |= {
                    h for r in self.judge.by_sentence[1].get(near, ())[:1] if (h := self.judge.home(r)) is not None
                }
        wide = sorted({f + d for f in found for d in (-1, 0, 1)})
        return [r for s in wide for r in there.get(s, ())]

    @staticmethod
    def strange(reading: Reading, other: Reading, keys: set[str]) -> bool:
        """Whether a clause has words that the text of a doubt lacks, and says no as that one does or does not."""
        if other.clause.kind in _FORMAL or other.clause.kind is BlockKind.HEADING:
            return False
        if _no(reading) != _no(other) or (reading.stance is Stance.MUST) != (
            other.stance in (Stance.MUST, Stance.REQUEST)
        ):
            return False
        loss = _loss(other, keys, keys, 1.0)
        return loss.share >= 0.5 and loss.lost >= 0.7

    def near(self, reading: Reading, *, back: bool) -> set[str]:
        keys: set[str] = set()
        readings = self.judge.by_sentence[1 if back else 0]
        for other in {p.clause.sentence for p in self.judge.region(reading, back=back)}:
            for neighbour in (other - 1, other, other + 1):
                for p in readings.get(neighbour, ()):
                    keys |= p.clause.keys
        return keys

    def omissions(self) -> Iterator[Doubt]:
        for reading in self.judge.source:
            kind = reading.clause.kind
            if kind in _FORMAL or kind is BlockKind.HEADING:
                continue
            # „Sie haben die Möglichkeit, …“ only opens what the next clause says.
            if _OPENS.search(self.source.text, reading.clause.start, reading.clause.end):
                continue
            loss = _loss(reading, self.near(reading, back=True), self.rewrite_keys, 0.7)
            housed = self.housed(reading)
            # Where a sentence of the rewrite is at home here, the clause is rather reworded than lost.
            settled = bool(self.judge.at_home(reading))
            held = {f"#{f.value}" for f in reading.clause.facts if not f.weak} & self.rewrite_keys
            if (
                loss.tokens
                and loss.lost >= (1.6 if housed else 1.4)
                and loss.share >= (0.85 if housed else 0.6)
                and ((not settled and not (held and housed)) or (not held and any(t.noun for t in loss.tokens)))
            ):
                if reading.conditional and any("lack" in r.names for r in self.judge.region(reading, back=True)):
                    continue
                what = FactKind.CONDITION if reading.conditional else FactKind.OMISSION
                yield Doubt(what, (reading.clause.start, reading.clause.end), None)
                continue
            index = reading.clause.index
            open_ends = index in self.judge.unmatched or index in self.judge.unanswered[0]
            open_ends = open_ends and (not settled or reading.stance is Stance.MUST)
            if open_ends and not housed and loss.share >= 0.45 and loss.lost >= 0.65 and not reading.conditional:
                yield Doubt(FactKind.OMISSION, (reading.clause.start, reading.clause.end), None)
                continue
            if (token := self.lost_term(reading, loss)) is not None:
                yield Doubt(FactKind.CONDITION, (token.start, token.end), None)
                continue
            halves = self.half_covered(reading, self.rewrite_keys)
            if kind is BlockKind.LIST_ITEM and halves and not housed:
                yield Doubt(FactKind.OMISSION, (reading.clause.start, reading.clause.end), None)
                continue
            for token in self.listed(self.source, reading, loss.tokens + halves):
                yield Doubt(FactKind.OMISSION, (token.start, token.end), None)

    def lost_term(self, reading: Reading, loss: _Loss) -> Token | None:
        """The noun of „nur mit Zustimmung“, where nothing in the rewrite speaks of it."""
        if "only" not in reading.names or not loss.tokens:
            return None
        m = _ONLY_WITH.search(self.source.text, reading.clause.start, reading.clause.end)
        return next(
            (t for t in loss.tokens if m and t.start == m.start("noun") and cover(t, self.rewrite_keys) < 0.5), None
        )

    def housed(self, reading: Reading) -> bool:
        """Whether a clause of the rewrite that is at home in this sentence speaks of something in this clause."""
        facts = {f"#{f.value}" for f in reading.clause.facts if not f.weak}
        for other in self.judge.homes.get(reading.clause.sentence, ()):
            if facts and any(f"#{f.value}" in facts for f in other.clause.facts):
                return True
            if any(t.weight >= 0.5 and cover(t, other.clause.keys) >= 0.5 for t in reading.clause.tokens):
                return True
        return False

    def additions(self) -> Iterator[Doubt]:
        for reading in self.judge.rewrite:
            kind = reading.clause.kind
            text = self.rewrite.text[reading.clause.start : reading.clause.end]
            if kind in _FORMAL or kind is BlockKind.HEADING or reading.question or _EXPLAINS.match(text):
                continue
            if self.glosses(reading, text):
                continue
            # „So entsteht keine Lücke“, „Für Firmen gilt das nicht:“ say what comes of it, or what follows.
            loose = reading.stance is Stance.PLAIN and not reading.clause.facts
            if loose and (_OUTCOME.match(text) or text.rstrip().endswith(":")):
                continue
            loss = _loss(reading, self.source_keys, self.source_keys, 1.0)
            # „Obergrenze: 8.000 Euro“: what names a figure adds nothing.
            loss.tokens = [t for t in loss.tokens if not self.names_a_figure(t)]
            best = self.judge.partners(reading.clause.index, back=False, limit=1)
            housed = bool(best) and any(
                t.weight >= 0.5 and cover(t, best[0].clause.keys) >= 0.5 for t in reading.clause.tokens
            )
            if loss.tokens and loss.lost >= 1.6 and loss.share >= (0.75 if housed else 0.6):
                yield Doubt(FactKind.ADDITION, None, (reading.clause.start, reading.clause.end))
                continue
            if loss.tokens and reading.clause.index in self.judge.new_duties and loss.lost >= 1.0 and loss.share >= 0.5:
                yield Doubt(FactKind.ADDITION, None, (reading.clause.start, reading.clause.end))
                continue
            short = loss.share >= 0.9 and loss.lost >= 0.75 and any(t.text[0].isupper() for t in loss.tokens)
            if (
                short
                and not housed
                and not _REFERS.match(text)
                and (reading.stance is not Stance.PLAIN or reading.negative)
                and kind is BlockKind.PARAGRAPH
            ):
                yield Doubt(FactKind.ADDITION, None, (reading.clause.start, reading.clause.end))
                continue
            if (
                kind is BlockKind.LIST_ITEM
                and loss.lost >= 0.75
                and loss.share >= 0.6
                and any(t.text[0].isupper() for t in loss.tokens)
            ):
                yield Doubt(FactKind.ADDITION, None, (reading.clause.start, reading.clause.end))
                continue
            if (
                kind is BlockKind.LIST_ITEM
                and not reading.clause.facts
                and self.half_covered(reading, self.source_keys)
            ):
                yield Doubt(FactKind.ADDITION, None, (reading.clause.start, reading.clause.end))
                continue
            for token in self.listed(self.rewrite, reading, loss.tokens):
                yield Doubt(FactKind.ADDITION, None, (token.start, token.end))

    def glosses(self, reading: Reading, text: str) -> bool:
        """Whether a clause without a figure explains a word, gives an example or leads through the text."""
        if any(not f.weak for f in reading.clause.facts):
            return False
        start, _ = self.rewrite.sentences[reading.clause.sentence]
        opened = self.rewrite.text[max(start, reading.clause.start - 2) : reading.clause.start].rstrip().endswith("(")
        if (opened or text.lstrip().startswith("(")) and (
            _GLOSS.match(text) or (reading.stance is Stance.PLAIN and not reading.negative)
        ):
            return True
        return _MEANS.match(self.rewrite.text, start) is not None or (
            reading.stance in (Stance.PLAIN, Stance.MAY) and _GUIDE.search(text) is not None
        )

    def names_a_figure(self, token: Token) -> bool:
        """Whether a word stands before a colon, or alone before a figure."""
        text = self.rewrite.text
        alone = text[:0] if token.start == 0 else text[max(0, token.start - 3) : token.start].strip()[-1:]
        m = _NAMES_A_FIGURE.match(text, token.end)
        return m is not None and (m.group().endswith(":") or alone in ("", ",", ";", ":", "(", "–", "-", "."))

    @staticmethod
    def half_covered(reading: Reading, keys: set[str]) -> list[Token]:
        """Compounds of which the other text has the last part at most (`Bescheid` of `Rentenbescheid`)."""

        def first_part_missing(token: Token) -> bool:
            return len(token.parts) == 2 and token.parts[0][0].isdisjoint(keys)

        nouns = (t for t in reading.clause.tokens if t.text[0].isupper() and t.weight >= 0.8)
        return [t for t in nouns if t.concepts.isdisjoint(keys) and first_part_missing(t)]

    def listed(self, side: Side, reading: Reading, tokens: list[Token]) -> Iterator[Token]:
        """Nouns that nothing covers and that stand in an enumeration with others that are covered."""
        for token in tokens:
            if not token.text[0].isupper() or len(token.text) < 4 or _PEOPLE.search(token.text):
                continue
            before = side.text[max(reading.clause.start, token.start - 40) : token.start]
            after = side.text[token.end : token.end + 24]
            if _LISTED_BEFORE.search(before) or _LISTED_AFTER.match(after):
                yield token

    def names(self) -> Iterator[Doubt]:
        lost: dict[str, list[Token]] = {}
        for token in self._unknown(self.source, self.rewrite_keys):
            lost.setdefault(token.text[0].lower(), []).append(token)
        for token in self._unknown(self.rewrite, self.source_keys):
            twin = next(
                (
                    o
                    for o in lost.get(token.text[0].lower(), [])[:80]
                    if _misspelt(o.text, token.text) and not _compound(o, token)
                ),
                None,
            )
            if twin is not None:
                yield Doubt(FactKind.NAME, (twin.start, twin.end), (token.start, token.end))
            elif _AFTER_TITLE.search(self.rewrite.text[max(0, token.start - 24) : token.start]):
                yield Doubt(FactKind.NAME, None, (token.start, token.end))

    def exchanged(self) -> Iterator[Doubt]:
        """A first or last name exchanged beside the other one, which both texts have."""
        lost = {(kept.text, first): token for kept, token, first in self._beside(self.source, self.rewrite_keys)}
        for kept, token, first in self._beside(self.rewrite, self.source_keys):
            twin = lost.get((kept.text, first))
            if twin is not None and not _compound(twin, token):
                yield Doubt(FactKind.NAME, (twin.start, twin.end), (token.start, token.end))

    @staticmethod
    def _beside(side: Side, keys: set[str]) -> Iterator[tuple[Token, Token, bool]]:
        """Two capital words in a row of which the other text has one: that one, the other, and whether it is first."""
        for clause in side.clauses:
            for a, b in pairwise(clause.tokens):
                if not (a.text[0].isupper() and b.text[0].isupper()) or side.text[a.end : b.start] != " ":
                    continue
                known = [not t.concepts.isdisjoint(keys) for t in (a, b)]
                # A name has no synonyms, and a street or a noun of action is no person.
                named = all(x.noun and all(c[0] != "@" for c in x.concepts) for x in (a, b)) and not any(
                    _NO_PERSON.search(x.text) for x in (a, b)
                )
                if known[0] != known[1] and named and min(len(a.text), len(b.text)) >= 3:
                    yield (a, b, True) if known[0] else (b, a, False)

    def offices(self) -> Iterator[Doubt]:
        """One office of the source gone, and one that the source does not know in its stead."""
        gone = next(self._strange_offices(self.source, self.rewrite_keys), None)
        new = next(self._strange_offices(self.rewrite, self.source_keys), None)
        if gone is not None and new is not None:
            yield Doubt(FactKind.ACTOR, (gone.start, gone.end), (new.start, new.end))

    @staticmethod
    def _strange_offices(side: Side, keys: set[str]) -> Iterator[Token]:
        for clause in side.clauses:
            if clause.kind in _FORMAL or clause.kind is BlockKind.HEADING:
                continue
            for token in clause.tokens:
                if (
                    token.noun
                    and _OFFICE.search(token.text)
                    and {c for c in token.concepts if c[0] != "@"}.isdisjoint(keys)
                ):
                    parts = [part for part, _ in token.parts]
                    if not parts or parts[0].isdisjoint(keys):
                        yield token

    def _unknown(self, side: Side, keys: set[str]) -> Iterator[Token]:
        for clause in side.clauses:
            for token in clause.tokens:
                if token.text[0].isupper() and len(token.text) >= 3 and token.concepts.isdisjoint(keys):
                    yield token


_ONLY_WITH = re.compile(
    r"\b(?:nur|ausschließlich|lediglich|allein)\s+(?:\w+\s+)?(?:mit|nach|auf|bei|gegen|unter|im"
    r"|in)\s+(?:[a-zäöüß]+\s+|Ihre[rnm]?\s+){0,3}(?P<noun>[A-ZÄÖÜ]\w+)"
)
# People, whom a rewrite addresses as „Sie“ or calls by another word.
_PEOPLE = re.compile(
    r"(?:innen|eigentümer|anlieger|nutzer|bewohner|antragsteller|inhaber|halter|berechtigte[nr]?|pflichtige[nr]?"
    r"|jugendliche[nr]?|erwachsene[nr]?|bürger|teilnehmer|besucher|kinder[n]?|eltern|personen)$",
    re.I,
)
_OFFICE = re.compile(r"\w{3,}(?:behörde|amt|amtes|archiv|bauhof|kasse|gericht|büro|ministerium|präsidium|polizei)$")
_NAMES_A_FIGURE = re.compile(r"\s*:|\s+\d")
_OUTCOME = re.compile(r"\W*(?:So|Dann|Damit|Daher|Deshalb)\b")
_NO_PERSON = re.compile(r"(?:ung|ungen|heit|keit|schaft|tion|straße|weg|platz|gasse|schnitt|gebiet|zeit|stelle)$")
_REFERS = re.compile(r"\W*(?:Dies\w*|Das|Dann|Dafür|Damit|Davon|Dazu|Sonst|Deshalb|Daher|hatte|hat)\b")
_LISTED_BEFORE = re.compile(
    r"(?:[A-ZÄÖÜ][\wäöüß-]*\s+(?:und|sowie|oder|samt|nebst|bzw\.)|[A-ZÄÖÜ][\wäöüß-]*,|\b(?:inklusive"
    r"|einschließlich))\s+(?:(?:der|die|das|des|dem|den|ein|eine|einen|einer|eines|Ihr|Ihre|Ihren|Ihres|Ihrer|für"
    r"|auch|mit|über|von|an|am)\s+)*(?:[a-zäöüß]+e[nrsm]?\s+)?$"
)
_LISTED_AFTER = re.compile(
    r"\s*(?:und|sowie|oder)\s+(?:(?:der|die|das|des|dem|den|ein|eine|einen|Ihr|Ihre|Ihren)\s+)?[A-ZÄÖÜ]"
    r"|\s*,\s+(?:(?:der|die|das|des|dem|den|ein|eine|einen)\s+)?[A-ZÄÖÜ][\w-]*\s*(?:,|und|sowie|oder)\b"
)
_AFTER_TITLE = re.compile(
    r"\b(?:Herrn?|Frau|Dr\.|Prof\.|Stadt|Gemeinde|Landkreis|Firma|Familie)\s+(?:Dr\.\s+)?(?:[A-ZÄÖÜ][\w-]+\s+)?$"
)


def _compound(a: Token, b: Token) -> bool:
    return bool(a.parts) and bool(b.parts)


def _misspelt(a: str, b: str) -> bool:
    """Whether two words look like one name in two spellings: equal but for two letters."""
    if a == b or abs(len(a) - len(b)) > 2 or min(len(a), len(b)) < 4:
        return False
    x, y = a.lower(), b.lower()
    start = 0
    while start < min(len(x), len(y)) and x[start] == y[start]:
        start += 1
    end = 0
    while end < min(len(x), len(y)) - start and x[-1 - end] == y[-1 - end]:
        end += 1
    return start + end >= max(len(x), len(y)) - 2 and start >= 1
