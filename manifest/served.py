"""Serves the icons that the app package names by address, under /assets/. Outlook fetches them without signing in."""

from pathlib import Path
from typing import override

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ICONS = Path(__file__).parent / "icons"

# A new drawing reaches everybody within a day; Outlook keeps icons for long anyway.
_HEADERS = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}


class _Icons(StaticFiles):
    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response


def routes() -> list[BaseRoute]:
    """The routes of the icons."""
    return [Mount("/assets", _Icons(directory=ICONS, check_dir=False))]
