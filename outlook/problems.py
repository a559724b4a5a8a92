"""Problem details (RFC 9457) of the compose API: German, with what to do next, never with a piece of the input.

Which checks lead to which problem is the business of `outlook.compose`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one known field of a request; both parts German or ours, never the caller's."""

    field: str
    message: str


class Problem(Exception):
    """A request that gets an error answer.

    Args:
        status: HTTP status.
        code: Ours, for `type` and the log, such as `text-too-long`.
        title: German, a few words.
        detail: German, what is the matter.
        next_step: German, what the person can do.
        errors: Wrong fields.
        headers: Further response headers.
        extra: Further members of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        next_step: str,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.next_step = next_step
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def response(self) -> JSONResponse:
        """The HTTP answer."""
        body: dict[str, object] = {
            **self.extra,
            "type": f"urn:amtsklar:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "next": self.next_step,
        }
        if self.errors:
            body["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        headers = {"Cache-Control": "no-store", **self.headers}
        return JSONResponse(body, self.status, headers, media_type=MEDIA_TYPE)


_WORDING = {
    "missing": "Diese Angabe fehlt.",
    "string_type": "Hier wird Text erwartet.",
    "string_too_short": "Diese Angabe ist leer.",
    "string_pattern_mismatch": "Diese Angabe ist leer.",
    "string_too_long": "Diese Angabe ist zu lang.",
    "string_unicode": "Dieser Text enthält ungültige Zeichen.",
    "extra_forbidden": "Diese Angabe ist nicht vorgesehen.",
    "enum": "Dieser Wert ist nicht vorgesehen.",
    "dict_type": "Hier werden einzelne Angaben mit Namen erwartet.",
    "too_long": "Das sind zu viele Angaben.",
    "model_type": "Hier wird ein JSON-Objekt erwartet.",
}


def wording(error_type: str) -> str:
    """The German sentence for a validation error, by pydantic's error type."""
    return _WORDING.get(error_type, "Diese Angabe hat nicht die erwartete Form.")


def too_large(limit: int) -> Problem:
    """The body is longer than the limit, in bytes."""
    return Problem(
        413,
        "body-too-large",
        "Anfrage zu groß",
        f"Die Anfrage ist größer als {limit // 1000:,} Kilobyte.".replace(",", "."),
        "Bitte kürzen Sie den Text oder bearbeiten Sie ihn in mehreren Teilen.",
    )


def text_too_long(limit: int) -> Problem:
    """The text is longer than the limit, in code points."""
    return Problem(
        413,
        "text-too-long",
        "Text zu lang",
        f"Der Text hat mehr als {limit:,} Zeichen.".replace(",", "."),
        "Bitte markieren Sie einen Teil des Textes und bearbeiten Sie ihn in mehreren Schritten.",
    )


def wrong_content_type() -> Problem:
    """The body is not declared as JSON."""
    return Problem(
        415,
        "wrong-content-type",
        "Falsches Format",
        "Die Anfrage ist nicht als application/json gekennzeichnet.",
        "Bitte laden Sie den Schreibbereich neu. Bleibt der Fehler, wenden Sie sich an Ihre IT.",
    )


def not_json() -> Problem:
    """The body cannot be read as JSON."""
    return Problem(
        400,
        "not-json",
        "Anfrage nicht lesbar",
        "Die Anfrage ist kein gültiges JSON in UTF-8.",
        "Bitte laden Sie den Schreibbereich neu. Bleibt der Fehler, wenden Sie sich an Ihre IT.",
    )


def invalid(errors: tuple[FieldError, ...]) -> Problem:
    """The body is JSON but not of the expected form."""
    return Problem(
        422,
        "invalid",
        "Angaben unvollständig oder falsch",
        "Mindestens eine Angabe hat nicht die erwartete Form.",
        "Bitte prüfen Sie Ihre Eingaben. Bleibt der Fehler, laden Sie den Schreibbereich neu.",
        errors=errors,
    )


def internal() -> Problem:
    """Something went wrong on our side."""
    return Problem(
        500,
        "internal",
        "Fehler bei uns",
        "Bei der Verarbeitung ist ein Fehler aufgetreten. Ihr Text ist nicht gespeichert.",
        "Bitte versuchen Sie es noch einmal. Bleibt der Fehler, wenden Sie sich an Ihre IT.",
    )
