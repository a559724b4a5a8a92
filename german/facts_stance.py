"""Negation, obligation, permission, restriction: what a clause allows or demands, and whether its counterpart does.

The signal words stand in `data/ledger_signals.txt`. Nothing here looks at dates, amounts or other typed facts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

from german.align import Alignment, Clause, Side, cover, verbless
from german.facts import Fact, FactKind, WordListError, lowered
from german.text import BlockKind

_FILE = Path(__file__).parent / "data" / "ledger_signals.txt"


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal word in its place."""

    name: str
    start: int
    end: int


class Stance(StrEnum):
    """What a clause says about doing something."""

    MUST = "must"
    NEED_NOT = "need_not"
    MAY = "may"
    MUST_NOT = "must_not"
    SHOULD = "should"
    REQUEST = "request"
    PLAIN = "plain"


# Signals that are no content of their own: they are judged as signals, not looked for as words.
HIDING = frozenset(
    (
        "negation",
        "without",
        "must",
        "can",
        "need",
        "may",
        "should",
        "want",
        "only",
        "condition",
        "also",
        "always",
        "hedge",
        "request",
        "forbid",
        "deny",
        "exempt",
        "gratis",
        "free",
    )
)


@cache
def _pattern() -> re.Pattern[str]:
    sections: dict[str, list[str]] = {}
    places: list[tuple[int, str]] = []
    name = ""
    for number, line in enumerate(_FILE.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            continue
        sections.setdefault(name, []).append(line)
        places.append((number, line))
    groups = "|".join(f"(?P<{key}>{lowered('|'.join(rows))})" for key, rows in sections.items())
    try:
        return re.compile(rf"(?<!\w)(?=\w)(?:{groups})(?!\w)")
    except re.error:
        # Each line by itself would take most of a cold start, so that is left for a list with a fault.
        for number, line in places:
            try:
                re.compile(line)
            except re.error as error:
                raise WordListError(f"{_FILE.name}, Zeile {number}: kein gültiges Muster.") from error
        raise


# „nicht geleerte Behälter“: a quality of a thing, which a rewrite often turns into a verb of its own.
_ATTRIBUTE = re.compile(r"(?:\s[a-zäöüß]+)?\s[a-zäöüß]+(?:t|n|d|ig|bar|lich)(?:e|er|es|en|em)\s[A-ZÄÖÜ]")
_CONTRAST = re.compile(r"[^.;:!?]{0,80},\s+sondern\b")
_CONTRAST_BEHIND = re.compile(
    r" (?:(?:an|auf|bei|beim|für|im|in|mit|nach|von|vom|zu|zum|zur|durch) )?(?:(?:de[rnms]|die|das|eine?[nrms]?"
    r"|unsere?[nrms]?|Ihre?[nrms]?) )?(?:[a-zäöüß]+e[nrms]? )?[A-ZÄÖÜ][\wäöüß-]+(?: [A-ZÄÖÜ][\wäöüß-]+)?\s*[.;)]"
)
_CONTRAST_COMMA = re.compile(r",\s(?:also |und )?$")
_PARTICLE = (
    r"(?:ab|an|auf|aus|bei|dar|ein|fest|fort|frei|her|hin|los|mit|nach|nieder|statt|teil|um|unter|vor|weg"
    r"|weiter|wieder|zurück|zusammen|bekannt|bereit|hinzu|heraus|herein|wahr|zu|durch|über)"
)
_ZU = re.compile(
    r"\b(?:ist|sind|war|waren|wäre|wären|hat|haben|hatten?)\b(?P<between>(?:(?!,\s*(?:dass|um|ob|wenn"
    rf"|weil)).){{0,170}}?)\b(?P<inf>zu\s+[a-zäöüß]+(?:en|ern|eln)|{_PARTICLE}zu[a-zäöüß]+(?:en|ern|eln))\b"
    rf"|\b(?P<first>[A-ZÄÖÜ]?{_PARTICLE}zu[a-zäöüß]+en|[Zz]u\s+[a-zäöüß]+en)\s+(?:ist|sind|war|waren|wäre|wären"
    r"|hat|haben)\b",
    re.S,
)
_INFINITIVE = re.compile(rf"\bzu\s+[a-zäöüß]+n\b|\b{_PARTICLE}zu[a-zäöüß]+n\b")
_NO_DUTY = re.compile(
    r"\b(?:um|ohne|anstatt|statt|Recht|Möglichkeit|Gelegenheit|Anspruch|berechtigt|befugt|möglich|bereit|Lage|vor,"
    r"|angefangen|begonnen|versucht|beschlossen|beantragt|zulässig|erlaubt|gestattet|frei|schwer|leicht|Zeit,"
    r"|darum|dazu|nichts|erwarten)(?!\w)"
)
_IMPERATIVE = re.compile(
    r"(?:^|[:„\n]\s*|(?<=\.\s)|^(?:und|Dann|dann)\s+|[-–•*]\s+)([A-ZÄÖÜ]?[a-zäöüß]+(?:en|ern|eln))\s+Sie\b"
)
# „darf 45 dB nicht überschreiten“ is a bound, and the bound is compared with its number.
_BOUND_NOT = re.compile(
    r"\bnicht\s+(?:überschreit|übersteig|unterschreit|überschritten)|\b(?:[Ää]lter|[Mm]ehr|[Ll]änger|[Gg]rößer"
    r"|[Hh]öher|[Ww]eniger|[Jj]ünger)\s+als\b.{0,60}\bnicht\b|\bnicht\s+(?:mehr|über|unter)\b"
    r"|\b(?:mehr|länger|größer|höher|weniger|jünger|älter)\s+als\b.{0,60}\b(?:unzulässig|verboten|untersagt"
    r"|ausgeschlossen)\b",
    re.S,
)
_CONDITIONAL = re.compile(
    r"\W*(?:(?:auch|nur|erst|und|oder|aber)\s+)?(?:wenn|falls|sofern|soweit|solange|sobald|[Ww]er|[Ff]ür den Fall"
    r"|[Ii]m Falle?|bei|Bei)\b",
    re.I,
)
_VERB_FIRST = re.compile(
    r"^\W*[A-ZÄÖÜ][a-zäöüß]+(?:en|ern|eln|t|te|ten)\s+(?:Sie|sich|wir|er|es|ein|eine|der|die|das|Ihr|Ihre|den|dem"
    r"|kein|keine|diese|jemand|niemand|man)\b|^\W*(?:Sind|Ist|Hat|Haben|Wird|Werden|Kann|Können|Soll|Sollen|Sollte"
    r"|Sollten|Muss|Müssen|Fehlt|Fehlen|Liegt|Liegen|Kommt|Kommen|Gibt|Besteht|Bestehen)\s"
)
_PURPOSE = re.compile(r"\W*(?:damit|um|sodass|so dass)\b", re.I)
_SUPPOSED = re.compile(r"\W*Soll(?:en|te|ten)?\b")
_PERHAPS = re.compile(
    r"\b(?:vielleicht|möglicherweise|eventuell|unter Umständen|gegebenenfalls|womöglich|im schlimmsten Fall)\b", re.I
)
_EXPECTED = re.compile(
    r"zu (?:rechnen|erwarten|befürchten|besorgen|entnehmen|verstehen|finden|sehen|ersehen|erkennen|besetzen|vergeben"
    r"|hoffen|vermuten|danken|tun)$|(?:anzunehmen|auszugehen|vorzufinden|davonzutragen)$"
)
_MAIN_VERB = re.compile(r"^\s*(?:so|dann)?\s*[a-zäöüß]+(?:en|ern|eln|t|te|ten|ss|nn|rf|ll)\s+")


@dataclass(slots=True)
class Reading:
    """The signals of one clause and what they add up to."""

    clause: Clause
    signals: list[Signal] = field(default_factory=list[Signal])
    names: set[str] = field(default_factory=set[str])
    stance: Stance = Stance.PLAIN
    question: bool = False
    conditional: bool = False
    joined: bool = False

    @property
    def negative(self) -> bool:
        return not self.names.isdisjoint(("negation", "forbid", "deny", "exempt"))

    @property
    def twice(self) -> bool:
        """Whether a negation takes back an exemption, a refusal or a prohibition."""
        return "negation" in self.names and not self.names.isdisjoint(("exempt", "deny", "forbid"))

    @property
    def denies(self) -> bool:
        """Whether the clause as a whole says no."""
        return not self.twice and not self.names.isdisjoint(_MID)

    @property
    def denials(self) -> int:
        """How many statements of the clause are denied: two when two negations are joined by „und“."""
        places = [s for s in self.signals if s.name == "negation"]
        return 2 if self.joined and len(places) == 2 and places[1].start - places[0].start > 20 else 1

    @property
    def guarded(self) -> bool:
        """Whether something in the clause may stand for a negation of the other text."""
        return self.negative or not self.names.isdisjoint(("only", "soft", "gratis"))

    def first(self, *names: str) -> Signal | None:
        return next((s for s in self.signals if s.name in names), None)


def signals(text: str) -> list[Signal]:
    """The signal words of a text in order."""
    found: list[Signal] = []
    for m in _pattern().finditer(lowered(text)):
        name = m.lastgroup or ""
        if name == "should" and text.startswith("Sollte", m.start()):
            name = "condition"
        # „kann untersagen“: what the authority may do, not what nobody may do.
        if name == "forbid" and m.group() in ("untersagen", "verbieten"):
            name = "soft"
        # „von dem Verbot ausgenommen“ only speaks of a prohibition.
        if m.group() == "verbot" and _THE.search(text, max(0, m.start() - 8), m.start()):
            name = "lack"
        if name == "negation" and _CONTRAST.match(text, m.end()):
            name = "lack"
        # „Das entscheidet das Jobcenter, nicht die Gemeinde“ is „nicht die Gemeinde, sondern das Jobcenter“.
        if (
            name == "negation"
            and _CONTRAST_BEHIND.match(text, m.end())
            and _CONTRAST_COMMA.search(text, max(0, m.start() - 6), m.start())
        ):
            name = "lack"
        if name == "negation" and m.group().lower() == "nicht" and _ATTRIBUTE.match(text, m.end()):
            name = "lack"
        if name != "nothing":
            found.append(Signal(name, m.start(), m.end()))
    return found


def read(side: Side, found: list[Signal]) -> list[Reading]:
    """Put the signals into their clauses and work out the stance of each clause."""
    readings = [Reading(clause) for clause in side.clauses]
    at = 0
    for signal in found:
        while at < len(readings) and side.clauses[at].end <= signal.start:
            at += 1
        if at < len(readings) and side.clauses[at].start <= signal.start:
            readings[at].signals.append(signal)
            readings[at].names.add(signal.name)
    for reading in readings:
        _finish(side, reading)
    for question, answer in pairwise(readings):
        # „Was nehmen wir nicht mit? Bauschutt.“: the answer says no, the question only asks.
        text = side.text[answer.clause.start : answer.clause.end]
        if question.question and "negation" in question.names and not answer.question and verbless(text):
            question.names.discard("negation")
            answer.names.add("negation")
    for reading, following in pairwise(readings):
        # „Es steht Ihnen frei, sich zu äußern“: what stands free is said in the next clause.
        bare = sum(t.weight for t in reading.clause.tokens) < 0.8 and reading.stance is not Stance.PLAIN
        if (
            bare
            and following.clause.sentence == reading.clause.sentence
            and following.stance is Stance.PLAIN
            and (_INFINITIVE.search(side.text, following.clause.start, following.clause.end))
        ):
            following.stance, reading.stance = reading.stance, Stance.PLAIN
    return readings


def _finish(side: Side, reading: Reading) -> None:
    clause = reading.clause
    text = side.text[clause.start : clause.end]
    sentence_start, sentence_end = side.sentences[clause.sentence]
    names = reading.names
    reading.question = side.text[sentence_start:sentence_end].rstrip().endswith("?")
    for m in _ZU.finditer(text):
        # „Abfälle zu verbrennen ist nicht erlaubt“ is no duty to burn them.
        if m["first"] and names & {"may", "forbid", "free", "can"}:
            continue
        if _EXPECTED.search(m["inf"] or m["first"]):
            continue
        if m["first"] or not _NO_DUTY.search(m["between"] + " "):
            a, b = (m.start("first"), m.end()) if m["first"] else (m.start("inf"), m.end("inf"))
            reading.signals.append(Signal("must", clause.start + a, clause.start + b))
            names.add("must")
    if (
        names & {"negation", "forbid"}
        and any(f.bound in ("max", "min") for f in clause.facts)
        and _BOUND_NOT.search(text)
    ):
        names -= {"negation", "forbid", "can", "may"}
        names.add("lack")
    own = side.of_sentence[clause.sentence]
    first = clause.index == own[0]
    following = [side.clauses[i] for i in own if i > clause.index]
    lead = _VERB_FIRST.match(text) is not None if first else False
    inverted = lead and any(_MAIN_VERB.match(side.text[c.start : c.end]) for c in following)
    reading.conditional = inverted or reading.question or "condition" in names
    if inverted:
        names.add("condition")
    elif (
        not reading.question
        and (m := _IMPERATIVE.search(text))
        and m[1].lower()
        not in ("können", "müssen", "dürfen", "sollen", "haben", "sind", "werden", "wollen", "möchten", "sollten")
    ):
        reading.signals.append(Signal("request", clause.start + m.start(1), clause.start + m.end()))
        names.add("request")
    reading.joined = (
        re.search(r"\b(?:nicht|kein\w*)\b[^,;]{0,60}\b(?:und|sowie)\b[^,;]{0,60}\b(?:nicht|kein\w*)\b", text)
        is not None
    )
    reading.stance = _stance(
        names,
        (
            reading.conditional
            and not reading.question
            and text.lstrip()[:1] != ""
            and _CONDITIONAL.match(text) is not None
        )
        or inverted,
    )
    if _PURPOSE.match(text) or (lead and not reading.question and _SUPPOSED.match(text)):
        reading.stance = Stance.PLAIN
    elif reading.stance in (Stance.MUST, Stance.NEED_NOT) and _PERHAPS.search(text):
        # „müssen Sie vielleicht ein Bußgeld zahlen“ is what may come.
        reading.stance = Stance.MAY


def _stance(names: set[str], conditional: bool) -> Stance:
    """The stance a set of signals adds up to; a modal verb outweighs nouns and adjectives of duty or permission."""
    no = "negation" in names or "gratis" in names
    # „sofern er nicht verzichtet hat“ demands nothing.
    if conditional and names.isdisjoint(("must", "can", "forbid", "free", "should", "request")):
        return Stance.PLAIN
    if "free" in names:
        return Stance.MAY
    if "forbid" in names:
        return Stance.MAY if no and not names & {"may", "can"} else Stance.MUST_NOT
    if "must" in names:
        return Stance.PLAIN if "exempt" in names else Stance.NEED_NOT if no else Stance.MUST
    if "exempt" in names and "can" not in names:
        return Stance.MUST if no else Stance.NEED_NOT
    if "can" in names:
        return Stance.MUST_NOT if no else Stance.MAY
    if "should" in names:
        return Stance.SHOULD
    if "request" in names:
        return Stance.MUST_NOT if no else Stance.REQUEST
    if conditional:
        return Stance.PLAIN
    if "need" in names:
        return Stance.NEED_NOT if no else Stance.MUST
    if "may" in names:
        return Stance.MUST_NOT if no else Stance.MAY
    return Stance.PLAIN


@dataclass(frozen=True, slots=True)
class Doubt:
    """A statement that may have changed; the places are spans in source and rewrite, one of them may be missing."""

    kind: FactKind
    source: tuple[int, int] | None
    rewrite: tuple[int, int] | None


_CONFLICTS: dict[Stance, dict[Stance, FactKind]] = {
    Stance.MUST: {Stance.MAY: FactKind.MODALITY, Stance.SHOULD: FactKind.MODALITY, Stance.NEED_NOT: FactKind.NEGATION},
    Stance.MAY: {Stance.MUST: FactKind.MODALITY, Stance.MUST_NOT: FactKind.NEGATION, Stance.SHOULD: FactKind.MODALITY},
    Stance.SHOULD: {Stance.MUST: FactKind.MODALITY, Stance.MAY: FactKind.MODALITY, Stance.NEED_NOT: FactKind.NEGATION},
    Stance.MUST_NOT: {Stance.MAY: FactKind.NEGATION, Stance.NEED_NOT: FactKind.MODALITY},
    Stance.NEED_NOT: {
        Stance.MUST: FactKind.NEGATION,
        Stance.MUST_NOT: FactKind.MODALITY,
        Stance.REQUEST: FactKind.NEGATION,
    },
    Stance.REQUEST: {Stance.NEED_NOT: FactKind.NEGATION, Stance.MUST_NOT: FactKind.NEGATION},
}


def _span(reading: Reading, *names: str) -> tuple[int, int]:
    """The place to quote: the clause from its signal word on, or the whole clause."""
    return reading.clause.start, reading.clause.end


_SAME: dict[Stance, frozenset[Stance]] = {
    Stance.MUST: frozenset({Stance.MUST, Stance.REQUEST}),
    Stance.REQUEST: frozenset({Stance.REQUEST, Stance.MUST, Stance.SHOULD}),
    Stance.SHOULD: frozenset({Stance.SHOULD, Stance.REQUEST}),
    Stance.MAY: frozenset({Stance.MAY}),
    Stance.NEED_NOT: frozenset({Stance.NEED_NOT}),
    Stance.MUST_NOT: frozenset({Stance.MUST_NOT}),
}
_PLAIN = 0.7
_NOT_YET = re.compile(r"\bnoch (?:nicht|kein)")
_UNTIL = re.compile(r"\b(?:bevor|ehe|vor|erst|bis)\b")
_THE = re.compile(r"\b(?:dem|des|das|diesem|dieses|vom|zum)\s$")
_INCLUDES = re.compile(
    r"\bauch(?: dann| noch)?\s*[,.;:]|\bauch(?: dann)?,? (?:wenn|für|bei|falls)\b|\bauch$|\b(?:trotzdem|dennoch)\b"
    r"|\b(?:gilt|geht|genügt|reicht|dürfen sie|können sie)(?: \w+){0,2} auch\b"
)
_EXCEPT = re.compile(r"\b(?:es sei denn|außer|ausgenommen|mit ausnahme)\b")
_NOT_FREE = re.compile(
    r"\bnicht (?:mehr )?(?:kostenlos|kostenfrei|gebührenfrei|unentgeltlich|umsonst|gratis|entgeltfrei|beitragsfrei)"
)
_THEN = re.compile(r"\b(?:nach|nachdem|sobald|ab|wenn|frühestens|danach|dann)\b")
_GRANTS = re.compile(r"\bdürfen sie\b|\bsie dürfen\b")
_MONEY = re.compile(r"kost|gebühr|entgelt|beitrag|steuer|zahl|geld|preis")
_SO_TOO = re.compile(r"\W*(?:das|dies|dasselbe|gleiches|das gleiche)\s(?:gilt|betrifft)\s(?:\w+\s)?auch\b")
_APPLY = re.compile(r"\bauf (?:\w+ )?antrag\b|\beinen antrag stellen|\bbeantragen\b|\bantrag\b.{0,30}\bstellen\b")
_AUTHORITY_MAY = re.compile(r"\bk(?:ann|önnen)\b(?!.{0,200}\bsie\b).{0,200}\bwerden\b", re.S)
_READER_MUST = re.compile(r"\bmüssen sie\b|\bsie müssen\b")
_NOT_FOR = re.compile(r"\bgilt nicht für\b|\bgelten nicht für\b|\bkeine anwendung\b|\bnicht betroffen\b")
_RETAINS = re.compile(r"\b(?:ersetz|entbind|entbund|befrei|berühr|genüg|reich|aufgehob|aufheb|aufschieb|hemm)")
_HARD = frozenset(("negation", "forbid"))
_MID = _HARD | {"deny", "exempt", "without"}
_EVERY = _MID | {"lack", "gratis"}


def _same_deed(a: Clause, b: Clause) -> bool:
    """Whether a verb or adjective of one clause stands in the other as well, as whatever part of speech."""
    stems = {key for token in b.tokens for key in token.concepts if key[0] != "@"}
    return any(not t.noun and any(key in stems for key in t.concepts) for t in a.tokens)


class Judge:
    """Compares the readings of two aligned texts."""

    def __init__(
        self, source: list[Reading], rewrite: list[Reading], alignment: Alignment, texts: tuple[str, str]
    ) -> None:
        self.texts = texts
        self.source = source
        self.rewrite = rewrite
        self.alignment = alignment
        self.clause_of: tuple[dict[int, int], dict[int, int]] | None = None
        self.lost: set[int] = set()
        self.new_duties: set[int] = set()
        self.unmatched: set[int] = set()
        self.matched: dict[int, float] = {}
        self.rooms: dict[int, list[int]] | None = None
        self.unanswered: tuple[set[int], set[int]] = (set(), set())
        self.share = 0.6
        self.top = tuple(
            [max(row.values(), default=0.0) for row in rows] for rows in (alignment.reverse, alignment.likeness)
        )
        self.homes: dict[int, list[Reading]] = {}
        for reading in rewrite:
            if best := alignment.best(reading.clause.index, limit=1):
                self.homes.setdefault(source[best[0]].clause.sentence, []).append(reading)
        self.by_sentence: tuple[dict[int, list[Reading]], dict[int, list[Reading]]] = ({}, {})
        for side, readings in zip(self.by_sentence, (source, rewrite), strict=True):
            for reading in readings:
                side.setdefault(reading.clause.sentence, []).append(reading)

    def affinity(self, s: Reading, r: Reading) -> float:
        """How likely two clauses speak of the same thing; a little for the same place in the text alone."""
        found = self.alignment.likeness[r.clause.index].get(s.clause.index)
        if found is not None:
            return found
        n, m = max(1, len(self.by_sentence[0])), max(1, len(self.by_sentence[1]))
        return max(0.0, 0.1 - 0.4 * abs(s.clause.sentence / n - r.clause.sentence / m))

    def nearness(self, s: Fact, r: Fact) -> float:
        """How near two facts stand to one another in the alignment, 0 to 1."""
        if self.clause_of is None:
            self.clause_of = ({}, {})
            for found, readings in zip(self.clause_of, (self.source, self.rewrite), strict=True):
                for reading in readings:
                    for fact in reading.clause.facts:
                        found[id(fact)] = reading.clause.index
        a, b = self.clause_of[0].get(id(s)), self.clause_of[1].get(id(r))
        if a is None or b is None or not self.top[1][b]:
            return 0.0
        return self.alignment.likeness[b].get(a, 0.0) / self.top[1][b]

    def partners(self, index: int, *, back: bool, limit: int = 4, share: float = 0.55) -> list[Reading]:
        readings = self.rewrite if back else self.source
        return [readings[i] for i in self.alignment.best(index, back=back, limit=limit, share=share)]

    def region(self, reading: Reading, *, back: bool) -> list[Reading]:
        """Where the counterpart of a clause may stand: the sentences of its partners and of what is at home there."""
        side = self.by_sentence[1 if back else 0]
        partners = self.partners(reading.clause.index, back=back)
        sentences = {p.clause.sentence for p in partners}
        if back:
            sentences |= {p.clause.sentence for p in self.homes.get(reading.clause.sentence, ())}
        elif reading.clause.sentence:
            before = self.by_sentence[1].get(reading.clause.sentence - 1, [])
            sentences |= {p.clause.sentence for b in before for p in self.partners(b.clause.index, back=False, limit=1)}
        return [p for s in sorted(sentences) for p in side.get(s, ())]

    def match(
        self,
        sources: list[Reading],
        rewrites: list[Reading],
        fits: Callable[[Reading, Reading], bool],
        floor: float = 0.02,
        weight: Callable[[Reading], int] = lambda _: 1,
    ) -> tuple[list[Reading], list[Reading]]:
        """Pair readings one to one, the likeliest first; what is left over on either side."""
        allowed = {r.clause.index: r for r in rewrites}
        pairs: list[tuple[float, int, int]] = []
        for s in sources:
            near = (
                self.alignment.reverse[s.clause.index].keys() & allowed.keys() if len(rewrites) > 24 else allowed.keys()
            )
            pairs += [
                (a, s.clause.index, i)
                for i in near
                if (a := self.affinity(s, allowed[i])) > floor and fits(s, allowed[i])
            ]
        # A pair far below what either clause has elsewhere is chance.
        pairs = [
            p for p in pairs if p[0] >= self.share * self.top[1][p[2]] or p[0] >= 2 * self.share * self.top[0][p[1]]
        ]
        self.matched = {}
        left_s = {s.clause.index: weight(s) for s in sources}
        left_r = {r.clause.index: weight(r) for r in rewrites}
        for score, s, r in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
            if left_s[s] > 0 and left_r[r] > 0:
                left_s[s] -= 1
                left_r[r] -= 1
                self.matched[s] = max(self.matched.get(s, 0.0), score)
        return [s for s in sources if left_s[s.clause.index] > 0], [
            r for r in rewrites if left_r[r.clause.index] == weight(r)
        ]

    def doubts(self) -> Iterator[Doubt]:
        yield from self.negations()
        yield from self.stances()
        yield from self.strictness()
        yield from self.included()
        yield from self.restrictions()
        yield from self.charges()

    def negations(self) -> Iterator[Doubt]:
        """Negations that find no counterpart, where nothing else in that place says no either."""
        sources = [s for s in self.source if not s.names.isdisjoint(_EVERY) and s.clause.kind is not BlockKind.HEADING]
        rewrites = [
            r for r in self.rewrite if not r.names.isdisjoint(_EVERY) and r.clause.kind is not BlockKind.HEADING
        ]
        strong_s, strong_r = ([x for x in xs if x.denies] for xs in (sources, rewrites))
        lost, new = self.match(strong_s, strong_r, lambda s, r: True, weight=lambda x: x.denials)
        answered = {r.clause.sentence for r in strong_r} - {r.clause.sentence for r in new}
        answered_s = {s.clause.sentence for s in strong_s} - {s.clause.sentence for s in lost}
        weak_r = [r for r in rewrites if not r.denies and not r.twice and r.clause.sentence not in answered]
        weak_s = [s for s in sources if not s.denies and not s.twice and s.clause.sentence not in answered_s]
        lost, _ = self.match(lost, weak_r, lambda s, r: True, 0.5)
        _, new = self.match(weak_s, new, lambda s, r: True, 0.5)
        self.unanswered = ({s.clause.index for s in lost}, {r.clause.index for r in new})
        for s in lost:
            partners = self.partners(s.clause.index, back=True, limit=2, share=0.75)
            if not partners or s.question or partners[0].question:
                continue
            if not self.shares(s, partners[0]) or not self.compares(s, partners[0]):
                continue
            # A negation next door that nothing has answered is this one in words the alignment does not know.
            if any(abs(r.clause.sentence - p.clause.sentence) <= 1 for r in new if r.denies for p in partners[:1]):
                continue
            affirmed = any(
                "also" in r.names and not r.negative and not self.goes_on(r) for r in (partners[0], *self.at_home(s))
            )
            if self.goes_on(partners[0]) and self.shares(s, self.before(partners[0])):
                continue
            if not affirmed and s.conditional and "lack" in {n for r in self.region(s, back=True) for n in r.names}:
                continue
            if not affirmed and s.conditional and not (partners[0].conditional or "condition" in partners[0].names):
                continue
            # „Die Sperrung gilt nicht für Busse“ is „Busse dürfen fahren“.
            if _NOT_FOR.search(self.judged(s)) and partners[0].stance in (Stance.MAY, Stance.NEED_NOT):
                continue
            # „sofern nicht“ is „außer“, „es sei denn“.
            if s.conditional and any(_EXCEPT.search(self.judged(p)) for p in partners):
                continue
            if s.stance is Stance.MUST_NOT and partners[0].stance is Stance.MUST:
                continue
            around = self.siblings(partners, back=True)
            if self.plainly(s, partners[0]) < _PLAIN or self.fragment(partners[0]):
                around = [*around, *self.lead_in(partners[0]), *self.at_home(s)]
            if affirmed or not any(self.guards(s, r, self.unanswered[1]) for r in around):
                self.lost.add(s.clause.index)
                yield Doubt(FactKind.NEGATION, _span(s), _span(partners[0]))
        for r in new:
            if r.names.isdisjoint(_HARD) or r.question or self.echoes(r):
                continue
            # „Sind nicht acht angemeldet, fällt es aus“: the second half of the sentence takes the negation back.
            if {"negation", "without"} <= r.names:
                continue
            if r.conditional and any(o is not r and o.names & _EVERY for o in self.by_sentence[1][r.clause.sentence]):
                continue
            # A negation is only new where the same deed stands without one.
            best = self.partners(r.clause.index, back=False, limit=1)
            if not best:
                continue
            if not _same_deed(r.clause, best[0].clause) and (lost or not self.answers(r, best[0])):
                continue
            if self.vouched(best[0], r):
                continue
            # A negation of the source that another clause has answered cannot stand for this one as well.
            open_s = {s.clause.index for s in lost}
            plain = not best[0].names & _EVERY and not best[0].guarded and self.plainly(best[0], r) >= 0.4
            region = self.siblings(best, back=False) if plain else self.region(r, back=False)
            if region and not any(
                (s.guarded and not s.negative) or (s.names & _EVERY and (not plain or s.clause.index in open_s))
                for s in region
            ):
                yield Doubt(FactKind.NEGATION, _span(self.partners(r.clause.index, back=False, limit=1)[0]), _span(r))

    def before(self, r: Reading) -> Reading:
        """The last clause of the sentence before one of the rewrite that says no, or just the last."""
        own = self.by_sentence[1].get(r.clause.sentence - 1) or [r]
        return next((o for o in own if o.guarded), own[-1])

    def echoes(self, r: Reading) -> bool:
        """Whether „Das ist nicht erlaubt“ only takes up a sentence before it that says no."""
        empty = sum(t.weight for t in r.clause.tokens) < 0.5 and not r.clause.facts
        return empty and self.before(r) is not r and self.before(r).guarded

    def goes_on(self, r: Reading) -> bool:
        """Whether „Das gilt auch für …“ takes up a sentence that says no itself."""
        return _SO_TOO.match(self.judged(r)) is not None and self.before(r) is not r and self.before(r).guarded

    def fragment(self, r: Reading) -> bool:
        """Whether a clause of the rewrite has no verb: the answer to a question, or an item of a list."""
        return verbless(self.texts[1][r.clause.start : r.clause.end])

    def compares(self, s: Reading, r: Reading) -> bool:
        """Whether a clause that says no can be set beside its likeliest counterpart at all."""
        same = _same_deed(r.clause, s.clause)
        # „ersetzt nicht“, „entbindet nicht“ are often said the other way round; so is a negation by „ohne“ alone.
        if not same and s.names & _MID == {"without"}:
            return False
        if _RETAINS.search(self.judged(s)) and not _RETAINS.search(self.judged(r)):
            return False
        if not s.conditional or not r.conditional or "also" in r.names:
            return True
        # „soweit nicht“ may become the opposite case: then its main clause has moved to another place.
        mains = [o for o in self.by_sentence[0][s.clause.sentence] if not o.conditional]
        main = max(mains, key=lambda o: sum(t.weight for t in o.clause.tokens), default=None)
        homes = (
            {p.clause.sentence for p in self.partners(main.clause.index, back=True, limit=1)} if main else set[int]()
        )
        return not homes or r.clause.sentence in homes

    def vouched(self, s: Reading, r: Reading) -> bool:
        """Whether a word of the source stands for the negation of the rewrite: „frühestens“, „endet“, „nur“."""
        own = self.judged(r)
        if _NOT_YET.search(own) and _UNTIL.search(self.judged(s)):
            return True
        return r.negative and any(
            self.judged(s, x)[:6] not in own for x in s.signals if x.name in ("soft", "only", "lack")
        )

    def shares(self, s: Reading, r: Reading) -> bool:
        """Whether two clauses have a word in common that tells something."""
        return any(t.weight >= 0.5 and cover(t, r.clause.keys) >= 0.5 for t in s.clause.tokens) or bool(
            {f.value for f in s.clause.facts if not f.weak} & {f.value for f in r.clause.facts}
        )

    def plainly(self, s: Reading, r: Reading) -> float:
        """How much of what a clause says stands in another, 0 to 1."""
        total = sum(t.weight for t in s.clause.tokens)
        return sum(t.weight * cover(t, r.clause.keys) for t in s.clause.tokens) / total if total else 0.0

    def answers(self, r: Reading, s: Reading) -> bool:
        """Whether nearly all a rewrite clause says stands in one clause of the source that has no word of denial."""
        total = sum(t.weight for t in r.clause.tokens)
        found = sum(t.weight * cover(t, s.clause.keys) for t in r.clause.tokens)
        return total >= 1.5 and found >= 0.8 * total and not s.guarded and s.names.isdisjoint(_EVERY)

    def lead_in(self, reading: Reading) -> list[Reading]:
        """The question before a clause, or the sentence that opens its list: „Nicht erlaubt sind:“."""
        side = self.by_sentence[1]
        at = reading.clause.sentence - 1
        before = side.get(at, [])
        if reading.clause.kind is not BlockKind.LIST_ITEM or any(r.question for r in before):
            return [r for r in before if r.question]
        while (
            at >= 0
            and at > reading.clause.sentence - 12
            and all(r.clause.kind is BlockKind.LIST_ITEM for r in side.get(at, ()))
        ):
            at -= 1
        return side.get(at, [])

    def guards(self, reading: Reading, other: Reading, free: set[int]) -> bool:
        """Whether a clause may answer a negation although it is none, or is one that nothing has answered yet."""
        if "lack" in other.names or ("gratis" in other.names and reading.names & {"exempt", "deny"}):
            return True
        if "free" in other.names and reading.stance is Stance.NEED_NOT:
            return True
        if "only" in other.names and not any(
            "only" in p.names for p in self.partners(other.clause.index, back=False, limit=2)
        ):
            return True
        own = self.judged(reading)
        if any(self.judged(other, s)[:7] not in own for s in other.signals if s.name == "soft"):
            return True
        return other.negative and (other.clause.index in free or other.names.isdisjoint(_HARD))

    def judged(self, reading: Reading, signal: Signal | None = None) -> str:
        side = self.texts[0 if reading in self.source[reading.clause.index : reading.clause.index + 1] else 1]
        start, end = (signal.start, signal.end) if signal else (reading.clause.start, reading.clause.end)
        return side[start:end].lower()

    def at_home(self, reading: Reading) -> list[Reading]:
        """The clauses of rewrite sentences that as a whole are most like the sentence of this source clause."""
        if self.rooms is None:
            self.rooms = {}
            for sentence, readings in self.by_sentence[1].items():
                if (home := self.home(readings[0])) is not None:
                    self.rooms.setdefault(home, []).append(sentence)
        return [r for sentence in self.rooms.get(reading.clause.sentence, ()) for r in self.by_sentence[1][sentence]]

    def home(self, reading: Reading) -> int | None:
        """The sentence of the source that the sentence of a rewrite clause is most like."""
        total: dict[int, float] = {}
        for r in self.by_sentence[1].get(reading.clause.sentence, ()):
            for index, score in self.alignment.likeness[r.clause.index].items():
                sentence = self.source[index].clause.sentence
                total[sentence] = total.get(sentence, 0.0) + score
        return max(total, key=lambda k: (total[k], -k), default=None)

    def siblings(self, readings: list[Reading], *, back: bool) -> list[Reading]:
        side = self.by_sentence[1 if back else 0]
        return [p for s in sorted({r.clause.sentence for r in readings}) for p in side.get(s, ())]

    def stances(self) -> Iterator[Doubt]:
        sources = [s for s in self.source if s.stance is not Stance.PLAIN and not s.question]
        rewrites = [r for r in self.rewrite if r.stance is not Stance.PLAIN and not r.question]
        lost, new = self.match(sources, rewrites, lambda s, r: r.stance in _SAME[s.stance], 0.35)
        self.unmatched = {s.clause.index for s in lost}
        self.new_duties = {r.clause.index for r in new if r.stance in (Stance.MUST, Stance.REQUEST)}
        open_to = {s.clause.index: s for s in sources}
        pairs = sorted(
            (
                (score, index, r.clause.index)
                for r in new
                for index, score in self.alignment.likeness[r.clause.index].items()
                if index in open_to and self.matched.get(index, 0.0) < 0.8 * score
            ),
            reverse=True,
        )
        used: set[int] = set()
        for score, si, ri in pairs:
            s, r = self.source[si], self.rewrite[ri]
            kind = _CONFLICTS.get(s.stance, {}).get(r.stance)
            near = score >= 0.6 * self.top[1][ri]
            if self.echoes(r) and self.before(r).guarded:
                continue
            if score < 0.6 or not near or kind is None or ~si in used or ri in used or self.excused(s, r):
                continue
            if kind is FactKind.NEGATION and (
                (si not in self.lost and ri not in self.unanswered[1] and not self.restates(s, r)) or self.vouched(s, r)
            ):
                continue
            used |= {~si, ri}
            yield Doubt(kind, _span(s), _span(r))
        yield from self.anchored([r for r in new if r.clause.index not in used], sources, rewrites)

    def anchored(self, new: list[Reading], sources: list[Reading], rewrites: list[Reading]) -> Iterator[Doubt]:
        """A weaker or stronger word at the very fact that the source's obligation hangs on."""
        for r in new:
            values = {f.value for f in r.clause.facts if not f.weak}
            if not values:
                continue
            near = self.alignment.likeness[r.clause.index]
            for s in (
                s for index in sorted(near) if (s := self.source[index]).stance is not Stance.PLAIN and not s.question
            ):
                kind = _CONFLICTS.get(s.stance, {}).get(r.stance)
                shared = values & {f.value for f in s.clause.facts}
                if (
                    kind is None
                    or not shared
                    or self.excused(s, r)
                    or self.vouched(s, r)
                    or (kind is FactKind.NEGATION and r.clause.index not in self.unanswered[1])
                ):
                    continue
                held = any(
                    o is not r
                    and abs(o.clause.index - r.clause.index) < 60
                    and o.stance in _SAME[s.stance]
                    and shared & {f.value for f in o.clause.facts}
                    for o in rewrites
                )
                if not held and self.affinity(s, r) >= 1.0:
                    yield Doubt(kind, _span(s), _span(r))
                    break

    def restates(self, s: Reading, r: Reading) -> bool:
        """Whether two clauses say nearly the same words."""
        return s.stance is not Stance.NEED_NOT and min(self.plainly(s, r), self.plainly_back(s, r)) >= 0.8

    def plainly_back(self, s: Reading, r: Reading) -> float:
        """How much of what a clause of the rewrite says stands in one of the source, 0 to 1."""
        total = sum(t.weight for t in r.clause.tokens)
        return sum(t.weight * cover(t, s.clause.keys) for t in r.clause.tokens) / total if total else 0.0

    def excused(self, s: Reading, r: Reading) -> bool:
        """Turns of phrase in which two stances mean the same."""
        around = {name for o in self.by_sentence[0][s.clause.sentence] for name in o.names}
        if s.stance is Stance.MAY and r.stance in (Stance.MUST, Stance.MUST_NOT) and "only" in around | r.names:
            return r.stance is Stance.MUST_NOT or "only" not in r.names
        if s.stance in (Stance.MUST, Stance.MUST_NOT) and r.stance is Stance.MAY and "only" in r.names:
            return True
        if s.stance is Stance.MUST and self.side_text(r, "verlang"):
            return True
        # „Bewerber müssen … besitzen“ is „Sie können sich bewerben, wenn Sie … besitzen“.
        if s.stance is Stance.MUST and r.stance is Stance.MAY:
            own = self.by_sentence[1][r.clause.sentence]
            if any(o.conditional for o in own) and not any(
                o.conditional for o in self.by_sentence[0][s.clause.sentence]
            ):
                return True
        # What the authority may grant on application is nothing the reader must do, but for the application.
        if s.stance is Stance.MAY and r.stance is Stance.MUST:
            a, b = self.judged(s), self.judged(r)
            if _APPLY.search(a) and _APPLY.search(b):
                return True
            if _AUTHORITY_MAY.search(a) and _READER_MUST.search(b) and not _same_deed(s.clause, r.clause):
                return True
        return s.stance is Stance.MUST_NOT and r.stance is Stance.MUST and r.negative

    @staticmethod
    def side_text(reading: Reading, word: str) -> bool:
        return any(word in token.text.lower() for token in reading.clause.tokens)

    def charges(self) -> Iterator[Doubt]:
        """Something is free of charge in one text and nothing in the other says so."""
        sides = ([s for s in self.source if "gratis" in s.names], [r for r in self.rewrite if "gratis" in r.names])
        turned = next((r for r in sides[1] if _NOT_FREE.search(self.judged(r))), None)
        if turned is not None:
            if sides[0] and all(not s.negative for s in sides[0]):
                yield Doubt(FactKind.NEGATION, _span(sides[0][0]), _span(turned))
        elif sides[0] and not sides[1]:
            s = sides[0][0]
            partners = [p for p in self.partners(s.clause.index, back=True, limit=3) if not p.question]
            place = next((p for p in partners if self.shares(s, p) or self.costs(p)), None)
            # „Eine Gebühr verlangen wir nicht“ may stand anywhere.
            if place is None or any(self.costs(r) and r.names & _EVERY for r in self.rewrite):
                return
            if not any(p.guarded or p.names & _EVERY for p in (*self.siblings([place], back=True), *self.at_home(s))):
                yield Doubt(FactKind.NEGATION, _span(s), _span(place))
        elif sides[1] and not sides[0]:
            r = sides[1][0]
            region = self.region(r, back=False)
            if any(self.costs(s) and (s.names & _EVERY or s.guarded) for s in self.source):
                return
            if region and not any(p.guarded or p.names & _EVERY for p in region):
                yield Doubt(FactKind.NEGATION, _span(region[0]), _span(r))

    def costs(self, reading: Reading) -> bool:
        """Whether a clause speaks of money to be paid."""
        return _MONEY.search(self.judged(reading)) is not None

    def included(self) -> Iterator[Doubt]:
        """What the source leaves out („es sei denn“, „nicht“) the rewrite includes („gilt auch dann, wenn“)."""
        for sentence, readings in self.by_sentence[1].items():
            marked = next((r for r in readings if "also" in r.names and _INCLUDES.search(self.judged(r))), None)
            if marked is None or any(
                r.question or (r.names & (_EVERY | {"only"}) and (r is marked or not r.conditional)) for r in readings
            ):
                continue
            for r in readings:
                best = self.partners(r.clause.index, back=False, limit=1)
                if not best or not self.shares(best[0], r):
                    continue
                if _RETAINS.search(self.judged(best[0])) and not _RETAINS.search(self.judged(r)):
                    continue
                s = best[0]
                own = self.by_sentence[0][s.clause.sentence]
                before = self.source[s.clause.index - 1] if s is not own[0] else s
                if s.names & _HARD or _EXCEPT.search(self.judged(s)):
                    near = [s]
                elif _EXCEPT.search(self.judged(before)):
                    near = [before, s]
                else:
                    near = own if s.conditional else []
                excludes = any(o.names & _HARD or _EXCEPT.search(self.judged(o)) for o in near)
                if not excludes or any("also" in o.names and not o.negative for o in own):
                    continue
                places = {o.clause.index for o in near}
                answered = any(
                    o.names & _EVERY
                    and any(p.clause.index in places for p in self.partners(o.clause.index, back=False, limit=1))
                    for n in (sentence - 1, sentence + 1)
                    for o in self.by_sentence[1].get(n, ())
                )
                if not answered:
                    yield Doubt(FactKind.CONDITION if s.conditional else FactKind.NEGATION, _span(s), _span(r))
                    break

    def strictness(self) -> Iterator[Doubt]:
        """What the authority may do becomes what always happens, or what one must do becomes what one may do."""
        for r in self.rewrite:
            if r.question:
                continue
            for s in self.partners(r.clause.index, back=False, limit=3):
                if not s.question and (self.always(s, r) or self.granted(s, r)):
                    yield Doubt(FactKind.MODALITY, _span(s), _span(r))
                    break

    def always(self, s: Reading, r: Reading) -> bool:
        """„kann folgen“ against „folgt immer“."""
        around = {n for o in self.by_sentence[0][s.clause.sentence] for n in o.names}
        return (
            "always" in r.names
            and not s.names.isdisjoint(("can", "should"))
            and around.isdisjoint(("always", "only"))
            and r.names.isdisjoint(("can", "may", "negation", "condition"))
            and self.shares(s, r)
        )

    def granted(self, s: Reading, r: Reading) -> bool:
        """A duty against „Sie dürfen“."""
        around = {n for o in self.by_sentence[0][s.clause.sentence] for n in o.names}
        return (
            r.stance is Stance.MAY
            and r.names.isdisjoint(("only", "free", "may"))
            and _GRANTS.search(self.judged(r)) is not None
            and around.isdisjoint(("can", "may", "free", "forbid", "only", "exempt", "gratis", "deny", "should"))
            and not around.isdisjoint(("must", "need"))
            and self.shares(s, r)
            and any(_same_deed(o.clause, s.clause) for o in self.by_sentence[1][r.clause.sentence])
        )

    def restrictions(self) -> Iterator[Doubt]:
        held = ("only", "negation", "without", "forbid", "deny", "condition", "need", "must", "soft", "lack")
        for reading in self.source:
            if "only" not in reading.names:
                continue
            region = self.region(reading, back=True)
            around = {r.clause.sentence + d for r in region for d in (-1, 0, 1)}
            wide = [r for s in sorted(around) for r in self.by_sentence[1].get(s, ())]
            best = self.partners(reading.clause.index, back=True, limit=1)
            # „erst mit der Zahlung“ is „nach der Zahlung“.
            if re.search(r"\berst\b", self.judged(reading)) and any(_THEN.search(self.judged(p)) for p in region):
                continue
            if (
                best
                and "also" in best[0].names
                and all("only" not in p.names for p in self.siblings(best, back=True))
                and not best[0].negative
            ):
                yield Doubt(FactKind.CONDITION, _span(reading), _span(best[0]))
                continue
            if any(p.names & _HARD and self.shares(reading, p) for p in wide):
                continue
            if region and all(p.names.isdisjoint(held) and not p.conditional for p in region):
                yield Doubt(
                    FactKind.CONDITION,
                    _span(reading),
                    _span(self.partners(reading.clause.index, back=True, limit=1)[0]),
                )
