"""The link in a digest that ends them: by one click in a mail program (RFC 8058), or on a page with a button."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from edge_api.description import OPEN, refused
from edge_api.errors import EdgeError
from edge_api.pages import language_of, page

__all__ = ["router", "sign"]

Token = Annotated[str, Query(max_length=200, description="The end of the link in a digest.")]

router = APIRouter(tags=["mail"], responses=refused("404 mails.link_malformed"))

ASK = '<p>{question}</p><form method="post"><button>{button}</button></form>'


class Words(NamedTuple):
    """What the two pages say."""

    heading: str
    question: str
    button: str
    done: str
    meaning: str


WORDS = {
    "en": Words(
        heading="Weekly digest",
        question="No more weekly digests by mail?",
        button="Stop them",
        done="Done",
        meaning="You get no more weekly digests. You can have them again any time: see notifications in the settings.",
    ),
    "de": Words(
        heading="Wochenübersicht",
        question="Keine Wochenübersichten mehr per Mail?",
        button="Nicht mehr schicken",
        done="Erledigt",
        meaning="Du bekommst keine Wochenübersichten mehr. Ändern kannst du das jederzeit: unter Benachrichtigungen in den "
        "Einstellungen.",
    ),
    "es": Words(
        heading="Resumen semanal",
        question="¿No recibir más resúmenes semanales por correo?",
        button="No recibir más",
        done="Hecho",
        meaning="Ya no recibirás resúmenes semanales. Puedes volver a recibirlos cuando quieras: mira las notificaciones en los "
        "ajustes.",
    ),
    "fr": Words(
        heading="Résumé de la semaine",
        question="Ne plus recevoir de résumés par mail ?",
        button="Ne plus recevoir",
        done="C'est fait",
        meaning="Vous ne recevrez plus de résumés. Vous pouvez changer cela à tout moment : voyez les notifications dans les "
        "réglages.",
    ),
}


def sign(user_id: str, secret: str) -> str:
    """The token of somebody's links. It holds for ever, as old mails do, and allows nothing but to end their digests."""
    told = hmac.new(secret.encode(), f"unsubscribe/{user_id}".encode(), sha256).hexdigest()
    return f"{user_id}.{told}"


def reader(request: Request, token: Token) -> UUID:
    user_id = token.partition(".")[0]
    if not hmac.compare_digest(token.encode(), sign(user_id, request.app.state.link_secret).encode()):
        raise EdgeError(404, "mails.link_malformed", "There is nothing behind this link.", "Copy all of it.")
    return UUID(user_id)


@router.get("/unsubscribe", response_class=HTMLResponse, openapi_extra=OPEN)
async def ask(request: Request, token: Token) -> str:
    """A page that asks. Programs that follow the links of a mail to look at them end nothing."""
    reader(request, token)
    words = WORDS[language_of(request)]
    return page(request, words.heading, ASK.format(question=words.question, button=words.button))


@router.post("/unsubscribe", response_class=HTMLResponse, openapi_extra=OPEN)
async def unsubscribe(request: Request, token: Token) -> str:
    """Ends the digests of whom the link was made for. Once more is as good."""
    user_id = reader(request, token)
    async with request.app.state.database.connection() as connection:
        await connection.execute("set local role service_role")
        await connection.execute("select private.stop_digests(%s)", [user_id])
    words = WORDS[language_of(request)]
    return page(request, words.done, f"<p>{words.meaning}</p>")
