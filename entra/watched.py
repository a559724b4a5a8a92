"""A training directory that tells how its questions went, without saying whom they were about."""

from collections.abc import Callable, Sequence

from entra.gate import DirectoryUnreachable, Person, PersonUnknown, TrainingDirectory

# Nobody has this id, so that a directory that works answers: unknown.
NOBODY = "00000000-0000-4000-8000-000000000000"


class WatchedDirectory:
    """Passes questions on.

    Args:
        directory: Who is asked.
        note: Told the code of each outcome; empty means well.
    """

    def __init__(self, directory: TrainingDirectory, note: Callable[[str], None]) -> None:
        self._directory = directory
        self._note = note

    async def member_of(self, person: Person, groups: Sequence[str]) -> frozenset[str]:
        """See `entra.gate.TrainingDirectory.member_of`."""
        try:
            held = await self._directory.member_of(person, groups)
        except PersonUnknown:
            self._note("")
            raise
        except DirectoryUnreachable as error:
            self._note(error.code)
            raise
        except Exception as error:
            self._note(type(error).__name__)
            raise
        self._note("")
        return held


async def reachable(directory: TrainingDirectory, tenant_id: str, groups: Sequence[str]) -> str:
    """Ask about nobody. An empty code means that the directory answers and may be asked."""
    try:
        await directory.member_of(Person(tenant_id, NOBODY), groups)
    except PersonUnknown:
        return ""
    except DirectoryUnreachable as error:
        return error.code
    return ""
