"""Where a statement of one text stands in another: tokens, stems, clauses and their alignment.

Alignment only locates. It is no measure of meaning, and nothing here judges a rewrite.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

from german.facts import Fact
from german.text import BlockKind, TextModel

_DATA = Path(__file__).parent / "data"
_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s", "Ä": "a", "Ö": "o", "Ü": "u"})
_SEPARABLE = (
    "zusammen",
    "entgegen",
    "zurück",
    "bekannt",
    "heraus",
    "herein",
    "hinein",
    "hinaus",
    "vorbei",
    "weiter",
    "wieder",
    "herbei",
    "bereit",
    "hinzu",
    "nieder",
    "durch",
    "statt",
    "fest",
    "fort",
    "frei",
    "heim",
    "nach",
    "teil",
    "wahr",
    "hoch",
    "auf",
    "aus",
    "bei",
    "dar",
    "ein",
    "her",
    "hin",
    "los",
    "mit",
    "vor",
    "weg",
    "ab",
    "an",
    "um",
    "zu",
)
_SEPARABLE_FOLDED = tuple(p.translate(_FOLD) for p in _SEPARABLE)
PARTICLES = frozenset(_SEPARABLE)
_ROOTS = (
    ("nahm", "nehm"),
    ("nomm", "nehm"),
    ("nimm", "nehm"),
    ("lag", "leg"),
    ("lieg", "leg"),
    ("gab", "geb"),
    ("gib", "geb"),
    ("zog", "zieh"),
    ("zug", "zieh"),
    ("gang", "geh"),
    ("ging", "geh"),
    ("stand", "steh"),
    ("sprach", "sprech"),
    ("sproch", "sprech"),
    ("sprich", "sprech"),
    ("schlos", "schlies"),
    ("schlus", "schlies"),
    ("schrieb", "schreib"),
    ("schrift", "schreib"),
    ("schrif", "schreib"),
    ("wies", "wei"),
    ("weis", "wei"),
    ("hielt", "halt"),
    ("rief", "ruf"),
    ("bot", "biet"),
    ("bracht", "bring"),
    ("kam", "komm"),
    ("kunft", "komm"),
    ("fuhr", "fahr"),
    ("fahrt", "fahr"),
    ("trat", "tret"),
    ("tritt", "tret"),
    ("lief", "lauf"),
    ("traf", "treff"),
    ("worb", "werb"),
    ("sah", "seh"),
    ("sicht", "seh"),
    ("hob", "heb"),
    ("blieb", "bleib"),
    ("stieg", "steig"),
    ("bund", "bind"),
    ("griff", "greif"),
    ("trug", "trag"),
    ("fiel", "fall"),
    ("starb", "sterb"),
    ("storb", "sterb"),
    ("verlor", "verlier"),
    ("verlust", "verlier"),
    ("gonn", "ginn"),
    ("gann", "ginn"),
    ("fing", "fang"),
    ("schied", "scheid"),
    ("half", "helf"),
    ("holf", "helf"),
    ("erlosch", "erlisch"),
)
_DERIVED = (
    "ungen",
    "ungs",
    "ung",
    "nissen",
    "nisse",
    "nis",
    "keiten",
    "keits",
    "keit",
    "heiten",
    "heits",
    "heit",
    "erinnen",
    "erin",
    "enden",
    "ender",
    "endes",
    "endem",
    "ende",
    "end",
    "tionen",
    "tions",
)


# Pairs that only an umlaut tells apart.
_KEPT = (("förder", "foerder"), ("zähl", "zaehl"))


@lru_cache(maxsize=20000)
def stem(word: str) -> str:
    """A rough stem: umlauts folded, `ge`/`zu` of separable verbs and one ending removed, strong roots levelled."""
    base = word.lower()
    for own, kept in _KEPT:
        base = base.replace(own, kept)
    base = base.translate(_FOLD)
    for folded in _SEPARABLE_FOLDED if base.startswith(_SEPARABLE_FOLDED) else ():
        if base.startswith(folded):
            rest = base[len(folded) :]
            if (
                len(rest) > 5
                and rest.startswith(("ge", "zu"))
                and not rest.startswith(("gebuh", "geh", "geb", "gel", "genehm", "geg", "zul", "zum"))
            ):
                return folded + _level(_participle(rest[2:]))
            break
    return _level(_strip(base))


def _strip(word: str) -> str:
    for ending in _DERIVED:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return _without_t(word[: -len(ending)])
    # „Amts“ loses its s, „Ausweis“ and „Rathaus“ keep theirs.
    if word.endswith("s") and len(word) > 4 and word[-2] not in "eis" and not word.endswith("haus"):
        word = word[:-1]
    for ending in ("en", "es", "em", "e", "n"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and (ending != "n" or word[-2] in "rl"):
            word = word[: -len(ending)]
            break
    if word.endswith("er") and len(word) > 4:
        word = word[:-2]
    return _without_t(word)


def _without_t(word: str) -> str:
    for ending in ("et", "t"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _participle(rest: str) -> str:
    """The stem of what follows `ge` or `zu`: its t goes even when little is left (`gehört`, `hören`)."""
    shorter = _strip(rest)
    return shorter[:-1] if shorter.endswith("t") and len(shorter) > 3 else shorter


@cache
def _roots() -> dict[str, str]:
    """Every form of a strong root, whole or shortened as a longer word would be, with the form that stands for all."""
    forms: dict[str, str] = {}
    for old, new in _ROOTS:
        for form in (old, new, _strip("xxxx" + old)[4:], _strip("xxxx" + new)[4:]):
            if len(form) >= 3:
                forms[form] = new.upper()
    return forms


def _level(word: str) -> str:
    roots = _roots()
    for size in range(min(7, len(word)), 2, -1):
        if root := roots.get(word[-size:]):
            return word[:-size] + root
    return word


@lru_cache(maxsize=20000)
def _variants(word: str) -> tuple[str, ...]:
    """The stems a word may be filed under: itself, and without a leading `ge` of a participle."""
    first = stem(word)
    lower = word.lower().translate(_FOLD)
    for folded in _SEPARABLE_FOLDED if lower.startswith(_SEPARABLE_FOLDED) else ():
        if lower.startswith(folded):
            rest = lower[len(folded) :]
            if len(rest) > 5 and rest.startswith(("ge", "zu")):
                return first, folded + _level(_participle(rest[2:]))
            break
    if (
        lower.startswith("ge")
        and len(lower) > 6
        and lower.endswith(("t", "en", "te", "ten", "ter", "tes", "ne", "nen", "ner", "nes"))
    ):
        return first, _level(_participle(lower[2:]))
    return (first,)


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for number, line in enumerate((_DATA / "ledger_synonyms.txt").read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        for word in line.split(","):
            for one in _variants(word.strip().replace("-", "")):
                groups.setdefault(one, set()).add(f"@{number}")
    return {one: frozenset(ids) for one, ids in groups.items()}


@cache
def _function_words() -> tuple[frozenset[str], frozenset[str]]:
    empty: set[str] = set()
    light: set[str] = set()
    target = empty
    for line in (_DATA / "ledger_function_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.strip() == "[light]":
            target = light
            continue
        target.update(line.split())
    return frozenset(empty), frozenset(light - empty)


_DENIED = re.compile(
    r"(?:nicht[ -]?|un(?!ter|ser|i(?:o|v|f)|d$|s$|fall|fäll|kost|geld|wetter|tat|rat|kraut|terh))(\w{3,})$"
)


@lru_cache(maxsize=20000)
def concepts(word: str) -> frozenset[str]:
    """The stems of a word and the groups of synonyms they belong to."""
    found: set[str] = set()
    groups = _synonyms()
    for one in _variants(word):
        found.add(one)
        found |= groups.get(one, frozenset())
    if (m := _DENIED.match(word.lower())) is not None:
        # „unbar“, „Nichtbeachtung“: the place is that of the word without its denial.
        for one in _variants(m[1]):
            found |= {one} | groups.get(one, frozenset())
    return frozenset(found)


@dataclass(slots=True)
class Token:
    """One content word: what it may mean, and how much it tells."""

    start: int
    end: int
    text: str
    weight: float
    concepts: frozenset[str]
    parts: tuple[tuple[frozenset[str], float], ...] = ()
    noun: bool = False
    clause: int = 0

    @property
    def special(self) -> bool:
        """A noun that no group of synonyms knows, whole or in part: a rewrite can hardly say it otherwise."""
        return self.noun and not self.parts and all(c[0] != "@" for c in self.concepts)


@dataclass(slots=True)
class Clause:
    """A stretch of a sentence with at most one finite verb, roughly."""

    index: int
    sentence: int
    start: int
    end: int
    kind: BlockKind
    tokens: list[Token] = field(default_factory=list[Token])
    hidden: list[Token] = field(default_factory=list[Token])
    facts: list[Fact] = field(default_factory=list[Fact])
    keys: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Side:
    """One of the two texts, cut into sentences and clauses."""

    text: str
    sentences: list[tuple[int, int]]
    clauses: list[Clause]
    of_sentence: list[list[int]]


_LONGEST = 40
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{1,60}")
_CUT = re.compile(
    r"\s(?=(?:und|sowie|oder)\s+(?:ist|sind|wird|werden|hat|haben|kann|können|muss|müssen|darf|dürfen|soll|sollen"
    r"|sollte)\s)|[;:](?=\s)|,(?=\s)|\s[–-]\s|\s\((?=[^()\n]*\s)|(?<=\w\w\w)\)(?=[\s.,;:])|\n\s*(?=[-–•*]\s)|\n"
)
_NOT_VERBAL = (
    r"den|einen|keinen|ihren|seinen|unseren|diesen|jeden|allen|von|nicht|mit|seit|laut|samt|dort|jetzt|sonst"
    r"|selbst|zuletzt|erst|fast|gut|statt|insgesamt|gesamt|bereits|oft"
)
_VERBAL = re.compile(
    rf"\b(?!(?:{_NOT_VERBAL})\b)(?:ist|sind|war|waren|wird|werden|wurde|wurden|hat|haben|hatte|kann|können|muss|müssen"
    r"|soll|sollen|sollte[n]?|darf|dürfen|will|wollen|möchten?|tun|tut|geht|gehen|sei|seien|wäre[n]?|gibt|gilt|"
    r"[a-zäöüß]{2,}(?:t|en|te|ten|ern|eln))\b"
)


_INVERTED = re.compile(
    r"^\W*[A-ZÄÖÜ][a-zäöüß]+(?:en|ern|eln|t|te|ten)\s+(?:Sie|sich|wir|er|es|ein|eine|der|die|das|Ihr|Ihre|kein"
    r"|keine|diese|jemand|niemand)\b"
)


def verbless(text: str) -> bool:
    """Whether a stretch of text has no finite verb, as far as endings show."""
    return _VERBAL.search(text) is None and _INVERTED.match(text) is None


# „bei der Unterhaltsvorschussstelle“ becomes „bei uns“.
_OFFICE = re.compile(
    r"^(?:stadt|gemeinde|amt|behörde|verwaltung|kreis|landkreis|rathaus)(?:s|es)?$|.(?:stelle|behörde|amt|amtes"
    r"|verwaltung|kasse|abteilung|fachdienst)$"
)


@lru_cache(maxsize=20000)
def _is_office(word: str) -> bool:
    return _OFFICE.search(word) is not None


_APART = re.compile(
    r"\s*(?:nicht\s+(?:jedoch|aber)|(?:jedoch|aber|allerdings)\s+nicht|ausgenommen|außer|es sei denn|jedoch\s+nur"
    r"|aber\s+nur|auch\s+keine?)\b"
)


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence at its marks; a piece without a verb stays with its neighbour."""
    edges = [start]
    for mark in _CUT.finditer(text, start, end):
        edges.append(mark.end() if text[mark.start()] in ",;:)" else mark.start())
    edges.append(end)
    pieces = [(a, b) for a, b in pairwise(edges) if text[a:b].strip(" ,;:()\n–-")]
    merged: list[tuple[int, int]] = []
    verb = False
    for a, b in pieces if len(pieces) > 1 else ():
        piece = text[a:b]
        own = _VERBAL.search(piece) is not None
        if merged:
            left, right = merged[-1]
            hard = "\n" in text[right - 1 : a + 1] or text[right - 1] == ";"
            if (
                not hard
                and _APART.match(piece) is None
                and not ((own or _INVERTED.match(piece)) and (verb or _INVERTED.match(text[left:right])))
            ):
                merged[-1] = (left, b)
                verb = verb or own
                continue
        merged.append((a, b))
        verb = own
    return merged or pieces


def build(model: TextModel, facts: Iterable[Fact], signals: Iterable[tuple[int, int]] = ()) -> Side:
    """Cut a text into clauses and put its words and facts into them. Words inside a fact or a signal are no content."""
    text = model.text
    sentences: list[tuple[int, int]] = []
    clauses: list[Clause] = []
    of_sentence: list[list[int]] = []
    for block in model.blocks:
        spans = [(s.start, s.end) for s in block.sentences] or [(block.start, block.end)]
        for start, end in spans:
            pieces = _cut(text, start, end)
            # A sentence without an end would make everything the neighbour of everything.
            for low in range(0, len(pieces), _LONGEST):
                own: list[int] = []
                for a, b in pieces[low : low + _LONGEST]:
                    own.append(len(clauses))
                    clauses.append(Clause(len(clauses), len(sentences), a, b, block.kind))
                if own:
                    whole = len(pieces) <= _LONGEST
                    sentences.append((start, end) if whole else (clauses[own[0]].start, clauses[own[-1]].end))
                    of_sentence.append(own)
    empty, light = _function_words()
    facts = list(facts)
    hidden = sorted(
        [(f.start, f.end) for f in facts if not (f.weak and f.group == "dur" and f.text.isalpha())] + list(signals)
    )
    at = 0
    for clause in clauses:
        while at < len(hidden) and hidden[at][1] <= clause.start:
            at += 1
        taken: set[int] = set()
        ahead = at
        while ahead < len(hidden) and hidden[ahead][0] < clause.end:
            taken.update(range(*hidden[ahead]))
            ahead += 1
        _fill(text, clause, empty, light, taken)
    _assign(clauses, facts)
    return Side(text, sentences, clauses, of_sentence)


def _fill(text: str, clause: Clause, empty: frozenset[str], light: frozenset[str], taken: set[int]) -> None:
    words = list(_WORD.finditer(text, clause.start, clause.end))
    particle = words[-1].group().lower() if words and words[-1].group() in PARTICLES else None
    first = True
    for word in words:
        shown = word.group()
        lower = shown.lower()
        if len(lower) < 2 or lower in empty or (word is words[-1] and particle):
            if word is words[-1] and particle:
                clause.keys |= concepts(particle)
            first = False
            continue
        if word.start() in taken:
            # A signal word counts for the other text (it may be a noun there), but need not be found itself.
            clause.keys |= concepts(lower)
            if len(lower) >= 8:
                clause.hidden.append(Token(word.start(), word.end(), shown, 0.0, concepts(lower)))
            first = False
            continue
        noun = shown[0].isupper() and not first
        weight = 0.25 if lower in light or _is_office(lower) else 1.0 if noun else 0.8 if shown[0].isupper() else 0.7
        found = concepts(lower)
        if particle and not noun and lower[-1] in "tne":
            found = found | concepts(particle + lower)
            weight = max(weight, 0.7)
        clause.tokens.append(Token(word.start(), word.end(), shown, weight, found, noun=noun, clause=clause.index))
        clause.keys |= found
        first = False


def _assign(clauses: list[Clause], facts: Iterable[Fact]) -> None:
    at = 0
    for fact in sorted(facts, key=lambda f: f.start):
        while at < len(clauses) and clauses[at].end <= fact.start:
            at += 1
        if at < len(clauses) and clauses[at].start <= fact.start:
            clauses[at].facts.append(fact)


def split_compounds(sides: Iterable[Side]) -> None:
    """Give long words their parts, where a part is a word of either text or of the synonyms."""
    sides = list(sides)
    known: set[str] = set()
    for side in sides:
        for clause in side.clauses:
            for token in clause.tokens:
                known.update(c for c in token.concepts if c[0] != "@")
    groups = _synonyms()
    cache_: dict[str, tuple[tuple[frozenset[str], float], ...]] = {}
    for side in sides:
        for clause in side.clauses:
            for token in (*clause.tokens, *clause.hidden):
                if not 8 <= len(token.text) <= 45:
                    continue
                parts = cache_.get(token.text)
                if parts is None:
                    parts = cache_[token.text] = _parts(token.text, known, groups)
                if parts:
                    token.parts = parts
                    for part, _ in parts:
                        clause.keys |= part


def _parts(word: str, known: set[str], groups: dict[str, frozenset[str]]) -> tuple[tuple[frozenset[str], float], ...]:
    lower = word.lower()
    folded = lower.translate(_FOLD)
    best: tuple[int, str, str] | None = None
    whole = stem(word)
    for at in range(len(lower) - 3, 2, -1):
        left, right = folded[:at], folded[at:]
        right_stem = stem(right)
        hit_right = len(right_stem) >= 3 and (right_stem in known or right_stem in groups)
        left_stem = _joined(left, known, groups) if at >= 3 else ""
        # „Barzahl-ung“ is the word itself.
        if len(right) < 3 or whole in (left_stem, right_stem):
            continue
        score = (2 * len(right) if hit_right and len(right) >= 4 else 0) + (
            2 * len(left) if left_stem and len(left) >= 4 else 0
        )
        if (hit_right or left_stem) and (best is None or score > best[0]) and score >= 8:
            best = (score, left_stem, right_stem if hit_right else "")
    if best is None:
        return ()
    parts: list[tuple[frozenset[str], float]] = []
    if best[1]:
        parts.append((frozenset({best[1]}) | groups.get(best[1], frozenset()), 0.5))
    if best[2]:
        parts.append((frozenset({best[2]}) | groups.get(best[2], frozenset()), 0.6))
    return tuple(parts)


def _joined(left: str, known: set[str], groups: dict[str, frozenset[str]]) -> str:
    """The stem of the first part of a compound, with its joint (s, es, n, en, er) removed."""
    for form in (
        left,
        left[:-1] if left.endswith(("s", "n", "e")) else "",
        left[:-2] if left.endswith(("es", "en", "er")) else "",
    ):
        if len(form) >= 3:
            one = stem(form)
            if len(one) >= 3 and (one in known or one in groups):
                return one
    return ""


def cover(token: Token, keys: set[str] | frozenset[str]) -> float:
    """How far a word is found among `keys`: 1 itself or a synonym, less for a part of it."""
    if not token.concepts.isdisjoint(keys):
        return 1.0
    share = sum(weight for part, weight in token.parts if not part.isdisjoint(keys))
    return min(share, 1.0)


@dataclass(slots=True)
class Alignment:
    """For each clause of the rewrite the likeness to clauses of the source, and the other way round."""

    likeness: list[dict[int, float]]
    reverse: list[dict[int, float]]
    _ranks: tuple[dict[int, list[tuple[int, float]]], dict[int, list[tuple[int, float]]]] = field(
        default_factory=lambda: ({}, {})
    )

    def best(self, clause: int, *, back: bool = False, limit: int = 3, share: float = 0.5) -> list[int]:
        """The clauses of the other text that are most like this one, best first."""
        ranked = self._ranks[back].get(clause)
        if ranked is None:
            row = (self.reverse if back else self.likeness)[clause]
            ranked = self._ranks[back][clause] = sorted(sorted(row.items()), key=itemgetter(1), reverse=True)
        if not ranked:
            return []
        floor = share * ranked[0][1]
        return [index for index, score in ranked[:limit] if score >= floor]


_COMMON = 40


def align(source: Side, rewrite: Side) -> Alignment:
    """Align the clauses of two texts by rare shared words, shared facts and the order of sentences."""
    postings: dict[str, list[int]] = {}
    for clause in source.clauses:
        for key in all_keys(clause):
            postings.setdefault(key, []).append(clause.index)
    gains = {
        key: (2.5 if key[0] == "#" else 0.6 if key[0] == "@" else 1.0) / len(places) ** 0.7
        for key, places in postings.items()
        if len(places) <= _COMMON
    }
    home = [clause.sentence for clause in source.clauses]
    breadth = [1 + 0.04 * len(clause.tokens) for clause in source.clauses]
    likeness: list[dict[int, float]] = []
    by_sentence: list[dict[int, float]] = [{} for _ in rewrite.sentences]
    for clause in rewrite.clauses:
        row: dict[int, float] = {}
        for key in all_keys(clause):
            gain = gains.get(key)
            if gain is None:
                continue
            for place in postings[key]:
                row[place] = row.get(place, 0.0) + gain
        likeness.append(row)
        target = by_sentence[clause.sentence]
        for place, gain in row.items():
            s = home[place]
            target[s] = target.get(s, 0.0) + gain
    n, m = max(1, len(source.sentences)), max(1, len(rewrite.sentences))
    final: list[dict[int, float]] = []
    for clause, row in zip(rewrite.clauses, likeness, strict=True):
        mixed: dict[int, float] = {}
        own = by_sentence[clause.sentence]
        before = by_sentence[clause.sentence - 1] if clause.sentence else {}
        total = max(own.values(), default=0.0) or 1.0
        total_before = max(before.values(), default=0.0) or 1.0
        candidates = set(own)
        if len(row) < 3 or max(row.values()) < 1.5:
            candidates |= set(sorted(before, key=lambda s: -before[s])[:2])
        for s in candidates:
            place = 1.0 - abs(s / n - clause.sentence / m)
            shared = 0.5 * own.get(s, 0.0) / total + 0.25 * before.get(s, 0.0) / total_before + 0.15 * place
            for c in source.of_sentence[s]:
                mixed[c] = row.get(c, 0.0) / breadth[c] + shared
        final.append(mixed)
    reverse: list[dict[int, float]] = [{} for _ in source.clauses]
    for index, row in enumerate(final):
        for place, score in row.items():
            reverse[place][index] = score
    return Alignment(final, reverse)


def all_keys(clause: Clause) -> set[str]:
    """The concepts of a clause together with its facts, each as `#` and its value."""
    return clause.keys | {f"#{fact.value}" for fact in clause.facts if not fact.weak}
