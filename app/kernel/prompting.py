"""Prompt answers come before everything that only the ordinary way needs."""

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kernel.asked_format import FORMAT, format_accepted
from app.kernel.prompt import answerer_of, prompt_answer
from app.kernel.route_index import RouteIndex
from app.kernel.tabular.formats import Format


class Prompting:
    """ASGI middleware that answers what has a prompt answerer, and passes on what that cannot."""

    def __init__(self, app: ASGIApp, index: RouteIndex) -> None:
        self.app = app
        self.index = index

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            route = self.index.find(scope)
            answerer = None if route is None else answerer_of(route.endpoint)
            if getattr(route, "rows", None) is not None:
                scope[FORMAT] = format_accepted(scope)
            if answerer is not None and scope.get(FORMAT, Format.JSON) is Format.JSON:
                answer = await prompt_answer(answerer, Request(scope))
                if answer is not None:
                    await answer(scope, receive, send)
                    return
        await self.app(scope, receive, send)
