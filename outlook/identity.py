"""Who is asking the compose API: the port, and the adapter for the local profile.

Verifying tokens is the business of `entra`; an adapter for it is plugged in by `service.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from entra.gate import Person

PERSON_HEADER = "X-Amtsklar-Person"


class NotIdentified(Exception):
    """Nobody could be identified. Title, detail and next step are German; none holds anything of the request."""

    def __init__(self, status: int, title: str, detail: str, next_step: str = "") -> None:
        super().__init__(f"not identified ({status})")
        self.status = status
        self.title = title
        self.detail = detail
        self.next_step = next_step or "Bitte melden Sie sich an und versuchen Sie es noch einmal."


class Identify(Protocol):
    """Finds out who sent a request."""

    async def __call__(self, request: Request) -> Person:
        """The person as the request proves them.

        Raises:
            NotIdentified: no proof, or one that does not hold.
        """
        ...


class People(Protocol):
    """The people of a local directory."""

    def person(self, object_id: str) -> Person | None:
        """The person with this object id, or None."""
        ...


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """One person to choose in the local profile."""

    object_id: str
    name: str
    trained: bool


type ListPeople = Callable[[], Awaitable[tuple[KnownPerson, ...]]]


class ChosenPerson:
    """The local profile: the pane names a person of the directory file in a header. Never for production."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def __call__(self, request: Request) -> Person:
        """The chosen person; 401 when nobody or a stranger was chosen."""
        object_id = request.headers.get(PERSON_HEADER, "")
        person = self._people.person(object_id) if object_id else None
        if person is None:
            raise NotIdentified(
                401,
                "Niemand ausgewählt" if not object_id else "Person nicht gefunden",
                "Im örtlichen Betrieb brauchen Sie eine Person aus dem Verzeichnis.",
                "Bitte wählen Sie oben aus, als wer Sie arbeiten.",
            )
        return person


class SignInRequired:
    """Refuses everybody: the door while no token can be verified."""

    async def __call__(self, request: Request) -> Person:
        """Raises `NotIdentified` with 401."""
        raise NotIdentified(
            401,
            "Anmeldung fehlt",
            "Amtsklar konnte nicht feststellen, wer Sie sind. Es wurde nichts verarbeitet.",
            "Bitte öffnen Sie den Schreibbereich in Outlook und melden Sie sich mit Ihrem Dienstkonto an.",
        )


def bearer_challenge(status: int) -> Mapping[str, str]:
    """The header that a 401 must carry."""
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}
