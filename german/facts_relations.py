"""How facts and words hang together: which value belongs to what, before or after, and or or, who bears a duty.

Each check compares one relation of the source with the same one in the rewrite and is silent when either is unclear.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from german.align import Side, Token, concepts
from german.alternatives import alternatives, split
from german.facts import Fact, FactKind, lowered, read_sections
from german.facts_compare import Pair
from german.facts_stance import Doubt, Judge, Reading, Stance
from german.text import BlockKind


def _pseudo(word: str, weight: float) -> "_Near":
    key = frozenset({"~" + _PSEUDO_KEY.get(word, word[:6])})
    return _Near(key, key, weight)


_NEAR = 9
_PSEUDO = re.compile(
    r"\b(vor|nach|von|auf|bis|ab|frühestens|spätestens|bisher|bislang|bisherig\w*|alt\w*|künftig|neu\w*|dann|sonst"
    r"|übrig\w*|jährlich|monatlich|wöchentlich|täglich|mindestens|höchstens|weitere\w*|erste[nrs]?|zweite[nrs]?"
    r"|dafür|dagegen|gegen|ja|nein|enthalt\w*)\b",
    re.I,
)
_PSEUDO_KEY = (
    dict.fromkeys(("von", "bisher", "bislang", "bisherige", "alte", "alter", "alt", "früher"), "old")
    | dict.fromkeys(("auf", "künftig", "neu", "neue", "dann", "ab"), "new")
    | {"gegen": "dagegen", "sonst": "else", "übrig": "else", "übrige": "else", "übrigen": "else", "übriger": "else"}
)
_MARK = re.compile(r"[,;.\n](?=\s|$)")
_WORDS = re.compile(r"\w+")


@cache
def _words() -> dict[str, list[tuple[str, list[str]]]]:
    return read_sections("ledger_words.txt")


@cache
def _events() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, re.compile(rf"\b(?:{lowered('|'.join(forms))})\b")) for key, forms in _words()["event"])


@dataclass(frozen=True, slots=True)
class _Families:
    """Families of words in one pattern; every member has a number, every family the numbers of its members."""

    pattern: re.Pattern[str]
    members: tuple[int, ...]
    families: tuple[tuple[str, tuple[int, ...]], ...]

    def first(self, text: str) -> dict[int, re.Match[str]]:
        """The first place of every member that occurs in a text in small letters."""
        found: dict[int, re.Match[str]] = {}
        for m in self.pattern.finditer(text):
            found.setdefault(self.members[(m.lastindex or 1) - 1], m)
        return found


@cache
def _families(section: str) -> _Families:
    parts: list[tuple[str, int]] = []
    count = 0
    families: list[tuple[str, tuple[int, ...]]] = []
    for key, forms in _words()[section]:
        numbers: list[int] = []
        for member in ", ".join(forms).split(";"):
            numbers.append(count)
            parts += [(lowered(word.strip()), count) for word in split(member)]
            count += 1
        families.append((key, tuple(numbers)))
    group, members = alternatives(parts)
    return _Families(re.compile(rf"\b{group}(?:en|es|er|e|s|n)?\b"), members, tuple(families))


@cache
def _roles() -> tuple[re.Pattern[str], dict[str, str]]:
    lookup = {word: key for key, forms in _words()["role"] for word in forms}
    words = "|".join(sorted(lookup, key=len, reverse=True))
    return re.compile(rf"\b({words})(?:s|n|en|es|in|innen)?\b"), lookup


@dataclass(slots=True)
class _Context:
    """The words around a fact, each with what it may mean and how near it stands."""

    left: list["_Near"]
    right: list["_Near"]


@dataclass(slots=True)
class _Near:
    stems: frozenset[str]
    concepts: frozenset[str]
    weight: float


def _overlap(a: list[_Near], b: list[_Near]) -> float:
    total = 0.0
    for own in a:
        best = 0.0
        for other in b:
            if not own.stems.isdisjoint(other.stems):
                best = max(best, own.weight * other.weight)
            elif not own.concepts.isdisjoint(other.concepts):
                best = max(best, 0.4 * own.weight * other.weight)
        total += best
    return total


def _apart(a: list[_Near], b: list[_Near]) -> tuple[list[_Near], list[_Near]]:
    """What tells two surroundings apart: a word about as near to both values says nothing about either."""
    return _own(a, b), _own(b, a)


def _own(words: list[_Near], others: list[_Near]) -> list[_Near]:
    near: dict[str, float] = {}
    for other in others:
        for key in other.stems:
            near[key] = max(near.get(key, 0.0), other.weight)
    return [w for w in words if all(near.get(key, 0.0) < 0.6 * w.weight for key in w.stems)]


def _exchanged(sa: _Context, sb: _Context, ra: _Context, rb: _Context) -> bool:
    """Whether the surroundings fit better crosswise, read in the direction in which they fit best at all.

    A label may stand before its value in one text and behind it in the other, so the four combinations are tried.
    """
    best, crossed_over = 0.0, False
    for s, r, handicap in (
        ("left", "left", 1.0),
        ("right", "right", 1.0),
        ("left", "right", 0.7),
        ("right", "left", 0.7),
    ):
        if handicap:
            a, b = _apart(getattr(sa, s), getattr(sb, s))
            c, d = _apart(getattr(ra, r), getattr(rb, r))
            straight, crossed = _overlap(a, c) + _overlap(b, d), _overlap(a, d) + _overlap(b, c)
            straight, crossed = handicap * straight, handicap * crossed
            if max(straight, crossed) > best + 0.02:
                best, crossed_over = max(straight, crossed), crossed > 1.15 * straight + 0.12
    return crossed_over and best > 0.22


class Relations:
    """Checks of relations between facts, words and actors of two aligned texts."""

    def __init__(self, source: Side, rewrite: Side, judge: Judge) -> None:
        self.source = source
        self.rewrite = rewrite
        self.judge = judge
        self.lower = (lowered(source.text), lowered(rewrite.text))
        self._actors: dict[int, str] = {}

    def actor_of(self, text: str, reading: Reading) -> str:
        """Who acts in a clause of the source; several clauses of a rewrite may ask for the same one."""
        index = reading.clause.index
        if index not in self._actors:
            self._actors[index] = _actor(text, reading)
        return self._actors[index]

    def doubts(self, pairs: list[Pair]) -> Iterator[Doubt]:
        yield from self.swaps(pairs)
        yield from self.rates(pairs)
        yield from self.directions(pairs)
        yield from self.events()
        yield from self.terms()
        yield from self.opposites()
        yield from self.conjunctions()
        yield from self.hedges()
        yield from self.actors()
        yield from self.partners()

    # --- values and what they belong to

    def contexts(self, side: Side) -> dict[int, _Context]:
        """The surroundings of every fact that can be exchanged, by its start."""
        found: dict[int, _Context] = {}
        for own in side.of_sentence:
            facts = [f for c in own for f in side.clauses[c].facts]
            if not facts:
                continue
            tokens = [t for c in own for t in side.clauses[c].tokens]
            start, end = side.clauses[own[0]].start, side.clauses[own[-1]].end
            marks = [
                (m.start(), m.group(1).lower()) for m in _PSEUDO.finditer(side.text, start, min(end, start + 4000))
            ]
            for fact in facts[:40]:
                found[fact.start] = self._context(side, fact, facts, tokens, marks)
        return found

    @staticmethod
    def _context(
        side: Side, fact: Fact, facts: list[Fact], tokens: list[Token], marks: list[tuple[int, str]]
    ) -> _Context:
        rivals = [f for f in facts if f is not fact and f.group == fact.group]
        found = _Context([], [])

        def weight(at: int) -> float:
            low, high = (fact.end, at) if at >= fact.end else (at, fact.start)
            if high - low > 160:
                return 0.0
            distance = len(_WORDS.findall(side.text, low, high))
            if distance > _NEAR:
                return 0.0
            between = any(low <= r.start < high for r in rivals)
            apart = 0.5 if _MARK.search(side.text, low, high) else 1.0
            return apart * (0.35 if between else 1.0) / (1.0 + 0.3 * distance)

        for token in tokens:
            if value := weight(token.start):
                concepts = token.concepts
                for part, _ in token.parts:
                    concepts = concepts | part
                stems = frozenset(c for c in token.concepts if c[0] != "@")
                (found.right if token.start >= fact.end else found.left).append(
                    _Near(stems, concepts, value * max(token.weight, 0.4))
                )
        for at, word in marks:
            if not fact.start <= at < fact.end and (value := weight(at)):
                (found.right if at >= fact.end else found.left).append(_pseudo(word, 0.6 * value))
        return found

    def swaps(self, pairs: list[Pair]) -> Iterator[Doubt]:
        """Two values of one kind that have changed places."""
        kept = sorted(
            (
                (s, r)
                for kind, s, r in pairs
                if kind is None and s and r and s.group in _EXCHANGEABLE and s.value not in _NO_RATE
            ),
            key=lambda p: p[0].start,
        )
        groups: dict[str, list[tuple[Fact, Fact]]] = {}
        for s, r in kept:
            groups.setdefault(s.group, []).append((s, r))
        if all(len(rows) < 2 for rows in groups.values()):
            return
        here, there = self.contexts(self.source), self.contexts(self.rewrite)
        for rows in groups.values():
            for index, (sa, ra) in enumerate(rows):
                for sb, rb in rows[index + 1 : index + 4]:
                    if sa.value == sb.value or ra is rb:
                        continue
                    if not (self._together(self.source, sa, sb) or self._together(self.rewrite, ra, rb)):
                        continue
                    if any(f.start not in here for f in (sa, sb)) or any(f.start not in there for f in (ra, rb)):
                        continue
                    # Values that kept their order are not exchanged: their labels would have to move as well.
                    if ra.start < rb.start:
                        continue
                    if _exchanged(here[sa.start], here[sb.start], there[ra.start], there[rb.start]):
                        first, last = sorted((ra, rb), key=lambda f: f.start)
                        yield Doubt(sa.kind, (min(sa.start, sb.start), max(sa.end, sb.end)), (first.start, last.end))

    @staticmethod
    def _together(side: Side, first: Fact, second: Fact) -> bool:
        """Whether two facts stand in one sentence, or in neighbouring items of a list."""
        between = side.text[min(first.end, second.end) : max(first.start, second.start)]
        return len(between) < 400 and not re.search(r"(?:^|[a-zäöüß)])[.!?]\s+[A-ZÄÖÜ]", between)

    def rates(self, pairs: list[Pair]) -> Iterator[Doubt]:
        """A value that both texts have, per another unit of time."""
        known = {s.value for _, s, _ in pairs if s and s.group == "period"} | {
            r.value for kind, s, r in pairs if kind is None and s and r and r.group == "period"
        }
        there = {f.value for f in self._periods(self.rewrite)}
        beside = (self._periods(self.source), self._periods(self.rewrite))
        if not beside[0] or not beside[1]:
            return
        for kind, s, r in pairs:
            if kind is not None or s is None or r is None or s.group not in ("amount", "n", "unit", "time"):
                continue
            a, b = _next_period(beside[0], s), _next_period(beside[1], r)
            if (
                a
                and b
                and {a.value, b.value} <= _TIMED
                and a.value != b.value
                and (b.value not in known or a.value not in there)
            ):
                yield Doubt(FactKind.UNIT, (a.start, a.end), (b.start, b.end))

    @staticmethod
    def _periods(side: Side) -> list[Fact]:
        return [f for c in side.clauses for f in c.facts if f.group == "period"]

    # --- before and after

    def directions(self, pairs: list[Pair]) -> Iterator[Doubt]:
        """A period that ran before an event and now runs after it, or the other way round."""
        for kind, s, r in pairs:
            if kind is None and s and r and s.group == r.group == "dur":
                a, b = _direction(self.source.text, s), _direction(self.rewrite.text, r)
                if a and b and a != b:
                    yield Doubt(FactKind.DEADLINE, (s.start, s.end + 20), (r.start, r.end + 20))
        for reading in self.judge.rewrite:
            text = self.text(self.rewrite, reading)
            after, before = _AFTER_CLAUSE.search(text), _BEFORE_CLAUSE.search(text)
            if bool(after) == bool(before) or reading.names & {"negation", "only"}:
                continue
            home = self.judge.home(reading)
            for partner in self.judge.by_sentence[0].get(home, [])[:1] if home is not None else []:
                other = self.sentence(self.source, partner)
                turned = (after and _BEFORE.search(other) and not _AFTER.search(other)) or (
                    before and _AFTER.search(other) and not _BEFORE.search(other)
                )
                if turned and not partner.names & {"negation", "only"}:
                    yield self.doubt(FactKind.DEADLINE, partner, reading)

    # --- terms of law

    def events(self) -> Iterator[Doubt]:
        """What a period starts with."""
        a = {key: m for key, p in _events() if (m := p.search(self.lower[0]))}
        b = {key: m for key, p in _events() if (m := p.search(self.lower[1]))}
        # „wird Ihnen bekannt gegeben“ starts nothing.
        low = self.lower[0]
        a = {k: m for k, m in a.items() if k in b or _STARTS.search(low, max(0, m.start() - 80), m.start())}
        gone, new = [k for k in a if k not in b], [k for k in b if k not in a]
        for key in gone:
            if (key == "zugang" and not new) or (key == "rechtskraft" and "bestandskraft" in b):
                continue
            yield Doubt(FactKind.DEADLINE, a[key].span(), b[new[0]].span() if new else None)

    def terms(self) -> Iterator[Doubt]:
        """Words the law keeps apart, one exchanged for another of its family."""
        words = _families("distinct")
        here, there = words.first(self.lower[0]), words.first(self.lower[1])
        for family, members in words.families:
            gone = [here[m] for m in members if m in here and m not in there]
            new = [there[m] for m in members if m in there and m not in here]
            known = [here[m] for m in members if m in here]
            if new and (gone or (family == "rechtsbehelf" and known)):
                yield Doubt(FactKind.NAME, (gone or known)[0].span(), new[0].span())

    def opposites(self) -> Iterator[Doubt]:
        """A word exchanged for its opposite, where neither text has both and no negation answers it."""
        words = _families("opposite")
        here, there = words.first(self.lower[0]), words.first(self.lower[1])
        for family, members in words.families:
            for member in members:
                other = next((m for m in members if m != member and m in there and m not in here), None)
                if member not in here or member in there or other is None:
                    continue
                x, y = here[member], there[other]
                # „Danach …“ at the head of a sentence only goes on.
                if family == "zeitfolge" and (
                    self.source.text[x.start()].isupper() or self.rewrite.text[y.start()].isupper()
                ):
                    continue
                if not self._denied(self.source, x.start()) and not self._denied(self.rewrite, y.start()):
                    yield Doubt(FactKind.NEGATION, x.span(), y.span())

    def _denied(self, side: Side, at: int) -> bool:
        readings = self.judge.source if side is self.source else self.judge.rewrite
        return any(r.clause.start <= at < r.clause.end and r.names & {"negation", "without"} for r in readings)

    # --- and, or

    def conjunctions(self) -> Iterator[Doubt]:
        """An alternative that has become a sum, or the other way round."""
        here = list(self._joints(self.source))
        if not here:
            return
        index: dict[str, list[int]] = {}
        for number, joint in enumerate(here):
            for key in joint.left:
                index.setdefault(key, []).append(number)
        for joint in self._joints(self.rewrite):
            near = {n for key in joint.left for n in index.get(key, ())[:30]}
            twins = [
                here[n]
                for n in near
                if not here[n].left.isdisjoint(joint.left) and not here[n].right.isdisjoint(joint.right)
            ]
            # Under a negation or a condition „und“ and „oder“ often mean the same.
            if self.loose(self.judge.rewrite[joint.clause]) or any(
                self.loose(self.judge.source[t.clause]) for t in twins
            ):
                continue
            if joint.word == "or" and self.judge.rewrite[joint.clause].conditional:
                continue
            # Between figures and in brackets the joint is that of a list, not of the statement.
            if re.search(r"[\d()]", self.rewrite.text[joint.span[0] : joint.span[1]]):
                continue
            twins = [t for t in twins if not t.mixed]
            if twins and all(t.word != joint.word and (t.word == "or" or t.strict) for t in twins):
                yield Doubt(FactKind.CONDITION, twins[0].span, joint.span)

    @staticmethod
    def loose(reading: Reading) -> bool:
        return reading.negative or reading.question or "without" in reading.names or "gratis" in reading.names

    @staticmethod
    def _joints(side: Side) -> Iterator["_Joint"]:
        for own in side.of_sentence:
            tokens = [t for c in own for t in side.clauses[c].tokens if t.weight >= 0.5]
            start, end = side.clauses[own[0]].start, side.clauses[own[-1]].end
            if not tokens or side.clauses[own[0]].kind in (BlockKind.ADDRESS, BlockKind.SIGNATURE, BlockKind.CLOSING):
                continue
            words = {m.group(1).lower() for m in _CONJUNCTION.finditer(side.text, start, end)}
            mixed = "oder" in words and _MIXED.search(side.text, start, end) is not None
            for m in _CONJUNCTION.finditer(side.text, start, end):
                left = [t for t in tokens if m.start() - 45 <= t.start < m.start()][-2:]
                right = [t for t in tokens if m.end() <= t.start < m.end() + 40][:2]
                if left and right:
                    word = "or" if m.group(1).lower() in _OR else "and"
                    yield _Joint(
                        word,
                        _union(left),
                        _union(right),
                        (left[0].start, right[-1].end),
                        m.group(1).lower() == "und"
                        and _EACH_OF.search(side.text, max(start, m.start() - 40), m.start()) is None,
                        left[-1].clause,
                        mixed,
                    )

    # --- how sure

    def hedges(self) -> Iterator[Doubt]:
        """„in der Regel“, „grundsätzlich“ and the like, lost without a word that keeps the exception open."""
        for reading in self.judge.source:
            if "hedge" in reading.names:
                region = self.judge.region(reading, back=True)
                if (
                    region
                    and not any(r.names & {"hedge", "should"} for r in region)
                    and not any(_OPEN.search(self.text(self.rewrite, r)) for r in region)
                ):
                    signal = reading.first("hedge")
                    yield Doubt(
                        FactKind.CONDITION,
                        (signal.start, signal.end) if signal else None,
                        _span(self.judge.partners(reading.clause.index, back=True, limit=1)),
                    )
        for reading in self.judge.rewrite:
            if signal := reading.first("always"):
                home = self.judge.partners(reading.clause.index, back=False, limit=1)
                region = self.judge.siblings(home, back=False)
                held = {n for s in region for n in s.names} & {"only", "hedge", "lack", "condition"}
                if not held or any("always" in s.names for s in region) or not self.judge.shares(home[0], reading):
                    continue
                # What holds back in the source may stand in another sentence of the rewrite.
                around = self.judge.siblings([reading, *self.judge.at_home(home[0])], back=True)
                held -= {n for r in around if r is not reading for n in r.names}
                whole = _WHOLLY.search(self.text(self.rewrite, reading)) and any(
                    s.conditional or s.names & {"only", "hedge"} for s in region
                )
                if held and (whole or (not reading.conditional and held & {"only", "hedge"})):
                    yield Doubt(FactKind.CONDITION, _span(region), (signal.start, signal.end))

    # --- who

    def actors(self) -> Iterator[Doubt]:
        """A duty or a deed that has passed between citizen and authority, or to somebody else."""
        pattern, lookup = _roles()
        found_s, found_r = list(pattern.finditer(self.lower[0])), list(pattern.finditer(self.lower[1]))
        roles_s = {lookup[m.group(1).lower()] for m in found_s}
        roles_r = {lookup[m.group(1).lower()] for m in found_r}
        lower_s, lower_r = self.lower
        citizen_pays = _CITIZEN_PAYS.search(self.source.text) and not _AUTHORITY_PAYS.search(self.source.text)
        for reading in self.judge.rewrite:
            if reading.question or reading.clause.kind in (BlockKind.HEADING, BlockKind.ADDRESS):
                continue
            partners = self.judge.partners(reading.clause.index, back=False, limit=2, share=0.8)
            if not partners:
                continue
            partner = partners[0]
            text, other = self.text(self.rewrite, reading), self.text(self.source, partner)
            whole, whole_other = self.sentence(self.rewrite, reading), self.sentence(self.source, partner)
            here = {lookup[m.group(1).lower()]: m for m in _within(found_r, reading.clause.start, reading.clause.end)}
            there = {
                lookup[m.group(1).lower()]: m for m in _within(found_s, *self.source.sentences[partner.clause.sentence])
            }
            new = [k for k, m in here.items() if k not in roles_s and m.group(1).lower() not in lower_s]
            gone = [k for k, m in there.items() if k not in roles_r and m.group(1).lower() not in lower_r]
            if new and gone:
                yield self.doubt(FactKind.ACTOR, partner, reading)
                continue
            mine, yours = _actor(text, reading), self.actor_of(other, partner)
            if (
                (_AUTHORITY_PAYS.search(text) and citizen_pays and not _YOU.search(text))
                or (mine == "authority" and yours == "you" and reading.stance is Stance.MUST and not _YOU.search(text))
                or (
                    mine == "authority"
                    and yours == "you"
                    and partner.stance is Stance.MUST
                    and reading.stance is Stance.PLAIN
                    and _deed(partner, reading)
                    and not _BY_AUTHORITY.search(self.source.text)
                )
                or (
                    mine == "you"
                    and reading.stance is Stance.PLAIN
                    and _OFFICIAL_DEED.search(other)
                    and not _GETS.search(text)
                    and _deed(partner, reading)
                    and not _YOU.search(other)
                    and not (_CITIZEN.search(other) or reading.conditional)
                )
            ):
                yield self.doubt(FactKind.ACTOR, partner, reading)
            elif reading.stance is Stance.MUST and mine == "you" and (gone_role := _bearer(other, gone)):
                yield Doubt(
                    FactKind.ACTOR,
                    (partner.clause.start + gone_role.start(), partner.clause.start + gone_role.end()),
                    (reading.clause.start, reading.clause.end),
                )
            elif (
                mine == "you"
                and not _CITIZEN_PAYS.search(whole_other)
                and reading.stance in (Stance.MUST, Stance.REQUEST)
                and yours == "authority"
                and (_deed(partner, reading) or self.judge.plainly(partner, reading) >= 0.35)
                and not _YOU.search(other)
                and not _AUTHORITY.search(whole)
            ):
                yield self.doubt(FactKind.ACTOR, partner, reading)

    def partners(self) -> Iterator[Doubt]:
        """„A im Benehmen mit B“ that has become „B im Benehmen mit A“."""
        here = [(m, concepts(m[1])) for m in _JOINTLY.finditer(self.source.text)]
        there = [(m, concepts(m[1])) for m in _JOINTLY.finditer(self.rewrite.text)][: len(here)]
        for (m, own), (n, other) in zip(here, there, strict=False):
            before = (
                self.source.text[max(0, m.start() - 90) : m.start()],
                self.rewrite.text[max(0, n.start() - 90) : n.start()],
            )
            if own.isdisjoint(other) and all(
                any(not concepts(word).isdisjoint(key) for word in re.findall(r"[A-ZÄÖÜ]\w+", text))
                for text, key in zip(before, (other, own), strict=True)
            ):
                yield Doubt(FactKind.ACTOR, m.span(), n.span())

    # --- places

    @staticmethod
    def text(side: Side, reading: Reading) -> str:
        return side.text[reading.clause.start : reading.clause.end]

    @staticmethod
    def sentence(side: Side, reading: Reading) -> str:
        start, end = side.sentences[reading.clause.sentence]
        return side.text[start:end]

    @staticmethod
    def doubt(kind: FactKind, source: Reading, rewrite: Reading) -> Doubt:
        return Doubt(kind, (source.clause.start, source.clause.end), (rewrite.clause.start, rewrite.clause.end))


@dataclass(slots=True)
class _Joint:
    word: str
    left: set[str]
    right: set[str]
    span: tuple[int, int]
    strict: bool
    clause: int
    mixed: bool


def _union(tokens: list[Token]) -> set[str]:
    keys: set[str] = set()
    for token in tokens:
        keys |= token.concepts
        for part, _ in token.parts:
            keys |= part
    return keys


def _span(readings: list[Reading]) -> tuple[int, int] | None:
    return (readings[0].clause.start, readings[0].clause.end) if readings else None


_TIMED = frozenset(f"per:{unit}" for unit in ("minute", "hour", "day", "week", "month", "quarter", "halfyear", "year"))
# „Bei Scharlach und Keuchhusten“ is each of them, so „oder“ says the same.
_EACH_OF = re.compile(r"\b(?:[Bb]ei|[Ff]ür|[Vv]on|[Gg]egen)\s+(?:[\wäöüß-]+\s+){1,2}$")
_JOINTLY = re.compile(
    r"\b(?:im Benehmen mit|im Einvernehmen mit|in Abstimmung mit|gemeinsam mit|zusammen mit|mit Zustimmung"
    r"|nach Anhörung|auf Vorschlag|im Auftrag|anstelle)\s+(?:(?:der|des|dem|den|die|das|von|vom)\s+)?"
    r"(?:[a-zäöüß]+\s+)?([A-ZÄÖÜ][\wäöüß]+)"
)
_NO_RATE = frozenset(("per:person", "per:night", "per:unit"))
_EXCHANGEABLE = frozenset({"amount", "n", "unit", "dur", "time", "date", "weekday"})
_CONJUNCTION = re.compile(r"\b(und|oder|sowie|bzw\.|beziehungsweise|sowohl|respektive)(?=\s)", re.I)
_MIXED = re.compile(r"\b(?:sowie|sowohl)\b[^.;]{0,120},[^.;]{0,80}\boder\b")
_OR = frozenset({"oder", "bzw.", "beziehungsweise", "respektive"})
_OPEN = re.compile(
    r"\b(?:meist\w*|normalerweise|üblicherweise|Ausnahme\w*|im Regelfall|rund|etwa|ungefähr|wohl"
    r"|rechnen (?:Sie )?mit|kann|können|damit rechnen|vorgesehen|geplant|wollen|möchten)\b",
    re.I,
)
_WHOLLY = re.compile(r"\b(?:in jedem Fall|auf jeden Fall|ausnahmslos|ohne Ausnahme|jederzeit)\b", re.I)
_BEFORE_WORD = "vor|bevor|ehe|vorher|zuvor|vorab"
_AFTER_WORD = "nach|nachdem|danach|später|ab|seit|sobald|gerechnet ab"
_STARTS = re.compile(r"\b(?:nach|nachdem|ab|seit|mit|sobald|vor|bevor|bis)\b")
_RIGHT = re.compile(rf"[^\w.;]*(?:\w+\s+){{0,3}}?[^\w.;]*({_BEFORE_WORD}|{_AFTER_WORD})\b", re.I)
_BEFORE_CLAUSE = re.compile(r"\b(?:bevor|ehe)\b", re.I)
_AFTER_CLAUSE = re.compile(r"\b(?:nachdem|sobald)\b", re.I)
_BEFORE = re.compile(r"\b(?:vor|bevor|ehe|vorher\w*|zuvor|vorab)\b", re.I)
_AFTER = re.compile(r"\b(?:nach|nachdem|sobald|anschließend|danach|Anschluss|mit)\b", re.I)
_YOU = re.compile(r"\b(?:Sie|Ihnen|Ihre?[nrms]?)\b")
_AUTHORITY = re.compile(
    r"\b(?:wir|uns|(?:[Dd]ie|[Dd]er|[Dd]as) (?:\w+ )?(?:Stadt|Gemeinde|Verwaltung|Behörde|Amt|Kreis|Landkreis"
    r"|\w+(?:behörde|amt|verwaltung|kasse|aufsicht|leitung)))\b"
)
_SUBJECT_AUTHORITY = re.compile(
    r"\b(?:wir\b|(?:^(?:Die |Der |Das )?|[a-zäöüß]+t (?=die |das )|[Dd]ann |muss |müssen |trägt |zahlt |übernimmt "
    r"|kann "
    r"|darf |wird )(?:die |der |das )?(?:Stadt|Gemeinde|Verwaltung|Behörde|Amt|Kreis|Landkreis|\w+(?:behörde|amt"
    r"|verwaltung|kasse|aufsicht))\b)"
)
_BY_AUTHORITY = re.compile(
    r"\b(?:durch|von) (?:die|das|den|der|dem) (?:\w+ )?(?:Stadt|Gemeinde|Verwaltung|Behörde|Amt|Kreis"
    r"|\w+(?:behörde|amt|verwaltung|kasse|aufsicht))\b"
)
_CITIZEN = re.compile(
    r"\b(?:[DdJj]e[rdn]?(?:er)? |vom |von der |von dem |durch den |durch die )?(?:Antragsteller\w*|Eigentümer\w*"
    r"|Grundstückseigentümer\w*|Halter\w*|Inhaber\w*|Betreiber\w*|Anlieger\w*|Anschlussnehmer\w*|Verpflichtete\w*"
    r"|Nutzungsberechtigte\w*|Erziehungsberechtigte\w*|Eltern|Bauherr\w*|Veranstalter\w*|Steuerpflichtige\w*"
    r"|Leistungsempfänger\w*|Mieter\w*|Fahrzeugführer\w*|Bieter\w*)\b"
)
# Deeds that only an authority does in a letter of its own.
_OFFICIAL_DEED = re.compile(
    r"\b(?:wird|werden)\b.{0,160}\b(?:übernommen|erstattet|gewährt|bewilligt|festgesetzt|geprüft|überprüft"
    r"|entschieden|bearbeitet|ausgestellt|erteilt|abgeholt|geleert|durchgeführt|vergeben)\b",
    re.S,
)
_OFFICIAL_INFINITIVE = re.compile(
    r"\b(?:abzulehnen|zu versagen|festzusetzen|zu erteilen|zu gewähren|zu widerrufen|zurückzunehmen|aufzuheben"
    r"|zu entziehen|anzuordnen|zu entscheiden|zu prüfen|zurückzuweisen|zu erheben"
    r"|zu erstatten|auszuzahlen|zu bewilligen|anzuhören|zu berücksichtigen|auszustellen|einzuleiten|abzusehen"
    r"|zu verhängen|zu ahnden|zu rechnen|anzurechnen)\b"
)
_GETS = re.compile(r"\b(?:bekomm\w*|erhalt\w*|lassen|zahl\w*|brauch\w*|könn\w*|dürf\w*|haben)\b", re.I)
# Bodies and people a letter to a citizen does not address as „Sie“.
_OTHERS = frozenset(
    (
        "vermieter",
        "arbeitgeber",
        "schule",
        "träger",
        "gericht",
        "polizei",
        "arzt",
        "notar",
        "zweckverband",
        "versicherung",
        "krankenkasse",
        "jobcenter",
        "finanzamt",
        "nachbar",
        "bank",
        "lieferant",
        "feuerwehr",
        "standesamt",
        "marktmeister",
        "bürgermeister",
        "rat",
    )
)
_NEEDS = re.compile(
    r"\b(?:brauchen|benötigen|bitten|erwarten|verlangen|fordern) wir\b|\bwir (?:brauchen|benötigen|bitten|erwarten"
    r"|verlangen|fordern)\b"
)
_BODY = (
    r"(?:die|der|das) (?:Stadt|Gemeinde|Verwaltung|Behörde|Kreis|Landkreis|Schule|Amt|\w+(?:behörde|amt"
    r"|verwaltung|kasse))"
)
_AUTHORITY_PAYS = re.compile(
    rf"\b(?:tragen|zahlen|bezahlen|übernehmen|begleichen) wir\b|\bwir (?:tragen|zahlen|bezahlen|übernehmen)\b"
    rf"|\b(?:trägt|zahlt|bezahlt|übernimmt) {_BODY}\b|\b{_BODY} (?:trägt|zahlt|bezahlt|übernimmt)\b|\b(?:muss"
    rf"|soll) {_BODY}\b.{{0,30}}\b(?:tragen|zahlen|bezahlen|übernehmen)",
    re.I,
)
_CITIZEN_PAYS = re.compile(
    r"\bauf (?:Ihre|eigene|dessen|deren|seine|ihre) Kosten\b|\b(?:auf Kosten|zu Lasten|zulasten) (?:des"
    r"|der) (?:Verursach|Nutzungs|Eigentüm|Antragst|Halt|Betreib|Pflicht|Verpflicht|Veranstalt|Eltern|Grundstück)"
    r"|\bKosten\b.{0,80}\b(?:haben Sie|Sie)\b.{0,20}\btragen\b|\bKosten\b.{0,60}\b(?:Eltern|Eigentümer"
    r"|Antragsteller|Verursacher|Halter|Veranstalter)\b.{0,20}\btragen"
)


def _next_period(periods: list[Fact], fact: Fact) -> Fact | None:
    """The one period right beside a value, if there is just one."""
    low = bisect_left(periods, fact.start - 24, key=lambda p: p.start)
    near = [p for p in periods[low : low + 3] if p.start - fact.end <= 14 and fact.start - p.end <= 6]
    return near[0] if len(near) == 1 else None


def _within(found: list[re.Match[str]], start: int, end: int) -> list[re.Match[str]]:
    """Those of some ordered matches that lie in a span."""
    low = bisect_left(found, start, key=lambda m: m.start())
    return found[low : bisect_left(found, end, key=lambda m: m.start())]


def _direction(text: str, fact: Fact) -> str:
    """Whether a period lies before or after something, where that is said right behind it."""
    m = _RIGHT.match(text, fact.end, min(len(text), fact.end + 60))
    if m is None:
        return ""
    return "before" if re.fullmatch(_BEFORE_WORD, m.group(1), re.I) else "after"


def _deed(a: Reading, b: Reading) -> bool:
    """Whether two clauses share a verb."""
    verbs = {key for t in a.clause.tokens if t.text[0].islower() for key in t.concepts if key[0] != "@"}
    return any(key in verbs for t in b.clause.tokens if t.text[0].islower() for key in t.concepts)


def _bearer(text: str, gone: list[str]) -> re.Match[str] | None:
    """The role that bears the duty of a clause, if no letter addresses it and the rewrite no longer names it."""
    pattern, lookup = _roles()
    m = _DUTY_SUBJECT.match(text)
    role = pattern.match(lowered(text), m.end()) if m else None
    return role if role and lookup[role.group(1)] in _OTHERS and lookup[role.group(1)] in gone else None


# „für Sie“ says for whom something is done, not who does it.
_YOU_ACT = re.compile(r"(?<!\bfür )(?<!\ban )(?<!\bgegen )(?<!\bohne )(?<!\büber )(?<!\bum )(?<!\bdurch )\bSie\b")
_DUTY_SUBJECT = re.compile(r"\W*(?:Der|Die|Das)\s+")


def _actor(text: str, reading: Reading) -> str:
    """Who acts in a clause: `you`, `authority` or nobody that can be told."""
    if _NEEDS.search(text):
        return "you"
    if _SUBJECT_AUTHORITY.search(text) or _BY_AUTHORITY.search(text):
        return "authority"
    if _YOU_ACT.search(text) or _CITIZEN.search(text):
        return "you"
    if _OFFICIAL_INFINITIVE.search(text):
        return ""
    if reading.stance is Stance.MUST and re.search(r"\b(?:ist|sind|hat|haben|wäre|wären)\b.*zu\w*\b", text, re.S):
        return "you"
    return ""
