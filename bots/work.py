"""Carries out orders: writes, shows progress, delivers. Runs in whichever process took the job.

What comes in from Teams and what is ordered is the business of `bots.talk`.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import cast

import assistant.path as path
from bots import cards, words
from bots.cards import Seals
from bots.chat import Chat
from bots.connector import RETRIED, Activity, Connector, ConnectorError
from bots.delivery import Delivery
from bots.orders import Kind, Order
from bots.port import AssistantPort, Drawer, Town
from bots.seal import Sealed, Sealer
from jobs.port import Job, JobLost, Stop, Stopped, Turn
from writers.port import TaskKind

_log = logging.getLogger("amtsklar.bots")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The chat is closed to us; nobody would see another attempt.
_CLOSED = frozenset(
    {
        "BotDisabledByAdmin",
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ConversationNotFound",
        "ActivityNotFoundInConversation",
    }
)

type Last = path.Refused | path.Blocked | path.Answer | path.Failed


class OrderFailed(Exception):
    """An order did not succeed and may be tried again. `code` goes to the log; it holds no content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OrderWork:
    """Does the orders of one town. Implements `jobs.port.Worker`."""

    def __init__(
        self,
        *,
        assistant: AssistantPort,
        connector: Connector,
        town: Town,
        sealer: Sealer,
        drawer: Drawer,
        word_file: Callable[[str, bool], bytes] | None = None,
    ) -> None:
        self._assistant = assistant
        self._connector = connector
        self._town = town
        self._sealer = sealer
        self._drawer = drawer
        self._word_file = word_file

    async def perform(self, job: Job, turn: Turn) -> None:
        """See `jobs.port.Worker.perform`."""
        order = Order.unpack(job.payload)
        chat = order.address.chat(self._connector)
        delivery = Delivery(chat, turn)
        task = asyncio.current_task()
        assert task is not None
        try:
            if turn.stop is not None:
                raise Stopped
            await self._do(order, chat, delivery, turn)
        except (asyncio.CancelledError, Stopped):
            if turn.stop is None:
                raise
            task.uncancel()
            await self._stopped(chat, delivery, turn.stop)
        except JobLost:
            raise
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)
            await self._undelivered(error, chat, delivery, turn)
        except Exception as error:  # the message may hold what a person wrote
            code = type(error).__name__
            _log.error("order failed: kind=%s error=%s", order.kind.value, code)
            if not turn.last:
                raise OrderFailed(code) from None
            await self._tell(await self._failed(order), chat, delivery)

    async def give_up(self, job: Job, turn: Turn) -> None:
        """See `jobs.port.Worker.give_up`."""
        order = Order.unpack(job.payload)
        chat = order.address.chat(self._connector)
        delivery = Delivery(chat, turn)
        try:
            while delivery.delivered:
                delivery.skip()
            # An answer that was made but never arrived is better than an apology.
            ready = delivery.ready or chat.card(await self._failed(order), "Das hat nicht geklappt")
            await delivery.send(ready)
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)
            if _may_recover(error):
                raise OrderFailed(error.code) from None

    async def _do(self, order: Order, chat: Chat, delivery: Delivery, turn: Turn) -> None:
        match order.kind:
            case Kind.WRITE:
                if order.before:
                    await self._say(order.before, chat, delivery)
                await self._write(order, chat, delivery)
            case Kind.DIALOG:
                await self._dialog(order, chat, turn)
            case Kind.SAY:
                if order.card is not None:
                    await delivery.send(chat.card(order.card, order.summary))
                else:
                    await self._say(order.text, chat, delivery)
                await self._take_away(order, chat)
            case Kind.OFFER:
                await self._offer(order, chat)
            case Kind.UPLOAD:
                await self._upload(order, chat, delivery)
                await self._take_away(order, chat)

    async def _write(self, order: Order, chat: Chat, delivery: Delivery) -> None:
        """Run a request and post its one answer."""
        task = asyncio.current_task()
        assert task is not None and order.request is not None
        if delivery.delivered:
            delivery.skip()
            return
        progress = delivery.progress(task.cancel)
        try:
            ready = delivery.ready
            if ready is None:
                last = await self._run(order.request, progress.say)
                ready = await self._answer(chat, order, last)
            await delivery.finish(progress, ready)
        except asyncio.CancelledError:
            if not progress.stopped:
                raise
            task.uncancel()  # the person pressed „Beenden“: nothing more is sent
        finally:
            await progress.end()

    async def _dialog(self, order: Order, chat: Chat, turn: Turn) -> None:
        """Write what a dialog asked for; the result goes to the dialog if it still waits, else to the person's chat."""
        assert order.request is not None
        last: Last | None = None
        if not turn.durable:
            last = await self._run(order.request, lambda _: None)
            if not _is_long(last) and turn.answer(last):
                return
        conversation = await self._connector.open_chat(
            chat.service_url, chat.bot_id, chat.member_id, order.request.person.tenant_id
        )
        own = replace(chat, conversation_id=conversation, conversation_type="personal", reply_to="")
        delivery = Delivery(own, turn)
        if last is None:
            await self._write(order, own, delivery)
        else:
            await delivery.send(await self._answer(own, order, last))

    async def _run(self, request: path.Request, say: Callable[[str], None]) -> Last:
        """Follow the path to its end."""
        written = 0
        async with aclosing(cast("AsyncGenerator[path.Event]", self._assistant.run(request))) as events:
            async for event in events:
                match event:
                    case path.Progress():
                        say(event.text)
                    case path.Delta():
                        written += len(event.text.split())
                        if written > 20:
                            say(f"Ich schreibe. Bisher sind es etwa {written} Wörter.")
                    case path.Restart():
                        written = 0
                        say(event.reason)
                    case _:
                        return event
        return path.Failed("no_answer", words.APOLOGY)

    async def _answer(self, chat: Chat, order: Order, last: Last) -> Activity:
        if isinstance(last, path.Answer):
            sealed = Sealed(last.source, last.text, last.task.value, last.by_model)
            seals = await self._seals(sealed, order)
            with_file = chat.is_personal and self._word_file is not None
            card = cards.answer(last, seals, order.notes, with_file=with_file)
            return chat.answer(card, "Ihr Text von Amtsklar", by_model=last.by_model)
        card, summary = verdict(last, self._town, in_chat=order.in_chat)
        return chat.card(card, summary)

    async def _seals(self, sealed: Sealed, order: Order) -> Seals:
        return await Seals.of(self._sealer.seal(sealed, order.person), self._drawer, order.origin)

    async def _say(self, text: str, chat: Chat, delivery: Delivery) -> None:
        for message in chat.texts(text):
            await delivery.send(message)

    async def _offer(self, order: Order, chat: Chat) -> None:
        """Ask whether a letter may go into the person's OneDrive."""
        assert self._word_file is not None
        content = await asyncio.to_thread(self._word_file, order.text, order.by_model)
        # The consent comes back with what it needs, sealed anew, since the pressed card may be changed by then.
        seals = await self._seals(Sealed("", order.text, TaskKind.BRIEF.value, order.by_model), order)
        context = {"v": cards.VERSION, **seals.data()}
        await chat.ask_for_file(words.FILE_NAME, words.FILE_QUESTION, len(content), context)

    async def _upload(self, order: Order, chat: Chat, delivery: Delivery) -> None:
        """Write the letter's file to where the consent said, and show it. Whatever fails, the person is told."""
        assert self._word_file is not None
        shown = delivery.ready
        if shown is None and not delivery.delivered:
            admission = await self._assistant.admission(order.person, TaskKind.BRIEF)
            if not admission.allowed:
                card = cards.refused(admission, self._town, nothing_processed=False)
                await delivery.send(chat.card(card, admission.title))
                return
            content = await asyncio.to_thread(self._word_file, order.text, order.by_model)
            try:
                await self._connector.upload(order.target.get("uploadUrl", ""), content, _WORD)
            except ConnectorError as error:
                _log.error("file not uploaded: status=%d code=%s", error.status, error.code)
                await self._say(words.FILE_FAILED, chat, delivery)
                return
            shown = chat.file(
                order.target.get("name") or words.FILE_NAME,
                order.target.get("contentUrl", ""),
                order.target.get("uniqueId", ""),
                order.target.get("fileType") or "docx",
            )
        await delivery.send(shown or {})

    async def _take_away(self, order: Order, chat: Chat) -> None:
        if order.question:
            await chat.remove(order.question)

    async def _stopped(self, chat: Chat, delivery: Delivery, reason: Stop) -> None:
        """Close what stands in the chat. Where nothing stands there, an edited message alone deserves a word."""
        while delivery.delivered:
            delivery.skip()
        if delivery.opened or reason is Stop.EDITED:
            try:
                await delivery.replace(chat.texts(words.STOPPED[reason])[0])
            except ConnectorError as error:
                _log.error("answer not delivered: status=%d code=%s", error.status, error.code)

    async def _undelivered(self, error: ConnectorError, chat: Chat, delivery: Delivery, turn: Turn) -> None:
        """What to do about an answer that Teams did not take."""
        if _may_recover(error):
            if turn.durable:
                raise OrderFailed(error.code) from None
        elif error.code not in _CLOSED:
            # Teams will never take this message, so the person learns at least that there is none.
            card = cards.notice("Das hat nicht geklappt", words.NOT_TAKEN)
            await self._tell(card, chat, delivery)

    async def _tell(self, card: cards.Card, chat: Chat, delivery: Delivery) -> None:
        try:
            await delivery.replace(chat.card(card, "Das hat nicht geklappt"))
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)

    async def _failed(self, order: Order) -> cards.Card:
        """The card after the last attempt; with what was asked for sealed behind a button, where that is a text."""
        asked = order.request
        if asked is None:
            return cards.notice("Das hat nicht geklappt", words.APOLOGY)
        rest = json.dumps([asked.letter_kind, asked.fields, order.origin], ensure_ascii=False)
        seals = await self._seals(Sealed(asked.text, rest, asked.task.value), order)
        return cards.failed("Das hat nicht geklappt", words.GIVEN_UP, seals)


def verdict(last: path.Refused | path.Blocked | path.Failed, town: Town, *, in_chat: bool) -> tuple[cards.Card, str]:
    """The card of a request that brought no text, and its summary."""
    match last:
        case path.Blocked():
            return cards.blocked(last.screening, town, in_chat=in_chat), "Diesen Text darf ich nicht verarbeiten"
        case path.Refused():
            card = cards.refused(last.admission, town, nothing_processed=True)
            return card, "Für Amtsklar fehlt der Zugang"
        case path.Failed():
            return cards.notice("Das hat nicht geklappt", last.message), "Das hat nicht geklappt"


def _is_long(last: Last) -> bool:
    return isinstance(last, path.Answer) and len(last.text) > 6_000


def _may_recover(error: ConnectorError) -> bool:
    """Whether the same call may succeed later: no answer, too many, or a fault on their side."""
    return error.status == 0 or error.status in RETRIED or error.status >= 500
