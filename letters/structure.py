"""Takes a finished letter's text apart again: recipient, subject, salutation, paragraphs, closing, enclosures.

The counterpart of `Letter.text`, also for letters that a model wrote or a person changed. Writes nothing.
"""

import re

from letters.letter import GAP, Gap, Letter

_SALUTATION = re.compile(r"(?:Sehr geehrt|Sehr verehrt|Liebe|Lieber|Guten Tag|Guten Morgen|Hallo|Werte)\b|Sehr geehrte")
_CLOSING = re.compile(
    r"(?:(?:Mit )?(?:freundlich|besten?|herzlich|vielen?|schön|lieben?)\w* (?:\w+ )?Gr(?:uß|üße)|Hochachtungsvoll)",
    re.IGNORECASE,
)
_ENCLOSURES = re.compile(r"Anlagen?:?\n?")
_NAMING = re.compile(r"Betreff: *")


def letter_of(text: str) -> Letter:
    """The parts of a letter's text. A text without a salutation is all paragraphs; nothing gets lost."""
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if block.strip()]
    hello = next((n for n, block in enumerate(blocks[:6]) if _SALUTATION.match(block)), -1)
    before, rest = (blocks[:hello], blocks[hello:]) if hello >= 0 else ([], blocks)
    salutation = ""
    if hello >= 0:
        salutation, _, more = rest[0].partition("\n")
        rest = [more, *rest[1:]] if more.strip() else rest[1:]
    enclosures: tuple[str, ...] = ()
    bye = next((n for n in reversed(range(len(rest))) if _CLOSING.match(rest[n])), len(rest))
    closing = rest[bye:]
    for place, block in enumerate(closing):
        if place and (found := _ENCLOSURES.match(block)):
            lines = "\n".join([block[found.end() :], *closing[place + 1 :]]).split("\n")
            enclosures = tuple(re.sub(r"^- ", "", line.strip()) for line in lines if line.strip())
            closing = closing[:place]
            break
    subject = _NAMING.sub("", before[-1], count=1) if before else ""
    recipient = tuple(line.strip() for block in before[:-1] for line in block.split("\n") if line.strip())
    gaps = tuple(Gap(token, "Diese Angabe fehlt noch.") for token in dict.fromkeys(GAP.findall(text)))
    return Letter(
        kind="",
        subject=subject,
        salutation=salutation.strip(),
        paragraphs=tuple(rest[:bye]),
        closing="\n\n".join(closing),
        recipient=recipient,
        enclosures=enclosures,
        gaps=gaps,
    )
