"""The data files of this package: word lists and patterns that a person who does not program can read and correct.

Every file is UTF-8 text; lines that begin with `#` are explanations. What a file means is known where it is used.
"""

from collections.abc import Iterator
from pathlib import Path

_DATA = Path(__file__).parent / "data"


class DataError(Exception):
    """A data file of this package cannot be read. The message names file and line."""


def data_lines(name: str) -> Iterator[tuple[int, str]]:
    """The lines of a data file with their numbers, without comments and blank lines.

    Raises:
        DataError: The file is missing or is not UTF-8.
    """
    try:
        content = (_DATA / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{name}: kann nicht gelesen werden ({type(error).__name__})") from None
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def data_sections(name: str) -> dict[str, tuple[str, ...]]:
    """The words of a data file with `[section]` lines, by section.

    Raises:
        DataError: The file cannot be read, or words stand before the first section.
    """
    found: dict[str, list[str]] = {}
    words_of_section: list[str] | None = None
    for number, line in data_lines(name):
        if line.startswith("["):
            words_of_section = found.setdefault(line.strip("[]"), [])
        elif words_of_section is None:
            raise DataError(f"{name}, Zeile {number}: vor dem ersten [Abschnitt]")
        else:
            words_of_section.extend(line.split())
    return {section: tuple(entries) for section, entries in found.items()}
