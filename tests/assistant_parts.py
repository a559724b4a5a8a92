"""An assistant made of the real parts, for the tests of the path: gate with the local directory, policy, rules."""

from collections.abc import Sequence
from pathlib import Path

import policy
from assistant.assistant import Assistant
from assistant.path import Answer, Blocked, Delta, Event, Failed, Refused, Request, Restart
from entra.gate import Capability, Person, TrainingGate
from entra.local import LocalDirectory
from policy.screening import Screener
from records.local import LocalRecords
from telemetry.port import NOTHING, Requests
from writers.port import TaskKind, Writer
from writers.rules import RuleWriter

ROOT = Path(__file__).parent.parent
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
GROUP = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"

DIRECTORY = LocalDirectory.from_file(ROOT / "entra" / "verzeichnis.yaml")
TRAINED = next(p for p in DIRECTORY.people() if p.name == "Jana Weber")
UNTRAINED = next(p for p in DIRECTORY.people() if p.name == "Tobias Lindner")

IBAN = "DE02 1203 0000 0000 2020 51"
INSTRUCTION = (
    "Rechtsbehelfsbelehrung\n"
    "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden. Der "
    "Widerspruch ist "
    "bei der Stadt Musterstadt, Marktplatz 1, 12345 Musterstadt, schriftlich oder zur Niederschrift einzulegen."
)
LETTER = f"""Sehr geehrter Herr Kanarienvogel,

zur abschließenden Bearbeitung Ihres Antrages vom 3. Mai 2026 ist die Vorlage der in der Anlage bezeichneten \
Unterlagen bis zum 15. Januar 2027 erforderlich. Es wird gebeten, die Unterlagen bei Frau Petra Schulze einzureichen. \
Die Erstattung von 25,00 Euro erfolgt auf das Konto {IBAN}. \
Sofern eine fristgerechte Einreichung nicht möglich ist, wird um Mitteilung an k.vogel@beispiel-post.de gebeten.

{INSTRUCTION}

Mit freundlichen Grüßen
"""
SECRETS = ("Kanarienvogel", "Petra", "Schulze", IBAN, IBAN.replace(" ", ""), "2020 51", "k.vogel", "beispiel-post")


def _shipped() -> Screener:
    """The shipped policy."""
    return policy.load(ROOT / "policy" / "dienstanweisung.yaml")


SCREENER = _shipped()


def assistant(
    writers: Sequence[Writer] = (),
    *,
    records: LocalRecords | None = None,
    text_limit: int = 100_000,
    screener: Screener = SCREENER,
    telemetry: Requests = NOTHING,
) -> Assistant:
    """An assistant with these writers before the rules."""
    gate = TrainingGate(
        DIRECTORY,
        groups=dict.fromkeys(Capability, (GROUP,)),
        group_names={GROUP: "KI-Schulung abgeschlossen"},
        tenants=(TENANT,),
        course_url="https://intranet.example/kurs",
        contact="die KI-Beauftragte",
    )
    return Assistant(
        gate=gate,
        screener=screener,
        writers=[*writers, RuleWriter()],
        records=records or LocalRecords(),
        text_limit=text_limit,
        telemetry=telemetry,
    )


async def events(
    of: Assistant,
    text: str = LETTER,
    task: TaskKind = TaskKind.BUERGERNAH,
    person: Person = TRAINED,
    letter_kind: str = "",
    fields: dict[str, str] | None = None,
) -> list[Event]:
    """Every event of one request."""
    return [event async for event in of.run(Request(person, task, text, letter_kind, fields or {}))]


async def answer(
    of: Assistant, text: str = LETTER, task: TaskKind = TaskKind.BUERGERNAH, letter_kind: str = ""
) -> Answer:
    """The answer to one request, which has to succeed."""
    last = (await events(of, text, task, letter_kind=letter_kind))[-1]
    assert isinstance(last, Answer), last
    return last


def shown(happened: Sequence[Event]) -> str:
    """What a door shows of the stream: the pieces since the last restart."""
    text = ""
    for event in happened:
        if isinstance(event, Restart):
            text = ""
        elif isinstance(event, Delta):
            text += event.text
    return text


def final(happened: Sequence[Event]) -> Answer | Blocked | Failed | Refused:
    """The one closing event."""
    closing = [event for event in happened if isinstance(event, Answer | Blocked | Failed | Refused)]
    assert len(closing) == 1
    assert happened[-1] is closing[0]
    return closing[0]
