"""The training gate: is this person trained for this task, in this tenant?

Decides and remembers decisions for minutes, in memory only. Asking a directory is the business of its adapters
(`entra.local`, `entra.graph`); proving who asks is the business of `entra.tokens`.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

POSITIVE_SECONDS = 600.0
NEGATIVE_SECONDS = 60.0
MOST_REMEMBERED = 10_000

_log = logging.getLogger(__name__)


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
    FREE = "frei"
    TALK = "gespraech"


_TITLES = {
    Capability.REWRITE: "Texte verständlich machen",
    Capability.DRAFT: "Briefe entwerfen",
    Capability.CHECK: "Texte prüfen",
    Capability.FREE: "Frei schreiben",
    Capability.TALK: "Gespräche vorbereiten",
}

# What a capability asks for: one group, or several of which one is enough, such as a training of each department.
type Training = str | tuple[str, ...]


class Reason(StrEnum):
    """Why the gate decided as it did."""

    TRAINED = "trained"
    TRAINING_MISSING = "training_missing"
    ACKNOWLEDGEMENT_MISSING = "acknowledgement_missing"
    NOT_IN_PILOT = "not_in_pilot"
    SWITCHED_OFF = "switched_off"
    SWITCHES_UNREACHABLE = "switches_unreachable"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_TENANT = "unknown_tenant"
    DIRECTORY_UNREACHABLE = "directory_unreachable"


@dataclass(frozen=True, slots=True)
class Admission:
    """The gate's answer with what the person can do next (German title and text, course link, contact).

    `text` says what is missing and whom to ask; `course_url` is for the door's link to the course, or empty.
    """

    allowed: bool
    reason: Reason
    title: str = ""
    text: str = ""
    course_url: str = ""
    contact: str = ""


# Somebody else's staff gets neither a town's course nor its contact.
UNKNOWN_TENANT = Admission(
    False,
    Reason.UNKNOWN_TENANT,
    "Ihre Organisation ist nicht zugelassen",
    "Amtsklar ist für Ihre Organisation nicht eingerichtet. Ihr Text wurde nicht verarbeitet. "
    "Arbeiten Sie für mehrere Organisationen, wechseln Sie bitte zu dem Konto, das Amtsklar nutzen darf.",
)


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


class Switches(Protocol):
    """Knows what a town has switched off."""

    async def is_off(self, tenant_id: str, capability: str) -> bool | None:
        """True when a town has switched this capability, or everything, off; None when that cannot be said."""
        ...


class Gate(Protocol):
    """Decides who may use what."""

    async def admit(self, person: Person, capability: Capability) -> Admission:
        """Admit or refuse. Never raises for a directory that fails: the door closes with a reason."""
        ...

    def forget(self, person: Person) -> None:
        """Drop what is remembered of this person, so that the next `admit` asks the directory again."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What the directory said about one person, and when it was asked (seconds of the gate's clock)."""

    held: frozenset[str]
    in_directory: bool
    asked_at: float


class TrainingGate:
    """Admits who is in every group a capability asks for. Answers are kept in memory for minutes, never stored.

    A positive answer counts for 10 minutes and a negative one for 1 minute, both from the moment the directory was
    asked, so that a revoked or a new membership takes effect within that time. One question per person is under way
    at a time; it asks for all groups at once. A directory that fails closes the door; a positive answer that is still
    fresh counts on.

    Args:
        directory: Who knows the memberships.
        groups: For each capability the ids of the groups a person must be in, all of them; of a tuple one is enough.
        group_names: Group id to the name people know it by.
        tenants: Admitted Entra tenant ids.
        course_url: Where to register for the training.
        contact: Whom to ask, as it reads after "Bei Fragen hilft".
        acknowledgement: The group of those who have acknowledged the policy in force; empty asks for none.
        policy: The name and version of the policy, as it reads after "die Kenntnisnahme der".
        pilots: For a capability the groups that may try it; membership in one of them is enough. A capability that
            is not named here is open to everybody trained.
        switches: What is switched off; none means nothing ever is.
        clock: Seconds, monotonic.

    Raises:
        ValueError: a capability without a group; it would be open to everybody.
    """

    def __init__(
        self,
        directory: TrainingDirectory,
        *,
        groups: Mapping[Capability, Sequence[Training]],
        group_names: Mapping[str, str],
        tenants: Collection[str],
        course_url: str,
        contact: str,
        acknowledgement: str = "",
        policy: str = "Dienstanweisung",
        pilots: Mapping[Capability, Sequence[str]] | None = None,
        switches: Switches | None = None,
        clock: Callable[[], float] = time.monotonic,
        remember_at_most: int = MOST_REMEMBERED,
    ) -> None:
        self._groups = {
            capability: tuple(_choices(training) for training in groups.get(capability, ()))
            for capability in Capability
        }
        for capability, required in self._groups.items():
            if not required or not all(choices and all(choices) for choices in required):
                raise ValueError(f"Für „{capability}“ ist keine Schulungsgruppe eingestellt.")
        self._acknowledgement = _same(acknowledgement)
        self._policy = policy
        self._pilots = {
            capability: frozenset(_same(group) for group in ring) for capability, ring in (pilots or {}).items() if ring
        }
        asked = [group for required in self._groups.values() for choices in required for group in choices]
        asked += [self._acknowledgement] if self._acknowledgement else []
        asked += [group for ring in self._pilots.values() for group in sorted(ring)]
        self._asked = tuple(dict.fromkeys(asked))
        self._switches = switches
        self._names = {_same(group): name for group, name in group_names.items()}
        self._tenants = frozenset(_same(tenant) for tenant in tenants)
        self._directory = directory
        self._course_url = course_url
        self._contact = contact
        self._clock = clock
        self._most = remember_at_most
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._under_way: dict[tuple[str, str], asyncio.Task[_Known | None]] = {}

    async def admit(self, person: Person, capability: Capability) -> Admission:
        """Admit or refuse. Never raises for a directory that fails: the door closes with a reason."""
        key = _key(person)
        if key[0] not in self._tenants:
            return UNKNOWN_TENANT
        if not key[1]:
            return self._unknown_person()
        if self._switches is not None:
            off = await self._switches.is_off(key[0], capability.value)
            if off is not False:
                return self._switches_unreachable() if off is None else self._switched_off(capability)
        known = self._known.get(key)
        if known is None or not self._is_fresh(known, capability):
            known = await self._ask(key, person)
        if known is None:
            return self._unreachable()
        if not known.in_directory:
            return self._unknown_person()
        missing = [choices for choices in self._groups[capability] if known.held.isdisjoint(choices)]
        if missing:
            return self._training_missing(missing)
        if self._acknowledgement and self._acknowledgement not in known.held:
            return self._acknowledgement_missing()
        if not self._in_pilot(known, capability):
            return self._not_in_pilot(capability)
        return Admission(True, Reason.TRAINED)

    def forget(self, person: Person) -> None:
        """Drop what is remembered of this person, so that the next `admit` asks the directory again."""
        key = _key(person)
        self._known.pop(key, None)
        self._under_way.pop(key, None)

    def _in_pilot(self, known: _Known, capability: Capability) -> bool:
        ring = self._pilots.get(capability)
        return ring is None or not ring.isdisjoint(known.held)

    def _is_fresh(self, known: _Known, capability: Capability) -> bool:
        held = known.held
        is_positive = (
            not any(held.isdisjoint(choices) for choices in self._groups[capability])
            and (not self._acknowledgement or self._acknowledgement in held)
            and self._in_pilot(known, capability)
        )
        seconds = POSITIVE_SECONDS if is_positive else NEGATIVE_SECONDS
        return self._clock() - known.asked_at < seconds

    async def _ask(self, key: tuple[str, str], person: Person) -> _Known | None:
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._question(key, person))
            self._under_way[key] = task
        # One request that is given up must not take the answer away from the others that wait for it.
        return await asyncio.shield(task)

    async def _question(self, key: tuple[str, str], person: Person) -> _Known | None:
        asked_at = self._clock()
        try:
            held = await self._directory.member_of(person, self._asked)
            known = _Known(frozenset(_same(group) for group in held), True, asked_at)
        except PersonUnknown:
            known = _Known(frozenset(), False, asked_at)
        except DirectoryUnreachable as error:
            _log.warning("directory unreachable: %s", error.code)
            known = None
        except Exception as error:
            # An adapter's defect closes the door too. Only the type is logged: a message could quote what it was given.
            _log.error("directory failed: %s", type(error).__name__)
            known = None
        finally:
            current = self._under_way.get(key) is asyncio.current_task()
            if current:
                del self._under_way[key]
        if known is not None and current:
            self._remember(key, known)
        return known

    def _remember(self, key: tuple[str, str], known: _Known) -> None:
        self._known[key] = known
        self._known.move_to_end(key)
        oldest_useful = self._clock() - POSITIVE_SECONDS
        while self._known:
            oldest = next(iter(self._known))
            if len(self._known) <= self._most and self._known[oldest].asked_at > oldest_useful:
                break
            del self._known[oldest]

    def _training_missing(self, missing: Sequence[Sequence[str]]) -> Admission:
        names = [self._either(choices) for choices in missing]
        if len(names) == 1:
            lack = f"Sie gehören noch nicht zur Gruppe {names[0]}."
        else:
            lack = f"Sie gehören noch nicht zu den Gruppen {', '.join(names[:-1])} und {names[-1]}."
        return self._refusal(
            Reason.TRAINING_MISSING,
            "Erst die Schulung, dann Amtsklar",
            f"Ihre Dienstanweisung verlangt vor der Nutzung eine Schulung. {lack} Ihr Text wurde nicht verarbeitet. "
            "Haben Sie die Schulung gerade abgeschlossen, kann die Freischaltung einige Minuten dauern. "
            "Prüfen Sie dann erneut.",
        )

    def _either(self, groups: Sequence[str]) -> str:
        return " oder ".join(f"„{self._names.get(group, group)}“" for group in groups)

    def _acknowledgement_missing(self) -> Admission:
        name = self._names.get(self._acknowledgement, self._acknowledgement)
        return self._refusal(
            Reason.ACKNOWLEDGEMENT_MISSING,
            "Erst die Kenntnisnahme, dann Amtsklar",
            f"Es fehlt die Kenntnisnahme der {self._policy}. Sie gehören noch nicht zur Gruppe „{name}“. "
            "Ihr Text wurde nicht verarbeitet. Bitte bestätigen Sie, dass Sie die Fassung gelesen haben, und prüfen "
            "Sie einige Minuten danach erneut.",
        )

    def _not_in_pilot(self, capability: Capability) -> Admission:
        rings = self._either(sorted(self._pilots[capability]))
        return self._refusal(
            Reason.NOT_IN_PILOT,
            "Diese Aufgabe wird gerade erst erprobt",
            f"Die Aufgabe „{_TITLES[capability]}“ steht zuerst der Erprobungsgruppe {rings} offen. "
            "Ihr Text wurde nicht verarbeitet. Ihre Schulung ist eingetragen, dafür müssen Sie nichts tun.",
        )

    def _switched_off(self, capability: Capability) -> Admission:
        return self._refusal(
            Reason.SWITCHED_OFF,
            "Amtsklar ist vorübergehend abgeschaltet",
            f"Ihre Stadt hat die Aufgabe „{_TITLES[capability]}“ abgeschaltet. Ihr Text wurde nicht verarbeitet. "
            "Sobald sie wieder eingeschaltet ist, geht es ohne Ihr Zutun weiter.",
        )

    def _switches_unreachable(self) -> Admission:
        return self._refusal(
            Reason.SWITCHES_UNREACHABLE,
            "Amtsklar kann gerade nicht arbeiten",
            "Ob Ihre Stadt diese Aufgabe abgeschaltet hat, lässt sich gerade nicht feststellen. Deshalb wurde Ihr Text "
            "nicht verarbeitet. Bitte versuchen Sie es in einigen Minuten erneut.",
        )

    def _unknown_person(self) -> Admission:
        return self._refusal(
            Reason.UNKNOWN_PERSON,
            "Ihr Konto ist nicht bekannt",
            "Das Verzeichnis Ihrer Stadt kennt dieses Konto nicht. Ihr Text wurde nicht verarbeitet. "
            "Bitte melden Sie sich mit Ihrem Dienstkonto an. Gastkonten können Amtsklar nicht nutzen.",
        )

    def _unreachable(self) -> Admission:
        return self._refusal(
            Reason.DIRECTORY_UNREACHABLE,
            "Ihre Berechtigung lässt sich gerade nicht prüfen",
            "Das Verzeichnis Ihrer Stadt antwortet nicht. Ohne diese Prüfung verarbeitet Amtsklar keinen Text. "
            "Ihr Text wurde nicht verarbeitet. Bitte versuchen Sie es in einigen Minuten erneut.",
        )

    def _refusal(self, reason: Reason, title: str, text: str) -> Admission:
        course_url = self._course_url if reason is Reason.TRAINING_MISSING else ""
        whom = f" Bei Fragen hilft {self._contact}." if self._contact else ""
        return Admission(False, reason, title, text + whom, course_url, self._contact)


def _choices(training: Training) -> tuple[str, ...]:
    return tuple(_same(group) for group in ((training,) if isinstance(training, str) else training))


def _same(identifier: str) -> str:
    return identifier.strip().lower()


def _key(person: Person) -> tuple[str, str]:
    return _same(person.tenant_id), _same(person.object_id)
