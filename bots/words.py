"""The short sentences of the bot, and the short messages it understands."""

import re
from datetime import date
from enum import Enum

from jobs.port import Outcome, Stop


class Command(Enum):
    """What a short message asks for."""

    HELP = "help"
    RULES = "rules"
    EXAMPLES = "examples"
    LETTER = "letter"
    SIMPLIFY = "simplify"
    STOP = "stop"
    GREETING = "greeting"
    THANKS = "thanks"
    UNKNOWN = "unknown"


# The German and English titles of the app's command list, and what people write instead.
_COMMANDS = {
    **dict.fromkeys(("hilfe", "help", "?", "start", "was kannst du", "was können sie"), Command.HELP),
    **dict.fromkeys(("regeln", "rules", "dienstanweisung"), Command.RULES),
    **dict.fromkeys(("beispiele", "beispiel", "examples", "example"), Command.EXAMPLES),
    **dict.fromkeys(("brief", "letter", "brief entwerfen", "brief schreiben", "draft letter"), Command.LETTER),
    **dict.fromkeys(("abbrechen", "abbruch", "stopp", "stop", "cancel"), Command.STOP),
    **dict.fromkeys(("vereinfachen", "simplify", "text vereinfachen"), Command.SIMPLIFY),
    **dict.fromkeys(
        ("hallo", "hi", "hey", "guten tag", "guten morgen", "guten abend", "moin", "servus", "grüß gott", "test"),
        Command.GREETING,
    ),
    **dict.fromkeys(("danke", "vielen dank", "danke schön", "dankeschön", "super", "ok", "okay"), Command.THANKS),
}
_PREFIX = re.compile(r"(?:vereinfachen|simplify)(?:\s*:|\s*\n)\s*(?=\S)", re.IGNORECASE)
# A text has a sentence mark or some length; one or two words without either were meant as a command.
_SHORT = re.compile(r"\S+(?:\s\S+)?")

LEADS = {
    Command.HELP: "Fügen Sie einen Text ein und schicken Sie ihn ab. Alles Weitere geht mit diesen Wörtern:",
    Command.SIMPLIFY: "Fügen Sie den Text ein, der verständlich werden soll, und schicken Sie ihn ab.",
    Command.GREETING: "Guten Tag. Fügen Sie einen Text ein, und ich schreibe ihn verständlich um.",
    Command.THANKS: "Gern. Schicken Sie mir einfach den nächsten Text.",
    Command.UNKNOWN: "Das ist kein Befehl, den ich kenne, und für einen Text ist es sehr kurz. Das geht:",
}

RECORDING = (
    "Tonaufnahmen darf ich nicht verarbeiten",
    "Regel N-1 der Dienstanweisung: Gespräche werden nicht mitgeschnitten und nicht in Text umgewandelt. "
    "Ich habe die Aufnahme nicht geöffnet. Schreiben Sie die wichtigen Punkte selbst auf; "
    "aus Ihren Stichpunkten entwerfe ich mit „Brief“ ein Schreiben. Die Aufnahme bleibt im Chat, bis Sie sie löschen.",
)
ADMITTED = (
    "Jetzt klappt es",
    "Ihre Schulung ist eingetragen. Bitte schicken Sie Ihren Text noch einmal; vorhin wurde nichts verarbeitet.",
)
EMPTY = "Ihre Nachricht enthält keinen Text. Fügen Sie den Text ein, der verständlich werden soll."
PICTURE = "Bilder kann ich nicht lesen. Fügen Sie den Text bitte als Text ein."
FILE = "Dateien lese ich nicht. Öffnen Sie die Datei, kopieren Sie den Text und fügen Sie ihn hier ein."
CARD = "Karten kann ich nicht lesen. Fügen Sie den Text bitte als Text ein."
OLD_CARD = (
    "Diese Karte stammt aus einer früheren Fassung von Amtsklar. "
    "Bitte schicken Sie Ihren Text noch einmal; die neue Karte geht dann."
)
UNKNOWN_BUTTON = "Diese Schaltfläche kenne ich nicht. Bitte schicken Sie Ihren Text noch einmal."
SEAL_MISSING = "Zu dieser Schaltfläche ist kein Text angekommen. Bitte schicken Sie Ihren Text noch einmal."
SEAL_BROKEN = (
    "Diese Karte gehört einer anderen Person, oder sie wurde verändert. Deshalb habe ich nichts verarbeitet. "
    "Schicken Sie mir bitte Ihren eigenen Text."
)
SEAL_EXPIRED = (
    "Diese Schaltflächen sind abgelaufen, weil Amtsklar Texte nur kurz aufbewahrt. "
    "Bitte schicken Sie Ihren Text noch einmal."
)
AI_MADE = "Mit Unterstützung von KI erstellt"
COMES_IN_CHAT = "Das Ergebnis kommt gleich in Ihren Chat mit Amtsklar."
APOLOGY = (
    "Bei uns ist ein Fehler aufgetreten. Ihr Text ist nicht gespeichert. "
    "Bitte schicken Sie ihn in ein paar Minuten noch einmal."
)
BUSY = (
    "Gerade arbeiten sehr viele mit Amtsklar. Ihr Text wurde nicht verarbeitet. "
    "Bitte versuchen Sie es in einer Minute noch einmal."
)
AWAY = (
    "Amtsklar kann gerade nichts annehmen. Ihr Text wurde nicht verarbeitet. "
    "Bitte schicken Sie ihn in ein paar Minuten noch einmal."
)
GIVEN_UP = (
    "Bei uns ist ein Fehler aufgetreten, und die Antwort auf Ihren Text ist nicht gelungen. "
    "Mit „Erneut versuchen“ beginne ich von vorn. Später müssen Sie den Text noch einmal schicken, "
    "weil Amtsklar Texte nur kurz aufbewahrt."
)
NOT_TAKEN = "Die Antwort war fertig, aber Teams hat sie nicht angenommen. Bitte teilen Sie den Text in Abschnitte."
ENDED = "Gut, ich breche ab. Von dem Text wird nichts weiter verarbeitet."
NOTHING_TO_END = "Für Sie läuft hier gerade nichts, was ich abbrechen könnte."
STOPPED = {
    Stop.ASKED: "Abgebrochen, wie Sie es wünschten. Von dem Text wird nichts weiter verarbeitet.",
    Stop.EDITED: (
        "Sie haben Ihre Nachricht geändert. Ich habe die Arbeit daran beendet. "
        "Bitte schicken Sie den neuen Text als neue Nachricht."
    ),
    Stop.DELETED: "Sie haben Ihre Nachricht gelöscht. Ich habe die Arbeit daran beendet.",
}
QUOTATION = "Das Zitat in Ihrer Nachricht habe ich nicht bearbeitet, nur Ihren eigenen Text."
ONLY_QUOTATION = (
    "Ihre Nachricht enthält nur ein Zitat; Zitate bearbeite ich nicht. "
    "Soll der Text verständlich werden, fügen Sie ihn bitte ohne Zitatzeichen ein."
)
FILE_NAME = "Entwurf Brief.docx"
FILE_OFFERED = "Ich lege den Brief als Word-Datei in Ihr OneDrive, sobald Sie zustimmen."
FILE_QUESTION = "Der Brief nach DIN 5008 mit dem Briefkopf Ihrer Stadt. Lücken sind Felder, die Sie ausfüllen."
FILE_DECLINED = "Gut, ich habe keine Datei abgelegt. Den Text finden Sie weiter oben im Chat."
FILE_FAILED = (
    "Die Word-Datei ließ sich nicht ablegen. Bitte drücken Sie noch einmal „Als Word-Datei“. "
    "Klappt es wieder nicht, nehmen Sie „Text zum Kopieren“."
)
FILE_LATE = (
    "Der Brief zu dieser Frage ist nicht mehr da, weil Amtsklar Texte nur kurz aufbewahrt. "
    "Ich habe nichts abgelegt. Bitte schicken Sie Ihre Stichpunkte noch einmal."
)
FILE_PERSONAL = (
    "Dateien kann ich nur in Ihrem eigenen Chat mit Amtsklar ablegen. Öffnen Sie ihn und versuchen Sie es dort."
)
PRESSED = {
    Outcome.DONE: "Erledigt: Die Antwort steht unten im Chat.",
    Outcome.RUNNING: "Ich arbeite daran. Die Antwort kommt gleich im Chat.",
    Outcome.DUPLICATE: "Daran arbeite ich schon. Die Antwort steht gleich im Chat.",
    Outcome.BUSY: BUSY,
    Outcome.AWAY: AWAY,
    Outcome.CLOSED: "Amtsklar wird gerade neu gestartet. Bitte versuchen Sie es gleich noch einmal.",
}


def command(text: str) -> Command | None:
    """What a short message asks for; None when it is a text to work on."""
    short = " ".join(text.split()).strip(" .!…").casefold()
    if found := _COMMANDS.get(short) or _COMMANDS.get(short.strip("?/ ")):
        return found
    if _SHORT.fullmatch(text.strip()) and len(text) < 60 and not text.rstrip().endswith((".", ":", ";")):
        return Command.UNKNOWN
    return None


def without_prefix(text: str) -> str:
    """`text` without the command „Vereinfachen:“ before it."""
    found = _PREFIX.match(text)
    return text[found.end() :] if found else text


def too_long(length: int, limit: int) -> str:
    """What to do with a text that is too long."""
    given, possible = (f"{number:,}".replace(",", ".") for number in (length, limit))
    return f"Er hat {given} Zeichen, möglich sind {possible}. Bitte teilen Sie ihn in Abschnitte."


def left_out(pictures: int, files: int) -> tuple[str, ...]:
    """What came along and was not read."""
    notes: list[str] = []
    if pictures:
        notes.append("Das Bild habe ich nicht gelesen." if pictures == 1 else "Die Bilder habe ich nicht gelesen.")
    if files:
        notes.append("Die Datei habe ich nicht gelesen." if files == 1 else "Die Dateien habe ich nicht gelesen.")
    return tuple(notes)


def german_date(entered: str) -> str:
    """A date as a form sends it (2026-12-01) in German (01.12.2026); anything else stays as it is."""
    try:
        return date.fromisoformat(entered).strftime("%d.%m.%Y")
    except ValueError:
        return entered


def expected(seconds: float) -> str:
    """An expected wait in words, rounded up."""
    minutes = -int(-seconds // 60)
    return "in etwa einer Minute" if minutes <= 1 else f"in etwa {minutes} Minuten"
