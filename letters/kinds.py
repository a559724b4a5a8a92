"""The kinds of letters and what they are called."""

KINDS: tuple[tuple[str, str], ...] = (
    ("einladung", "Einladung"),
    ("eingang", "Eingangsbestätigung"),
    ("unterlagen", "Nachforderung von Unterlagen"),
    ("termin", "Terminbestätigung"),
    ("sachstand", "Sachstandsmitteilung"),
    ("absage", "Absage"),
    ("dank", "Dankschreiben"),
    ("sperrung", "Straßensperrung"),
    ("gebuehren", "Begleitschreiben zum Gebührenbescheid"),
    ("erinnerung", "Erinnerung"),
    ("allgemein", "Allgemeines Schreiben"),
)

_TITLES: dict[str, str] = dict(KINDS)


def title(key: str) -> str:
    """The German title of a kind; empty for an unknown key, so that free text never gets into a prompt."""
    return _TITLES.get(key, "")
