"""The word pairs: words and fixed phrases exchanged with their endings, cases and genders put right.

The pairs are data (`data/wortpaare.yaml` and others); here is only how they are read and applied.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from german import morphology
from german.morphology import Verb, WordListError
from german.rules.clauses import main_verb
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import (
    NounPhrase,
    View,
    inflect,
    is_adjective,
    is_noun,
    noun_phrase,
    recase,
    tokenize,
    word_class,
    word_suffixes,
)

_DATA = Path(__file__).parent.parent / "data"
_PAIRS = _DATA / "wortpaare.yaml"
_ABBREVIATIONS = _DATA / "abkuerzungen_ausschreiben.yaml"

_CASE = {"Gen": "gen", "Dat": "dat", "Akk": "acc"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange. `kind`: word, stem, noun, verb or preposition; `old` in lower-case tokens for words."""

    kind: str
    old: tuple[str, ...]
    new: str
    rule: str
    plain_only: bool
    legal: bool
    old_case: str = ""
    new_case: str = ""
    source: str = ""
    capitals: tuple[bool, ...] = ()
    outside_statutes: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry of the word pair list, as a person reads it."""

    number: int
    group: str
    official: tuple[str, ...]
    plain: str
    legal: bool
    rule: str
    note: str


@dataclass(frozen=True, slots=True)
class _Table:
    by_first: dict[str, tuple[Exchange, ...]]
    stems: tuple[Exchange, ...]
    nouns: dict[str, Exchange]
    verbs: dict[str, tuple[Exchange, Verb, Verb]]


@cache
def _load(path: Path) -> dict[str, object]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        read: object = yaml.load(path.read_text(encoding="utf-8"), loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise WordListError(path, line, error.problem or "kein gültiges YAML") from None
    if not isinstance(read, dict):
        raise WordListError(path, 1, "erwartet: Abschnitte mit Namen")
    return {str(key): value for key, value in read.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _line(path: Path, needle: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if needle in line), 0)


def _entries(name: str) -> list[dict[str, object]]:
    read = _load(_PAIRS).get(name)
    if not isinstance(read, list):
        raise WordListError(_PAIRS, 1, f"Abschnitt „{name}“ fehlt")
    entries: list[dict[str, object]] = []
    for entry in read:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(entry, dict):
            raise WordListError(_PAIRS, 1, f"Abschnitt „{name}“: erwartet Einträge mit art und ersetzen")
        entries.append({str(k): v for k, v in entry.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return entries


def _strings(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


@cache
def word_pairs() -> tuple[Pair, ...]:
    """The numbered word pairs.

    Raises:
        WordListError: The list cannot be read.
    """
    found: list[Pair] = []
    for entry in _entries("paare"):
        number = entry.get("nr")
        if not isinstance(number, int) or not entry.get("klar") or not _strings(entry.get("amtlich")):
            raise WordListError(_PAIRS, _line(_PAIRS, f"nr: {number},"), "erwartet: nr, art, amtlich und klar")
        found.append(
            Pair(
                number,
                str(entry.get("art", "")),
                tuple(_strings(entry["amtlich"])),
                str(entry["klar"]),
                bool(entry.get("recht")),
                str(entry.get("regel", "")),
                str(entry.get("grammatik", "")),
            )
        )
    return tuple(found)


def _exchange(text: str, rule: str, legal: bool) -> Exchange:
    body = text.removeprefix("einfach:").strip()
    plain_only = body != text
    outside = body.startswith("außer Satzung:")
    body = body.removeprefix("außer Satzung:").strip()
    left, arrow, right = (part.strip() for part in body.partition("→"))
    if not arrow or not left or not right:
        raise WordListError(_PAIRS, _line(_PAIRS, text), "erwartet: „alt → neu“")
    if left.endswith("(N)"):
        noun = (left[:-3].strip(),)
        return Exchange("noun", noun, right, rule, plain_only, legal, source=text, outside_statutes=outside)
    if left.endswith("(V)"):
        return Exchange("verb", (left[:-3].strip(),), right, rule, plain_only, legal, source=text)
    if left.endswith("~"):
        return Exchange("stem", (left[:-1],), right.rstrip("~"), rule, plain_only, legal, source=text)
    case = re.fullmatch(r"(.+?) \+(Gen|Dat|Akk)", left)
    if case:
        new = re.fullmatch(r"(.+?) \+(Gen|Dat|Akk)", right)
        if not new:
            raise WordListError(_PAIRS, _line(_PAIRS, text), "auf beiden Seiten wird ein Fall erwartet")
        old = tuple(t.lower for t in tokenize(case.group(1)))
        capitals = tuple(t.upper for t in tokenize(case.group(1)))
        return Exchange(
            "preposition",
            old,
            new.group(1),
            rule,
            plain_only,
            legal,
            _CASE[case.group(2)],
            _CASE[new.group(2)],
            text,
            capitals,
        )
    words = tokenize(left)
    old, capitals = tuple(t.lower for t in words), tuple(t.upper for t in words)
    return Exchange("word", old, right, rule, plain_only, legal, source=text, capitals=capitals)


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Every exchange of the list, in its order.

    Raises:
        WordListError: The list cannot be read.
    """
    found: list[Exchange] = []
    for entry in [*_entries("paare"), *_entries("weitere")]:
        number = entry.get("nr")
        rule = f"wortpaar-{number}" if number else "wortpaar"
        for text in _strings(entry.get("ersetzen")):
            found.append(_exchange(text, rule, bool(entry.get("recht"))))
    return tuple(found)


def check_targets() -> None:
    """Make sure that every noun the list exchanges for can be inflected.

    Raises:
        WordListError: A noun is missing from the noun list; names the line of the pair.
    """
    for exchange in _table().nouns.values():
        _target(exchange)


def _target(exchange: Exchange) -> morphology.Noun:
    for noun in morphology.nouns(exchange.new):
        if exchange.new in (noun.lemma, noun.plural):
            return noun
    raise WordListError(
        _PAIRS, _line(_PAIRS, exchange.source), f"Das Hauptwort „{exchange.new}“ fehlt in hauptwoerter.txt"
    )


@cache
def _table() -> _Table:
    by_first: dict[str, list[Exchange]] = {}
    for exchange in exchanges():
        if exchange.kind in ("word", "preposition"):
            by_first.setdefault(exchange.old[0], []).append(exchange)
    verbs: dict[str, tuple[Exchange, Verb, Verb]] = {}
    for exchange in exchanges():
        if exchange.kind != "verb":
            continue
        old, new = morphology.verb(exchange.old[0]), morphology.verb(exchange.new)
        if old is None or new is None:
            missing = exchange.old[0] if old is None else exchange.new
            raise WordListError(_PAIRS, _line(_PAIRS, exchange.source), f"Das Verb „{missing}“ fehlt in verben.txt")
        for form in _verb_forms(old):
            verbs.setdefault(form, (exchange, old, new))
    return _Table(
        {first: tuple(sorted(found, key=lambda e: -len(e.old))) for first, found in by_first.items()},
        tuple(e for e in exchanges() if e.kind == "stem"),
        {e.old[0]: e for e in exchanges() if e.kind == "noun"},
        verbs,
    )


def _reason(old: str, new: str) -> str:
    return f"„{old}“ ist Amtsdeutsch. Klarer: „{new}“."


_NEVER_DEFINED = frozenset(
    {"Verpflichtung", "Überprüfung", "Abänderung", "Anzahl", "Einsichtnahme", "Entrichtung", "Begleichung",
     "Unterzeichnung", "Zurverfügungstellung", "Lichtbild", "Rückerstattung", "Räumlichkeit", "Entgegennahme"}
)  # fmt: skip


def _wanted(exchange: Exchange, context: Context) -> bool:
    if context.statute and (
        exchange.outside_statutes or (exchange.kind == "noun" and exchange.old[0] not in _NEVER_DEFINED)
    ):
        return False  # a by-law may define its nouns elsewhere
    return (context.plain or not exchange.plain_only) and (context.explanatory or not exchange.legal)


# Words and prepositions ----------------------------------------------------------------------------------------------


def exchange_words(view: View, context: Context) -> Iterator[Change]:
    """Words, fixed phrases, prepositions with their case, and adjectives with their endings."""
    table = _table()
    tokens, lower = view.tokens, view.lower
    index = 0
    while index < len(tokens):
        token = tokens[index]
        done = False
        for exchange in table.by_first.get(lower[index], ()):
            size = len(exchange.old)
            if tuple(lower[index : index + size]) != exchange.old or not _wanted(exchange, context):
                continue
            if size > 1 and any(tokens[index + k].upper != exchange.capitals[k] for k in range(1, size)):
                continue  # „des weiteren Vorgehens“ is not „des Weiteren“
            if token.upper and index != view.first and token.text[1:2].islower() and exchange.source[:1].islower():
                continue
            change = _word(view, index, exchange) if exchange.kind == "word" else _preposition(view, index, exchange)
            if change is not None:
                yield change
                index += size
                done = True
                break
        if done:
            continue
        if token.kind == "w" and (not token.upper or index == view.first):
            for exchange in table.stems:
                stem = exchange.old[0]
                if (
                    lower[index].startswith(stem)
                    and lower[index][len(stem) :] in ("", "e", "en", "er", "es", "em")
                    and _wanted(exchange, context)
                ):
                    ending = lower[index][len(stem) :]
                    if not _stem_fits(view, index, exchange, ending):
                        continue
                    new = view.case_as(index, exchange.new + ending)
                    yield Change(token.start, token.end, new, exchange.rule, _reason(token.text, new))
        index += 1


def _stem_fits(view: View, index: int, exchange: Exchange, ending: str) -> bool:
    if exchange.new in ("all", "ander", "solch") and not ending:
        return False
    if exchange.new == "all":
        # „all-“ stands where an article stands, not behind one („ihre sämtlichen Unterlagen“), and takes no strong -es.
        before = view.tokens[index - 1].text if index else ""
        if before and morphology.determiner(before) is not None:
            return False
        behind = index + 1
        while behind < len(view.tokens) and is_adjective(view.tokens[behind]):
            if not view.lower[behind].endswith("en"):
                return False  # „sämtliche betroffene Eigentümer“: behind „alle“ the ending would be weak
            behind += 1
        # A noun that is inflected like an adjective changes its ending as well („aller Angehörigen“).
        return (
            behind < len(view.tokens)
            and is_noun(view.tokens[behind])
            and bool(morphology.readings(view.tokens[behind].text))
        )
    if exchange.new == "nötig" and "sich" in view.words and view.words & {"macht", "machen", "machte", "machten"}:
        return False  # „macht sich erforderlich“ is one phrase
    if exchange.new == "möglich":
        return bool(ending) and index + 1 < len(view.tokens) and is_noun(view.tokens[index + 1])
    if exchange.new == "direkt":
        return view.at(index + 1) not in ("zwang", "zwangs", "besitz", "besitzer")
    return True


_OBLIGES = frozenset({"muss", "müssen", "müsse", "müssten", "brauchen", "braucht", "brauche", "soll", "sollen", "zu"})


def _word(view: View, index: int, exchange: Exchange) -> Change | None:
    tokens = view.tokens
    end = index + len(exchange.old)
    old = view.span(index, end)
    following = tokens[end] if end < len(tokens) else None
    if (
        exchange.old[0] in word_class("nur_beim_verb")
        and len(exchange.old) == 1
        and following is not None
        and is_adjective(following)
        and exchange.old[0] != "ausschließlich"
    ):
        # „derzeit geltende“ carries an attribute, where several words would be clumsy.
        return None
    if (
        exchange.old == ("ausschließlich",)
        and following is not None
        and is_adjective(following)
        and index
        and morphology.determiner(tokens[index - 1].text) is not None
    ):
        return None  # „des ausschließlich digitalen Bildes“
    if (
        exchange.old == ("ausschließlich",)
        and following is not None
        and (following.text in ("der", "des") and (index == 0 or is_noun(tokens[index - 1])))
    ):
        return None  # the preposition „ausschließlich der Nebenkosten“
    if (
        exchange.new == "von"
        and exchange.old == ("in", "höhe", "von")
        and not (
            following is not None and (following.kind in "np" or following.text in ("€", "jeweils", "insgesamt", "bis"))
        )
    ):
        return None
    if exchange.new == "nur" and view.words & _OBLIGES:
        return None  # „muss nur“ would say that no more is needed
    if exchange.old == ("in", "höhe", "von") and not (
        index and tokens[index - 1].lower.endswith(word_suffixes("betragswoerter"))
    ):
        return None
    if exchange.old[:2] == ("mit", "wirkung") and not (following is not None and following.kind == "n"):
        return None
    if exchange.old == ("befindet", "sich") and _has_participle_after(view, end):
        return None
    if exchange.old == ("befinden", "sich") and _has_participle_after(view, end):
        return None
    if exchange.old == ("im", "anschluss") and following is not None and following.text in ("an", "daran", "hieran"):
        return None
    if exchange.old == ("ebenfalls",) and (index == view.first or following is None or following.text in ".,;"):
        return None
    if exchange.old == ("bereits",) and (index == view.first or following is None):
        return None
    if exchange.old[0] == "gleichwohl" and index == view.first and following is not None and following.text == ",":
        return None
    if exchange.old == ("zuvor",) and following is not None and is_adjective(following):
        return None
    if exchange.old == ("nach", "ablauf", "von") and (
        not (following is not None and (following.kind == "n" or following.text in word_class("mengenwoerter")))
        or set(view.lower[end : end + 5]) & {"seit", "ab", "nach"}
    ):
        return None
    if exchange.old == ("darüber", "hinaus") and "bis" in view.words:
        return None  # „bis 24.000 Euro kostenlos, darüber hinaus …“ is a limit
    if exchange.new == "mit" and _another_with(view, index, end):
        return None
    if (
        exchange.old[0] in ("für", "während", "über")
        and exchange.old[-1] == "von"
        and not (following is not None and (following.kind in "np" or following.text in word_class("mengenwoerter")))
    ):
        return None
    if exchange.old == ("zum", "preis", "von") and not (following is not None and following.kind in "np"):
        return None
    if exchange.old == ("mit", "ausnahme", "von") and following is None:
        return None
    new = view.case_as(index, exchange.new)
    return Change(tokens[index].start, tokens[end - 1].end, new, exchange.rule, _reason(old, new))


def _has_participle_after(view: View, start: int) -> bool:
    return any(morphology.verb_of_participle(word) is not None for word in view.lower[start : view.last])


_APPOSITION = frozenset({"des", "der", "eines", "einer", "etwa", "insbesondere", "wie", "beispielsweise", "also"})


def prepositional(view: View, start: int, old_case: str, new_case: str) -> tuple[NounPhrase, str] | None:
    """The noun phrase behind a preposition, moved to the case the new preposition wants.

    Returns:
        The phrase and its new wording, or None when case, number or gender cannot be read for certain, or when a second
        phrase hangs on the same preposition.
    """
    tokens = view.tokens
    if start >= len(tokens):
        return None
    phrase = noun_phrase(view, start)
    if phrase is None:
        return None
    end = phrase.end
    if end < len(tokens) and tokens[end].text in ("und", "oder", "sowie", "bzw.", "/", "beziehungsweise"):
        return None
    if (
        end + 1 < len(tokens)
        and tokens[end].text == ","
        and old_case != new_case
        and (
            is_noun(tokens[end + 1])
            or is_adjective(tokens[end + 1])
            or tokens[end + 1].text
            in ("des", "der", "eines", "einer", "etwa", "insbesondere", "wie", "beispielsweise", "also")
        )
    ):
        # An apposition („Belege, etwa polizeilicher Anzeigen“) would keep the old case.
        return None
    inside = view.lower[phrase.core : end]
    if "und" in inside or "oder" in inside or "sowie" in inside:
        return None
    if old_case == new_case:
        return (phrase, view.span(phrase.start, end)) if phrase.can_be(old_case) else None
    text = recase(view, phrase, old_case, new_case)
    return None if text is None else (phrase, text)


def join(preposition: str, phrase: str) -> str:
    """A preposition and a phrase, contracted where standard German does so („zu der“ → „zur“)."""
    article, space, rest = phrase.partition(" ")
    opened = rest.partition(" ")[0]
    if opened in word_class("verhaeltniswoerter") or opened in ("Ihnen", "uns", "mir", "ihm", "ihr", "ihnen", "sich"):
        return f"{preposition} {phrase}"  # „zu der von Ihnen gemeldeten Beschädigung“, „bei der am 3. Mai …“
    if space and article in ("dem", "der", "das") and preposition in ("zu", "bei", "von", "in", "an"):
        return f"{morphology.contract(preposition, article)} {rest}"
    return f"{preposition} {phrase}"


_BEING = frozenset({"befinden", "befindet", "befand", "befanden", "sein", "ist", "sind", "war", "waren"})


_EVENTS = (
    "ung", "ungen", "gespräch", "prüfung", "termin", "feier", "fest", "ende", "kurs", "vortrag", "unterricht",
    "arbeiten", "gottesdienst", "ferien", "frist", "abschluss",
)  # fmt: skip


def _another_with(view: View, start: int, end: int) -> bool:
    """Whether „mit“ or „nebst“ stands close to a phrase that is about to get a „mit“ of its own."""
    near = view.lower[max(view.first, start - 4) : start] + view.lower[end : end + 4]
    return bool(set(near) & {"mit", "nebst", "samt", "mittels"})


def _preposition(view: View, index: int, exchange: Exchange) -> Change | None:
    tokens = view.tokens
    start = index + len(exchange.old)
    if start >= len(tokens):
        return None
    if tokens[start].text in ("des", "der") and view.at(start + 1) in ("§", "art.", "artikel"):
        new = view.case_as(index, exchange.new)
        return Change(
            tokens[index].start, tokens[start].end, new, exchange.rule, _reason(view.span(index, start), exchange.new)
        )
    found = prepositional(view, start, exchange.old_case, exchange.new_case)
    if found is None:
        return None
    phrase, text = found
    if view.words & {"zweier", "dreier"} & set(view.lower[start : phrase.end]):
        return None
    head = view.at(phrase.head)
    if exchange.old[:3] == ("im", "anschluss", "an") and not head.endswith(_EVENTS):
        return None  # „im Anschluss an das Amt weitergeleitet“
    by_side = exchange.old[-1] == "seiten" or exchange.old[0] in ("seitens", "vonseiten")
    if by_side and index and is_noun(tokens[index - 1]):
        return None  # „eine Pflicht seitens der Stadt“ belongs to the noun
    if exchange.new == "mit":
        if head.endswith(("ung", "ungen", "lage", "nahme", "gabe", "schreiben")) or _another_with(
            view, index, phrase.end
        ):
            return None
        if exchange.old[:2] == ("in", "begleitung") and view.words & _BEING:
            return None
    if exchange.old == ("für", "die", "dauer") and not (phrase.det is not None and phrase.det.stem == "ein"):
        return None
    if exchange.old == ("im", "falle") and phrase.det is not None and phrase.det.stem == "der":
        text = recase(view, phrase, "gen", "dat", drop_det=True) or ""
        if not text or not head.endswith(("ung", "ungen", "nahme", "gabe")):
            return None
    if exchange.old == ("nach", "ablauf") and not (
        phrase.det is not None and phrase.det.stem == "ein" and view.at(phrase.end) not in ("seit", "nach", "ab")
    ):
        return None
    if exchange.old[1:] in (("abschluss",), ("beendigung",), ("beginn",)) and phrase.det is None:
        return None
    if exchange.old == ("im", "wege") and phrase.end - phrase.start == 2 and text.startswith("die "):
        text = text[4:]  # „durch Amtshilfe“: the procedure, not a certain one
    new = view.case_as(index, join(exchange.new, text))
    return Change(
        tokens[index].start,
        tokens[phrase.end - 1].end,
        new,
        exchange.rule,
        _reason(view.span(index, start), exchange.new),
    )


# Nouns ---------------------------------------------------------------------------------------------------------------


def _phrase_around(view: View, head: int) -> tuple[int, NounPhrase | None]:
    """The phrase whose noun stands at `head`, and the index of a contracted preposition before it (or -1)."""
    tokens = view.tokens
    start = head
    while start and (
        is_adjective(tokens[start - 1]) or (tokens[start - 1].kind == "n" and tokens[start - 1].text.isdigit())
    ):
        start -= 1
    if start and morphology.expand_preposition(tokens[start - 1].lower) is not None:
        return start - 1, noun_phrase(view, start, attributes=False)
    if start and morphology.determiner(tokens[start - 1].text) is not None:
        start -= 1
    return -1, noun_phrase(view, start, attributes=False)


def _opens(view: View, index: int) -> bool:
    before = view.at(index - 1)
    return (
        index == view.first
        or before in word_class("verhaeltniswoerter")
        or morphology.finite_second(before) is not None
    )


def euros(view: View, context: Context) -> Iterator[Change]:
    """„25,50 €“ becomes „25,50 Euro“ in Einfache Sprache."""
    if not context.plain:
        return
    for index, token in enumerate(view.tokens):
        if (
            token.text == "€"
            and index
            and view.tokens[index - 1].kind == "n"
            and view.tokens[index - 1].end < token.start
        ):
            yield Change(token.start, token.end, "Euro", "abkuerzung", "Das Zeichen „€“ ausgeschrieben.")


def old_endings(view: View, context: Context) -> Iterator[Change]:
    """„des Antrages“ becomes „des Antrags“, „im Falle“ becomes „im Fall“: the endings of everyday German."""
    tokens = view.tokens
    for index, token in enumerate(tokens):
        text = token.text
        if (
            token.kind != "w"
            or not token.upper
            or index == view.first
            or (not text.endswith("e") and not text.endswith("es"))
        ):
            continue
        if view.at(index - 1) in ("„", "zu") or view.at(index + 1) in ("“", "”"):
            continue
        if token.lower in ("zuge", "laufe", "sinne", "grunde", "wege", "maße", "zwecke", "tage"):
            continue  # parts of fixed phrases: „im Zuge“, „im Laufe“
        found = {(noun.lemma, case, plural) for noun, case, plural in morphology.readings(text)}
        if len({(case, plural) for _, case, plural in found}) != 1:
            continue
        lemma, case, plural = next(iter(found))
        if plural or lemma.endswith(("s", "ß", "z", "x", "sch", "st", "nd", "ld", "jahr")):
            continue
        syllables = len(_VOWEL_GROUP.findall(lemma.lower()))
        if case == "gen" and text == lemma + "es" and syllables > 1:
            new = lemma + "s"
        elif case == "dat" and text == lemma + "e" and _dative_before(view, index):
            new = lemma
        else:
            continue
        yield Change(token.start, token.end, new, "endung", f"„{text}“ klingt veraltet.")


def _dative_before(view: View, index: int) -> bool:
    """Whether a word that asks for the dative stands before a noun, adjectives aside („dem gestellten Antrage“)."""
    position = index - 1
    while position > 0 and is_adjective(view.tokens[position]) and view.at(position) not in word_class("dativ"):
        position -= 1
    return view.at(position) in word_class("dativ")


_VOWEL_GROUP = re.compile(r"eu|äu|ei|ai|au|ie|aa|ee|oo|[aeiouyäöü]")


def _person_follows(view: View, index: int) -> bool:
    phrase = noun_phrase(view, index, attributes=False)
    return phrase is not None and view.at(phrase.head).endswith(
        ("person", "personen", "kraft", "kräfte", "arztes", "anwalts", "dienstes")
    )


def exchange_nouns(view: View, context: Context) -> Iterator[Change]:
    """Nouns of the word pairs, with article and adjectives in the gender of the new noun."""
    table = _table()
    for index, token in enumerate(view.tokens):
        if token.kind != "w" or not token.upper or (index == 0 and len(view.tokens) == 1):
            continue
        for old in morphology.nouns(token.text):
            exchange = table.nouns.get(old.lemma) or table.nouns.get(old.plural)
            if exchange is None or not _wanted(exchange, context):
                continue
            change = _noun(view, index, exchange, context)
            if change is not None:
                yield change
            break


def _noun(view: View, head: int, exchange: Exchange, context: Context) -> Change | None:
    tokens = view.tokens
    if view.at(head - 1) in ("„", "“", '"') or (
        head + 1 < len(tokens)
        and tokens[head + 1].text in ("„", "-", "/")
        and "\n" not in view.text[tokens[head].end : tokens[head + 1].start]
    ):
        return None
    new = _target(exchange)
    contraction, phrase = _phrase_around(view, head)
    if phrase is None or phrase.head != head:
        return None
    features = phrase.features
    if contraction >= 0:
        preposition, article = morphology.expand_preposition(tokens[contraction].lower) or ("", "")
        case = "acc" if article == "das" else "dat"
        det = morphology.Determiner("der", "der")
        features = tuple(f for f in features if f.case == case and det.form(f.gender, case) == article)
    if not features:
        return None
    follows = view.at(phrase.end)
    old = features[0].noun
    if (
        exchange.new == "Nutzung"
        and view.at(phrase.end - 1).endswith(("nahme",))
        and _person_follows(view, phrase.core)
    ):
        return None
    if new.gender != old.gender and not all(f.plural for f in features):
        if follows == "," and (
            view.at(phrase.end + 1) in word_class("relativ") or view.at(phrase.end + 2) in word_class("relativ")
        ):
            return None
        if phrase.det is None and phrase.adjectives and contraction < 0 and not _opens(view, phrase.start):
            return None  # an article may stand further left („die am 3. Mai geführte Unterredung“)
        if context.refers_back or any(
            w in view.words for w in ("diese", "dieser", "dieses", "diesem", "diesen", "er", "ihn", "ihm")
        ):
            return None
    if (
        follows
        and phrase.end < len(tokens)
        and is_noun(tokens[phrase.end])
        and tokens[phrase.end].kind == "w"
        and phrase.end == phrase.core
    ):
        return None
    if exchange.new == "Unterschrift" and view.at(phrase.core) in ("des", "der", "eines", "einer", "dieses", "dieser"):
        return None  # „die Unterschrift des Vertrags“ would be the contract's own
    outputs: set[str] = set()
    for feature in features:
        if feature.plural and not new.plural:
            return None
        if exchange.new == "Sache" and feature.plural:
            return None
        if exchange.old[0] == feature.noun.plural != feature.noun.lemma and not feature.plural:
            return None
        target = type(feature)(new, feature.case, feature.plural)
        if contraction >= 0:
            det = morphology.Determiner("der", "der")
            text = inflect(view, phrase, target, feature.case, det=det)
            preposition = (morphology.expand_preposition(tokens[contraction].lower) or ("", ""))[0]
            outputs.add(join(preposition, text))
        else:
            outputs.add(inflect(view, phrase, target, feature.case))
    if len(outputs) != 1:
        return None
    text = outputs.pop()
    start = contraction if contraction >= 0 else phrase.start
    if start == view.first and tokens[start].upper:
        text = text[:1].upper() + text[1:]
    # Only what changes is reported, so that the person sees the word and not the whole phrase.
    first, last = start, phrase.core
    return Change(
        tokens[first].start, tokens[last - 1].end, text, exchange.rule, _reason(tokens[head].text, exchange.new)
    )


# Verbs ---------------------------------------------------------------------------------------------------------------


def _verb_forms(verb: Verb) -> Iterator[str]:
    yield verb.infinitive
    yield verb.prefix + verb.present
    yield verb.participle
    yield verb.prefix + verb.past
    yield verb.prefix + (verb.past + ("n" if verb.past.endswith("e") else "en"))
    yield verb.base[:-1]
    if verb.prefix:
        yield verb.prefix + "zu" + verb.base
    for ending in ("e", "en", "er", "es", "em"):
        yield verb.participle + ending


_CLAUSE_END = frozenset({",", ";", ".", ":", "–", "(", ")", "!", "?"})


_NOT_SENT = frozenset({"telefonisch", "fernmündlich", "mündlich", "online", "portal", "formular", "einschreiben"})
_NOT_SENT_PARTS = ("daten", "personendaten", "zähler", "wert", "mess", "meldung", "grüße", "onlin")


_NOT_REMOVED = (
    "mangel", "mangels", "mängel", "mängeln", "schaden", "schadens", "schäden", "störung", "störungen", "gefahr",
    "gefahren", "missstand", "missstände", "zustand", "zustände", "ursache", "ursachen", "zweifel", "folgen", "verstoß",
    "verstöße", "gefährdung", "unklarheiten", "hindernis", "hindernisse",
)  # fmt: skip


def exchange_verbs(view: View, context: Context) -> Iterator[Change]:
    """Verbs of the word pairs in all forms that keep the sentence's order."""
    table = _table()
    tokens, lower = view.tokens, view.lower
    for index, token in enumerate(tokens):
        if token.kind != "w" or (token.upper and index != view.first):
            continue
        entry = table.verbs.get(lower[index])
        if entry is None or not _wanted(entry[0], context):
            continue
        exchange, old, new = entry
        if new.infinitive == "planen" and any(word.endswith("härte") for word in view.words):
            continue  # „eine offenbar nicht beabsichtigte Härte“ is a term of building law
        if new.infinitive == "schicken" and (
            view.words & _NOT_SENT or any(word.startswith(_NOT_SENT_PARTS) for word in view.words)
        ):
            continue  # what is told on the telephone or entered online is not sent
        if new.infinitive == "entfernen" and any(word.endswith(_NOT_REMOVED) for word in view.words):
            continue  # a defect is mended, not removed
        form = lower[index]
        start = token.start
        text = _verb_form(view, index, form, old, new)
        if text is None:
            continue
        if form == old.infinitive and not old.prefix and view.at(index - 1) == "zu":
            start = tokens[index - 1].start
            text = new.zu
        yield Change(
            start, token.end, view.case_as(index, text), exchange.rule, _reason(old.infinitive, new.infinitive)
        )


def _verb_form(view: View, index: int, form: str, old: Verb, new: Verb) -> str | None:
    following = view.tokens[index + 1] if index + 1 < len(view.tokens) else None
    final = (
        following is None
        or following.text in _CLAUSE_END
        or following.text in ("und", "oder")
        or morphology.is_auxiliary(following.text)
    )
    past = old.past + ("n" if old.past.endswith("e") else "en")
    if form == old.prefix + "zu" + old.base and old.prefix:
        return new.zu
    if following is not None and (is_adjective(following) or is_noun(following)) and not final:
        for ending in ("en", "er", "es", "em", "e"):
            if form == old.participle + ending and _attributive(view, index):
                return None if new.infinitive == "bekommen" else new.participle + ending
    if form == old.participle and (form != old.present or _auxiliary_near(view, index)):
        return None if new.infinitive == "bekommen" else new.participle
    joined = view.at(index - 1) in ("und", "oder") and morphology.verb_of_participle(view.at(index - 2)) is not None
    if form == old.participle and joined and (following is None or not following.upper):
        # „vollständig ausgefüllt und unterzeichnet zurück“: two participles in a row.
        return None if new.infinitive == "bekommen" else new.participle
    if form == old.infinitive:
        return new.infinitive if final or not new.prefix else None
    if old.prefix and form == old.base[:-1]:
        return None
    if form == old.participle and view.at(index + 1) == "sein":
        return None if new.infinitive == "bekommen" else new.participle
    if (
        form in (old.prefix + old.past, old.prefix + past)
        and not (final and _subordinate(view, index))
        and main_verb(view, view.first, view.last) != index
    ):
        return None  # „der reduzierten zur regelmäßigen Arbeitszeit“ is no past tense
    if form in (old.prefix + old.present, old.prefix + old.past, old.prefix + past, old.base[:-1]):
        if form == old.base[:-1] and view.at(index + 1) != "ich" and view.at(index - 1) != "ich":
            return None
        target = {
            old.prefix + old.present: new.present,
            old.prefix + old.past: new.past,
            old.prefix + past: new.past + ("n" if new.past.endswith("e") else "en"),
            old.base[:-1]: new.base[:-1],
        }[form]
        if not new.prefix:
            return target
        return (
            new.prefix + target
            if final and (old.prefix or form != old.base[:-1]) and _subordinate(view, index)
            else None
        )
    return None


def _attributive(view: View, index: int) -> bool:
    """Whether a participle with an ending stands before its noun and is no past tense („die übersandten Akten“)."""
    position = index + 1
    while position < len(view.tokens) and is_adjective(view.tokens[position]):
        position += 1
    phrase = noun_phrase(view, index, attributes=False)
    return phrase is not None and position < len(view.tokens) and is_noun(view.tokens[position])


_MODAL = frozenset({"muss", "müssen", "kann", "können", "soll", "sollen", "darf", "dürfen", "sollte", "sollten"})


def _auxiliary_near(view: View, index: int) -> bool:
    if view.words & {"werden", "sein"} and view.words & _MODAL and main_verb(view, view.first, view.last) != index:
        return True
    if index + 1 < len(view.tokens) and morphology.is_auxiliary(view.lower[index + 1]):
        return True
    for position in range(index - 1, -1, -1):
        word = view.lower[position]
        if word in (";", ":"):
            return False
        if word in (
            "hat",
            "haben",
            "hatte",
            "hatten",
            "ist",
            "sind",
            "wird",
            "werden",
            "wurde",
            "wurden",
            "war",
            "waren",
            "habe",
            "sei",
            "seien",
        ):
            return True
    return False


def _subordinate(view: View, index: int) -> bool:
    return any(view.lower[position] in (",", ";") for position in range(index - 1, -1, -1))


# Abbreviations -------------------------------------------------------------------------------------------------------


@cache
def _abbreviations() -> dict[str, dict[str, str]]:
    read = _load(_ABBREVIATIONS)
    table: dict[str, dict[str, str]] = {}
    for name in ("immer", "einfach", "zitat"):
        section = read.get(name)
        if not isinstance(section, dict):
            raise WordListError(_ABBREVIATIONS, 1, f"Abschnitt „{name}“ fehlt")
        table[name] = {re.sub(r"\s+", "", str(k)): str(v) for k, v in section.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return table


def abbreviations(view: View, context: Context) -> Iterator[Change]:
    """Abbreviations written out."""
    table = _abbreviations()
    for index, token in enumerate(view.tokens):
        if token.kind != "a" and token.text != "EUR":
            continue
        short = re.sub(r"\s+", "", token.text)
        following = view.tokens[index + 1] if index + 1 < len(view.tokens) else None
        new = table["immer"].get(short)
        if new is None and context.plain:
            new = table["einfach"].get(short)
            if new is None and short in table["zitat"] and following is not None and following.kind == "n":
                new = table["zitat"][short]
        if new is None:
            continue
        if short == "EUR" and not (index and view.tokens[index - 1].kind in "nx"):
            continue
        if short in ("mind.", "max.", "ca.") and not (following is not None and following.kind in "nwp"):
            continue
        if short == "Tel." and following is not None and following.text == ":":
            new = "Telefon"
        ending = "." if token.kind == "a" and following is None and token.end == len(view.text.rstrip()) else ""
        text = view.case_as(index, new)
        yield Change(token.start, token.end, text + ending, "abkuerzung", f"Abkürzung „{token.text}“ ausgeschrieben.")


# Compounds ------------------------------------------------------------------------------------------------------------

_COMPOUNDS = _DATA / "zusammensetzungen.txt"


@dataclass(frozen=True, slots=True)
class _Compounds:
    patterns: dict[str, str]
    fixed: dict[str, str]
    lists: dict[str, frozenset[str]]


@cache
def _compounds() -> _Compounds:
    patterns: dict[str, str] = {}
    fixed: dict[str, str] = {}
    lists: dict[str, set[str]] = {name: set() for name in ("bleibt", "auch", "ganz", "genitiv")}
    section = ""
    for number, raw in enumerate(_COMPOUNDS.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        if section in lists:
            lists[section].update(line.split())
            continue
        left, equals, right = (part.strip() for part in line.partition("="))
        if not equals or not right or section not in ("muster", "fest"):
            raise WordListError(_COMPOUNDS, number, "erwartet: Wort = Auflösung")
        if section == "muster":
            patterns[left.lower()] = right
        else:
            fixed[left] = right
    return _Compounds(patterns, fixed, {name: frozenset(words) for name, words in lists.items()})


def compounds(view: View, context: Context) -> Iterator[Change]:
    """Long compounds taken apart: „Bearbeitungsgebühr“ becomes „Gebühr für die Bearbeitung“."""
    if context.statute:
        return
    tokens = view.tokens
    for index, token in enumerate(tokens):
        text = token.text
        if token.kind != "w" or not token.upper or len(text) < 10 or "-" in text:
            continue
        before, behind = view.at(index - 1), view.at(index + 1)
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if (
            before in ("„", "und", "oder", "sowie", "bzw.", "dessen", "deren")
            or before.endswith("-")
            or behind in ("und", "oder", "sowie", "/", "“")
            or (behind == "-" and "\n" not in view.text[token.end : tokens[index + 1].start])
        ):
            continue
        if following is not None and (following.kind in "np" or is_noun(following)):
            continue
        new = _taken_apart(text)
        if new is None:
            continue
        joint = new.split()[1] if " " in new else ""
        if behind in ("des", "der", "eines", "einer", "von") and joint in ("des", "der", "über", "zur"):
            continue
        if behind in word_class("verhaeltniswoerter") and joint[:2] == behind[:2]:
            continue
        if joint in ("des", "der") and _in_genitive(view, index):
            continue
        if (
            index
            and is_adjective(tokens[index - 1])
            and morphology.verb_of_participle(re.sub(r"e[nrsm]?$", "", tokens[index - 1].text))
        ):
            continue  # „die von uns festgelegten Benutzungsbedingungen“ is long enough
        if behind == "von" or (behind == "in" and view.at(index + 2) == "höhe"):
            continue
        yield Change(token.start, token.end, new, "kompositum", f"„{text}“ ist lang. Aufgelöst liest es sich leichter.")


@lru_cache(maxsize=2048)
def _taken_apart(text: str) -> str | None:
    table = _compounds()
    if text in table.fixed:
        return table.fixed[text]
    if text in table.lists["ganz"]:
        return None
    for head in table.lists["genitiv"]:
        if text.endswith(head.lower()):
            part = text[: len(text) - len(head)]
            if head == "Ende" and (not part.endswith("s") or len(part) < 6):
                return None  # „Vorsitzende“, „Reisende“
            owner = _genitive(part)
            return f"{head} {owner}" if owner else None
    cut = text.find("ungs")
    if cut < 3:
        return None
    action, tail = text[: cut + 3], text[cut + 4 :]
    joint = table.patterns.get(tail)
    if joint is None or action in table.lists["bleibt"] or action not in _actions() | table.lists["auch"]:
        return None
    return f"{tail.capitalize()} {joint.format(X=action)}"


def _genitive(part: str) -> str | None:
    """The first part of a compound as a genitive with its article: „Vertrags“ → „des Vertrags“."""
    if part.startswith(("Höchst", "Mindest", "Gesamt", "Regel", "Rest", "Durchschnitts")):
        return None
    plural = [n for n in morphology.nouns(part) if n.plural == part and (n.lemma != part or n.gender == "p")]
    if plural:
        return f"der {part}"
    for stem in (part, part.removesuffix("s"), part.removesuffix("es")):
        found = [n for n in morphology.nouns(stem) if n.lemma == stem]
        if len(found) == 1:
            noun = found[0]
            form = noun.form("gen", False)
            short = stem + "s"
            usual = (
                short
                if noun.gender != "f"
                and form == stem + "es"
                and len(_VOWEL_GROUP.findall(stem.lower())) > 1
                and not stem.endswith(("s", "jahr"))
                else form
            )
            return f"{'der' if noun.gender == 'f' else 'des'} {usual}"
    return None


def _in_genitive(view: View, index: int) -> bool:
    """Whether a noun is itself the genitive of another noun, so that a second genitive would make a chain."""
    start = index
    while start and is_adjective(view.tokens[start - 1]):
        start -= 1
    if not start or view.at(start - 1) not in ("des", "der", "eines", "einer", "ihres", "ihrer", "dieses", "dieser"):
        return 0 < start < index and is_noun(view.tokens[start - 1])
    return start > 1 and is_noun(view.tokens[start - 2])


@cache
def _actions() -> frozenset[str]:
    from german.rules.verbal import action_nouns

    return action_nouns()
