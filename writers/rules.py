"""The rule writer: no model, no network. Its German comes from `german.simplify` and `letters`.

What rules cannot do it refuses; `assistant/aufgaben.yaml` says to people what works instead.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator

from policy.screening import MaskedText
from writers.port import Explanation, TaskKind, WriterFailed, WritingTask

# Above this many code points the work goes to a thread.
_THREAD_ABOVE = 20_000
_PARAGRAPH = re.compile(r".+?(?:\n\s*\n|\Z)", re.S)

# What rules can do; every other task needs a language model.
TASKS = frozenset({TaskKind.BUERGERNAH, TaskKind.KUERZER, TaskKind.EINFACH, TaskKind.UEBERSETZBAR, TaskKind.BRIEF})


class RuleStream(AsyncIterator[str]):
    """The stream of the rule writer, paragraph by paragraph. `explanation` is whole once the first piece is there."""

    def __init__(self, task: WritingTask, text: MaskedText) -> None:
        self.explanation = Explanation()
        self._pieces = self._write(task, text)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        return await anext(self._pieces)

    async def _write(self, task: WritingTask, text: MaskedText) -> AsyncGenerator[str]:
        if task.kind not in TASKS:
            raise WriterFailed("needs_model", "Diese Aufgabe lässt sich ohne Sprachmodell nicht erledigen.")
        work = _drafted if task.kind is TaskKind.BRIEF else _simplified
        if len(text.text) > _THREAD_ABOVE:
            result, self.explanation = await asyncio.to_thread(work, task, text.text)
        else:
            result, self.explanation = work(task, text.text)
        for paragraph in _PARAGRAPH.finditer(result):
            yield paragraph.group()


class RuleWriter:
    """Writes by rules alone."""

    name = "Regeln von Amtsklar"
    is_model = False

    def write(self, task: WritingTask, text: MaskedText) -> RuleStream:
        """Stream the text."""
        return RuleStream(task, text)


# The rules of the language take long to load; the first text needs them, the first command does not.
def _simplified(task: WritingTask, text: str) -> tuple[str, Explanation]:
    from german.simplify import Level, shorten, simplify

    # Frozen zones are placeholders by now; looking for more would only cost time.
    if task.kind is TaskKind.KUERZER:
        done = shorten(text, ())
    else:
        done = simplify(text, Level.BUERGERNAH if task.kind is TaskKind.BUERGERNAH else Level.EINFACH, ())
    return done.text, Explanation(edits=done.edits)


def _drafted(task: WritingTask, text: str) -> tuple[str, Explanation]:
    from letters.letter import draft

    letter = draft(text, task.letter_kind)
    return letter.text, Explanation(gaps=tuple(gap.token for gap in letter.gaps), hints=letter.notes)
