"""One town's letterhead: what stands above, beside and below every letter. The file is `briefkopf.yaml`.

How it looks on paper is the business of `letters.docx`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

DEFAULT = Path(__file__).parent / "briefkopf.yaml"
_COLUMNS, _LINES, _ROWS = 4, 5, 8
_MARKING = "Entwurf, mit Unterstützung von KI erstellt"

type Form = Literal["A", "B"]


class LetterheadError(Exception):
    """The letterhead's file is not as it has to be. The message is German and names file and field."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A town's letterhead.

    Attributes:
        town: Its name, such as „Stadt Musterstadt“.
        addition: A second line, or empty.
        street, place: The address, also in the return line above the window.
        form: "A" or "B" of DIN 5008.
        font: The typeface.
        information: Label and value of each line beside the address; values may be gaps such as `[Name]`.
        footer: Columns of lines.
        marking: The AI marking among the document's properties.
    """

    town: str
    street: str
    place: str
    addition: str = ""
    form: Form = "B"
    font: str = "Arial"
    information: tuple[tuple[str, str], ...] = ()
    footer: tuple[tuple[str, ...], ...] = ()
    marking: str = _MARKING

    @property
    def return_line(self) -> str:
        """The small line above the address."""
        return " · ".join((self.town, self.street, self.place))


def load(path: Path = DEFAULT) -> Letterhead:
    """Read a letterhead.

    Raises:
        LetterheadError: the file is missing, no YAML, or a field has another form than the default file explains.
    """
    import yaml

    try:
        data: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise LetterheadError(f"{path}: Die Datei lässt sich nicht lesen.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LetterheadError(f"{path}:{line}: kein gültiges YAML") from None
    if not isinstance(data, dict):
        raise LetterheadError(f"{path}: erwartet sind Felder wie stadt, strasse und ort.")
    given = cast("dict[object, object]", data)
    known = ("stadt", "zusatz", "strasse", "ort", "form", "schrift", "informationsblock", "fusszeile", "kennzeichnung")
    for name in given:
        if name not in known:
            raise LetterheadError(f"{path}: Das Feld {name} gibt es nicht. Möglich sind: {', '.join(known)}.")

    def text(name: str, otherwise: str | None = None) -> str:
        value = given.get(name, otherwise)
        if not isinstance(value, str) or (otherwise is None and not value.strip()):
            raise LetterheadError(f"{path}: Im Feld {name} fehlt der Text.")
        return value.strip()

    form = text("form", "B")
    if form not in ("A", "B"):
        raise LetterheadError(f"{path}: Im Feld form steht A oder B.")
    return Letterhead(
        town=text("stadt"),
        street=text("strasse"),
        place=text("ort"),
        addition=text("zusatz", ""),
        form=form,
        font=text("schrift", "Arial"),
        information=_information(path, given.get("informationsblock", [])),
        footer=_footer(path, given.get("fusszeile", [])),
        marking=text("kennzeichnung", _MARKING),
    )


def _information(path: Path, given: object) -> tuple[tuple[str, str], ...]:
    rows: list[tuple[str, str]] = []
    for entry in cast("list[object]", given) if isinstance(given, list) else [given]:
        row = cast("dict[object, object]", entry) if isinstance(entry, dict) else {}
        label, value = row.get("feld"), row.get("wert")
        if not isinstance(label, str) or not isinstance(value, str):
            raise LetterheadError(f"{path}: Im Feld informationsblock hat jede Zeile feld und wert als Text.")
        rows.append((label, value))
    if len(rows) > _ROWS:
        raise LetterheadError(f"{path}: Im Feld informationsblock ist Platz für {_ROWS} Zeilen.")
    return tuple(rows)


def _footer(path: Path, given: object) -> tuple[tuple[str, ...], ...]:
    columns = cast("list[object]", given) if isinstance(given, list) else [given]
    found: list[tuple[str, ...]] = []
    for column in columns:
        lines = cast("list[object]", column) if isinstance(column, list) else [column]
        if not all(isinstance(line, str) for line in lines) or len(lines) > _LINES:
            raise LetterheadError(f"{path}: Im Feld fusszeile hat jede Spalte bis zu {_LINES} Zeilen Text.")
        found.append(tuple(cast("list[str]", lines)))
    if len(found) > _COLUMNS:
        raise LetterheadError(f"{path}: Im Feld fusszeile ist Platz für {_COLUMNS} Spalten.")
    return tuple(found)
