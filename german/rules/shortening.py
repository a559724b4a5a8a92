"""What a letter can do without: filler words, doubled phrases, sentences without content. And glossary explanations.

Nothing here removes a fact: no number, name, date, condition or obligation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from german import morphology
from german.morphology import WordListError
from german.rules.clauses import is_finite
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.pairs import exchange_words
from german.rules.phrases import View, is_noun, tokenize, word_class

_DATA = Path(__file__).parent.parent / "data"
_SHORT = _DATA / "kuerzen.yaml"
_GLOSSARY = _DATA / "erklaerungen.yaml"


@dataclass(frozen=True, slots=True)
class _Fillers:
    words: tuple[tuple[str, ...], ...]
    doubled: tuple[tuple[tuple[str, ...], str], ...]
    sentences: tuple[re.Pattern[str], ...]


def _read(path: Path) -> dict[str, object]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        read: object = yaml.load(path.read_text(encoding="utf-8"), loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise WordListError(path, line, error.problem or "kein gültiges YAML") from None
    if not isinstance(read, dict):
        raise WordListError(path, 1, "erwartet: Abschnitte mit Namen")
    return {str(k): v for k, v in read.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _strings(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


@cache
def _fillers() -> _Fillers:
    read = _read(_SHORT)
    doubled: list[tuple[tuple[str, ...], str]] = []
    for entry in _strings(read.get("doppelt")):
        left, arrow, right = (part.strip() for part in entry.partition("→"))
        if not arrow:
            raise WordListError(_SHORT, 1, f"„{entry}“: erwartet „lang → kurz“")
        doubled.append((tuple(t.lower for t in tokenize(left)), right))
    words = tuple(tuple(t.lower for t in tokenize(entry)) for entry in _strings(read.get("fuellwoerter")))
    try:
        sentences = tuple(re.compile(entry + r"\s*$") for entry in _strings(read.get("saetze")))
    except re.error as error:
        raise WordListError(_SHORT, 1, f"Muster nicht lesbar: {error.msg}") from None
    return _Fillers(tuple(sorted(words, key=len, reverse=True)), tuple(doubled), sentences)


def empty_sentences(view: View, context: Context) -> Iterator[Change]:
    """A sentence that is only a formula goes."""
    text = view.text[view.body :]
    if any(ch.isdigit() or ch in "@⟦" for ch in text):
        return
    if any(pattern.match(text) for pattern in _fillers().sentences):
        yield Change(view.body, len(view.text), "", "kuerzen", "Die Formel sagt nichts.")


def filler_words(view: View, context: Context) -> Iterator[Change]:
    """Filler words inside a sentence go; at its start only where a pronoun can take the first place."""
    tokens, lower = view.tokens, view.lower
    for index in range(len(tokens)):
        for words in _fillers().words:
            size = len(words)
            if tuple(lower[index : index + size]) != words:
                continue
            end = index + size
            if (
                end >= len(tokens)
                or tokens[end].kind == "x"
                or (index and tokens[index - 1].text in ("nicht", "nur", "(", "„"))
            ):
                break
            reason = f"„{view.span(index, end)}“ ist überflüssig."
            if index == view.first:
                if is_finite(view, end) and end + 1 < view.last and tokens[end + 1].text in ("Sie", "wir", "ich"):
                    text = view.opening(f"{tokens[end + 1].text} {tokens[end].text}")
                    yield Change(tokens[index].start, tokens[end + 1].end, text, "kuerzen", reason)
                break
            if is_noun(tokens[end]) or morphology.nouns(tokens[index].text) == ():
                yield Change(tokens[index].start, tokens[end].start, "", "kuerzen", reason)
            break


def doubled_phrases(view: View, context: Context) -> Iterator[Change]:
    """Two words for one thing become one."""
    lower = view.lower
    for index in range(len(view.tokens)):
        for words, new in _fillers().doubled:
            if tuple(lower[index : index + len(words)]) == words:
                end = index + len(words) - 1
                yield Change(
                    view.tokens[index].start,
                    view.tokens[end].end,
                    view.case_as(index, new),
                    "kuerzen",
                    "Kürzer gesagt, dieselbe Sache.",
                )
                break


def shorter_words(view: View, context: Context) -> Iterator[Change]:
    """The word pairs whose plain form is shorter."""
    for change in exchange_words(view, context):
        if len(change.after) < change.end - change.start:
            yield change


# Glossary -------------------------------------------------------------------------------------------------------------


@cache
def glossary() -> dict[str, str]:
    """Legal terms and their explanation in a few words.

    Raises:
        WordListError: The list cannot be read.
    """
    return {term: str(text) for term, text in _read(_GLOSSARY).items()}


_MOST = 3


def explained_in(text: str) -> set[str]:
    """The terms whose explanation stands in a text by now, so that none is explained twice."""
    return {term for term, words in glossary().items() if f" ({words})" in text}


def explain(view: View, context: Context) -> Iterator[Change]:
    """A legal term is explained in brackets at its first use (Einfache Sprache)."""
    if not context.plain or len(context.explained) >= _MOST or "(" in view.text:
        return
    tokens = view.tokens
    for index, token in enumerate(tokens):
        if token.kind != "w" or not token.upper:
            continue
        term = next(
            (n.lemma for n in morphology.nouns(token.text) if n.lemma in glossary()),
            token.text.removesuffix("n") if token.text.removesuffix("n") in glossary() else "",
        )
        if not term or term in context.explained:
            continue
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        context.explained.add(term)
        before = view.at(index - 1)
        if any(plural for _, _, plural in morphology.readings(token.text)) or before in ("„", "schriftliche"):
            continue
        if "meist" in glossary()[term] and before in ("einen", "einem", "einer", "eines", "ein"):
            continue
        if following is not None and (
            following.lower in word_class("verhaeltniswoerter")
            or following.kind in "np"
            or is_noun(following)
            or following.text in ("„", "/", "Nr.", "des", "der", "eines", "einer", "von", "in", "und", "oder")
        ):
            continue
        yield Change(
            token.end, token.end, f" ({glossary()[term]})", "erklaerung", f"„{term}“ wird beim ersten Mal erklärt."
        )
        return
