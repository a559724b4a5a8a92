"""Which facts of a source a rewrite still states: equal values in other spellings, changes, losses and inventions.

Values are compared over the whole text; where a value stands is `german.align`'s matter.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from german.facts import MILLION, Fact, FactKind

type Pair = tuple[FactKind | None, Fact | None, Fact | None]
type Affinity = Callable[[Fact, Fact], float]

_ALNUM = re.compile(r"[^0-9A-Za-z]")
_PERIOD_LENGTH = {
    "per:twoweeks": "dur:day:14000000",
    "per:quarter": "dur:month:3000000",
    "per:halfyear": "dur:month:6000000",
    "per:year": "dur:month:12000000",
    "per:month": "dur:month:1000000",
    "per:week": "dur:day:7000000",
    "per:day": "dur:day:1000000",
    "per:hour": "dur:minute:60000000",
    "per:night": "dur:night:1000000",
    "per:minute": "dur:minute:1000000",
}


def _keys(fact: Fact) -> Iterator[str]:
    """Everything an equal fact may be filed under."""
    yield fact.value
    match fact.group:
        case "date":
            day, month, _ = fact.value.split(".")
            yield f"date:{day}.{month}"
        case "citation":
            yield "cite:" + fact.value.partition("|")[0]
        case "id" | "tel" | "iban" | "plz":
            yield "alnum:" + _ALNUM.sub("", fact.value.partition(":")[2]).upper()
        case "dur":
            if (days := _days(fact)) is not None:
                yield days
        case "period":
            if fact.value in _PERIOD_LENGTH:
                yield _PERIOD_LENGTH[fact.value]
        case _:
            pass
    if fact.number is not None:
        yield f"#{fact.number}"
        if fact.weak and fact.group in ("unit", "n") and fact.number:
            yield f"#{(100 * MILLION // fact.number) * MILLION}"


def _days(fact: Fact) -> str | None:
    """Whole days of a length of time given in hours or days."""
    _, unit, count = fact.value.split(":")
    factor = {"minute": 1440, "day": 1}.get(unit, 0)
    return f"days:{int(count) // factor}" if factor and int(count) % (factor * MILLION) == 0 else None


def _restates(a: Fact, b: Fact) -> bool:
    """Whether a fact may explain one still there („drei Tage (72 Stunden)“), though the law tells them apart."""
    return a.group == b.group == "dur" and (days := _days(a)) is not None and days == _days(b)


def _year(value: str) -> str:
    return value.rpartition(".")[2]


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long.lower())
    return all(c in letters for c in short.lower())


_LAND = re.compile(
    r"(?:Bay|BW|Bln|Bbg|Bremisches|Brem|Hmb|Hess|MV|Nds|NRW|NW|RhPf|Rpf|Saarl|Sächs|LSA|SH|Thür|L)(?=[A-ZÄÖÜ])"
)


def _same_law(a: str, b: str) -> bool:
    if not a or not b:
        return True
    if a.lower() == b.lower():
        return True
    plain_a, plain_b = re.sub(r"[\s.\d]", "", a).lower(), re.sub(r"[\s.\d]", "", b).lower()
    short_a, short_b = sum(c.isupper() for c in a) > 1, sum(c.isupper() for c in b) > 1
    if short_a and short_b:
        return plain_a == plain_b
    if short_a != short_b:
        short, long = (a, plain_b) if short_a else (b, plain_a)
        # „BayVwVfG“ is the „(Bayerische) Verwaltungsverfahrensgesetz“; the name of a Land may have been left out.
        land = _LAND.match(short)
        shorts = [short, short[land.end() :]] if land else [short]
        return any(_is_subsequence(re.sub(r"[\s.\d]", "", one).lower(), long) for one in shorts)
    return plain_a[:6] == plain_b[:6]


_BARE = frozenset({"n", "day", "week", "house"})


def equal(a: Fact, b: Fact) -> bool:
    """Whether two facts say the same, in whatever spelling."""
    if a.value == b.value:
        return True
    if a.group == b.group == "date":
        (day, month), (other_day, other_month) = a.value.split(".")[:2], b.value.split(".")[:2]
        years = _year(a.value), _year(b.value)
        return day == other_day and month == other_month and (years[0] == years[1] or not all(years))
    if a.group == b.group == "citation":
        (path, _, law), (other_path, _, other_law) = a.value.partition("|"), b.value.partition("|")
        return path == other_path and _same_law(law, other_law)
    if {a.group, b.group} <= {"id", "tel", "iban", "plz"}:
        return _ALNUM.sub("", a.value.partition(":")[2]).upper() == _ALNUM.sub("", b.value.partition(":")[2]).upper()
    if a.group == "period" and b.group in ("dur", "period"):
        return _PERIOD_LENGTH.get(a.value) == (b.value if b.group == "dur" else _PERIOD_LENGTH.get(b.value))
    if b.group == "period" and a.group == "dur":
        return _PERIOD_LENGTH.get(b.value) == a.value
    return False


def alike(a: Fact, b: Fact) -> bool:
    """Whether a bare number may be a quantity of the other text with its unit left out („ab 14“ for „14 Jahre“)."""
    if a.number and b.number and {a.group, b.group} == {"unit", "n"} and (a.weak or b.weak):
        parts = (a.number, b.number) if a.group == "unit" else (b.number, a.number)
        if (100 * MILLION) // parts[1] == parts[0] // MILLION:
            return True
    bare = a.group in _BARE or b.group in _BARE
    return bare and "mark" not in (a.group, b.group) and a.number is not None and a.number == b.number


_FAMILY = {
    "n": "count",
    "unit": "count",
    "dur": "count",
    "house": "house",
    "mark": "mark",
    "day": "count",
    "week": "count",
    "ratio": "count",
    "date": "date",
    "month": "date",
    "year": "date",
    "id": "id",
    "tel": "id",
    "iban": "id",
    "plz": "id",
}


_UP = frozenset({"min", "above"})
_DOWN = frozenset({"max", "below"})


def _turned(a: Fact, b: Fact) -> bool:
    """Whether one of two equal values is a lower and the other an upper bound."""
    if (a.bound in _UP and b.bound in _DOWN) or (a.bound in _DOWN and b.bound in _UP):
        return True
    return {a.bound, b.bound} == {"latest", "earliest"}


def _family(fact: Fact) -> str:
    return _FAMILY.get(fact.group, fact.group)


def _likeness(a: Fact, b: Fact) -> float:
    """How likely one fact is the altered form of the other: same unit, shared digits."""
    score = 1.0 if a.group == b.group else 0.3
    if a.group == b.group and a.value.split(":")[:-1] == b.value.split(":")[:-1]:
        score += 0.5
    x, y = _ALNUM.sub("", a.value), _ALNUM.sub("", b.value)
    common = sum(1 for c, d in zip(x, y, strict=False) if c == d)
    return score + common / max(len(x), len(y), 1)


# How many facts of one value are looked at; more would make the cost quadratic.
_CANDIDATES = 40


def compare_facts(source: Iterable[Fact], rewrite: Iterable[Fact], affinity: Affinity | None = None) -> list[Pair]:
    """Pair the facts of a source with those of its rewrite.

    Args:
        source, rewrite: The facts of the two texts.
        affinity: How near two facts stand to one another, 0 to 1.

    Returns:
        Kept facts as `(None, s, r)`, changed ones as `(kind, s, r)`, missing ones as `(kind, s, None)` and added ones
        as `(kind, None, r)`.
    """
    sources, rewrites = list(source), list(rewrite)
    filed: dict[str, list[Fact]] = {}
    fresh: dict[str, set[int]] = {}
    for fact in rewrites:
        for key in _keys(fact):
            row = filed.setdefault(key, [])
            if len(row) < _CANDIDATES:
                row.append(fact)
                fresh.setdefault(key, set()).add(id(fact))
    used: set[int] = set()
    pairs: list[Pair] = []
    lost: list[Fact] = []
    for fact in sources:
        best: Fact | None = None
        best_score = -1.0
        for key in _keys(fact):
            for other in filed.get(key, ()):
                # The same value in the same place that nothing has answered: no other can be better.
                if best_score >= (2.5 if fresh[key] else 2.0):
                    break
                if equal(fact, other):
                    score = (
                        -0.8 * _turned(fact, other)
                        + (affinity(fact, other) if affinity else 0.0)
                        + (1.0 if fact.value == other.value else 0.0)
                        + (0.5 if id(other) not in used else 0.0)
                    )
                    if score > best_score:
                        best, best_score = other, score
        if best is None:
            lost.append(fact)
        else:
            used.add(id(best))
            for key in _keys(best):
                fresh[key].discard(id(best))
            pairs.append((FactKind.CONDITION if _turned(fact, best) else None, fact, best))
    known: dict[str, list[Fact]] = {}
    for fact in sources:
        for key in _keys(fact):
            known.setdefault(key, []).append(fact)
    new = [
        f
        for f in rewrites
        if id(f) not in used
        and not any(equal(f, o) or _restates(f, o) for key in _keys(f) for o in known.get(key, ())[:_CANDIDATES])
    ]
    by_number: dict[int, list[Fact]] = {}
    by_family: dict[str, list[Fact]] = {}
    for fact in new:
        by_family.setdefault(_family(fact), []).append(fact)
        if fact.number is not None:
            for number in {fact.number, *([100 * MILLION // fact.number * MILLION] if fact.number else [])}:
                by_number.setdefault(number, []).append(fact)
    taken: set[int] = set()
    still: list[Fact] = []
    for fact in lost:
        near = by_number.get(fact.number, [])[:_CANDIDATES] if fact.number is not None else []
        twin = next((f for f in near if id(f) not in taken and alike(fact, f)), None)
        if twin is None:
            still.append(fact)
        else:
            taken.add(id(twin))
            pairs.append((None, fact, twin))
    for fact in still:
        family = by_family.get(_family(fact), [])
        while family and id(family[0]) in taken:
            family.pop(0)
        candidates = [f for f in family[:60] if id(f) not in taken]
        best = max(
            candidates,
            key=lambda f, fact=fact: _likeness(fact, f) + (affinity(fact, f) if affinity else 0.0),
            default=None,
        )
        if best is not None:
            taken.add(id(best))
            pairs.append((_changed_kind(fact, best), fact, best))
        elif not fact.weak and fact.group not in ("period", "mark"):
            pairs.append((fact.kind, fact, None))
    for fact in new:
        if id(fact) not in taken and not fact.weak and fact.group not in ("period", "mark"):
            pairs.append((fact.kind, None, fact))
    return pairs


def _changed_kind(a: Fact, b: Fact) -> FactKind:
    if a.group == b.group == "unit" and a.number == b.number:
        return FactKind.UNIT
    return a.kind
