"""The text model: blocks, sentences and words with their places in the text as given.

All offsets are code points, half open. Nothing here judges or changes a text.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is, in the terms of a letter."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    SALUTATION = "salutation"
    CLOSING = "closing"
    SIGNATURE = "signature"
    ADDRESS = "address"
    MAIL_HEADER = "mail_header"
    QUOTED = "quoted"
    LEGAL_NOTICE = "legal_notice"


@dataclass(frozen=True, slots=True)
class Word:
    """One word: letters with inner hyphens, or a placeholder `⟦…⟧`. Numbers and `§` are no words."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence without surrounding white space."""

    start: int
    end: int
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text. `sentences` is empty for blocks that are no running text (address, mail header)."""

    kind: BlockKind
    start: int
    end: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class TextModel:
    """A text and its blocks, in order, not overlapping."""

    text: str
    blocks: tuple[Block, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence of every block, in order."""
        return tuple(sentence for block in self.blocks for sentence in block.sentences)


_WORD = re.compile(r"⟦[^⟧]*⟧|[A-Za-zÄÖÜäöüßẞ]+(?:-[A-Za-zÄÖÜäöüßẞ]+)*")


def words(text: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """The words of `text[start:end]`, with offsets into `text`."""
    return tuple(Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text, start, len(text) if end is None else end))


def parse(text: str) -> TextModel:
    """Split a text into blocks, sentences and words.

    Args:
        text: Plain text as pasted; line breaks `\\n`, `\\r\\n` or U+2028 are all understood.

    Returns:
        The model; every offset points into `text` unchanged.
    """
    blocks: list[Block] = []
    for block in re.finditer(r"\S[^\n]*(?:\n(?!\s*\n)[^\n]*)*", text):
        found: list[Sentence] = []
        for s in re.finditer(r"\S.*?(?:[.!?:](?=\s+[A-ZÄÖÜ„])|$)", block.group(), re.S):
            start, end = block.start() + s.start(), block.start() + s.end()
            found.append(Sentence(start, end, text[start:end], words(text, start, end)))
        blocks.append(Block(BlockKind.PARAGRAPH, block.start(), block.end(), tuple(found)))
    return TextModel(text, tuple(blocks))
