"""Generated requests of both doors against a real server process: never a 5xx, never without an answer, no growth.

`AMTSKLAR_GENERATED` sets how many of each; `make chaos` asks for 20,000 in all, the ordinary run for hundreds.
"""

import asyncio
import itertools
import json
import os
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_product import LETTER, TENANT, TRAINED, UNTRAINED, Running, assert_no_canary, serving

COUNT = int(os.environ.get("AMTSKLAR_GENERATED", "200"))
# The first requests fill caches of words and patterns; after them the process may not grow by more than this.
GROWTH_MIB = 24
STEADY = settings(
    max_examples=COUNT,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)


class Driver:
    """A server process that synchronous tests can talk to."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._context = serving(log)
        self.server: Running = self.call(self._context.__aenter__())

    def call[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def stop(self) -> None:
        self.call(self._context.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def resident_mib(self) -> float:
        """The server's resident memory (Linux)."""
        lines = Path(f"/proc/{self.server.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    found = Driver(tmp_path_factory.mktemp("erzeugt") / "server.log")
    try:
        yield found
        assert_no_canary(found.log)
    finally:
        found.stop()


texts = st.one_of(
    st.sampled_from(
        (
            LETTER,
            "Hilfe",
            "Brief",
            "Regeln",
            "Beispiele",
            "",
            " \n\u2028\t",
            "VS-NfD\n" + LETTER,
            "Ist Frau Sperlingshofer noch leistungsfähig?",
            "\ud800 Zwitscherfink",
            "a" * 3000,
            "1.1.2027 " * 200,
            "§ 5 Abs. 1 " * 150,
            "<p>" * 500,
        )
    ),
    st.text(max_size=300),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
verbs = st.sampled_from(
    (
        *("pruefen", "brief", "beispiele", "regeln", "beispiel", "entwerfen", "einfacher", "kuerzer"),
        *("original", "kopieren", "datei", "unbekannt"),
    )
)
presses = st.fixed_dictionaries(
    {"verb": verbs, "v": st.sampled_from((1, 2, 3, "1"))},
    optional={
        "siegel": texts,
        "nr": texts,
        "stichpunkte": texts,
        "art": st.sampled_from(("einladung", "allgemein", "x")),
        "frist": texts,
        "id": texts,
    },
)
values = st.one_of(
    presses,
    st.fixed_dictionaries({"action": st.fixed_dictionaries({"data": presses, "verb": verbs})}),
    st.fixed_dictionaries(
        {"action": st.sampled_from(("accept", "decline")), "context": anything, "uploadInfo": anything}
    ),
    st.fixed_dictionaries({"data": presses, "commandId": texts, "messagePayload": anything}),
    anything,
)
attachments = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"contentType": st.sampled_from(("text/html", "image/png", "audio/mpeg")), "content": texts}
        ),
        anything,
    ),
    max_size=3,
)
extras = st.fixed_dictionaries(
    {},
    optional={
        "value": values,
        "attachments": attachments,
        "entities": st.lists(anything, max_size=3),
        "channelData": anything,
        "locale": anything,
        "textFormat": anything,
        "name": anything,
        "replyToId": anything,
        "membersAdded": anything,
        "from": anything,
        "conversation": anything,
        "recipient": anything,
        "serviceUrl": anything,
        "timestamp": anything,
    },
)
kinds = st.sampled_from(
    (
        "message",
        "message",
        "invoke",
        "conversationUpdate",
        "installationUpdate",
        "messageUpdate",
        "messageDelete",
        "typing",
        "x",
    )
)
invokes = st.sampled_from(
    (
        *("adaptiveCard/action", "message/submitAction", "fileConsent/invoke", "composeExtension/fetchTask"),
        *("composeExtension/submitAction", "task/fetch", ""),
    )
)
numbers = itertools.count()


@given(kind=kinds, text=texts, name=invokes, extra=extras, person=st.sampled_from((TRAINED, UNTRAINED)))
@STEADY
def test_no_generated_activity_breaks_the_bot(
    driver: Driver, kind: str, text: str, name: str, extra: dict[str, Any], person: str
) -> None:
    activity = driver.server.activity(kind, person=person, text=text, **{"name": name, **extra})
    status, body = driver.call(driver.server.post("/api/messages", activity))
    assert status < 500 or (status == 501 and kind == "invoke"), f"{status} {body[:200]}"


@given(text=texts, person=st.sampled_from((TRAINED, UNTRAINED)))
@STEADY
def test_every_generated_message_gets_one_answer(driver: Driver, text: str, person: str) -> None:
    chat = f"a:erzeugt-{next(numbers)}"
    activity = driver.server.activity(
        person=person, text=text, conversation={"id": chat, "conversationType": "personal", "tenantId": TENANT}
    )
    status, body = driver.call(driver.server.post("/api/messages", activity))
    assert status in (200, 202), f"{status} {body[:200]}"
    answers = driver.call(driver.server.connector.answers_in(chat, least=1))
    assert len(answers) == 1, [answer.get("summary") for answer in answers]


def test_no_generated_request_breaks_the_compose_api(driver: Driver) -> None:
    # The library's types are generic over what it does not say; here they are plain objects.
    library: Any = schemathesis
    schema = library.openapi.from_url(f"{driver.server.url}/api/openapi.json")
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 5
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(STEADY, max_examples=max(10, COUNT // len(operations)))
        def run(case: Any) -> None:
            case.headers["X-Amtsklar-Person"] = TRAINED
            answer = case.call(timeout=60)
            case.validate_response(answer, checks=[library.checks.not_a_server_error])
            if answer.status_code >= 400:
                problem = json.loads(answer.content)
                assert problem.get("title") or problem.get("detail"), "a refusal says nothing"

        run()


def test_the_process_does_not_grow_with_the_number_of_requests(driver: Driver) -> None:
    async def burst(count: int) -> None:
        for number in range(count):
            await driver.server.say(f"{LETTER}\n\nLaufende Nummer {number}")
            driver.server.connector.calls.clear()

    driver.call(burst(60))
    before = driver.resident_mib()
    for _ in range(max(2, COUNT // 100)):
        driver.call(burst(60))
    assert driver.resident_mib() - before < GROWTH_MIB
