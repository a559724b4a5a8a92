"""The yardstick of `benchmarks.bot_turns`: a bare botbuilder echo bot that sends one card a turn.

As the SDK's own samples have it, on Starlette: its adapter, its JSON, its transport, no authentication.
"""

from typing import Any

from botbuilder.core import ActivityHandler, CardFactory, CloudAdapterBase, MessageFactory, TurnContext
from botbuilder.schema import Activity
from botframework.connector.auth import BotFrameworkAuthenticationFactory
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class EchoBot(ActivityHandler):
    """Says what it was told, on a card."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Send one card."""
        body = [{"type": "TextBlock", "text": turn_context.activity.text, "wrap": True}]
        card = {"type": "AdaptiveCard", "version": "1.5", "body": body}
        await turn_context.send_activity(MessageFactory.attachment(_cards.adaptive_card(card)))


# The SDK has no annotations here.
_adapter: Any = CloudAdapterBase(BotFrameworkAuthenticationFactory.create())
_cards: Any = CardFactory
_activities: Any = Activity
_bot = EchoBot()


async def messages(request: Request) -> Response:
    """POST /api/messages."""
    activity = _activities().deserialize(await request.json())
    await _adapter.process_activity(request.headers.get("authorization") or "", activity, _bot.on_turn)
    return Response(status_code=200)


app = Starlette(routes=[Route("/api/messages", messages, methods=["POST"])])
