"""What a screening says: decision, findings, and the masked text that may go on.

`MaskedText` can be made only here; a writer takes nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What happens with a text."""

    ALLOW = "allow"
    MASK = "mask"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit. Offsets in code points, half open, into the text as given; an item label spans what asked for it.

    Attributes:
        type: Detector type such as `PERSON` or `IBAN`, or an item label such as `TRANSCRIPTION_REQUEST`.
        rule: Rule id of the Dienstanweisung, such as `E-1`.
        action: What this finding alone asks for.
        title: The rule in a few words, German.
        reason: Why it was found, German, without quoting the text.
        advice: What to do instead, German.
    """

    start: int
    end: int
    type: str
    rule: str
    action: Decision
    title: str
    reason: str
    advice: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder such as `⟦Person 1⟧`, what it stands for, and how often it stands in the masked text."""

    token: str
    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored text. Every deviation is a finding: tokens, never values."""

    text: str
    dropped: tuple[str, ...]
    doubled: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True when every placeholder came back as often as it went out and none was invented."""
        return not (self.dropped or self.doubled or self.invented)


class StreamRestorer:
    """Restores placeholders in a stream, also across chunk borders."""

    def feed(self, chunk: str) -> str:
        """Take the next chunk, give back what can be shown already."""
        raise NotImplementedError(chunk)

    def finish(self) -> tuple[str, Restored]:
        """Give back the rest and the report on the whole text."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text that the policy has seen. Only `policy` makes one (see `policy.masking`)."""

    text: str
    placeholders: tuple[Placeholder, ...]

    def restore(self, text: str) -> Restored:
        """Put the values back into a writer's text."""
        raise NotImplementedError(text)

    def restorer(self) -> StreamRestorer:
        """A restorer for one stream."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Screening:
    """The result: decision, findings in order of place, item labels, and, unless blocked, the masked text."""

    decision: Decision
    findings: tuple[Finding, ...]
    labels: tuple[str, ...]
    masked: MaskedText | None

    @property
    def masked_count(self) -> int:
        """How many values were replaced (verbatim zones do not count)."""
        raise NotImplementedError


class Screener:
    """One town's policy, ready to use. Made by `policy.load`."""

    def screen(self, text: str, verbatim: Sequence[tuple[int, int]] = ()) -> Screening:
        """Screen a text. Any error inside blocks (fail closed).

        Args:
            text: The text as given.
            verbatim: Frozen zones (start, end); each becomes one placeholder `⟦Wortlaut n⟧` in the masked text and comes
                back byte for byte. They are screened like the rest.
        """
        raise NotImplementedError(text, verbatim)
