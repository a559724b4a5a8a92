"""Jobs in an Azure storage account, done by whichever process takes them: any instance may vanish at any moment.

A record in a table holds the job, sealed, with a lease; a queue holds its number alone. So a copy of a message says
nothing and does nothing twice, and whatever happens to the queue, the record is still there to be found. Leases are
measured by the storage's clock; the clocks of the processes do not matter.
"""

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from jobs.account import Account, Row, StorageAway
from jobs.envelope import EnvelopeBroken, KeyRing
from jobs.port import Job, JobLost, Outcome, Receipt, Stop, Stopped, Worker

QUEUE, TABLE, CONTAINER = "jobs", "jobs", "jobs"
POISON = f"{QUEUE}-poison"
# What fits a column of a row; more goes to a blob.
_COLUMN_BYTES = 45_000
# Nothing is kept longer; the sweep comes every minute, so what is older than this is gone within the hour.
_KEPT_SECONDS = 3_300.0
# A job that is still waiting or under way then is told to its person as failed.
_LATEST_SECONDS = 2_700.0
# A job that nobody took for so long may have lost its message.
_UNTAKEN_SECONDS = 300.0
_SLOTS = "plaetze"
# Accepting has to be done within a second, retries included.
_ACCEPT_PATIENCE = 0.5

_log = logging.getLogger("amtsklar.jobs")


class JobNotDone(Exception):
    """A job was not done and comes again. `code` goes to the log; it holds no content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the queue knows of a job: where its record is. Neither name tells anything."""

    lane: str
    name: str
    town: str
    heavy: bool = False
    deferred: int = 0

    def pack(self) -> bytes:
        """As the message holds it."""
        return json.dumps([1, self.lane, self.name, self.town, self.heavy, self.deferred]).encode()

    @classmethod
    def unpack(cls, message: bytes) -> "Pointer | None":
        """The pointer of a message; None when it is none of ours."""
        try:
            version, lane, name, town, heavy, deferred = cast(list[Any], json.loads(message))
        except (ValueError, TypeError):
            return None
        return cls(str(lane), str(name), str(town), bool(heavy), int(deferred)) if version == 1 else None


class _Turn:
    """One attempt, with its lease."""

    durable = True

    def __init__(
        self,
        jobs: "AzureJobs",
        pointer: Pointer,
        owner: str,
        etag: str,
        kept: bytes,
        *,
        last: bool,
        began: float,
        age: float,
        attempt: int,
    ) -> None:
        self._jobs = jobs
        self._pointer = pointer
        self._owner = owner
        self._etag = etag
        self._one_at_a_time = asyncio.Lock()
        self._task = asyncio.current_task()
        self._until = began + jobs.lease - 2.0
        self.kept = kept
        self.last = last
        self.age = age
        self.attempt = attempt
        self.stop: Stop | None = None
        self.lost = False

    def answer(self, value: object) -> bool:
        return False

    async def keep(self, note: bytes) -> None:
        if self.stop is not None:
            raise Stopped
        sealed = self._jobs.keys.seal(note, "note", self._pointer.town, self._pointer.lane, self._pointer.name)
        await self.change({"note": sealed})
        if self.stop is not None:
            raise Stopped

    async def change(self, values: dict[str, Any], *, final: bool = False) -> None:
        """Change the record as its owner, which prolongs the lease.

        Raises:
            Stopped: the person has ended the job; not when `final`.
            JobLost: somebody else has it, or the storage stayed away longer than the lease.
        """
        async with self._one_at_a_time:
            while True:
                began = time.monotonic()
                if self.lost or began > self._until:
                    self._lose()
                    raise JobLost
                try:
                    etag = await self._jobs.account.merge(
                        TABLE, self._pointer.lane, self._pointer.name, values, self._etag
                    )
                    if etag is not None:
                        self._etag, self._until = etag, began + self._jobs.lease - 2.0
                        return
                    # Another version: our own change whose answer was lost, a wish to stop, or another owner.
                    row = await self._jobs.account.row(
                        TABLE, self._pointer.lane, self._pointer.name, "owner", "stop", "state"
                    )
                except StorageAway:
                    await asyncio.sleep(0.5)
                    continue
                if row is None or row.text("owner") != self._owner:
                    self._lose()
                    raise JobLost
                self._etag = row.etag
                if wish := row.text("stop"):
                    self._wished(wish)
                    if not final:
                        raise Stopped

    async def tend(self) -> None:
        """Prolong the lease and look for a wish to stop, until cancelled."""
        account, pointer = self._jobs.account, self._pointer
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(self._jobs.pulse)
            try:
                if time.monotonic() - renewed >= self._jobs.lease / 4:
                    await self.change({"owner": self._owner})
                    renewed = time.monotonic()
                else:
                    row = await account.row(TABLE, pointer.lane, pointer.name, "owner", "stop")
                    if row is None or row.text("owner") != self._owner:
                        raise JobLost
                    if wish := row.text("stop"):
                        self._wished(wish)
                        raise Stopped
            except StorageAway:
                if time.monotonic() > self._until:
                    self._lose()
                    return
                continue
            except Stopped:
                # Whoever closes the chat still needs the lease.
                while True:
                    with contextlib.suppress(StorageAway, JobLost):
                        await self.change({"owner": self._owner}, final=True)
                    await asyncio.sleep(self._jobs.lease / 4)
            except JobLost:
                self._lose()
                return

    def _wished(self, wish: str) -> None:
        if self.stop is None:
            self.stop = Stop(wish)
            if self._task is not None and self._task is not asyncio.current_task():
                self._task.cancel()

    def _lose(self) -> None:
        if not self.lost:
            self.lost = True
            if self._task is not None and self._task is not asyncio.current_task():
                self._task.cancel()


class AzureJobs:
    """Accepts jobs into a storage account, and does them when the queue says so.

    Args:
        account: The storage account.
        keys: Seal what rests there.
        worker: Does a job.
        lease: Seconds after which a job whose owner shows no sign of life may be taken over; at least 4.
        pulse: Seconds between two looks for a wish to stop.
        attempts: How often a job is begun at most.
        slots: How many jobs of all instances may ask a model at the same time.
        share: How many of them one tenant may have at most.
        limit: How many jobs may wait; more are refused.
        seconds: How long one job that asks a model takes, about, for the expected wait.
    """

    durable = True

    def __init__(
        self,
        account: Account,
        keys: KeyRing,
        worker: Worker,
        *,
        lease: float = 30.0,
        pulse: float = 2.0,
        attempts: int = 5,
        slots: int = 16,
        share: int = 16,
        limit: int = 2_000,
        seconds: float = 15.0,
        patience: float = 8.0,
    ) -> None:
        if lease < 4.0:
            raise ValueError("the storage's clock has whole seconds, so a lease needs four of them")
        self.account = account
        self.keys = keys
        self.lease = lease
        # After so long others count as dead; tests let them die sooner.
        self.expires = lease
        self.pulse = pulse
        self._worker = worker
        self._attempts = attempts
        self._slots = slots
        self._share = min(share, slots)
        self._limit = limit
        self._seconds = seconds
        self._patience = patience
        self._waiting = (0.0, 0)
        self._closed = False
        self._loose_ends: set[asyncio.Task[None]] = set()

    # --- Accepting ---

    async def accept(self, job: Job, *, wait: float | None = None, remember: float | None = None) -> Receipt:
        """See `jobs.port.Jobs.accept`."""
        if self._closed:
            return Receipt(Outcome.CLOSED)
        places = self._places(job.lane, job.key or secrets.token_hex(16))
        pointer = Pointer(*places[0], job.town, job.heavy)
        try:
            waiting = await self._queue_length()
            # While the keys change, the same job may be there under its older name.
            for place in places[1:]:
                if await self.account.row(TABLE, *place, "state") is not None:
                    return Receipt(Outcome.DUPLICATE)
            if waiting >= self._limit:
                known = await self.account.row(TABLE, pointer.lane, pointer.name, "state")
                return Receipt(Outcome.DUPLICATE if known is not None else Outcome.BUSY)
            if not await self._record(job, pointer):
                return await self._again(pointer)
        except StorageAway as away:
            _log.error("job not accepted: %s", away.code)
            if away.sent:
                self._withdraw_later(pointer)
            return Receipt(Outcome.AWAY)
        try:
            await self.account.put(QUEUE, pointer.pack(), patience=_ACCEPT_PATIENCE)
        except StorageAway as away:
            # The record is there, so the sweep finds the job even if its message never arrived.
            _log.error("message of a job late: %s", away.code)
        return Receipt(Outcome.RUNNING, wait=self._expected(waiting, heavy=job.heavy))

    async def stop(self, lane: str, key: str, reason: Stop) -> int:
        """See `jobs.port.Jobs.stop`."""
        told = 0
        try:
            for partition, name in self._places(lane, key):
                condition = f"PartitionKey eq '{partition}'" + (f" and RowKey eq '{name}'" if key else "")
                async for row in self.account.rows(TABLE, condition, "state", "stop"):
                    told += await self._stop_one(row, reason)
        except StorageAway as away:
            _log.error("job not stopped: %s", away.code)
        return told

    async def _stop_one(self, found: Row, reason: Stop) -> bool:
        row: Row | None = found
        place = found.text("PartitionKey"), found.text("RowKey")
        for _ in range(10):
            if row is None or row.text("state") == "done" or row.text("stop"):
                return False
            if await self.account.merge(TABLE, *place, {"stop": reason.value}, row.etag) is not None:
                return True
            row = await self.account.row(TABLE, *place, "state", "stop")
        return False

    def _places(self, lane: str, key: str) -> list[tuple[str, str]]:
        """Where the record of a job may be: one place for each of our keys, the one to use first."""
        lanes, names = self.keys.names(f"lane\0{lane}"), self.keys.names(f"job\0{lane}\0{key}")
        return list(zip(lanes, names, strict=True))

    async def close(self) -> None:
        """See `jobs.port.Jobs.close`."""
        self._closed = True
        for task in self._loose_ends:
            task.cancel()
        await asyncio.gather(*self._loose_ends, return_exceptions=True)
        await self.account.close()

    async def _record(self, job: Job, pointer: Pointer) -> bool:
        """Write the record of a job; False when it is there already."""
        sealed = self.keys.seal(job.payload, "job", pointer.town, pointer.lane, pointer.name)
        ticket = secrets.token_hex(8)
        values: dict[str, Any] = {
            "state": "new",
            "town": job.town,
            "heavy": job.heavy,
            "attempts": 0,
            "since": round(self.account.now),
            "ticket": ticket,
        }
        if len(sealed) > _COLUMN_BYTES:
            await self.account.upload(CONTAINER, _blob(pointer), sealed, patience=_ACCEPT_PATIENCE)
            values["blob"] = True
        else:
            values["box"] = sealed
        if await self.account.insert(TABLE, pointer.lane, pointer.name, values, patience=_ACCEPT_PATIENCE):
            return True
        # It may be our own, if the answer to the first attempt was lost.
        row = await self.account.row(TABLE, pointer.lane, pointer.name, "ticket", patience=_ACCEPT_PATIENCE)
        return row is not None and row.text("ticket") == ticket

    async def _again(self, pointer: Pointer) -> Receipt:
        """The same job came again. If its message may have been lost on the way, there is a new one."""
        row = await self.account.row(TABLE, pointer.lane, pointer.name, "state")
        if row is not None and row.text("state") == "new" and row.age > 30.0:
            await self.account.put(QUEUE, pointer.pack())
        return Receipt(Outcome.DUPLICATE)

    def _withdraw_later(self, pointer: Pointer) -> None:
        """The person is told that nothing was accepted; see to it that this is true once the storage is back."""

        async def withdraw() -> None:
            for _ in range(240):
                try:
                    row = await self.account.row(TABLE, pointer.lane, pointer.name, "state")
                    if row is None or row.text("state") != "new":
                        return
                    if await self.account.drop(TABLE, pointer.lane, pointer.name, row.etag):
                        await self.account.remove(CONTAINER, _blob(pointer))
                        return
                except StorageAway:
                    await asyncio.sleep(0.5)

        task = asyncio.create_task(withdraw())
        self._loose_ends.add(task)
        task.add_done_callback(self._loose_ends.discard)

    async def _queue_length(self) -> int:
        looked, count = self._waiting
        if time.monotonic() - looked > 2.0 or not looked:
            self._waiting = (time.monotonic(), count)  # one look for all who come meanwhile
            count = await self.account.waiting(QUEUE, patience=_ACCEPT_PATIENCE)
            self._waiting = (time.monotonic(), count)
        return count

    def _expected(self, waiting: int, *, heavy: bool) -> float:
        return waiting * self._seconds / self._slots if heavy else 0.0

    # --- Working ---

    async def work(self, message: bytes, *, give_up: bool = False) -> None:
        """Do the job of a message.

        Args:
            message: As it was put into the queue.
            give_up: True for a message of the poison queue: the person is told, and nothing else is tried.

        Raises:
            JobNotDone: it has to come again.
        """
        pointer = Pointer.unpack(message)
        if pointer is None:
            _log.error("message of a foreign form dropped")
            return
        try:
            await self._work(pointer, give_up=give_up)
        except StorageAway as away:
            raise JobNotDone(away.code) from None

    async def _work(self, pointer: Pointer, *, give_up: bool) -> None:
        if not pointer.heavy or give_up:
            await self._take(pointer, give_up=give_up)
            return
        async with self._slot(pointer) as has_slot:
            if has_slot:
                await self._take(pointer, give_up=False)
            else:
                later = Pointer(pointer.lane, pointer.name, pointer.town, True, pointer.deferred + 1)
                await self.account.put(QUEUE, later.pack(), delay=min(30.0, 1.0 + pointer.deferred))

    async def _take(self, pointer: Pointer, *, give_up: bool) -> None:
        """Take a job, do it, and close its record."""
        owner = secrets.token_hex(8)
        while True:
            began = time.monotonic()
            row = await self.account.row(TABLE, pointer.lane, pointer.name)
            if row is None or row.text("state") == "done":
                return
            begun = int(row.values.get("attempts") or 0)
            if row.text("owner") == owner:
                # Taken by us, but the answer was lost.
                begun, etag = begun - 1, row.etag
                break
            if row.text("state") == "working" and row.age <= self.expires:
                # Its owner lives, or died a moment ago: somebody looks again when the lease is over.
                await self.account.put(QUEUE, pointer.pack(), delay=self.expires - row.age + 1.0)
                return
            taken = {"state": "working", "owner": owner, "attempts": begun + 1}
            etag = await self.account.merge(TABLE, pointer.lane, pointer.name, taken, row.etag)
            if etag is not None:
                break
        give_up = give_up or begun >= self._attempts or self._age(row) > _LATEST_SECONDS
        job, note = await self._opened(pointer, row)
        last = begun + 1 >= self._attempts
        turn = _Turn(
            self, pointer, owner, etag, note, last=last or give_up, began=began, age=self._age(row), attempt=begun + 1
        )
        if wish := row.text("stop"):
            turn.stop = Stop(wish)
        if job is not None:
            await self._do(job, turn, give_up=give_up)
        # What was content goes now; the empty record stays for a while, so that a repetition is known.
        with contextlib.suppress(JobLost):
            await turn.change({"state": "done", "box": b"", "note": b"", "blob": False}, final=True)
        if row.values.get("blob"):
            await self.account.remove(CONTAINER, _blob(pointer))

    async def _do(self, job: Job, turn: _Turn, *, give_up: bool) -> None:
        """Do a job while somebody tends its lease. Raises `JobNotDone`."""
        me = asyncio.current_task()
        assert me is not None
        tending = asyncio.create_task(turn.tend())
        try:
            await (self._worker.give_up if give_up else self._worker.perform)(job, turn)
        except JobLost:
            raise JobNotDone("lost") from None
        except asyncio.CancelledError:
            if not turn.lost:
                raise
            me.uncancel()
            raise JobNotDone("lost") from None
        except Exception as error:  # the message may hold what a person wrote
            code = getattr(error, "code", type(error).__name__)
            _log.warning("job not done: %s", code)
            with contextlib.suppress(JobLost):
                # Whoever comes next need not wait for the lease to end.
                await turn.change({"state": "new"}, final=True)
            raise JobNotDone(str(code)) from None
        finally:
            tending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await tending

    async def _opened(self, pointer: Pointer, row: Row) -> tuple[Job | None, bytes]:
        """What a record holds: the job and the note. No job when it cannot be opened."""
        bound = (pointer.town, pointer.lane, pointer.name)
        sealed = row.binary("box")
        if row.values.get("blob"):
            sealed = await self.account.download(CONTAINER, _blob(pointer)) or b""
        try:
            payload = self.keys.open(sealed, "job", *bound)
        except EnvelopeBroken:
            _log.error("job cannot be opened; it was changed, or its key is gone")
            return None, b""
        note = row.binary("note")
        try:
            opened = self.keys.open(note, "note", *bound) if note else b""
        except EnvelopeBroken:
            opened = b""
        return Job(pointer.name, pointer.lane, pointer.town, payload, pointer.heavy), opened

    # --- Sharing the model ---

    @asynccontextmanager
    async def _slot(self, pointer: Pointer) -> AsyncGenerator[bool]:
        """A place among all jobs that ask a model; False when none is free for this tenant."""
        ends = time.monotonic() + self._patience
        while True:
            place, wait = await self._find_slot(pointer.town)
            if place or not wait or time.monotonic() > ends:
                break
            await asyncio.sleep(0.5)
        if not place:
            yield False
            return

        async def tend() -> None:
            while True:
                await asyncio.sleep(self.lease / 3)
                with contextlib.suppress(StorageAway):
                    await self.account.merge(TABLE, _SLOTS, place, {"town": pointer.town}, "*")

        tending = asyncio.create_task(tend())
        try:
            yield True
        finally:
            tending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await tending
            # What cannot be given back is free again when its lease is over.
            with contextlib.suppress(StorageAway):
                await self.account.drop(TABLE, _SLOTS, place)

    async def _find_slot(self, town: str) -> tuple[str, bool]:
        """A free place, now taken; empty when there is none, and then whether one may become free soon."""
        shared = self._share < self._slots
        taken = await self._taken()
        if len(self._held(taken, town)) >= self._share:
            return "", not shared
        for number in range(self._slots):
            place = f"{number:03}"
            old = taken.get(place)
            if old is None:
                got = await self.account.insert(TABLE, _SLOTS, place, {"town": town}) is not None
            else:
                got = old.age > self.expires and bool(
                    await self.account.merge(TABLE, _SLOTS, place, {"town": town}, old.etag)
                )
            if not got:
                continue
            # Others may have taken places since the look: whoever came last stands back.
            if shared and place not in self._held(await self._taken(), town)[: self._share]:
                await self.account.drop(TABLE, _SLOTS, place)
                return "", False
            return place, False
        return "", True

    async def _taken(self) -> dict[str, Row]:
        rows = self.account.rows(TABLE, f"PartitionKey eq '{_SLOTS}'", "town")
        return {row.text("RowKey"): row async for row in rows}

    def _held(self, taken: dict[str, Row], town: str) -> list[str]:
        """The places that a tenant holds, the oldest first."""
        held = [(place, row) for place, row in taken.items() if row.age <= self.expires and row.text("town") == town]
        return [place for place, _ in sorted(held, key=lambda one: -one[1].age)]

    # --- Sweeping ---

    async def sweep(self) -> None:
        """Once a minute: find jobs whose process died or whose message was lost, and delete what is too old.

        Raises:
            JobNotDone: the storage cannot be reached.
        """
        try:
            async for row in self.account.rows(TABLE, "", "state", "town", "heavy", "attempts", "since"):
                if row.text("PartitionKey") != _SLOTS:
                    await self._swept(row)
            for name, age in await self.account.blobs(CONTAINER):
                if age > _KEPT_SECONDS:
                    await self.account.remove(CONTAINER, name)
        except StorageAway as away:
            raise JobNotDone(away.code) from None

    async def _swept(self, row: Row) -> None:
        pointer = Pointer(row.text("PartitionKey"), row.text("RowKey"), row.text("town"), bool(row.values.get("heavy")))
        state, place = row.text("state"), (pointer.lane, pointer.name)
        if self._age(row) > _KEPT_SECONDS:
            if state != "done":
                _log.error("job given up unanswered after an hour")
            await self.account.drop(TABLE, *place, row.etag)
            return
        young: dict[str, Any] = {"state": "new"}
        if state == "working" and row.age > self.expires:
            # Its owner, should it still be there, loses it with this.
            young["owner"] = ""
        elif state != "new" or row.age <= _UNTAKEN_SECONDS:
            return
        # Writing makes it young again, so that a long queue does not grow with every sweep.
        if await self.account.merge(TABLE, *place, young, row.etag) is not None:
            await self.account.put(QUEUE, pointer.pack())

    def _age(self, row: Row) -> float:
        """Seconds since a job was accepted, by the storage's clock."""
        return self.account.now - float(row.values.get("since") or self.account.now)


def _blob(pointer: Pointer) -> str:
    return f"auftraege/{pointer.lane}/{pointer.name}"
