"""A town's own words: preferred, forbidden and protected terms, and a glossary of legal terms.

A termbase is a text file that the town writes. Nothing here changes a text; `explanations` proposes insertions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from german.datafiles import DataError, data_lines
from german.frozen import Zone
from german.lexicon import load
from german.remarks import Remark, Weight
from german.text import BlockKind, TextModel, Word, words

_RUNNING = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_SECTIONS = ("bevorzugt", "verboten", "geschützt", "glossar")


class TermbaseError(DataError):
    """A termbase file is wrong. The message is German and names file and line."""


@dataclass(frozen=True, slots=True)
class Termbase:
    """The terms of a town.

    `preferred` maps a term to the one to write instead; `forbidden` maps a term to its replacement or an empty string;
    `protected` terms must survive every rewrite; `glossary` maps a legal term to its explanation.
    """

    preferred: dict[str, str] = field(default_factory=dict[str, str])
    forbidden: dict[str, str] = field(default_factory=dict[str, str])
    protected: frozenset[str] = frozenset()
    glossary: dict[str, str] = field(default_factory=dict[str, str])


class Use(NamedTuple):
    """A place where a term stands, in any inflection; offsets in code points, half open."""

    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A proposed insertion: `text` goes in at `place`, the end of the first use of `term`."""

    place: int
    text: str
    term: str


@lru_cache(maxsize=1)
def default_glossary() -> dict[str, str]:
    """The legal terms that come with the product (`data/glossary.txt`)."""
    found: dict[str, str] = {}
    for number, line in data_lines("glossary.txt"):
        term, bar, explanation = line.partition("|")
        if not bar or not explanation.strip():
            raise DataError(f"glossary.txt, Zeile {number}: erwartet „Begriff | Erklärung“")
        found[term.strip()] = explanation.strip()
    return found


def read_termbase(file: Path) -> Termbase:
    """Read a town's termbase.

    The file has the sections `[bevorzugt]`, `[verboten]`, `[geschützt]` and `[glossar]`; each line holds a term and,
    after `|`, what to write instead or what it means. A town's glossary is added to the product's own.

    Raises:
        TermbaseError: The file is missing, not UTF-8, or a line does not fit its section.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise TermbaseError(f"{file.name}: kann nicht gelesen werden (erwartet wird eine Textdatei in UTF-8)") from None
    terms: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    section = ""
    for number, line in enumerate(lines, 1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        if content.startswith("[") and content.endswith("]"):
            section = content[1:-1].strip().lower()
            if section not in terms:
                raise TermbaseError(f"{file.name}, Zeile {number}: den Abschnitt kennt die Begriffsliste nicht")
            continue
        term, _, rest = (part.strip() for part in content.partition("|"))
        if not section:
            raise TermbaseError(f"{file.name}, Zeile {number}: vor dem ersten [Abschnitt]")
        if not term or (section in ("bevorzugt", "glossar") and not rest):
            raise TermbaseError(f"{file.name}, Zeile {number}: erwartet „Begriff | …“")
        if term in terms[section]:
            raise TermbaseError(f"{file.name}, Zeile {number}: der Begriff steht zweimal da")
        terms[section][term] = rest
    return Termbase(
        preferred=terms["bevorzugt"],
        forbidden=terms["verboten"],
        protected=frozenset(terms["geschützt"]),
        glossary={**default_glossary(), **terms["glossar"]},
    )


class _Index:
    """Terms by the base form of their last word, so that inflected uses are found in one pass over the words."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._by_last: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for term in terms:
            bases = _bases(words(term))
            if bases:
                self._by_last.setdefault(bases[-1], []).append((term, bases))
        for entries in self._by_last.values():
            entries.sort(key=lambda entry: -len(entry[1]))

    def uses(self, found: Sequence[Word]) -> Iterator[Use]:
        for index, word in enumerate(found):
            for term, wanted in self._by_last.get(_base(word.text), ()):
                first = index - len(wanted) + 1
                if first >= 0 and _bases(found[first : index + 1]) == wanted:
                    yield Use(found[first].start, found[index].end, term)
                    break


def _bases(phrase: Sequence[Word]) -> tuple[str, ...]:
    """The last word by its base form, the adjectives before it without their ending."""
    before = (re.sub(r"(?<=\w{3})e[rsnm]?$", "", word.text.lower()) for word in phrase[:-1])
    return (*before, _base(phrase[-1].text)) if phrase else ()


def _base(word: str) -> str:
    return (load().lemma(word) or word).lower()


def check_terms(model: TextModel, termbase: Termbase, frozen: Sequence[Zone] = ()) -> tuple[Remark, ...]:
    """Remarks on terms that the town does not want, in order; frozen zones get none."""
    index = _Index([*termbase.preferred, *termbase.forbidden])
    found: list[Remark] = []
    for block in model.blocks:
        if block.kind not in _RUNNING and block.kind is not BlockKind.HEADING:
            continue
        for sentence in block.sentences:
            for use in index.uses(sentence.words):
                if _frozen(use, frozen):
                    continue
                written = model.text[use.start : use.end]
                better = termbase.forbidden.get(use.term) or termbase.preferred.get(use.term, "")
                suggestion = f"Schreiben Sie „{better}“." if better else "Lassen Sie den Begriff weg."
                if use.term in termbase.forbidden:
                    reason = f"„{written}“ soll in Ihrer Verwaltung nicht verwendet werden."
                    found.append(Remark(use.start, use.end, "begriff-verboten", Weight.RED, reason, suggestion))
                else:
                    reason = f"Ihre Verwaltung sagt dafür „{better}“."
                    found.append(Remark(use.start, use.end, "begriff-bevorzugt", Weight.YELLOW, reason, suggestion))
    return tuple(found)


def lost_terms(source: str, rewrite: str, termbase: Termbase) -> tuple[Use, ...]:
    """The protected terms of a source that its rewrite does not use any more, at their first place in the source."""
    index = _Index(sorted(termbase.protected))
    kept = {use.term for use in index.uses(words(rewrite))}
    lost: dict[str, Use] = {}
    for use in index.uses(words(source)):
        if use.term not in kept:
            lost.setdefault(use.term, use)
    return tuple(sorted(lost.values()))


def explanations(model: TextModel, termbase: Termbase, frozen: Sequence[Zone] = ()) -> tuple[Explanation, ...]:
    """Explanations in brackets for the first use of each term of the glossary, in order.

    A use in a heading, a frozen zone, or before a bracket that already explains it is passed over.
    """
    index = _Index(list(termbase.glossary))
    found: dict[str, Explanation] = {}
    for block in model.blocks:
        if block.kind not in _RUNNING:
            continue
        for sentence in block.sentences:
            for use in index.uses(sentence.words):
                if (
                    use.term in found
                    or _frozen(use, frozen)
                    or _inside_brackets(sentence.text, use.start - sentence.start)
                ):
                    continue
                if re.match(r"\s*\(", model.text[use.end : use.end + 3]):
                    continue
                found[use.term] = Explanation(use.end, f" ({termbase.glossary[use.term]})", use.term)
    return tuple(sorted(found.values(), key=lambda explanation: explanation.place))


def insert(text: str, found: Sequence[Explanation]) -> str:
    """The text with the explanations put in."""
    pieces: list[str] = []
    place = 0
    for explanation in sorted(found, key=lambda explanation: explanation.place):
        pieces += text[place : explanation.place], explanation.text
        place = explanation.place
    return "".join((*pieces, text[place:]))


def _frozen(use: Use, frozen: Sequence[Zone]) -> bool:
    return any(zone.start < use.end and use.start < zone.end for zone in frozen)


def _inside_brackets(text: str, place: int) -> bool:
    return text.rfind("(", 0, place) > text.rfind(")", 0, place)
