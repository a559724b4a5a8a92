"""Fills a card template with values. A strict part of the Adaptive Cards templating language.

Understood: `${name}`, `${name.part}`, `${$data}`, `${$root.name}`, `${$index}`, `"$data": "${list}"` (repeat), and
`"$when": "${name}"` or `"${!name}"` (keep only when true). A name without a value is an error, never an empty place.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

_FOLDER = Path(__file__).parent
_EXPRESSION = re.compile(r"\$\{([^{}]*)\}")
_PATH = re.compile(r"!?(?:\$root|\$data|\$index|[A-Za-z_][A-Za-z0-9_]*)(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
# What Teams reads as Markdown inside a TextBlock or a Fact. A backslash makes it an ordinary character.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|])")
_MARKDOWN_LINE = re.compile(r"(?m)^(\s*)([#+-]|\d+(?=[.)]))")
_MARKDOWN_PLACES = {("TextBlock", "text"), ("Fact", "title"), ("Fact", "value")}


class CardError(Exception):
    """A template is broken or a value is missing. Names the file and the place in it, never a value."""

    def __init__(self, card: str, place: str, problem: str) -> None:
        super().__init__(f"adaptive_cards/{card}.json, {place}: {problem}")


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where names are looked up."""

    data: Json
    root: Json
    index: int


type _Node = Callable[[_Scope], Json]


class _Dropped:
    """Stands for a node that `$when` took out."""


_DROPPED = cast(Json, _Dropped())


def render(card: str, values: dict[str, Json]) -> dict[str, Json]:
    """Fill the card `adaptive_cards/<card>.json`.

    Values that land in a TextBlock or a Fact are escaped, so that they cannot become links or formatting; values that
    land in a TextRun are shown as they are, because a TextRun renders no Markdown.

    Raises:
        CardError: the template is broken, or it names something that `values` does not have.
    """
    result = _template(card)(_Scope(values, values, 0))
    return cast(dict[str, Json], result)


@cache
def _template(card: str) -> _Node:
    path = _FOLDER / f"{card}.json"
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CardError(card, "file", "does not exist") from None
    except ValueError as error:
        raise CardError(card, "file", f"is not JSON: {error}") from None
    if not isinstance(raw, dict) or cast(dict[str, object], raw).get("type") != "AdaptiveCard":
        raise CardError(card, "type", "is not an AdaptiveCard")
    return _compile(card, cast(Json, raw), "$", None)


def _compile(card: str, node: Json, place: str, field: tuple[str, str] | None) -> _Node:
    if isinstance(node, str):
        return _compile_text(card, node, place, field in _MARKDOWN_PLACES)
    if isinstance(node, list):
        return _compile_list([_compile_item(card, item, f"{place}[{n}]") for n, item in enumerate(node)])
    if isinstance(node, dict):
        return _compile_object(card, node, place)
    return lambda _: node


def _compile_list(items: list[Callable[[_Scope], list[Json]]]) -> _Node:
    return lambda scope: [value for item in items for value in item(scope)]


def _compile_item(card: str, node: Json, place: str) -> Callable[[_Scope], list[Json]]:
    """One element of a list: zero, one or, with `$data`, many."""
    if isinstance(node, dict) and isinstance(source := node.get("$data"), str):
        values = _compile_text(card, source, f"{place}.$data", False)
        body = _compile(card, {key: value for key, value in node.items() if key != "$data"}, place, None)

        def repeat(scope: _Scope) -> list[Json]:
            found = values(scope)
            if not isinstance(found, list):
                raise CardError(card, f"{place}.$data", "is not a list")
            filled = (body(_Scope(value, scope.root, index)) for index, value in enumerate(found))
            return [value for value in filled if value is not _DROPPED]

        return repeat
    single = _compile(card, node, place, None)

    def one(scope: _Scope) -> list[Json]:
        value = single(scope)
        return [] if value is _DROPPED else [value]

    return one


def _compile_object(card: str, node: dict[str, Json], place: str) -> _Node:
    kind = node.get("type")
    kind = kind if isinstance(kind, str) else "Fact"  # only facts have no type
    fields = [
        (key, _compile(card, value, f"{place}.{key}", (kind, key)))
        for key, value in node.items()
        if key not in ("$when", "$comment")
    ]
    condition = node.get("$when")
    if condition is None:
        when = None
    elif isinstance(condition, str) and _EXPRESSION.fullmatch(condition):
        when = _compile_text(card, condition, f"{place}.$when", False)
    else:
        raise CardError(card, f"{place}.$when", "is not one expression")

    def fill(scope: _Scope) -> Json:
        if when is not None:
            keep = when(scope)
            if not isinstance(keep, bool):
                raise CardError(card, f"{place}.$when", "is neither true nor false")
            if not keep:
                return _DROPPED
        filled: dict[str, Json] = {}
        for key, field in fields:
            value = field(scope)
            if value is not _DROPPED:
                filled[key] = value
        return filled

    return fill


def _compile_text(card: str, text: str, place: str, markdown: bool) -> _Node:
    if "${" not in text:
        return lambda _: text
    if whole := _EXPRESSION.fullmatch(text):
        value = _compile_path(card, whole.group(1).strip(), place)
        if not markdown:
            return value
        return lambda scope: escaped(_as_text(card, place, value(scope)))
    parts: list[str | _Node] = []
    end = 0
    for found in _EXPRESSION.finditer(text):
        parts += [text[end : found.start()], _compile_path(card, found.group(1).strip(), place)]
        end = found.end()
    parts.append(text[end:])
    if any(isinstance(part, str) and "${" in part for part in parts):
        raise CardError(card, place, "an expression is not closed")

    def join(scope: _Scope) -> str:
        pieces: list[str] = []
        for part in parts:
            if isinstance(part, str):
                pieces.append(part)
            else:
                piece = _as_text(card, place, part(scope))
                pieces.append(escaped(piece) if markdown else piece)
        return "".join(pieces)

    return join


def _compile_path(card: str, expression: str, place: str) -> _Node:
    if not _PATH.fullmatch(expression):
        raise CardError(card, place, f"cannot be understood: ${{{expression}}}")
    negated = expression.startswith("!")
    first, *rest = expression.removeprefix("!").split(".")

    def look_up(scope: _Scope) -> Json:
        value: Json
        if first == "$index":
            value = scope.index
        elif first == "$data":
            value = scope.data
        elif first == "$root":
            value = scope.root
        else:
            value = step(scope.data, first)
        for name in rest:
            value = step(value, name)
        if not negated:
            return value
        if not isinstance(value, bool):
            raise CardError(card, place, f"cannot be negated: {expression}")
        return not value

    def step(value: Json, name: str) -> Json:
        if not isinstance(value, dict) or name not in value:
            raise CardError(card, place, f"has no value: {expression}")
        return value[name]

    return look_up


def _as_text(card: str, place: str, value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CardError(card, place, "is neither text nor number")
    return str(value)


def escaped(text: str) -> str:
    """`text` so that Markdown shows it as it stands."""
    text = _MARKDOWN.sub(r"\\\1", text)
    text = _MARKDOWN_LINE.sub(_escape_line_start, text)
    return text.replace("{{", "{\u200b{")


def _escape_line_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\u200b" if mark.isdigit() else f"{space}\\{mark}"
