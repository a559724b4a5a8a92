"""The training gate: is this person trained for this task, in this tenant?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the verified token or activity names them. The name is for greeting only and never logged."""

    tenant_id: str
    object_id: str
    name: str = ""

    def __repr__(self) -> str:
        return "Person(…)"


class Capability(StrEnum):
    """What a training opens."""

    REWRITE = "umschreiben"
    DRAFT = "entwerfen"
    CHECK = "pruefen"


class Reason(StrEnum):
    """Why the gate decided as it did."""

    TRAINED = "trained"
    TRAINING_MISSING = "training_missing"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_TENANT = "unknown_tenant"
    DIRECTORY_UNREACHABLE = "directory_unreachable"


@dataclass(frozen=True, slots=True)
class Admission:
    """The gate's answer with what the person can do next (German title and text, course link, contact)."""

    allowed: bool
    reason: Reason
    title: str = ""
    text: str = ""
    course_url: str = ""
    contact: str = ""


class DirectoryUnreachable(Exception):
    """The directory could not answer. `code` goes to the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PersonUnknown(Exception):
    """The directory does not know this person."""


class TrainingDirectory(Protocol):
    """Knows who is a member of which training group."""

    async def member_of(self, person: Person, groups: Sequence[str]) -> frozenset[str]:
        """Which of these group ids the person is a (transitive) member of.

        Raises:
            DirectoryUnreachable: no answer; the gate closes.
            PersonUnknown: no such person in this tenant.
        """
        ...


class Gate(Protocol):
    """Decides who may use what."""

    async def admit(self, person: Person, capability: Capability) -> Admission:
        """Admit or refuse. Never raises for a directory that fails: the door closes with a reason."""
        ...

    def forget(self, person: Person) -> None:
        """Drop what is remembered of this person, so that the next `admit` asks the directory again."""
        ...
