"""What /functions/v1/openapi.json says of every operation alike: keys, tokens, the book, and the one shape of refusals."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict

__all__ = ["OPEN", "describe", "refused"]

# what is asked without a key: links in mails and pictures, and calls that are signed
OPEN: dict[str, Any] = {"security": []}

ABOUT = """Files, sign-in by username, and long work. Rows are at /rest/v1, sessions at /auth/v1.

Every refusal is `{code, message, details, hint}`; `details` is a stable code, explained in sql/ERRORS.md."""

KEY = {"type": "apiKey", "in": "header", "name": "apikey", "description": "The project's publishable or secret key."}

WHY = {
    400: "What was sent could not be read.",
    401: "Nobody is signed in, or the session is over.",
    402: "A plan is needed.",
    403: "One's role is too low.",
    404: "There is no such thing, or not in this book.",
    408: "It took too long to arrive.",
    409: "Something stands in the way.",
    413: "It is too large.",
    415: "It is of a kind that is not taken.",
    416: "The file is not that long.",
    422: "A rule is broken.",
    429: "Too many at once, or in a minute.",
    503: "A part is away or busy: try again after `Retry-After` seconds.",
}


class Refusal(BaseModel):
    """Why not, in the shape of PostgREST's errors."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "PT404",
                "message": "There is no such task of yours.",
                "details": "tasks.missing",
                "hint": "List them at /rest/v1/tasks.",
            }
        }
    )

    code: str
    message: str
    details: str | None
    hint: str | None


REFUSAL = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}


def refused(*refusals: str) -> dict[int | str, dict[str, Any]]:
    """The responses of an operation that is refused for these reasons, each `404 tasks.missing`."""
    reasons: dict[int, list[str]] = {}
    for refusal in refusals:
        status, _, details = refusal.partition(" ")
        reasons.setdefault(int(status), []).extend([f"`{details}`"] if details else [])
    return {
        # not as a model: where an operation answers with a page, FastAPI would have this be one too
        status: {"description": " ".join([WHY[status], ", ".join(details)]).strip(), "content": REFUSAL}
        for status, details in sorted(reasons.items())
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The description, made once: every operation needs a key but those that are open, and with the token both."""
    if not app.openapi_schema:
        described = get_openapi(
            title=app.title, version=app.version, description=ABOUT, routes=app.routes, servers=app.servers
        )
        described["components"]["securitySchemes"]["apikey"] = KEY
        described["security"] = [{"apikey": []}]
        described["components"]["schemas"]["Refusal"] = Refusal.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            described["components"]["schemas"].pop(name, None)
        for verbs in described["paths"].values():
            for operation in verbs.values():
                # FastAPI's own word for what is a 400 here
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
                if operation.get("security"):
                    operation["security"] = [{"apikey": []} | operation["security"][0]]
        app.openapi_schema = described
    return app.openapi_schema
