"""The text model: blocks, sentences and words with their places in the text as given.

All offsets are code points, half open. Nothing here judges or changes a text.
"""

from dataclasses import dataclass

from german.blocks import BlockKind, blocks
from german.datafiles import DataError, data_lines, data_sections
from german.sentences import Abbreviation, Sentence, Word, abbreviation, sentences, words

__all__ = [
    "Abbreviation",
    "Block",
    "BlockKind",
    "DataError",
    "Sentence",
    "TextModel",
    "Word",
    "abbreviation",
    "data_lines",
    "data_sections",
    "parse",
    "words",
]


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


_UNSPLIT = frozenset({BlockKind.ADDRESS, BlockKind.MAIL_HEADER})


def parse(text: str) -> TextModel:
    """Split a text into blocks, sentences and words.

    Args:
        text: Plain text as pasted; line breaks `\\n`, `\\r\\n` or U+2028 are all understood.

    Returns:
        The model; every offset points into `text` unchanged.
    """
    return TextModel(
        text,
        tuple(
            Block(kind, start, end, () if kind in _UNSPLIT else sentences(text, start, end))
            for kind, start, end in blocks(text)
        ),
    )
