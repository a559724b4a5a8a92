"""Slots of a statement compared one by one: who, when first, from when on, in which form, on which condition.

Each check looks at one slot of a clause and its counterpart; what one text leaves open is no finding.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from german.align import Side, Token, cover
from german.facts import Fact, FactKind, Lazy, lowered, read_sections
from german.facts_compare import Pair
from german.facts_stance import Doubt, Judge, Reading, Stance
from german.text import BlockKind

_PROSE = frozenset((BlockKind.PARAGRAPH, BlockKind.LIST_ITEM))
_ANCHORED = Lazy(
    r"[^.!?\n]{0,24}\b(?:nach|nachdem|ab|seit|vor|bevor|ehe|von)\b((?:(?!\b(?:wird|werden|ist|sind|muss|müssen|kann|können)\b)[^.!?;,\n]){3,70})"
)


@cache
def _section(name: str) -> tuple[tuple[str, re.Pattern[str], Lazy], ...]:
    """The lines of a section, each as its key, the words that state it and the words that may stand for them."""
    rows: list[tuple[str, re.Pattern[str], Lazy]] = []
    for key, forms in dict(read_sections("ledger_words.txt"))[name]:
        own, _, wider = ", ".join(forms).partition(";")
        words = [lowered("|".join(word.strip() for word in part.split("|"))) for part in (own, wider) if part.strip()]
        rows.append((key, re.compile(rf"\b(?:{words[0]})"), Lazy(rf"\b(?:{'|'.join(words)})")))
    return tuple(rows)


class Slots:
    """Checks of single slots of two aligned texts."""

    def __init__(self, source: Side, rewrite: Side, judge: Judge) -> None:
        self.source = source
        self.rewrite = rewrite
        self.judge = judge
        self.lower = (lowered(source.text), lowered(rewrite.text))
        self.keys = {key for clause in rewrite.clauses for key in clause.keys}

    def doubts(self, pairs: list[Pair]) -> Iterator[Doubt]:
        yield from self.anchors(pairs)
        yield from self.manners()
        yield from self.named()
        yield from self.alternatives()
        yield from self.discretion()
        yield from self.persons()
        yield from self.turned()
        yield from self.advance()
        yield from self.passed_on()
        yield from self.contacts()

    # --- from when on

    def anchors(self, pairs: list[Pair]) -> Iterator[Doubt]:
        """What a period runs from: „nach Zugang“ is not „ab dem Datum des Briefes“."""
        for kind, s, r in pairs:
            if kind is None and s and r and s.group == r.group == "dur":
                a, b = self.anchor(0, s), self.anchor(1, r)
                if a and b and a.isdisjoint(b):
                    yield Doubt(FactKind.DEADLINE, (s.start, s.end + 40), (r.start, r.end + 40))

    def anchor(self, side: int, fact: Fact) -> set[str]:
        m = _ANCHORED.match(self.lower[side], fact.end)
        return {key for key, own, _ in _section("anchor") if own.search(m[1])} if m else set()

    # --- in which form

    def manners(self) -> Iterator[Doubt]:
        """„schriftlich“, „im Original“, „unverzüglich“ in one text and nothing like it in the other."""
        for key, own, wider in _section("manner"):
            m, n = own.search(self.lower[0]), own.search(self.lower[1])
            kind = FactKind.DEADLINE if key == "sofort" else FactKind.CONDITION
            if m and not wider.search(self.lower[1]):
                reading = self.reading(0, m.start())
                if reading and reading.clause.kind in _PROSE and self.present(reading):
                    yield Doubt(kind, m.span(), None)
            elif n and not wider.search(self.lower[0]):
                reading = self.reading(1, n.start())
                before = self.rewrite.text[max(0, n.start() - 60) : n.start()]
                glossed = before.rfind("(") > before.rfind(")") or _GLOSSED.search(before) is not None
                if reading and reading.clause.kind in _PROSE and not reading.question and not glossed:
                    yield Doubt(FactKind.ADDITION, None, n.span())

    def reading(self, side: int, at: int) -> Reading | None:
        readings = self.judge.rewrite if side else self.judge.source
        place = bisect_right(readings, at, key=lambda r: r.clause.start) - 1
        return readings[place] if place >= 0 and at < readings[place].clause.end else None

    def present(self, reading: Reading) -> bool:
        """Whether a clause of the source stands in the rewrite at all, so that only its form is missing."""
        return bool(self.judge.partners(reading.clause.index, back=True, limit=1))

    def named(self) -> Iterator[Doubt]:
        """The thing of „unter Angabe der Kennziffer“, where nothing in the rewrite speaks of it."""
        for m in _UNDER.finditer(self.source.text):
            token = self.token(m.start(1))
            if token is None or m[1].lower()[:5] in self.lower[1] or _MARKED.search(m[1]):
                continue
            if cover(token, self.keys) < 0.5:
                yield Doubt(FactKind.OMISSION, m.span(), None)

    def token(self, at: int) -> Token | None:
        reading = self.reading(0, at)
        return next((t for t in reading.clause.tokens if t.start == at), None) if reading else None

    # --- and, or between whole clauses

    def alternatives(self) -> Iterator[Doubt]:
        """Conditions that must all be met become conditions of which one is enough, and the other way round."""
        for m in _LINE_JOINT.finditer(self.rewrite.text):
            reading = self.reading(1, m.start())
            home = self.judge.home(reading) if reading else None
            if reading is None or home is None:
                continue
            start, end = self.source.sentences[home]
            own = self.source.text[start:end]
            joints = {w[1].lower() for w in _JOINT.finditer(own)}
            other = {"oder"} if m[1] == "und" else {"und", "sowie"}
            if joints and joints <= other:
                yield Doubt(FactKind.CONDITION, (start, end), (reading.clause.start, reading.clause.end))

    # --- whether the authority may or does

    def discretion(self) -> Iterator[Doubt]:
        """„kann erteilt werden“ is no promise, and a promise is no „kann“."""
        for s in self.judge.source:
            text = self.judge.judged(s)
            if s.clause.kind not in _PROSE or s.names & {"negation", "only", "deny", "forbid"}:
                continue
            if _MAY_GRANT.search(text) is None:
                continue
            region = self.judge.siblings(self.judge.partners(s.clause.index, back=True, limit=2), back=True)
            if not region or any(
                r.names & {"can", "may", "hedge", "should", "negation"} or _OPEN.search(self.judge.judged(r))
                for r in region
            ):
                continue
            for r in self.judge.partners(s.clause.index, back=True, limit=2):
                if _GRANTS.search(self.judge.judged(r)) and not r.question and not r.conditional:
                    yield self.doubt(FactKind.MODALITY, s, r)
                    break

    # --- who

    def persons(self) -> Iterator[Doubt]:
        """A body that the source knows nowhere in the place of one that the rewrite has lost there."""
        source_keys = {key for clause in self.source.clauses for key in clause.keys}
        for r in self.judge.rewrite:
            if r.question or r.clause.kind not in _PROSE:
                continue
            new = [t for t in r.clause.tokens if _BODY.search(t.text) and cover(t, source_keys) < 0.5]
            if not new or _GLOSSED.search(self.rewrite.text, max(0, new[0].start - 40), new[0].start):
                continue
            for s in self.judge.partners(r.clause.index, back=False, limit=2):
                gone = [
                    t
                    for t in s.clause.tokens
                    if t.noun and t.weight >= 0.25 and _ANY_BODY.search(t.text) and cover(t, self.keys) < 0.5
                ]
                if gone or _OWN_DEED.search(self.source.text[s.clause.start : s.clause.end]):
                    yield Doubt(FactKind.ACTOR, (s.clause.start, s.clause.end), (new[0].start, new[0].end))
                    break

    # --- yes against no

    def turned(self) -> Iterator[Doubt]:
        """A restriction that has become an inclusion: „erst wenn“ against „auch wenn“ or „schon bevor“."""
        for r in self.judge.rewrite:
            m = _EVEN.search(self.judge.judged(r))
            if m is None or r.question:
                continue
            for s in self.judge.partners(r.clause.index, back=False, limit=2):
                own = self.judge.by_sentence[0][s.clause.sentence]
                text = " ".join(self.judge.judged(o) for o in own)
                strict = any("only" in o.names for o in own) or _NOT_BEFORE.search(text)
                if strict and not _EVEN.search(text) and "also" not in s.names and self.judge.shares(s, r):
                    yield self.doubt(FactKind.CONDITION, s, r)
                    break

    def advance(self) -> Iterator[Doubt]:
        """„vorher mitteilen“ where the rewrite speaks of afterwards, or of no time at all."""
        for s in self.judge.source:
            if s.clause.kind not in _PROSE or s.question or not (m := _IN_ADVANCE.search(self.judge.judged(s))):
                continue
            region = self.judge.region(s, back=True)
            around = {r.clause.sentence + d for r in region for d in (-1, 0, 1)}
            texts = [self.judge.judged(r) for n in around for r in self.judge.by_sentence[1].get(n, ())]
            best = self.judge.partners(s.clause.index, back=True, limit=1)
            if best and not any(_BEFOREHAND.search(t) for t in texts):
                start = s.clause.start + m.start()
                span = (best[0].clause.start, best[0].clause.end)
                yield Doubt(FactKind.DEADLINE, (start, start + len(m.group())), span)

    def passed_on(self) -> Iterator[Doubt]:
        """A deed of the authority or of another body that the rewrite asks of the reader."""
        for r in self.judge.rewrite:
            text = self.rewrite.text[r.clause.start : r.clause.end]
            if r.question or r.conditional or r.stance is not Stance.MUST or not _YOU_MUST.search(text):
                continue
            best = self.judge.partners(r.clause.index, back=False, limit=1)
            if not best or best[0].stance is not Stance.PLAIN or best[0].names & {"need", "request", "must"}:
                continue
            own = self.source.text[slice(*self.source.sentences[best[0].clause.sentence])]
            agent = _AGENT.search(own)
            if agent is None or _YOU.search(own) or _CITIZENS.search(own):
                continue
            around = {r.clause.sentence + d for d in (-1, 0, 1)}
            keys = {k for n in around for o in self.judge.by_sentence[1].get(n, ()) for k in o.clause.keys}
            start = self.source.sentences[best[0].clause.sentence][0]
            token = self.token(start + agent.start(1))
            if token is not None and cover(token, keys) < 0.5 and self.judge.shares(best[0], r):
                yield self.doubt(FactKind.ACTOR, best[0], r)

    def contacts(self) -> Iterator[Doubt]:
        """Two persons who have changed their tasks."""
        here, there = self.people(self.source), self.people(self.rewrite)
        names = [name for name in here if name in there]
        for index, a in enumerate(names):
            for b in names[index + 1 : index + 4]:
                left, right = here[a][1], here[b][1]
                own, other = left - right, right - left
                x, y = there[a][1] - there[b][1], there[b][1] - there[a][1]
                straight = len(own & x) + len(other & y)
                crossed = len(own & y) + len(other & x)
                if crossed > straight and not own & x and not other & y:
                    yield Doubt(FactKind.NAME, here[a][0], there[a][0])

    @staticmethod
    def people(side: Side) -> dict[str, tuple[tuple[int, int], set[str]]]:
        """The persons called by name once, each with the words of its own part of the sentence."""
        found: dict[str, tuple[tuple[int, int], set[str]]] = {}
        twice: set[str] = set()
        for m in _PERSON.finditer(side.text):
            if m[1] in found:
                twice.add(m[1])
            before = side.text[max(0, m.start() - 160) : m.start()]
            around = _PART_START.split(before)[-1] + " " + _PART_END.split(side.text[m.end() : m.end() + 160])[0]
            words = {w.lower()[:6] for w in _LONG.findall(around)}
            found[m[1]] = (m.span(), words)
        return {name: entry for name, entry in found.items() if name not in twice and entry[1]}

    @staticmethod
    def doubt(kind: FactKind, s: Reading, r: Reading) -> Doubt:
        return Doubt(kind, (s.clause.start, s.clause.end), (r.clause.start, r.clause.end))


_IN_ADVANCE = re.compile(r"\b(?:vorher|zuvor|vorab|im voraus|vor (?:beginn|aufnahme|antritt|baubeginn))\b")
_BEFOREHAND = Lazy(
    r"\b(?:vor\b|vorher\w*|zuvor|vorab|bevor|ehe\b|im voraus|erst\b|frühestens|rechtzeitig|zuerst|schon"
    r"|zunächst|bis zu|bis"
    r"|anfang|davor)"
)
_YOU_MUST = re.compile(r"\bmüssen Sie\b|\bSie müssen\b|\bSie haben\b.{0,120}\bzu\b", re.S)
_YOU = Lazy(r"\b(?:Sie|Ihnen)\b")
_CITIZENS = Lazy(r"\b(?:Antragsteller|Eigentümer|Anwohner|Anlieger|Eltern|Halter|Inhaber|Mieter|Betreiber|Teilnehm)")
_AGENT = Lazy(
    r"\b(?:durch|vom|von) (?:(?:den|die|das|der|dem|unsere?n?|einen?) )?(?:[a-zäöüß]+ )?([A-ZÄÖÜ][\wäöüß-]{3,})"
)
_PERSON = Lazy(
    r"\b(?:Herrn?|Frau)\s+(?:(?:Dr\.|Prof\.|Dipl\.-Ing\.)\s+)*((?:[A-ZÄÖÜ][a-zäöüß-]+\s+)?[A-ZÄÖÜ][\wäöüß-]+)"
)
_LONG = re.compile(r"[A-Za-zÄÖÜäöüß]{5,}")


_PART_START = re.compile(r"[.;,?\n]")
_PART_END = re.compile(r"\.\s|[;,?\n]")
_UNDER = re.compile(
    r"\b[Uu]nter (?:Angabe|Vorlage|Beifügung|Nennung|Beachtung|Einhaltung|Verwendung)\s(?:(?:der|des|eines|einer"
    r"|Ihrer|Ihres|von)\s)?(?:[a-zäöüß]+\s)?([A-ZÄÖÜ][\wäöüß-]+)"
)
_MARKED = Lazy(r"(?:zeichens?|nummer|Gründen?|Grundes|Frist|Fristen|Namens?|Anschrift|Datums)$", re.I)
_LINE_JOINT = re.compile(r"[,\s](und|oder)[ \t]*\n\s*(?:[-–•*]|\d{1,2}[.)]|[a-z]\))\s")
_JOINT = Lazy(r"\b(und|oder|sowie|bzw|beziehungsweise)\b")
_MAY_GRANT = re.compile(
    r"\bk(?:ann|önnen)\b.{0,200}\b(?:erteilt|gewährt|bewilligt|zugelassen|gestattet|genehmigt|verlängert|ermäßigt|erlassen"
    r"|übernommen|befreit|gefördert|gezahlt|erstattet|verzichtet|abgesehen)\b",
    re.S,
)
_GRANTS = Lazy(
    r"\b(?:bekommen|erhalten|gewähren|bewilligen|erteilen|genehmigen|verlängern|erlassen|übernehmen|erstatten"
    r"|verzichten|fördern|zahlen)\b.{0,12}\b(?:sie|wir|ihnen)\b|\b(?:sie|wir)\b.{0,60}\b(?:bekommen|erhalten|gewähren"
    r"|bewilligen|erteilen|genehmigen|verlängern|erlassen|übernehmen|erstatten|verzichten|fördern)\b",
    re.S,
)
_OPEN = Lazy(
    r"\b(?:kann|können|könnte\w*|dürfen|darf|möglich\w*|vielleicht|prüfen|entscheiden|ermessen|beantragen|bitten)\b"
)
_BODY = re.compile(
    r"^\w*(?:polizei|feuerwehr|gericht|ministerium|regierung|gemeinderat|stadtrat|kreistag|ausschuss|bank|sparkasse"
    r"|kasse|krankenhaus|schule|jugendamt|gesundheitsamt|finanzamt|ordnungsamt|bauamt|sozialamt|standesamt|druckerei"
    r"|bauhof|firma|vermieter|vermieterin|arbeitgeber|arbeitgeberin|nachbarn?|hausarzt|ärztin|arzt|notarin?|verein"
    r"|jobcenter|versicherung|\wamt|\wbehörde)(?:es|s|e|en)?$",
    re.I,
)
_ANY_BODY = Lazy(
    rf"{_BODY.pattern}|^\w*(?:stelle|amt|behörde|rat|leitung|verwaltung|träger|halterin?|eigentümerin?|betreiberin?"
    r"|veranstalterin?|inhaberin?|eltern|mieterin?|mieter|stadt|gemeinde|kreis|betrieb|unternehmen|büro)"
    r"(?:es|s|e|en|n)?$",
    re.I,
)
_OWN_DEED = Lazy(r"\b(?:wird|werden|wir|Wir)\b")
_GLOSSED = Lazy(r"[(„]|\b(?:zum Beispiel|z\. ?B\.|etwa|also|das heißt)\b")
_EVEN = re.compile(
    r"\b(?:auch wenn|auch dann, wenn|auch ohne|auch schon|schon bevor|schon vor|bereits bevor|auch vor|obwohl)\b"
)
_NOT_BEFORE = Lazy(
    r"\bvor\b.{0,120}\b(?:unzulässig|nicht|verboten|untersagt|ausgeschlossen)|\bnicht vor\b|\berst nach\b", re.S
)
