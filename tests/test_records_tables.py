"""Counters and switches in Azure Tables: over real HTTP against a server with its shapes, and against Azurite itself
where `AZURITE` names its `azurite-table` (it brings hundreds of megabytes, so the product does not install it).
"""

import asyncio
import functools
import json
import logging
import os
import socket
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import aiohttp
import jwt
import pytest
from aiohttp import web
from entra_server import EntraServer, answering, broken_off, certificate

from records.port import Key, StorageUnavailable
from records.tables import TableRecords

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
OTHER = "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"


class Today:
    """The day, to be turned."""

    day = date(2026, 11, 20)

    def __call__(self) -> date:
        return self.day


@pytest.fixture
def today() -> Today:
    return Today()


@pytest.fixture
async def server() -> AsyncIterator[EntraServer]:
    async with EntraServer() as running:
        yield running


async def token() -> str:
    return "t1"


def process(server: EntraServer, today: Today, pause: float = 3600.0) -> TableRecords:
    """The counters of one process."""
    return TableRecords(server.url + "/tables", token, today=today, pause=pause)


async def test_several_processes_count_without_losing_anything(server: EntraServer, today: Today) -> None:
    one, two = process(server, today), process(server, today)
    for _ in range(12):
        one.count(TENANT, "buergernah", "model", capability="umschreiben")
    two.count(TENANT, "buergernah", "model", capability="umschreiben")
    two.count(OTHER, "blocked", "E-6", capability="entwerfen")
    await asyncio.gather(one.flush(), two.flush())
    one.count(TENANT, "buergernah", "model", capability="umschreiben")
    await asyncio.gather(one.flush(), one.flush())
    assert await two.counts() == {
        Key(today.day, TENANT, "umschreiben", "buergernah", "model"): 14,
        Key(today.day, OTHER, "entwerfen", "blocked", "E-6"): 1,
    }
    await one.close()
    await two.close()


async def test_what_was_counted_is_written_by_itself_even_if_nobody_comes_after(
    server: EntraServer, today: Today
) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        arrived.set()
        await go_on.wait()
        return web.Response(status=204)

    server.tables["zaehler"] = {}
    server.next["tables"] = deque([slow])
    records = process(server, today, pause=0.0)
    records.count(TENANT, "pruefen", "allow")
    await arrived.wait()
    # While that row is under way, another event comes; it must not be forgotten.
    records.count(TENANT, "pruefen", "allow")
    go_on.set()
    async with asyncio.timeout(5):
        while not server.tables["zaehler"]:  # noqa: ASYNC110  # the row comes over real HTTP
            await asyncio.sleep(0)
    assert await records.counts() == {Key(today.day, TENANT, "", "pruefen", "allow"): 2}
    await records.close()


async def test_what_is_left_is_written_at_the_end(server: EntraServer, today: Today) -> None:
    late = process(server, today)
    late.count(TENANT, "pruefen", "allow")
    await late.close()
    (row,) = server.tables["zaehler"].values()
    assert row["anzahl"] == 1


async def test_rows_hold_day_tenant_capability_event_detail_and_number_and_nothing_else(
    server: EntraServer, today: Today
) -> None:
    records = process(server, today)
    records.count(TENANT, "blocked", "E-6")
    records.count("Frau Kanarienvogel", "Frau Kanarienvogel wohnt hier", "Kanarienvogel, 3", capability="Kanarienvogel")
    await records.close()
    rows = list(server.tables["zaehler"].values())
    assert all(
        set(row) == {"PartitionKey", "RowKey", "tag", "mandant", "faehigkeit", "ereignis", "einzelheit", "anzahl"}
        for row in rows
    )
    assert "Kanarienvogel" not in json.dumps(rows)
    assert {row["tag"] for row in rows} == {"2026-11-20"}


async def test_days_before_the_limit_are_deleted_and_no_others(server: EntraServer, today: Today) -> None:
    records = process(server, today)
    for today.day in (date(2025, 11, 18), date(2025, 11, 19), date(2025, 11, 20), date(2026, 11, 20)):
        records.count(TENANT, "pruefen", "allow")
        await records.flush()
    assert await records.delete_before(date(2025, 11, 20)) == 2
    assert {key.day for key in await records.counts()} == {date(2025, 11, 20), date(2026, 11, 20)}
    await records.close()


async def test_one_rule_is_counted_apart_for_each_capability_and_older_rows_count_too(
    server: EntraServer, today: Today
) -> None:
    records = process(server, today)
    for capability in ("umschreiben", "entwerfen", "entwerfen", ""):
        records.count(TENANT, "blocked", "E-6", capability=capability)
    await records.flush()
    for row in server.tables["zaehler"].values():
        if not row["faehigkeit"]:
            # As written before counters knew the capability.
            del row["faehigkeit"]
    counted = {key.capability: number for key, number in (await records.counts()).items()}
    assert counted == {"umschreiben": 1, "entwerfen": 2, "": 1}
    await records.close()


async def test_long_tables_are_read_page_by_page(server: EntraServer, today: Today) -> None:
    server.page = 3
    records = process(server, today)
    for number in range(10):
        records.count(TENANT, "blocked", f"E-{number}")
    await records.flush()
    assert len(await records.counts()) == 10
    await records.close()


async def test_switches_are_seen_by_other_processes(server: EntraServer, today: Today) -> None:
    one, two = process(server, today), process(server, today)
    assert await two.switched_off() == frozenset()
    await one.switch(TENANT.upper(), "alles", off=True)
    await one.switch(TENANT, "alles", off=True)
    assert await two.switched_off() == {(TENANT, "alles")}
    await two.switch(TENANT, "alles", off=False)
    await two.switch(TENANT, "alles", off=False)
    assert await one.switched_off() == frozenset()
    await one.close()
    await two.close()


async def test_a_failed_writing_loses_nothing(
    server: EntraServer, today: Today, caplog: pytest.LogCaptureFixture
) -> None:
    records = process(server, today)
    records.count(TENANT, "pruefen", "allow")
    server.always["tables"] = answering(500)
    with pytest.raises(StorageUnavailable, match="tables_500"):
        await records.flush()
    del server.always["tables"]
    await records.flush()
    assert sum((await records.counts()).values()) == 1
    records.count(TENANT, "pruefen", "allow")
    server.always["tables"] = broken_off
    with caplog.at_level(logging.WARNING):
        await records.close()
    assert "counters not written: tables_" in caplog.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<html>", "tables_not_json"),
        ({"value": "x"}, "tables_unexpected"),
        ({"value": [{"a": 1}]}, "tables_unexpected"),
    ],
)
async def test_rubbish_is_no_answer(server: EntraServer, today: Today, content: object, code: str) -> None:
    records = process(server, today)
    server.always["tables"] = answering(200, content)
    with pytest.raises(StorageUnavailable, match=code):
        await records.counts()
    await records.close()


async def test_without_a_token_nothing_is_asked(server: EntraServer, today: Today) -> None:
    async def none() -> str:
        raise RuntimeError("KANARIENVOGEL")

    records = TableRecords(server.url + "/tables", none, today=today)
    with pytest.raises(StorageUnavailable, match="tables_token_RuntimeError"):
        await records.switched_off()
    assert server.calls["tables"] == 0
    await records.close()


async def test_a_slow_storage_delays_no_counting(server: EntraServer, today: Today) -> None:
    never = asyncio.Event()

    async def silent(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response(status=503)

    server.always["tables"] = silent
    records = process(server, today, pause=0.0)
    began = time.perf_counter()
    for _ in range(1000):
        records.count(TENANT, "pruefen", "allow")
        await asyncio.sleep(0)
    assert time.perf_counter() - began < 1.0
    never.set()
    await records.close()


@pytest.mark.skipif("AZURITE" not in os.environ, reason="AZURITE nennt kein azurite-table")
async def test_azurite_itself_takes_the_same_calls(
    tmp_path: Path, today: Today, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path).read_text(encoding="ascii")
    start = pem.index("-----BEGIN CERTIFICATE")
    (tmp_path / "key.pem").write_text(pem[:start], encoding="ascii")
    (tmp_path / "cert.pem").write_text(pem[start:], encoding="ascii")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    azurite = await asyncio.create_subprocess_exec(
        *(os.environ["AZURITE"], "--tableHost", "127.0.0.1", "--tablePort", str(port), "--oauth", "basic"),
        *("--cert", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem"), "--inMemoryPersistence"),
        *("--skipApiVersionCheck", "--disableTelemetry", "--silent"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
    )
    now = int(time.time())
    claims = {"aud": "https://storage.azure.com", "iss": f"https://sts.windows.net/{TENANT}/", "oid": "x"}
    given = jwt.encode(claims | {"iat": now - 9, "nbf": now - 9, "exp": now + 600}, "k" * 40, algorithm="HS256")

    async def entra_token() -> str:
        return given

    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    connector = aiohttp.TCPConnector(ssl=trusting)
    monkeypatch.setattr(aiohttp, "ClientSession", functools.partial(aiohttp.ClientSession, connector=connector))
    try:
        assert azurite.stdout is not None
        async with asyncio.timeout(30):
            while b"successfully" not in await azurite.stdout.readline():
                pass
        records = TableRecords(f"https://127.0.0.1:{port}/devstoreaccount1", entra_token, today=today)
        assert (await records.counts(), await records.switched_off()) == ({}, frozenset())
        for number in range(1100):
            records.count(TENANT, "blocked", f"E-{number}")
        await records.flush()
        assert len(await records.counts()) == 1100
        today.day = date(2025, 1, 1)
        records.count(TENANT, "pruefen")
        await records.flush()
        assert await records.delete_before(date(2025, 11, 20)) == 1
        await records.switch(TENANT, "alles", off=True)
        assert await records.switched_off() == {(TENANT, "alles")}
        await records.switch(TENANT, "alles", off=False)
        assert await records.switched_off() == frozenset()
        await records.close()
    finally:
        azurite.terminate()
        await azurite.wait()
