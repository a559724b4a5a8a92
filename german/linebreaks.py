"""Lost line breaks: some chat clients and PDF viewers glue the lines of a letter together. Puts the breaks back.

Only white space is added, and only where two lines visibly touch; a text with line breaks of its own stays as it is.
"""

import re

from german.lexicon import load

# Fewer joints than this may be a typing slip or a product name; then the text is left alone.
_FEWEST = 2
# Where two lines can touch: no letter is taken, the place lies between two characters.
_JOINT = re.compile(
    r"(?<=[a-zäöüß][.!?:])(?=[„(]?[A-ZÄÖÜ][a-zäöü ])"  # … erhoben.Rechtsbehelfsbelehrung
    r"|(?<=[a-zäöüß)][.;:,])(?=\d{1,2}[.)] [A-ZÄÖÜ])"  # … vorzulegen:1. Mietvertrag
    r"|(?:(?<=[a-zäöüß]{3})|(?<=\)))(?=\d{1,2}[.)] [A-ZÄÖÜ])"  # … Mietvertrag2. Ausweis
    r"|(?<=\w[.;:,])(?=[-–•*] \w)|(?<=[a-zäöüß)])(?=[-–•*] [A-ZÄÖÜ])"  # … Unterlagen:- Mietvertrag
    r"|(?<=[a-zäöüß],)(?=[a-zäöüA-ZÄÖÜ])"  # Sehr geehrter Herr Müller,hiermit
    r"|(?<=[a-zäöüß])(?=[A-ZÄÖÜ][a-zäöüß])"  # … GrüßenIm Auftrag
    r"|(?:(?<=\d{4})|(?<=\)))(?=[A-ZÄÖÜ][a-zäöü]{2})"  # … 3. Mai 2026Sehr geehrte
)
_TOKEN_BEFORE = re.compile(r"[^\s.,;:!?()„“]*$")
_TOKEN_AFTER = re.compile(r"[^\s.,;:!?()„“]*")
_ADDRESS = re.compile(r"[@/]|www\.", re.I)
_DOMAINS = frozenset({"de", "com", "net", "org", "eu", "info"})
_LONGEST_DOMAIN = 7
_SALUTATION = re.compile(r"(?:Sehr geehrte|Guten (?:Tag|Morgen)|Liebe|Hallo)[^.!?\n]{0,90},$")
_CLOSING = re.compile(r"(?:Mit (?:freundlich|best|herzlich)|Freundliche|Viele|Beste|Herzliche) ?\w* ?Grü")
_SENTENCE_END = ".!?"


def restore(text: str) -> str:
    """Put lost line breaks back.

    Args:
        text: Plain text as it came in.

    Returns:
        The text unchanged, unless it is one single line with at least two places where lines touch; then with line
        breaks (and blank lines between paragraphs) at those places.
    """
    if "\n" in text.strip() or "\r" in text.strip():
        return text
    joints: list[int] = []
    for match in _JOINT.finditer(text):
        if _is_joint(text, joints[-1] if joints else 0, match.start()):
            joints.append(match.start())
    # A capital inside a token may be a product name; it needs the company of a joint at a punctuation mark.
    if len(joints) < _FEWEST or all(text[joint - 1].isalpha() for joint in joints):
        return text
    pieces: list[str] = []
    start = 0
    for joint in joints:
        before = text[max(start, joint - 120) : joint]
        blank = before[-1] in _SENTENCE_END or _SALUTATION.search(before) or _CLOSING.match(text, joint)
        pieces += [text[start:joint], "\n\n" if blank else "\n"]
        start = joint
    return "".join([*pieces, text[start:]])


def _is_joint(text: str, line: int, place: int) -> bool:
    """Whether two lines touch at a place; the first of them began at `line`."""
    left = _TOKEN_BEFORE.search(text, max(line, place - 60), place)
    right = _TOKEN_AFTER.match(text, place)
    word_before = left.group() if left else ""
    word_after = right.group() if right else ""
    last = text[place - 1]
    unbroken = text[max(line, place - 80) : place].rpartition(" ")[2]
    if _ADDRESS.search(unbroken) and (last not in _SENTENCE_END or len(word_after) <= _LONGEST_DOMAIN):
        return False
    if last == ",":
        return bool(_SALUTATION.search(text, max(line, place - 120), place))
    if last.islower() and text[place].isupper():
        # A capital inside a token, as in „GrüßenIm“: two lines only when the first half is a word (not in „GmbH“).
        return len(word_before) >= 4 and word_before in load()
    return last not in _SENTENCE_END or word_after.lower() not in _DOMAINS
