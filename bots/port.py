"""What the Teams door needs from others: who is calling, how to prove who we are, the path, and the town's words."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.examples import Example
from assistant.path import Blocked, Event, Failed, Refused, Request
from entra.gate import Admission, Person
from writers.port import TaskKind


class Identity(Protocol):
    """Who sent an activity, as the verified token and the activity name them."""

    @property
    def tenant_id(self) -> str:
        """The Entra tenant."""
        ...

    @property
    def object_id(self) -> str:
        """The person's Entra object id; empty for what nobody typed or clicked, such as an installation."""
        ...


class Verifier(Protocol):
    """Checks that an activity comes from Teams, for us, and from a tenant we serve."""

    async def verify(self, authorization: str, activity: Mapping[str, Any]) -> Identity:
        """The sender. `authorization` is the header as sent, or empty.

        Raises:
            Exception: with an attribute `status` of 403 when the caller is known but not allowed, of 503 when that
                cannot be said now; every other exception counts as 401.
        """
        ...


class TokenProvider(Protocol):
    """The bot's own token for calls to Teams, cached by the provider."""

    async def token(self) -> str:
        """A bearer token for `https://api.botframework.com/.default`."""
        ...


class AssistantPort(Protocol):
    """The part of the path that this door uses."""

    def run(self, request: Request) -> AsyncIterator[Event]:
        """Answer one request; the last event is `Refused`, `Blocked`, `Answer` or `Failed`."""
        ...

    @property
    def asks_model(self) -> bool:
        """Whether a language model may be asked."""
        ...

    async def consider(self, request: Request) -> Refused | Blocked | Failed | None:
        """What stands against a request before anything is written; None when nothing does."""
        ...

    async def admission(self, person: Person, task: TaskKind = ..., *, again: bool = False) -> Admission:
        """What the gate says; `again` asks the directory anew."""
        ...

    def examples(self) -> tuple[Example, ...]:
        """Ready texts and notes to try."""
        ...

    def feedback(self, person: Person, reaction: str) -> None:
        """Count a thumb under an answer, `like` or `dislike`; nothing else of it is taken."""
        ...

    def with_lines(self, plain: str) -> str:
        """The text with its line breaks, where a client glued all lines into one."""
        ...


class Drawer(Protocol):
    """Keeps seals that are too large for a card, for a while."""

    async def put(self, seal: str, origin: str = "") -> str:
        """Keep a seal. Returns the number it is fetched with, which nobody can guess.

        Args:
            seal: The seal.
            origin: Names the message it was made of, for `forget`; what came from a kept seal has the same origin.
        """
        ...

    async def get(self, number: str) -> tuple[str, str]:
        """A seal and its origin. Raises `bots.seal.SealExpired` when it is no longer kept."""
        ...

    async def forget(self, origin: str) -> int:
        """Drop everything that was made of a message. Returns how many seals that were."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the Dienstanweisung as the card shows it."""

    id: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Town:
    """What the cards say about the town's own rules and people.

    Attributes:
        rules_title: The name of the Dienstanweisung.
        rules_version: Its version or date, or empty.
        rules: The rules in force.
        course_url: Where to enrol for the training, used when the gate names no other place.
        contact: Who answers questions, in the nominative, such as „die KI-Beauftragte Ihrer Stadt“.
        letter_kinds: Key and German title of each kind of letter.
        text_limit: Longest text, in code points.
    """

    rules_title: str
    rules_version: str
    rules: tuple[Rule, ...]
    course_url: str
    contact: str
    letter_kinds: tuple[tuple[str, str], ...]
    text_limit: int = 100_000
