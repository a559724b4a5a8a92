"""A structured letter. Layout is the business of a template; gaps such as `[Datum]` stay visible."""

import re
from dataclasses import dataclass

# A typed gap: one to three words in square brackets, the first with a capital.
GAP = re.compile(r"\[[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]*(?: [A-Za-zÄÖÜäöüß-]+){0,3}\]")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the notes did not say, such as `[Datum]`."""

    token: str
    hint: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of one letter. `notes` are German hints for the person who signs; they are no part of the text."""

    kind: str
    subject: str
    salutation: str
    paragraphs: tuple[str, ...]
    closing: str
    recipient: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The letter as plain text, paragraphs separated by one blank line."""
        parts = [*self.recipient, ""] if self.recipient else []
        head = "\n".join([*parts, self.subject]).strip()
        body = [head, self.salutation, *self.paragraphs, self.closing]
        if self.enclosures:
            body.append("Anlagen\n" + "\n".join(self.enclosures))
        return "\n\n".join(part for part in body if part)


def draft(notes: str, kind: str = "") -> Letter:
    """Draft a letter from messy notes with the rules. Invents nothing; what is missing becomes a gap.

    Args:
        notes: As typed; `⟦…⟧` placeholders stand for names and values and arrive unchanged.
        kind: A key of `letters.kinds`; empty lets the notes decide.
    """
    from letters.compose import compose

    return compose(notes, kind)
