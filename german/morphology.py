"""German inflection for the rule writer: verbs from their principal parts, nouns, articles and adjectives.

Knows word forms only; which form a sentence needs is decided by the rules. Words it does not know stay unknown (None or
empty results): a rule then leaves the sentence alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_VERBS = _DATA / "verben.txt"
_NOUNS = _DATA / "hauptwoerter.txt"


class WordListError(ValueError):
    """A word list of this room cannot be read; names file and line."""

    code = "word_list"

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}, Zeile {line}: {problem}")


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb.

    `prefix` is the separable part ("" when there is none); `present` (3rd person singular), `past` and `base`
    (infinitive) go without it.
    """

    prefix: str
    base: str
    present: str
    past: str
    participle: str
    nouns: tuple[str, ...]

    @property
    def infinitive(self) -> str:
        """The infinitive in one word."""
        return self.prefix + self.base

    @property
    def zu(self) -> str:
        """The infinitive with "zu": „einzureichen“, „zu zahlen“."""
        return f"{self.prefix}zu{self.base}" if self.prefix else f"zu {self.base}"

    def finite(self, plural: bool) -> str:
        """The finite present form without the separable part; the plural also serves „wir“ and „Sie“."""
        if not plural:
            return self.present
        return "sind" if self.base == "sein" else self.base


def _weak(base: str) -> tuple[str, str, str]:
    stem = base[:-2] if base.endswith("en") else base[:-1]
    # „ordnet“, „öffnet“, „zeichnet“, but „filmt“, „lernt“, „wohnt“.
    cluster = stem[-1] in "mn" and (stem[-2] not in "aeiouyäöülrmnh" or stem.endswith("chn"))
    e = "e" if stem.endswith(("t", "d")) or cluster else ""
    return f"{stem}{e}t", f"{stem}{e}te", f"{stem}{e}t"


def _build(spec: str, nouns: str, strong: dict[str, tuple[str, str, str]]) -> Verb:
    *separable, rest = spec.split("|")
    prefix = "".join(separable)
    inseparable, dot, root = rest.rpartition("·")
    if rest.replace("·", "") in strong:
        present, past, participle = strong[rest.replace("·", "")]
    elif root in strong:
        present, past, participle = strong[root]
        if dot:
            participle = participle.removeprefix("ge") if root not in ("geben", "gehen", "gelten") else participle[2:]
            present, past = inseparable + present, inseparable + past
            participle = inseparable + participle
    else:
        present, past, participle = _weak(root)
        if dot:
            present, past, participle = inseparable + present, inseparable + past, inseparable + participle
        elif not root.endswith("ieren"):
            participle = "ge" + participle
    base = rest.replace("·", "")
    infinitive = prefix + base
    stem = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    found = tuple(
        (stem + "ung").capitalize() if noun == "*" else noun for noun in (n.strip() for n in nouns.split(",")) if noun
    )
    return Verb(prefix, base, present, past, prefix + participle, found)


@cache
def verbs() -> tuple[Verb, ...]:
    """Every verb of the list, read once.

    Raises:
        WordListError: A line does not have the documented form.
    """
    strong: dict[str, tuple[str, str, str]] = {}
    found: list[Verb] = []
    section = ""
    for number, raw in enumerate(_VERBS.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "grundverben":
            parts = line.split()
            if len(parts) != 4:
                raise WordListError(_VERBS, number, "erwartet: Infinitiv, Präsens, Präteritum, Partizip II")
            strong[parts[0]] = (parts[1], parts[2], parts[3])
        elif section == "verben":
            spec, _, nouns = line.partition("=")
            spec = spec.strip()
            if " " in spec or not spec.endswith("n"):
                raise WordListError(_VERBS, number, "erwartet: ein Infinitiv, danach „=“ und Hauptwörter")
            found.append(_build(spec, nouns, strong))
        else:
            raise WordListError(_VERBS, number, "Zeile vor dem ersten Abschnitt")
    return tuple(found)


@cache
def _by(kind: str) -> dict[str, Verb]:
    table: dict[str, Verb] = {}
    for verb in verbs():
        if kind == "infinitive":
            table.setdefault(verb.infinitive, verb)
        elif kind == "participle":
            table.setdefault(verb.participle, verb)
        elif kind == "zu":
            table.setdefault(verb.prefix + "zu" + verb.base, verb)
        elif kind == "noun":
            for noun in verb.nouns:
                table.setdefault(noun, verb)
        elif kind == "final":
            # Verb-final finite forms, in one word: „vorliegt“, „einreichen“.
            for form in (
                verb.prefix + verb.present,
                verb.infinitive,
                verb.prefix + verb.past,
                verb.prefix + _plural(verb.past),
            ):
                table.setdefault(form, verb)
    return table


def _plural(past: str) -> str:
    return past + ("n" if past.endswith("e") else "en")


def verb(infinitive: str) -> Verb | None:
    """The verb with this infinitive."""
    return _by("infinitive").get(infinitive)


def verb_of_participle(participle: str) -> Verb | None:
    """The verb with this participle II (not inflected)."""
    return _by("participle").get(participle)


def verb_of_zu(form: str) -> Verb | None:
    """The separable verb of a „zu“-infinitive in one word, such as „einzureichen“."""
    found = _by("zu").get(form)
    return found if found is not None and found.prefix else None


def verb_of_noun(noun: str) -> Verb | None:
    """The verb a verbal noun comes from: „Abholung“ → abholen."""
    return _by("noun").get(noun)


_AUXILIARIES: dict[str, tuple[str, bool]] = {
    "ist": ("sein", False), "sind": ("sein", True), "war": ("sein", False), "waren": ("sein", True),
    "wird": ("werden", False), "werden": ("werden", True), "wurde": ("werden", False), "wurden": ("werden", True),
    "hat": ("haben", False), "haben": ("haben", True), "hatte": ("haben", False), "hatten": ("haben", True),
    "kann": ("können", False), "können": ("können", True), "konnte": ("können", False), "konnten": ("können", True),
    "muss": ("müssen", False), "müssen": ("müssen", True), "musste": ("müssen", False), "mussten": ("müssen", True),
    "soll": ("sollen", False), "sollen": ("sollen", True), "sollte": ("sollen", False), "sollten": ("sollen", True),
    "darf": ("dürfen", False), "dürfen": ("dürfen", True), "durfte": ("dürfen", False), "durften": ("dürfen", True),
    "will": ("wollen", False), "wollen": ("wollen", True), "wäre": ("sein", False), "wären": ("sein", True),
    "würde": ("werden", False), "würden": ("werden", True), "hätte": ("haben", False), "hätten": ("haben", True),
    "könnte": ("können", False), "könnten": ("können", True), "müsste": ("müssen", False), "müssten": ("müssen", True),
    "dürfte": ("dürfen", False), "dürften": ("dürfen", True),
}  # fmt: skip


def is_auxiliary(form: str) -> bool:
    """Whether a form is a finite auxiliary or modal verb."""
    return form in _AUXILIARIES


@dataclass(frozen=True, slots=True)
class Finite:
    """A finite form: the verb's infinitive, its number, and its parts when it stands second („liegt … vor“)."""

    infinitive: str
    plural: bool
    second: str
    particle: str


@lru_cache(maxsize=4096)
def finite_final(form: str) -> Finite | None:
    """A finite verb in one word, as it stands at the end of a subordinate clause."""
    if form in _AUXILIARIES:
        infinitive, plural = _AUXILIARIES[form]
        return Finite(infinitive, plural, form, "")
    found = _by("final").get(form)
    if found is None:
        return None
    second = form[len(found.prefix) :]
    return Finite(found.infinitive, second in (found.base, _plural(found.past)), second, found.prefix)


@cache
def _second() -> dict[str, bool]:
    table: dict[str, bool] = {}
    for found in verbs():
        table.setdefault(found.present, False)
        table.setdefault(found.past, False)
        table.setdefault(found.base, True)
        table.setdefault(_plural(found.past), True)
    for form, (_, plural) in _AUXILIARIES.items():
        table[form] = plural
    return table


def finite_second(form: str) -> bool | None:
    """Whether a form can be a finite verb in second place: True plural, False singular, None neither."""
    return _second().get(form)


# Nouns ---------------------------------------------------------------------------------------------------------------

CASES = ("nom", "gen", "dat", "acc")


@dataclass(frozen=True, slots=True)
class Noun:
    """One noun; `plural` is "" when there is none."""

    lemma: str
    gender: str
    plural: str
    weak: bool = False

    def forms(self) -> Iterator[tuple[str, str, bool]]:
        """Every (form, case, is plural); spellings with -es and -s both."""
        for case in CASES:
            for form in self._singular(case) if self.gender != "p" else ():
                yield form, case, False
            if self.plural:
                yield self.form(case, True), case, True

    def _singular(self, case: str) -> tuple[str, ...]:
        if self.gender == "f":
            return (self.lemma,)
        if self.weak:
            return (
                (self.lemma,) if case == "nom" else (self.lemma + ("n" if self.lemma.endswith(("e", "r")) else "en"),)
            )
        if self.lemma in _NAME_LIKE:
            return (self.lemma,) if case == "nom" else (self.lemma + ("ns" if case == "gen" else "n"),)
        if case == "gen":
            return (self.form("gen", False), self.lemma + "s", self.lemma + "es", self.lemma + "ses")
        if case == "dat" and not self.lemma.endswith("e"):
            return (self.lemma, self.lemma + "e")
        return (self.lemma,)

    def form(self, case: str, plural: bool) -> str:
        """The form for a case and number, in the usual spelling."""
        if plural:
            return self.plural + "n" if case == "dat" and not self.plural.endswith(("n", "s")) else self.plural
        if self.gender == "f":
            return self.lemma
        if self.weak or self.lemma in _NAME_LIKE:
            return self._singular(case)[0]
        if case != "gen":
            return self.lemma
        if self.lemma.endswith("nis"):
            return self.lemma + "ses"
        if self.lemma.endswith(("s", "ß", "x", "z")):
            return self.lemma + "es"
        short = sum(ch in "aeiouyäöü" for ch in self.lemma.lower()) == 1 or self.lemma.endswith(
            ("trag", "lass", "zug", "spruch", "jahr")
        )
        return self.lemma + ("es" if short and not self.lemma.endswith(("el", "er", "en")) else "s")


_NAME_LIKE = frozenset({"Name", "Friede", "Wille", "Glaube", "Gedanke", "Buchstabe", "Same"})


@cache
def _nouns() -> dict[str, tuple[Noun, ...]]:
    """Lower-case form → nouns it can belong to."""
    found: dict[str, Noun] = {}
    section: list[str] = []
    for number, raw in enumerate(_NOUNS.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]").split()
            if len(section) < 2 or section[0] not in ("m", "f", "n", "p"):
                raise WordListError(_NOUNS, number, "erwartet: [Geschlecht Mehrzahlendung]")
            continue
        if not section:
            raise WordListError(_NOUNS, number, "Zeile vor dem ersten Abschnitt")
        gender, ending = section[0], section[1]
        for entry in line.split():
            lemma, slash, plural = entry.partition("/")
            if (ending == "=") != bool(slash):
                raise WordListError(_NOUNS, number, f"„{entry}“ passt nicht zum Abschnitt")
            if not slash:
                plural = {"0": lemma, "-": "-"}.get(ending, lemma + ending)
            if lemma == "-":
                # Only a plural: it is listed under its plural form and has no gender.
                found.setdefault("-" + plural, Noun(plural, "p", plural))
            elif slash or lemma not in found:
                found[lemma] = Noun(lemma, gender, "" if plural == "-" else plural, "schwach" in section)
    table: dict[str, list[Noun]] = {}
    for noun in found.values():
        for form in {form for form, _, _ in noun.forms()}:
            table.setdefault(form.lower(), []).append(noun)
    return {form: tuple(nouns) for form, nouns in table.items()}


_SUFFIXES = (
    ("ung", "f"), ("heit", "f"), ("keit", "f"), ("schaft", "f"), ("ion", "f"), ("tät", "f"), ("enz", "f"), ("anz", "f"),
    ("erei", "f"), ("istik", "f"),
)  # fmt: skip
_SHORT_HEADS = frozenset(
    {
        "amt",
        "tag",
        "ort",
        "weg",
        "rat",
        "hof",
        "tor",
        "bau",
        "bad",
        "rad",
        "tür",
        "uhr",
        "zug",
        "art",
        "kita",
        "plan",
        "pass",
    }
)


@lru_cache(maxsize=8192)
def nouns(form: str) -> tuple[Noun, ...]:
    """The nouns a form can belong to; compounds are read by their last part, with the first part in `lemma`."""
    table = _nouns()
    lower = form.lower()
    if lower in table:
        return table[lower]
    head = form.rpartition("-")[2]
    if head != form and head[:1].isupper():
        offset = len(form) - len(head)
        return tuple(_compound(noun, form[:offset]) for noun in nouns(head))
    for ending, plural in (("innen", True), ("in", False)):
        if lower.endswith(ending) and len(lower) > len(ending) + 3 and lower[: -len(ending)] in table:
            lemma = form[: -len(ending)] + "in"
            return (Noun(lemma, "f", lemma + "nen"),) if plural or form[0].isupper() else ()
    for suffix, gender in _SUFFIXES:
        for ending in ("", "en"):
            if (
                lower.endswith(suffix + ending)
                and len(lower) > len(suffix + ending) + 2
                and not lower.endswith(("sprung", "schwung", "dung"))
            ):
                lemma = form[: len(form) - len(ending)]
                return (Noun(lemma, gender, lemma + "en"),)
    if lower.endswith(("dung", "dungen")) and len(lower) > 6:
        lemma = form[:-2] if lower.endswith("en") else form
        return (Noun(lemma, "f", lemma + "en"),)
    for cut in range(2, len(lower) - 2):
        tail = lower[cut:]
        if (len(tail) >= 4 or tail in _SHORT_HEADS) and tail in table:
            return tuple(_compound(noun, form[:cut]) for noun in table[tail])
    return ()


def _compound(noun: Noun, front: str) -> Noun:
    def join(word: str) -> str:
        return front + (word if front.endswith("-") else word.lower())

    if noun.lemma in _NAME_LIKE:
        return noun
    return Noun(join(noun.lemma), noun.gender, join(noun.plural) if noun.plural else "", noun.weak)


@lru_cache(maxsize=8192)
def readings(form: str) -> tuple[tuple[Noun, str, bool], ...]:
    """Every (noun, case, is plural) a noun form can stand for."""
    return tuple(
        (noun, case, plural) for noun in nouns(form) for spelled, case, plural in noun.forms() if spelled == form
    )


# Articles and adjectives ---------------------------------------------------------------------------------------------

_ENDINGS: dict[tuple[str, str], str] = {
    ("m", "nom"): "er", ("m", "gen"): "es", ("m", "dat"): "em", ("m", "acc"): "en",
    ("f", "nom"): "e", ("f", "gen"): "er", ("f", "dat"): "er", ("f", "acc"): "e",
    ("n", "nom"): "es", ("n", "gen"): "es", ("n", "dat"): "em", ("n", "acc"): "es",
    ("p", "nom"): "e", ("p", "gen"): "er", ("p", "dat"): "en", ("p", "acc"): "e",
}  # fmt: skip
_DEFINITE: dict[tuple[str, str], str] = {
    ("m", "nom"): "der", ("m", "gen"): "des", ("m", "dat"): "dem", ("m", "acc"): "den",
    ("f", "nom"): "die", ("f", "gen"): "der", ("f", "dat"): "der", ("f", "acc"): "die",
    ("n", "nom"): "das", ("n", "gen"): "des", ("n", "dat"): "dem", ("n", "acc"): "das",
    ("p", "nom"): "die", ("p", "gen"): "der", ("p", "dat"): "den", ("p", "acc"): "die",
}  # fmt: skip
_EIN_STEMS = ("ein", "kein", "mein", "sein", "ihr", "Ihr", "unser", "euer")
_DER_STEMS = ("dies", "jed", "jen", "welch", "manch", "solch", "all", "sämtlich", "beid")


@dataclass(frozen=True, slots=True)
class Determiner:
    """The stem of a determiner and its kind: `der`, `dies` (strong endings) or `ein` (bare in three places)."""

    stem: str
    kind: str

    def form(self, gender: str, case: str) -> str:
        """The form for a gender ("p" in the plural) and a case."""
        if self.kind == "der":
            return _DEFINITE[gender, case]
        ending = _ENDINGS[gender, case]
        if self.kind == "ein":
            if (gender, case) in (("m", "nom"), ("n", "nom"), ("n", "acc")):
                ending = ""
            if self.stem == "euer" and ending:
                return "eur" + ending
        return self.stem + ending


@lru_cache(maxsize=1024)
def determiner(form: str) -> tuple[Determiner, tuple[tuple[str, str], ...]] | None:
    """A determiner and the (gender, case) pairs its form can stand for; gender "p" is the plural."""
    lower = form[0].lower() + form[1:] if form[:3] not in ("Ihr",) else form
    places = tuple(place for place, spelled in _DEFINITE.items() if spelled == lower)
    if places:
        return Determiner("der", "der"), places
    for stem in _EIN_STEMS:
        if form.startswith(stem) or lower.startswith(stem):
            found = Determiner(stem, "ein")
            places = tuple(p for p in _ENDINGS if (p[0] != "p" or stem != "ein") and found.form(*p) in (form, lower))
            if places:
                return found, places
    for stem in _DER_STEMS:
        if lower.startswith(stem):
            found = Determiner(stem, "dies")
            places = tuple(p for p in _ENDINGS if found.form(*p) == lower)
            if places:
                return found, places
    return None


_CONTRACTIONS = {
    "am": ("an", "dem"), "im": ("in", "dem"), "zum": ("zu", "dem"), "zur": ("zu", "der"), "beim": ("bei", "dem"),
    "vom": ("von", "dem"), "ins": ("in", "das"), "ans": ("an", "das"),
}  # fmt: skip
_CONTRACTED = {pair: short for short, pair in _CONTRACTIONS.items()}


def expand_preposition(form: str) -> tuple[str, str] | None:
    """A contracted preposition in two words: „zur“ → („zu“, „der“)."""
    return _CONTRACTIONS.get(form)


def contract(preposition: str, article: str) -> str:
    """A preposition with its article, contracted where standard German does so."""
    return _CONTRACTED.get((preposition, article), f"{preposition} {article}")


def adjective_ending(det: Determiner | None, gender: str, case: str) -> str:
    """The ending of an adjective after a determiner (None: strong)."""
    strong = _ENDINGS[gender, case]
    if det is None:
        return "en" if case == "gen" and gender in "mn" else strong
    if det.kind == "ein" and (gender, case) in (("m", "nom"), ("n", "nom"), ("n", "acc")):
        return strong
    if gender == "p":
        return "en"
    if case == "nom" or (case == "acc" and gender in "fn"):
        return "e"
    return "en"
