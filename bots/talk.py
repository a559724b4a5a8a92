"""What the bot does with a message, a button or an installation, and what it says.

Knows no HTTP. Every text goes through the assistant; this module reads none of them.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

import assistant.path as path
from assistant.examples import Example
from bots import cards, words
from bots.activity import Inbound, fields
from bots.cards import Card, Seals
from bots.chat import CARD_TYPE, Chat
from bots.connector import Activity, Connector, ConnectorError
from bots.port import AssistantPort, Town
from bots.progress import Progress
from bots.seal import Drawer, SealBroken, Sealed, Sealer, SealExpired
from entra.gate import Person
from jobs.port import Jobs, Outcome
from writers.port import TaskKind

_log = logging.getLogger("amtsklar.bots")
# Teams gives an invoke five seconds; a message extension repeats it after that.
_INVOKE_WAIT = 3.8
_PRESS_REMEMBERED = 15.0
_STRUCTURE = re.compile(r"<(?:li|table|tr|h[1-6]|blockquote|pre)\b", re.IGNORECASE)
_TASKS = {"einfacher": TaskKind.EINFACH, "kuerzer": TaskKind.KUERZER}
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LEVELS = {task.value: task for task in (TaskKind.BUERGERNAH, TaskKind.EINFACH, TaskKind.KUERZER)}

type _Last = path.Refused | path.Blocked | path.Answer | path.Failed


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
        word_file: Callable[[str], bytes] | None = None,
    ) -> None:
        self._assistant = assistant
        self._connector = connector
        self._jobs = jobs
        self._town = town
        self._text_of_html = text_of_html
        self._sealer = sealer
        self._drawer = drawer
        self._word_file = word_file

    async def welcome(self, inbound: Inbound) -> None:
        """Greet after an installation."""
        card = cards.welcome(self._town, self._examples(3), in_group=not inbound.is_personal)
        await Chat.of(self._connector, inbound).show(card, "Amtsklar stellt sich vor")

    async def message(self, inbound: Inbound, person: Person) -> None:
        """Answer a message, or a button that came as one. Never raises for what goes wrong on the way."""
        chat = Chat.of(self._connector, inbound)
        try:
            if inbound.value is not None and not inbound.text:
                reply = await self._press(chat, person, inbound.value)
                if reply.card is not None:
                    await chat.show(reply.card, "Antwort von Amtsklar")
                elif reply.text:
                    await chat.say(reply.text)
            elif chat.is_personal or inbound.mentioned:
                await self._message(chat, inbound, person)
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)
        except Exception as error:  # the message may hold what a person wrote
            _log.error("message failed: %s", type(error).__name__)
            await self._apologise(chat)

    async def busy(self, inbound: Inbound) -> None:
        """Say that a message was not worked on because too much is running."""
        try:
            await Chat.of(self._connector, inbound).say(words.BUSY)
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)

    def forget(self, inbound: Inbound, person: Person) -> None:
        """Drop what is kept of a message that its author changed or deleted."""
        if gone := self._drawer.forget(_origin(inbound, person)):
            _log.info("forgotten with their message: %d", gone)

    async def invoke(self, inbound: Inbound, person: Person) -> Mapping[str, Any] | None:
        """The body that answers an invoke; None for one that we do not know."""
        match inbound.name:
            case "adaptiveCard/action":
                return await self._execute(inbound, person)
            case "message/submitAction":
                return {}
            case "fileConsent/invoke":
                return await self._consent(inbound, person)
            case "composeExtension/fetchTask":
                return await self._open_dialog(inbound, person)
            case "composeExtension/submitAction":
                return await self._submit_dialog(inbound, person)
            case _:
                return None

    async def _message(self, chat: Chat, inbound: Inbound, person: Person) -> None:
        text = await self._text(inbound)
        if inbound.recordings:
            await chat.show(cards.notice(*words.RECORDING), "Tonaufnahmen sind nicht erlaubt")
            return
        if not text:
            await chat.say(words.ONLY_QUOTATION if inbound.quoted else _nothing_to_read(inbound))
            return
        command = words.command(text)
        if command is not None:
            await self._command(chat, person, command)
            return
        text = words.without_prefix(text)
        if len(text) > self._town.text_limit:
            card = cards.notice("Der Text ist zu lang", words.too_long(len(text), self._town.text_limit))
            await chat.show(card, "Der Text ist zu lang")
            return
        notes = words.left_out(inbound.pictures, inbound.files)
        if inbound.quoted:
            notes = (words.QUOTATION, *notes)
        request = path.Request(person, TaskKind.BUERGERNAH, text)
        await self._process(chat, request, notes=notes, in_chat=True, origin=_origin(inbound, person))

    async def _command(self, chat: Chat, person: Person, command: words.Command) -> None:
        match command:
            case words.Command.RULES:
                await chat.show(cards.rules_card(self._town), "Die Regeln der Dienstanweisung")
            case words.Command.EXAMPLES:
                await chat.show(cards.examples_card(self._examples(6)), "Beispiele zum Anklicken")
            case words.Command.LETTER:
                await chat.show(await self._letter_form(person), "Brief entwerfen")
            case _:
                await chat.show(cards.help_card(self._town, words.LEADS[command]), "So arbeiten Sie mit Amtsklar")

    async def _text(self, inbound: Inbound) -> str:
        """The text of a message. The formatted form counts when it holds lists or tables, which the plain one loses."""
        # The plain form holds the quotation of a reply without any mark, so a reply is read from the formatted one.
        if inbound.html and (inbound.quoted or _STRUCTURE.search(inbound.html)):
            structured = (await asyncio.to_thread(self._text_of_html, inbound.html)).strip()
            if structured or inbound.quoted:
                return structured
        return self._assistant.with_lines(inbound.text.strip())

    async def _process(
        self,
        chat: Chat,
        request: path.Request,
        *,
        notes: tuple[str, ...] = (),
        in_chat: bool = False,
        origin: str = "",
    ) -> None:
        """Run a request and post its one answer."""
        task = asyncio.current_task()
        assert task is not None
        progress = Progress(chat, on_stop=task.cancel)
        try:
            last = await self._run(request, progress.say)
            await progress.finish(self._answer(chat, request, last, notes, in_chat, origin))
        except asyncio.CancelledError:
            if not progress.stopped:
                raise
            task.uncancel()  # the person pressed „Beenden“: nothing more is sent
        finally:
            await progress.end()

    async def _run(self, request: path.Request, say: Callable[[str], None]) -> _Last:
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

    def _answer(
        self,
        chat: Chat,
        request: path.Request,
        last: _Last,
        notes: tuple[str, ...],
        in_chat: bool,
        origin: str = "",
    ) -> Activity:
        match last:
            case path.Answer():
                sealed = Sealed(last.source, last.text, last.task.value)
                seals = self._seals(sealed, request.person, origin)
                with_file = chat.is_personal and self._word_file is not None
                return chat.answer(cards.answer(last, seals, notes, with_file=with_file), "Ihr Text von Amtsklar")
            case path.Blocked():
                card = cards.blocked(last.screening, self._town, in_chat=in_chat)
                summary = "Diesen Text darf ich nicht verarbeiten"
            case path.Refused():
                card = cards.refused(last.admission, self._town, nothing_processed=True)
                summary = "Für Amtsklar fehlt der Zugang"
            case path.Failed():
                card = cards.notice("Das hat nicht geklappt", last.message)
                summary = "Das hat nicht geklappt"
        return chat.activity("message", summary=summary, attachments=[{"contentType": CARD_TYPE, "content": card}])

    def _seals(self, sealed: Sealed, person: Person, origin: str) -> Seals:
        return Seals(self._sealer.seal(sealed, person), lambda seal: self._drawer.put(seal, origin))

    async def _execute(self, inbound: Inbound, person: Person) -> Mapping[str, Any]:
        """Answer Action.Execute, and Action.Submit where a client sends it the same way."""
        action = fields(fields(inbound.value).get("action"))
        pressed = {"verb": action.get("verb"), **fields(action.get("data"))}
        chat = Chat.of(self._connector, inbound)
        try:
            reply = await self._press(chat, person, pressed)
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)
            reply = Reply(words.APOLOGY)
        if reply.card is not None:
            return {"statusCode": 200, "type": CARD_TYPE, "value": reply.card}
        return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": reply.text}

    async def _press(self, chat: Chat, person: Person, data: Mapping[str, Any]) -> Reply:
        """Do what a button says."""
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
            case "beispiel":
                return await self._try_example(chat, person, data)
            case "entwerfen":
                return await self._draft(chat, person, data)
            case "einfacher" | "kuerzer" | "original" | "kopieren" | "datei" as verb:
                return await self._with_text(chat, person, verb, data)
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

    async def _try_example(self, chat: Chat, person: Person, data: Mapping[str, Any]) -> Reply:
        example = next((e for e in self._assistant.examples() if e.id == data.get("id")), None)
        if example is None:
            return Reply(words.OLD_CARD)

        async def work() -> None:
            what = "Stichpunkte" if example.task is TaskKind.BRIEF else "Ausgangstext"
            await chat.say(f"{example.title}. {what}:\n\n{example.text}")
            await self._process(chat, path.Request(person, example.task, example.text, example.letter_kind))

        return await self._start(chat, person, data, work)

    async def _draft(self, chat: Chat, person: Person, data: Mapping[str, Any]) -> Reply:
        notes, kind = _entered(data, "stichpunkte"), _entered(data, "art")
        if not notes:
            return Reply("Bitte schreiben Sie Stichpunkte in das Formular, bevor Sie den Entwurf anfordern.")
        if kind not in {key for key, _ in self._town.letter_kinds}:
            return Reply(words.OLD_CARD)
        form = {"recipient": _entered(data, "empfaenger"), "deadline": words.german_date(_entered(data, "frist"))}
        filled = {name: value for name, value in form.items() if value}
        request = path.Request(person, TaskKind.BRIEF, notes, kind, filled)
        return await self._start(chat, person, data, lambda: self._process(chat, request))

    async def _with_text(self, chat: Chat, person: Person, verb: str, data: Mapping[str, Any]) -> Reply:
        """The buttons of an answer, which need the texts behind it."""
        try:
            opened, origin = self._opened(data, person)
        except _SealMissing:
            return Reply(words.SEAL_MISSING)
        except SealBroken:
            return Reply(words.SEAL_BROKEN)
        except SealExpired:
            return Reply(words.SEAL_EXPIRED)
        if verb in _TASKS:
            request = path.Request(person, _TASKS[verb], opened.source)
            return await self._start(chat, person, data, lambda: self._process(chat, request, origin=origin))
        admission = await self._assistant.admission(person)
        if not admission.allowed:
            return Reply(card=cards.refused(admission, self._town, nothing_processed=False))
        if verb == "datei":
            return await self._offer_file(chat, person, opened, origin, data)
        text = opened.source if verb == "original" else opened.result
        return await self._start(chat, person, data, lambda: chat.say(text))

    def _opened(self, data: Mapping[str, Any], person: Person) -> tuple[Sealed, str]:
        """What a button or a consent leads to, and the origin of it. Raises what is wrong with the seal."""
        number = data.get("nr")
        origin = self._drawer.origin(number) if isinstance(number, str) else ""
        seal = self._drawer.get(number) if isinstance(number, str) else data.get("siegel")
        if not isinstance(seal, str) or not seal:
            raise _SealMissing
        return self._sealer.open(seal, person), origin

    async def _offer_file(
        self, chat: Chat, person: Person, opened: Sealed, origin: str, data: Mapping[str, Any]
    ) -> Reply:
        """Ask whether the letter may go into the person's OneDrive. Teams allows files in personal chats alone."""
        word_file = self._word_file
        if word_file is None:
            return Reply(words.UNKNOWN_BUTTON)
        if not chat.is_personal:
            return Reply(words.FILE_PERSONAL)

        async def offer() -> None:
            content = await asyncio.to_thread(word_file, opened.result)
            # The consent comes back with what it needs, sealed anew, since the pressed card may be changed by then.
            sealed = Sealed("", opened.result, opened.task)
            context = {"v": cards.VERSION, **self._seals(sealed, person, origin).data()}
            await chat.ask_for_file(words.FILE_NAME, words.FILE_QUESTION, len(content), context)

        reply = await self._start(chat, person, data, offer)
        return Reply(words.FILE_OFFERED) if reply.text == words.PRESSED[Outcome.DONE] else reply

    async def _consent(self, inbound: Inbound, person: Person) -> Mapping[str, Any]:
        """What a person answered to the question for a file. Teams gives this five seconds, too."""
        value = fields(inbound.value)
        context, target = fields(value.get("context")), fields(value.get("uploadInfo"))
        chat = Chat.of(self._connector, inbound)
        key = _fingerprint(person, {"frage": inbound.reply_to or _entered(target, "uploadUrl") or inbound.id})

        async def work() -> None:
            try:
                if value.get("action") == "accept":
                    await self._upload(chat, person, context, target)
                else:
                    await chat.say(words.FILE_DECLINED)
                if inbound.reply_to:
                    await chat.remove(inbound.reply_to)
            except ConnectorError as error:
                _log.error("answer not delivered: status=%d code=%s", error.status, error.code)
            except Exception as error:  # the message may hold what a person wrote
                _log.error("file failed: %s", type(error).__name__)
                await self._apologise(chat)

        ran = await self._jobs.run(key, work, wait=_INVOKE_WAIT)
        if ran is Outcome.BUSY:
            await self.busy(inbound)
        return {}

    async def _upload(self, chat: Chat, person: Person, context: Mapping[str, Any], target: Mapping[str, Any]) -> None:
        """Write the letter's file to where the consent said, and show it. Whatever fails, the person is told."""
        if self._word_file is None or context.get("v") != cards.VERSION:
            await chat.say(words.OLD_CARD)
            return
        try:
            opened, _ = self._opened(context, person)
        except SealExpired:
            await chat.say(words.FILE_LATE)
            return
        except (_SealMissing, SealBroken):
            await chat.say(words.SEAL_BROKEN)
            return
        admission = await self._assistant.admission(person, TaskKind.BRIEF)
        if not admission.allowed:
            await chat.show(cards.refused(admission, self._town, nothing_processed=False), admission.title)
            return
        content = await asyncio.to_thread(self._word_file, opened.result)
        try:
            await self._connector.upload(_entered(target, "uploadUrl"), content, _WORD)
        except ConnectorError as error:
            _log.error("file not uploaded: status=%d code=%s", error.status, error.code)
            await chat.say(words.FILE_FAILED)
            return
        await chat.show_file(
            _entered(target, "name") or words.FILE_NAME,
            _entered(target, "contentUrl"),
            _entered(target, "uniqueId"),
            _entered(target, "fileType") or "docx",
        )

    async def _start(self, chat: Chat, person: Person, data: Mapping[str, Any], work: Callable[[], Any]) -> Reply:
        """Run what a button asked for. A second press within a few seconds does nothing."""

        async def guarded() -> None:
            try:
                await work()
            except ConnectorError as error:
                _log.error("answer not delivered: status=%d code=%s", error.status, error.code)
            except Exception as error:  # the message may hold what a person wrote
                _log.error("button failed: %s", type(error).__name__)
                await self._apologise(chat)

        key = _fingerprint(person, data)
        outcome = await self._jobs.run(key, guarded, wait=_INVOKE_WAIT, remember=_PRESS_REMEMBERED)
        return Reply(words.PRESSED[outcome])

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
        request = path.Request(person, task, text)
        outcome = _DialogOutcome()

        async def work() -> None:
            last = await self._run(request, lambda _: None)
            if outcome.awaited and not _is_long(last):
                outcome.last = last
            else:
                await self._deliver(inbound, request, last)

        ran = await self._jobs.run(_fingerprint(person, data), work, wait=_INVOKE_WAIT, remember=_PRESS_REMEMBERED)
        outcome.awaited = False
        if ran is Outcome.DONE and outcome.last is not None:
            return _dialog(self._dialog_card(outcome.last))
        return _dialog_text(words.COMES_IN_CHAT)

    def _dialog_card(self, last: _Last) -> Card:
        """The result in a dialog, which has no buttons: Teams knows no Action.Execute there."""
        match last:
            case path.Answer():
                # Teams shows its AI label on messages alone, so the dialog says it itself.
                return cards.answer(last, None, (words.AI_MADE,))
            case path.Blocked():
                return cards.blocked(last.screening, self._town, in_chat=False)
            case path.Refused():
                return cards.refused(last.admission, self._town, nothing_processed=True)
            case path.Failed():
                return cards.notice("Das hat nicht geklappt", last.message)

    async def _deliver(self, inbound: Inbound, request: path.Request, last: _Last) -> None:
        """Post a late result to the person's own chat with the bot."""
        conversation = await self._connector.open_chat(
            inbound.service_url, inbound.bot_id, inbound.sender_id, request.person.tenant_id
        )
        chat = replace(
            Chat.of(self._connector, inbound), conversation_id=conversation, conversation_type="personal", reply_to=""
        )
        await chat.post(self._answer(chat, request, last, (), in_chat=False))

    def _examples(self, count: int) -> tuple[Example, ...]:
        """Some examples, of different tasks first."""
        by_task: dict[TaskKind, Example] = {}
        for example in self._assistant.examples():
            by_task.setdefault(example.task, example)
        first = list(by_task.values())
        rest = [example for example in self._assistant.examples() if example not in first]
        return tuple([*first, *rest][:count])

    async def _apologise(self, chat: Chat) -> None:
        try:
            await chat.show(cards.notice("Das hat nicht geklappt", words.APOLOGY), "Das hat nicht geklappt")
        except ConnectorError as error:
            _log.error("answer not delivered: status=%d code=%s", error.status, error.code)


class _SealMissing(Exception):
    """A button or a consent carried no seal."""


@dataclass(slots=True)
class _DialogOutcome:
    """Whether the dialog still waits, and what came in time."""

    awaited: bool = True
    last: _Last | None = None


def _is_long(last: _Last) -> bool:
    return isinstance(last, path.Answer) and len(last.text) > 6_000


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


def _fingerprint(person: Person, data: Mapping[str, Any]) -> str:
    """Names one press of one button, without holding anything of it."""
    digest = hashlib.sha256(person.object_id.encode())
    for name in sorted(data):
        digest.update(f"\0{name}\0{data[name]}".encode())
    return f"press|{digest.hexdigest()}"


def _origin(inbound: Inbound, person: Person) -> str:
    """Names a person's message, so that what was made of it can be forgotten with it."""
    return f"{person.object_id}|{inbound.conversation_id}|{inbound.id}" if inbound.id else ""


def _nothing_to_read(inbound: Inbound) -> str:
    if inbound.files:
        return words.FILE
    if inbound.pictures:
        return words.PICTURE
    return words.CARD if inbound.cards else words.EMPTY
