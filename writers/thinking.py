"""Takes a model's reasoning text (`<think>…</think>`) out of a stream, also across chunk borders."""

_TAGS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>"))


class WithoutThinking:
    """A filter for one stream. Reasoning text stands before the answer; later tags are text of the answer.

    Some servers leave out the opening tag; then everything up to the closing one has been streamed already, and the
    caller's checks see it.
    """

    def __init__(self) -> None:
        self._held = ""
        self._closing = ""
        self._answering = False
        self._begun = False

    def feed(self, chunk: str) -> str:
        """Take the next chunk, give back what belongs to the answer."""
        if self._answering:
            return self._first(chunk)
        self._held += chunk
        while not self._answering:
            if self._closing:
                inside, tag, rest = self._held.partition(self._closing)
                if not tag:
                    self._held = inside[-len(self._closing) :]
                    return ""
                self._held, self._closing = rest, ""
                continue
            start = self._held.lstrip()
            opened = next((pair for pair in _TAGS if start.startswith(pair[0])), None)
            if opened:
                self._held, self._closing = start[len(opened[0]) :], opened[1]
                continue
            if not start or any(opening.startswith(start) for opening, _ in _TAGS):
                return ""
            self._answering = True
        held, self._held = self._held, ""
        return self._first(held)

    def finish(self) -> str:
        """What is left at the end; unfinished reasoning is no answer."""
        if self._answering or self._closing:
            return ""
        self._answering = True
        held, self._held = self._held, ""
        return self._first(held)

    def _first(self, text: str) -> str:
        """The answer begins with its first letter, not with the blank lines after the reasoning."""
        if self._begun:
            return text
        text = text.lstrip()
        self._begun = bool(text)
        return text
