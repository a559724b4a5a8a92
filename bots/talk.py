"""What the bot does with a message, a button or an installation: what it can decide at once, and what it orders.

Knows no HTTP. Every text goes through the assistant; this module reads none of them. Carrying out is `bots.work`.
"""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import assistant.path as path
from assistant.examples import Example
from bots import cards, words
from bots.activity import Inbound, fields
from bots.cards import Card
from bots.chat import CARD_TYPE
from bots.connector import Connector, ConnectorError
from bots.orders import Address, Kind, Order
from bots.port import AssistantPort, Drawer, Town
from bots.seal import SealBroken, Sealed, Sealer, SealExpired
from bots.work import Last, verdict
from entra.gate import Person
from jobs.port import Job, Jobs, Outcome, Receipt, Stop
from writers.port import TaskKind

_log = logging.getLogger("amtsklar.bots")
# Teams gives an invoke five seconds; a message extension repeats it after that.
_INVOKE_WAIT = 3.8
_PRESS_REMEMBERED = 15.0
# Teams sends both announcements of one installation within seconds.
_INSTALLATION = 10.0
# A shorter wait is not worth a message of its own, in seconds.
_WORTH_SAYING = 30.0
_STRUCTURE = re.compile(r"<(?:li|table|tr|h[1-6]|blockquote|pre)\b", re.IGNORECASE)
_TASKS = {"einfacher": TaskKind.EINFACH, "kuerzer": TaskKind.KUERZER}
_LEVELS = {task.value: task for task in (TaskKind.BUERGERNAH, TaskKind.EINFACH, TaskKind.KUERZER)}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a button answers at once: a sentence, or a card in place of the one that was pressed."""

    text: str = ""
    card: Card | None = None


class Talk:
    """The bot's side of the conversation. Holds no text between two activities, except sealed."""

    def __init__(
        self,
        *,
        assistant: AssistantPort,
        connector: Connector,
        jobs: Jobs,
        town: Town,
        text_of_html: Callable[[str], str],
        sealer: Sealer,
        drawer: Drawer,
        with_files: bool = False,
        wait: float = 8.0,
    ) -> None:
        self._assistant = assistant
        self._connector = connector
        self._jobs = jobs
        self._town = town
        self._text_of_html = text_of_html
        self._sealer = sealer
        self._drawer = drawer
        self._with_files = with_files
        self._wait = wait

    async def welcome(self, inbound: Inbound) -> Outcome:
        """Greet after an installation. Teams announces one in two ways; one welcome is enough."""
        card = cards.welcome(self._town, self._examples(3), in_group=not inbound.is_personal)
        order = Order(
            Kind.SAY,
            Address.of(inbound),
            Person(inbound.tenant_id, ""),
            card=card,
            summary="Amtsklar stellt sich vor",
        )
        receipt = await self._jobs.accept(self._job(inbound, order, "welcome"), wait=self._wait, remember=_INSTALLATION)
        return receipt.outcome

    async def message(self, inbound: Inbound, person: Person) -> Outcome:
        """Take a message, or a button that came as one. Never raises for what goes wrong on the way."""
        if inbound.value is not None and not inbound.text:
            order = await self._pressed_message(inbound, person)
        elif inbound.is_personal or inbound.mentioned:
            order = await self._message(inbound, person)
        else:
            order = None
        if order is None:
            return Outcome.DONE
        order = await self._considered(order)
        receipt = await self._jobs.accept(self._job(inbound, order, inbound.id), wait=self._wait)
        if receipt.outcome in (Outcome.BUSY, Outcome.AWAY):
            await self._say_at_once(inbound, words.BUSY if receipt.outcome is Outcome.BUSY else words.AWAY)
        await self._say_wait(inbound, receipt)
        return receipt.outcome

    async def forget(self, inbound: Inbound, person: Person) -> None:
        """Drop what is kept of a message that its author changed or deleted, and end the work on it."""
        reason = Stop.DELETED if inbound.type == "messageDelete" else Stop.EDITED
        if inbound.id and inbound.conversation_id:
            await self._jobs.stop(_lane(inbound, person), inbound.id, reason)
        if gone := await self._drawer.forget(_origin(inbound, person)):
            _log.info("forgotten with their message: %d", gone)

    async def invoke(self, inbound: Inbound, person: Person) -> Mapping[str, Any] | None:
        """The body that answers an invoke; None for one that we do not know."""
        match inbound.name:
            case "adaptiveCard/action":
                return await self._execute(inbound, person)
            case "message/submitAction":
                self._assistant.feedback(person, _reaction(inbound))
                return {}
            case "fileConsent/invoke":
                return await self._consent(inbound, person)
            case "composeExtension/fetchTask":
                return await self._open_dialog(inbound, person)
            case "composeExtension/submitAction":
                return await self._submit_dialog(inbound, person)
            case _:
                return None

    async def _message(self, inbound: Inbound, person: Person) -> Order | None:
        """What a message asks for."""

        def say(text: str) -> Order:
            return Order(Kind.SAY, address, person, text=text)

        def show(card: Card, summary: str) -> Order:
            return Order(Kind.SAY, address, person, card=card, summary=summary)

        address = Address.of(inbound)
        text = await self._text(inbound)
        if inbound.recordings:
            return show(cards.notice(*words.RECORDING), "Tonaufnahmen sind nicht erlaubt")
        if not text:
            return say(words.ONLY_QUOTATION if inbound.quoted else _nothing_to_read(inbound))
        match words.command(text):
            case None:
                pass
            case words.Command.RULES:
                return show(cards.rules_card(self._town), "Die Regeln der Dienstanweisung")
            case words.Command.EXAMPLES:
                return show(cards.examples_card(self._examples(6)), "Beispiele zum Anklicken")
            case words.Command.LETTER:
                return show(await self._letter_form(person), "Brief entwerfen")
            case words.Command.STOP:
                return say(await self._stop(inbound, person))
            case command:
                return show(cards.help_card(self._town, words.LEADS[command]), "So arbeiten Sie mit Amtsklar")
        text = words.without_prefix(text)
        if len(text) > self._town.text_limit:
            card = cards.notice("Der Text ist zu lang", words.too_long(len(text), self._town.text_limit))
            return show(card, "Der Text ist zu lang")
        notes = words.left_out(inbound.pictures, inbound.files)
        if inbound.quoted:
            notes = (words.QUOTATION, *notes)
        request = path.Request(person, TaskKind.BUERGERNAH, text)
        return Order(
            Kind.WRITE,
            address,
            person,
            request=request,
            notes=notes,
            in_chat=True,
            origin=_origin(inbound, person),
        )

    async def _pressed_message(self, inbound: Inbound, person: Person) -> Order | None:
        """What a button asks for that came as a message, which leaves no other way to answer than one."""
        try:
            reply = await self._press(inbound, person, inbound.value or {})
        except Exception as error:  # the message may hold what a person wrote
            _log.error("button failed: %s", type(error).__name__)
            reply = Reply(words.APOLOGY)
        if isinstance(reply, Order):
            return reply
        address = Address.of(inbound)
        if reply.card is not None:
            return Order(Kind.SAY, address, person, card=reply.card, summary="Antwort von Amtsklar")
        return Order(Kind.SAY, address, person, text=reply.text) if reply.text else None

    async def _considered(self, order: Order) -> Order:
        """The order, or its refusal: where jobs rest outside of this process, nothing that may not be written does."""
        if order.request is None or not self._jobs.durable:
            return order
        against = await self._assistant.consider(order.request)
        if against is None:
            return order
        card, summary = verdict(against, self._town, in_chat=order.in_chat)
        return Order(Kind.SAY, order.address, order.person, card=card, summary=summary)

    def _job(self, inbound: Inbound, order: Order, key: str) -> Job:
        heavy = order.request is not None and self._assistant.asks_model
        return Job(key, _lane(inbound, order.person), order.person.tenant_id, order.pack(), heavy)

    async def _stop(self, inbound: Inbound, person: Person) -> str:
        """End the person's work in this chat. Returns what to say."""
        ended = await self._jobs.stop(_lane(inbound, person), "", Stop.ASKED)
        return words.ENDED if ended else words.NOTHING_TO_END

    async def _say_at_once(self, inbound: Inbound, text: str) -> None:
        """Say something without a job, because none could be had."""
        try:
            await Address.of(inbound).chat(self._connector).say(text)
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)

    async def _say_wait(self, inbound: Inbound, receipt: Receipt) -> None:
        """Say how long it will take, where it takes long."""
        if receipt.outcome is not Outcome.RUNNING or receipt.wait < _WORTH_SAYING:
            return
        chat = Address.of(inbound).chat(self._connector)
        try:
            await chat.post(chat.card(cards.queued(words.expected(receipt.wait)), "Ihr Text ist angekommen"), once=True)
        except ConnectorError as error:
            _log.info("wait not told: status=%d code=%s", error.status, error.code)

    async def _text(self, inbound: Inbound) -> str:
        """The text of a message. The formatted form counts when it holds lists or tables, which the plain one loses."""
        # The plain form holds the quotation of a reply without any mark, so a reply is read from the formatted one.
        if inbound.html and (inbound.quoted or _STRUCTURE.search(inbound.html)):
            structured = (await asyncio.to_thread(self._text_of_html, inbound.html)).strip()
            if structured or inbound.quoted:
                return structured
        return self._assistant.with_lines(inbound.text.strip())

    async def _execute(self, inbound: Inbound, person: Person) -> Mapping[str, Any]:
        """Answer Action.Execute, and Action.Submit where a client sends it the same way."""
        action = fields(fields(inbound.value).get("action"))
        pressed = {"verb": action.get("verb"), **fields(action.get("data"))}
        reply = await self._press(inbound, person, pressed)
        if isinstance(reply, Order):
            reply = await self._start(inbound, reply, pressed)
        if reply.card is not None:
            return {"statusCode": 200, "type": CARD_TYPE, "value": reply.card}
        return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": reply.text}

    async def _press(self, inbound: Inbound, person: Person, data: Mapping[str, Any]) -> Reply | Order:
        """What a button says, or what it orders."""
        if data.get("v") != cards.VERSION:
            return Reply(words.OLD_CARD)
        match data.get("verb"):
            case "pruefen":
                return await self._admit_again(person)
            case "brief":
                return Reply(card=await self._letter_form(person))
            case "beispiele":
                return Reply(card=cards.examples_card(self._examples(6)))
            case "regeln":
                return Reply(card=cards.rules_card(self._town))
            case "abbrechen":
                return Reply(await self._stop(inbound, person))
            case "beispiel":
                return self._try_example(inbound, person, data)
            case "entwerfen":
                return self._draft(inbound, person, data)
            case "einfacher" | "kuerzer" | "original" | "kopieren" | "datei" | "nochmal" as verb:
                return await self._with_text(inbound, person, verb, data)
            case _:
                return Reply(words.UNKNOWN_BUTTON)

    async def _admit_again(self, person: Person) -> Reply:
        admission = await self._assistant.admission(person, again=True)
        if admission.allowed:
            return Reply(card=cards.notice(*words.ADMITTED, good=True))
        return Reply(f"Es hat sich noch nichts geändert. {admission.title}")

    async def _letter_form(self, person: Person) -> Card:
        admission = await self._assistant.admission(person, TaskKind.BRIEF)
        if not admission.allowed:
            return cards.refused(admission, self._town, nothing_processed=False)
        return cards.letter_form(self._town)

    def _try_example(self, inbound: Inbound, person: Person, data: Mapping[str, Any]) -> Reply | Order:
        example = next((e for e in self._assistant.examples() if e.id == data.get("id")), None)
        if example is None:
            return Reply(words.OLD_CARD)
        what = "Stichpunkte" if example.task is TaskKind.BRIEF else "Ausgangstext"
        return Order(
            Kind.WRITE,
            Address.of(inbound),
            person,
            request=path.Request(person, example.task, example.text, example.letter_kind),
            before=f"{example.title}. {what}:\n\n{example.text}",
        )

    def _draft(self, inbound: Inbound, person: Person, data: Mapping[str, Any]) -> Reply | Order:
        notes, kind = _entered(data, "stichpunkte"), _entered(data, "art")
        if not notes:
            return Reply("Bitte schreiben Sie Stichpunkte in das Formular, bevor Sie den Entwurf anfordern.")
        if kind not in {key for key, _ in self._town.letter_kinds}:
            return Reply(words.OLD_CARD)
        form = {"recipient": _entered(data, "empfaenger"), "deadline": words.german_date(_entered(data, "frist"))}
        filled = {name: value for name, value in form.items() if value}
        request = path.Request(person, TaskKind.BRIEF, notes, kind, filled)
        return Order(Kind.WRITE, Address.of(inbound), person, request=request)

    async def _with_text(self, inbound: Inbound, person: Person, verb: str, data: Mapping[str, Any]) -> Reply | Order:
        """The buttons that need the texts behind a card."""
        try:
            opened, origin = await self._opened(data, person)
        except _SealMissing:
            return Reply(words.SEAL_MISSING)
        except SealBroken:
            return Reply(words.SEAL_BROKEN)
        except SealExpired:
            return Reply(words.SEAL_EXPIRED)
        address = Address.of(inbound)
        if verb in _TASKS:
            request = path.Request(person, _TASKS[verb], opened.source)
            return Order(Kind.WRITE, address, person, request=request, origin=origin)
        if verb == "nochmal":
            letter, form, origin = cast(tuple[str, dict[str, str], str], json.loads(opened.result))
            request = path.Request(person, TaskKind(opened.task), opened.source, letter, form)
            return Order(Kind.WRITE, address, person, request=request, origin=origin)
        admission = await self._assistant.admission(person)
        if not admission.allowed:
            return Reply(card=cards.refused(admission, self._town, nothing_processed=False))
        if verb == "datei":
            if not self._with_files:
                return Reply(words.UNKNOWN_BUTTON)
            if not inbound.is_personal:
                return Reply(words.FILE_PERSONAL)
            return Order(Kind.OFFER, address, person, text=opened.result, by_model=opened.by_model, origin=origin)
        text = opened.source if verb == "original" else opened.result
        return Order(Kind.SAY, address, person, text=text)

    async def _opened(self, data: Mapping[str, Any], person: Person) -> tuple[Sealed, str]:
        """What a button or a consent leads to, and the origin of it. Raises what is wrong with the seal."""
        number, seal, origin = data.get("nr"), data.get("siegel"), ""
        if isinstance(number, str):
            seal, origin = await self._drawer.get(number)
        if not isinstance(seal, str) or not seal:
            raise _SealMissing
        return self._sealer.open(seal, person), origin

    async def _consent(self, inbound: Inbound, person: Person) -> Mapping[str, Any]:
        """What a person answered to the question for a file. Teams gives this five seconds, too."""
        value = fields(inbound.value)
        context, target = fields(value.get("context")), fields(value.get("uploadInfo"))
        key = _fingerprint(person, {"frage": inbound.reply_to or _entered(target, "uploadUrl") or inbound.id})
        address = Address.of(inbound)

        def say(text: str) -> Order:
            return Order(Kind.SAY, address, person, text=text, question=inbound.reply_to)

        if value.get("action") != "accept":
            order = say(words.FILE_DECLINED)
        elif not self._with_files or context.get("v") != cards.VERSION:
            order = say(words.OLD_CARD)
        else:
            try:
                opened, _ = await self._opened(context, person)
            except SealExpired:
                order = say(words.FILE_LATE)
            except (_SealMissing, SealBroken):
                order = say(words.SEAL_BROKEN)
            else:
                names = ("uploadUrl", "name", "contentUrl", "uniqueId", "fileType")
                order = Order(
                    Kind.UPLOAD,
                    address,
                    person,
                    text=opened.result,
                    by_model=opened.by_model,
                    target={name: _entered(target, name) for name in names},
                    question=inbound.reply_to,
                )
        receipt = await self._jobs.accept(self._job(inbound, order, key), wait=_INVOKE_WAIT)
        if receipt.outcome in (Outcome.BUSY, Outcome.AWAY):
            await self._say_at_once(inbound, words.BUSY if receipt.outcome is Outcome.BUSY else words.AWAY)
        return {}

    async def _start(self, inbound: Inbound, order: Order, data: Mapping[str, Any]) -> Reply:
        """Have done what a button ordered. A second press within a few seconds does nothing."""
        offers = order.kind is Kind.OFFER
        order = await self._considered(order)
        job = self._job(inbound, order, _fingerprint(order.person, data))
        receipt = await self._jobs.accept(job, wait=_INVOKE_WAIT, remember=_PRESS_REMEMBERED)
        if offers and receipt.outcome is Outcome.DONE:
            return Reply(words.FILE_OFFERED)
        return Reply(words.PRESSED[receipt.outcome])

    async def _open_dialog(self, inbound: Inbound, person: Person) -> Mapping[str, Any]:
        admission = await self._assistant.admission(person)
        if not admission.allowed:
            return _dialog(cards.refused(admission, self._town, nothing_processed=False))
        return _dialog(cards.dialog_form(await self._message_text(inbound)))

    async def _message_text(self, inbound: Inbound) -> str:
        """The text of the message that the action was called on; empty when it was called on none."""
        body = fields(fields(fields(inbound.value).get("messagePayload")).get("body"))
        content = body.get("content")
        if not isinstance(content, str):
            return ""
        if body.get("contentType") == "html":
            content = await asyncio.to_thread(self._text_of_html, content)
        return content.strip()

    async def _submit_dialog(self, inbound: Inbound, person: Person) -> Mapping[str, Any]:
        data = fields(fields(inbound.value).get("data"))
        if data.get("v") != cards.VERSION:
            return _dialog_text(words.OLD_CARD)
        if data.get("verb") == "pruefen":
            reply = await self._admit_again(person)
            return _dialog(reply.card) if reply.card else _dialog_text(reply.text)
        text, task = _entered(data, "text"), _LEVELS.get(_entered(data, "stufe"))
        if not text or task is None:
            return _dialog_text("Es ist kein Text angekommen. Bitte öffnen Sie die Aktion noch einmal.")
        order = Order(Kind.DIALOG, Address.of(inbound), person, request=path.Request(person, task, text))
        if self._jobs.durable and (against := await self._assistant.consider(path.Request(person, task, text))):
            return _dialog(self._dialog_card(against))
        job = self._job(inbound, order, _fingerprint(person, data))
        receipt = await self._jobs.accept(job, wait=_INVOKE_WAIT, remember=_PRESS_REMEMBERED)
        if receipt.outcome in (Outcome.BUSY, Outcome.AWAY):
            return _dialog_text(words.BUSY if receipt.outcome is Outcome.BUSY else words.AWAY)
        if receipt.answer is not None:
            return _dialog(self._dialog_card(cast(Last, receipt.answer)))
        return _dialog_text(words.COMES_IN_CHAT)

    def _dialog_card(self, last: Last) -> Card:
        """The result in a dialog, which has no buttons: Teams knows no Action.Execute there."""
        if isinstance(last, path.Answer):
            # Teams shows its AI label on messages alone, so the dialog says it itself.
            return cards.answer(last, None, (words.AI_MADE,))
        return verdict(last, self._town, in_chat=False)[0]

    def _examples(self, count: int) -> tuple[Example, ...]:
        """Some examples, of different tasks first."""
        by_task: dict[TaskKind, Example] = {}
        for example in self._assistant.examples():
            by_task.setdefault(example.task, example)
        first = list(by_task.values())
        rest = [example for example in self._assistant.examples() if example not in first]
        return tuple([*first, *rest][:count])


class _SealMissing(Exception):
    """A button or a consent carried no seal."""


def _dialog(card: Card) -> Mapping[str, Any]:
    value = {
        "title": "Amtsklar",
        "height": "large",
        "width": "large",
        "card": {"contentType": CARD_TYPE, "content": card},
    }
    return {"task": {"type": "continue", "value": value}}


def _dialog_text(text: str) -> Mapping[str, Any]:
    return {"task": {"type": "message", "value": text}}


def _entered(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def _reaction(inbound: Inbound) -> str:
    """The thumb of a feedback form; the words beside it are not read."""
    action = (inbound.value or {}).get("actionValue")
    return _entered(cast("Mapping[str, Any]", action), "reaction") if isinstance(action, Mapping) else ""


def _fingerprint(person: Person, data: Mapping[str, Any]) -> str:
    """Names one press of one button, without holding anything of it."""
    digest = hashlib.sha256(person.object_id.encode())
    for name in sorted(data):
        digest.update(f"\0{name}\0{data[name]}".encode())
    return f"press|{digest.hexdigest()}"


def _lane(inbound: Inbound, person: Person) -> str:
    """Names a person's work in one chat."""
    return f"{person.tenant_id}|{person.object_id}|{inbound.conversation_id}"


def _origin(inbound: Inbound, person: Person) -> str:
    """Names a person's message, so that what was made of it can be forgotten with it."""
    return f"{person.object_id}|{inbound.conversation_id}|{inbound.id}" if inbound.id else ""


def _nothing_to_read(inbound: Inbound) -> str:
    if inbound.files:
        return words.FILE
    if inbound.pictures:
        return words.PICTURE
    return words.CARD if inbound.cards else words.EMPTY
