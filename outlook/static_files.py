"""Serves the built writing pane under `/outlook/`, with the headers it needs inside Outlook.

Building it is `npm run build`; nothing here changes a file.
"""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parent / "static"

# Outlook on the web shows the pane in a frame; office.js must come from Microsoft's own address.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' https://appsforoffice.microsoft.com https://ajax.aspnetcdn.com",
        "style-src 'self'",
        # Mails carry style attributes; the browser would complain about each one while a mail is read, unseen.
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self' https://login.microsoftonline.com https://appsforoffice.microsoft.com",
        "base-uri 'none'",
        "form-action 'none'",
        "object-src 'none'",
        "frame-ancestors 'self' https://outlook.office.com https://outlook.office365.com https://outlook.live.com"
        " https://*.office.com https://*.cloud.microsoft",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-write=(self)",
}

_PAGE = """<!doctype html>
<html lang="de">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Amtsklar</title>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


def routes(directory: Path = BUILT) -> list[BaseRoute]:
    """The routes of the pane.

    Args:
        directory: Where the build put its files; looked at with each request, so a build needs no restart.
    """

    async def to_folder(_request: object) -> Response:
        return RedirectResponse("/outlook/", 308)

    return [Route("/outlook", to_folder), Mount("/outlook", _Pane(directory))]


class _Pane:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files = StaticFiles(directory=directory, html=True, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._response(scope)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        if not (self._directory / "index.html").is_file():
            return _page(
                503,
                "Schreibbereich noch nicht gebaut",
                "Auf diesem Server fehlen die Dateien des Schreibbereichs. Bitte führen Sie im Ordner von Amtsklar "
                "<code>npm ci</code> und <code>npm run build</code> aus und laden Sie diese Seite neu.",
            )
        try:
            path = self._files.get_path(scope)
            response = await self._files.get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 405:
                return _page(405, "Nicht vorgesehen", "Diese Adresse kann nur gelesen werden.")
            return _page(
                404,
                "Seite nicht gefunden",
                'Diese Adresse gibt es nicht. Der Schreibbereich liegt unter <a href="/outlook/">/outlook/</a>.',
            )
        # File names under assets/ change with their content; index.html names them and must be asked for each time.
        hashed = path.replace("\\", "/").startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


def _page(status: int, title: str, text: str) -> Response:
    return HTMLResponse(_PAGE.format(title=title, text=text), status, {"Cache-Control": "no-store"})
