"""How the writing pane is served: headers, caching, and what a person sees when it was not built."""

from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from outlook.static_files import routes


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Amtsklar</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {};", encoding="utf-8")
    return tmp_path


def client(directory: Path) -> httpx2.AsyncClient:
    app = Starlette(routes=routes(directory))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


async def test_the_pane_may_be_framed_by_outlook_and_by_nobody_else(built: Path) -> None:
    async with client(built) as http:
        response = await http.get("/outlook/")
    assert response.status_code == 200
    policy = {
        part.split(" ")[0]: part.split(" ")[1:] for part in response.headers["content-security-policy"].split("; ")
    }
    assert "https://outlook.office.com" in policy["frame-ancestors"]
    assert "https://*.cloud.microsoft" in policy["frame-ancestors"]
    assert "*" not in policy["frame-ancestors"]
    assert "https://appsforoffice.microsoft.com" in policy["script-src"]
    assert all("'unsafe-inline'" not in sources for name, sources in policy.items() if name != "style-src-attr")
    assert "'unsafe-eval'" not in response.headers["content-security-policy"]
    assert "x-frame-options" not in response.headers
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_page_is_asked_for_each_time_and_its_hashed_files_are_kept(built: Path) -> None:
    async with client(built) as http:
        page = await http.get("/outlook/")
        script = await http.get("/outlook/assets/index-abc123.js")
        again = await http.get("/outlook/", headers={"If-None-Match": page.headers["etag"]})
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert "javascript" in script.headers["content-type"]
    assert again.status_code == 304 and "content-security-policy" in again.headers


async def test_the_folder_address_without_slash_leads_to_the_pane(built: Path) -> None:
    async with client(built) as http:
        response = await http.get("/outlook")
    assert (response.status_code, response.headers["location"]) == (308, "/outlook/")


@pytest.mark.parametrize("path", ["nicht-da.js", "%2e%2e/static_files.py", "assets/", "a%00b"])
async def test_other_addresses_are_a_german_page_and_never_a_file_outside(built: Path, path: str) -> None:
    async with client(built) as http:
        response = await http.get(f"/outlook/{path}")
    assert response.status_code == 404
    assert "text/html" in response.headers["content-type"] or not response.content


async def test_writing_to_the_pane_is_refused(built: Path) -> None:
    async with client(built) as http:
        assert (await http.post("/outlook/", content=b"x")).status_code == 405


async def test_a_pane_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    async with client(tmp_path / "fehlt") as http:
        response = await http.get("/outlook/")
    assert response.status_code == 503
    assert "npm run build" in response.text
    assert response.headers["cache-control"] == "no-store"
    assert 'lang="de"' in response.text
