"""What a screening says: decision, findings, and the masked text that may go on.

`MaskedText` can be made only here; a writer takes nothing else.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_TOKEN_LIMIT = 80
_TOKEN = re.compile(r"(⟦[^⟦⟧\n]{1,80}⟧)(s(?!\w))?")


def _plain_token(token: str) -> str:
    return "".join(token.strip("⟦⟧").split()).lower()


class PolicyError(Exception):
    """The policy file, a tenant profile or a word list cannot be used. German; names file and line, never user text."""


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

    def __init__(self, masked: "MaskedText") -> None:
        self._masked = masked
        self._held = ""
        self._seen: Counter[str] = Counter()
        self._invented: list[str] = []
        self._out: list[str] = []

    def feed(self, chunk: str) -> str:
        """Take the next chunk, give back what can be shown already."""
        self._held += chunk
        cut = self._safe()
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._restore(ready)

    def finish(self) -> tuple[str, Restored]:
        """Give back the rest and the report on the whole text."""
        rest, self._held = self._restore(self._held), ""
        return rest, self._masked.report("".join(self._out), self._seen, self._invented)

    def _safe(self) -> int:
        """How far the held text can be restored: not into an open bracket, nor right behind a closed one."""
        held = self._held
        start = held.rfind("⟦")
        if start >= 0:
            close = held.find("⟧", start)
            if close < 0:
                return start if len(held) - start <= _TOKEN_LIMIT else len(held)
            if close + 2 >= len(held):
                return start
        return len(held)

    def _restore(self, text: str) -> str:
        restored = self._masked.replace_tokens(text, self._seen, self._invented)
        self._out.append(restored)
        return restored


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text that the policy has seen. Only `policy` makes one (see `policy.masking`)."""

    text: str
    placeholders: tuple[Placeholder, ...]

    def restore(self, text: str) -> Restored:
        """Put the values back into a writer's text.

        Spaces inside the brackets, small letters and a genitive -s are forgiven where only one can be meant.
        """
        seen: Counter[str] = Counter()
        invented: list[str] = []
        restored = self.replace_tokens(text, seen, invented)
        return self.report(restored, seen, invented)

    def restorer(self) -> StreamRestorer:
        """A restorer for one stream."""
        return StreamRestorer(self)

    def replace_tokens(self, text: str, seen: "Counter[str]", invented: list[str]) -> str:
        """One pass over `text`; counts the tokens met and collects those nobody gave out."""
        if "⟦" not in text:
            return text
        known = {_plain_token(p.token): p for p in self.placeholders}

        def value(match: re.Match[str]) -> str:
            name, ending = _plain_token(match.group(1)), match.group(2) or ""
            placeholder = known.get(name)
            if placeholder is None and name.endswith("s"):
                placeholder = known.get(name[:-1].rstrip("'"))
                ending = "s" + ending if placeholder is not None else ending
            if placeholder is None:
                invented.append(match.group(1))
                return match.group()
            seen[placeholder.token] += 1
            found = placeholder.values[0]
            if ending == "s" and placeholder.type == "PERSON" and found[-1:].lower() in ("s", "ß", "x", "z"):
                return found + "’"
            return found + ending

        return _TOKEN.sub(value, text)

    def report(self, text: str, seen: "Counter[str]", invented: list[str]) -> Restored:
        """What became of every placeholder."""
        sent = Counter(match.group() for match in re.finditer(r"⟦[^⟦⟧]*⟧", self.text))
        dropped = tuple(p.token for p in self.placeholders if seen[p.token] < sent[p.token])
        doubled = tuple(p.token for p in self.placeholders if seen[p.token] > sent[p.token])
        return Restored(text, dropped, doubled, tuple(invented))


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
        if self.masked is None:
            return 0
        return sum(1 for placeholder in self.masked.placeholders if placeholder.type not in ("VERBATIM", "LITERAL"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the Dienstanweisung, as shown to people."""

    id: str
    paragraph: str
    title: str
    text: str
    action: str
    severity: str
    override: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A wish that is refused, the rule that refuses it, and what is possible instead."""

    wish: str
    rule: str
    instead: str


class Screener:
    """One town's policy, ready to use. Made by `policy.load`."""

    def __init__(
        self,
        title: str,
        version: str,
        rules: tuple[Rule, ...],
        alternatives: tuple[Alternative, ...],
        judge: Callable[[str, Sequence[tuple[int, int]]], Screening],
        refuse: Callable[[str], Screening],
    ) -> None:
        self.title = title
        self.version = version
        self.rules = rules
        self.alternatives = alternatives
        self._judge = judge
        self._refuse = refuse

    def screen(self, text: str, verbatim: Sequence[tuple[int, int]] = ()) -> Screening:
        """Screen a text. Any error inside blocks (fail closed).

        Args:
            text: The text as given.
            verbatim: Frozen zones (start, end); each becomes one placeholder `⟦Wortlaut n⟧` in the masked text and
                comes back byte for byte. They are screened like the rest.
        """
        try:
            return self._judge(text, verbatim)
        except Exception:
            return self._refuse("UNCHECKED")
