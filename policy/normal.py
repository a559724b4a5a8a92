"""The text as detectors see it: one spelling for spaces, dashes, quotation marks, look-alike letters and broken words.

Every place in the normal form leads back to the text as given. Nothing here judges a text.
"""

import html
import re
import unicodedata
from bisect import bisect_right

_COMMON = re.compile("[^\x00-\x7fÄÖÜäöüß§€°]")
# Cyrillic and Greek letters that look like Latin ones; used only inside words that also hold Latin letters.
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХЅІЈаеорсухѕіјԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧον",
    "ABEKMHOPCTYXSIJaeopcyxsijdhlABEZHIKMNOPTYXov",
)
_LATIN = re.compile("[A-Za-zÄÖÜäöüß]")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
# What may stand broken in a text, each with a pattern that begins with something rare so that a search is quick.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u180e]")
_COMBINED = re.compile("[\u0300-\u036f]{1,3}")
_ENTITY = re.compile(r"&(?:\#\d{1,6}|\#x[0-9a-fA-F]{1,5}|[A-Za-z]{2,8});")
_HYPHEN = re.compile(r"-[ ]?\r?\n[ ]{0,8}(?=[a-zäöüß])(?!und\b|oder\b|bzw\b)")
_HYPHEN_KEPT = re.compile(r"-[ ]?\r?\n[ ]{0,8}(?=[A-ZÄÖÜ][a-zäöüß])")
_LETTERS = re.compile(r"[ ][^\W\d_](?:[ ][^\W\d_]){2,}(?![^\W_])")
_QUOTED_PRINTABLE = re.compile(r"(?:=[0-9A-F]{2}){1,4}|=\r?\n")
_QP_SIGN = re.compile(r"=C3=[89AB][0-9A-F]|=20\r?\n|=E2=80=")


class _Table(dict[int, str]):
    """One character for another, worked out when first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if category in ("Zs",):
            result = " "
        elif category == "Pd" or char == "\u2212":
            result = "-"
        elif char in "„“”«»‟″":
            result = '"'
        elif char in "’‘‚‛`´′":
            result = "'"
        elif char in "\u2028\u2029\x85":
            result = "\n"
        else:
            folded = unicodedata.normalize("NFKC", char)
            result = folded if len(folded) == 1 else char
        if len(self) < 20_000:
            self[code] = result
        return result


_TABLE = _Table()


def _plain(match: re.Match[str]) -> str:
    return _TABLE[ord(match.group())]


class Normal:
    """A text and its normal form.

    Attributes:
        source: The text as given.
        text: Its normal form.
    """

    __slots__ = ("_pieces", "_starts", "source", "text")

    def __init__(self, source: str, text: str, pieces: "list[tuple[int, int, int, int]] | None" = None) -> None:
        self.source = source
        self.text = text
        # Each piece: where it begins in the normal form and in the source, source letters per letter, and its end in
        # the source when the piece was mended as a whole (then the letters per letter are 0).
        self._pieces = pieces
        self._starts = [piece[0] for piece in pieces] if pieces else []

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the text as given of a place in the normal form; code points, half open."""
        if self._pieces is None or start >= end:
            return start, end
        return self._source(start)[0], self._source(end - 1)[1]

    def _source(self, position: int) -> tuple[int, int]:
        assert self._pieces is not None
        begin, source, step, end = self._pieces[bisect_right(self._starts, position) - 1]
        if not step:
            return source, end
        place = source + (position - begin) * step
        return place, place + 1


def _straighten(text: str) -> str:
    """Look-alike letters made Latin in words that also hold Latin letters."""
    pieces: list[str] = []
    done = 0
    for match in _FOREIGN.finditer(text):
        start = match.start()
        if start < done:
            continue
        while start > done and text[start - 1].isalpha():
            start -= 1
        end = match.end()
        while end < len(text) and text[end].isalpha():
            end += 1
        word = text[start:end]
        pieces.append(text[done:start])
        pieces.append(word.translate(_LOOKALIKES) if _LATIN.search(word) else word)
        done = end
    return "".join(pieces) + text[done:]


def _replacement(found: str, kept: str) -> str:
    """What stands for a broken place; `kept` is the letter behind it."""
    first = found[0]
    if first == "&":
        plain = html.unescape(found)
        return plain if len(plain) == 1 and plain != "&" else found
    if first == "=":
        if found[1:2] in "\r\n":
            return ""
        try:
            return bytes.fromhex(found.replace("=", "")).decode()
        except ValueError:
            return found
    if len(found) > 1 and found[1] == " ":
        return found.replace(" ", "")
    if first == "-":
        return "" if kept.islower() else "-"
    if len(found) > 1:
        return unicodedata.normalize("NFC", found)
    return ""


def _broken(text: str) -> list[tuple[int, int]]:
    """Places that need mending, in order, not overlapping."""
    found: list[tuple[int, int]] = []
    if not text.isascii():
        found += [m.span() for m in _INVISIBLE.finditer(text)]
        found += [
            (m.start() - 1, m.end()) for m in _COMBINED.finditer(text) if m.start() and text[m.start() - 1].isalpha()
        ]
    if "&" in text:
        found += [m.span() for m in _ENTITY.finditer(text)]
    if "-\n" in text or "- \n" in text or "-\r" in text:
        for pattern in (_HYPHEN, _HYPHEN_KEPT):
            found += [m.span() for m in pattern.finditer(text) if m.start() and text[m.start() - 1].isalpha()]
    for match in _LETTERS.finditer(text):
        start = match.start()
        # The run may begin one letter earlier, where no space stands before it.
        if start and text[start - 1].isalpha() and (start < 2 or not text[start - 2].isalnum()):
            found.append((start - 1, match.end()))
        elif match.end() - start >= 8:
            found.append((start + 1, match.end()))
    if "=" in text and _QP_SIGN.search(text):
        found += [m.span() for m in _QUOTED_PRINTABLE.finditer(text)]
    found.sort()
    return found


def normalise(source: str) -> Normal:
    """The normal form of a text. Linear."""
    text = source
    if not text.isascii() and _COMMON.search(text):
        text = _COMMON.sub(_plain, text)
        if _FOREIGN.search(text):
            text = _straighten(text)
    broken = _broken(text)
    if not broken:
        return Normal(source, text)
    out: list[str] = []
    pieces: list[tuple[int, int, int, int]] = []
    position = length = 0
    for begin, end in broken:
        found = text[begin:end]
        new = _replacement(found, text[end : end + 1])
        if new == found or begin < position:
            continue
        out.append(text[position:begin])
        pieces.append((length, position, 1, 0))
        length += begin - position
        if new:
            spaced = len(found) > 2 and found[1] == " " and len(new) * 2 - 1 == len(found)
            pieces.append((length, begin, 2, 0) if spaced else (length, begin, 0, end))
            out.append(new)
            length += len(new)
        position = end
    out.append(text[position:])
    pieces.append((length, position, 1, 0))
    return Normal(source, "".join(out), pieces)
