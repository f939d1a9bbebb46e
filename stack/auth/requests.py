"""What a request tells: who sends it, from where, and the bodies it may carry."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator

__all__ = ["Body", "Client", "ClientOf", "Flag", "Metadata", "Text", "client_of"]

# far more than anybody needs, and far from where Python gives up
DEPTH = 100
# as JSON writes it, and not a backslash before what looks like it
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Body(BaseModel):
    """A JSON object. Unknown members are ignored; null stands for absent; strings are strings and nothing else.

    What is no JSON or what Postgres can't store is refused here, before anybody is looked for: NaN, NUL, half a
    surrogate pair, and what is nested too deeply. So nobody learns by it whether an address has a user.
    """

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def storable(cls, value: Any) -> Any:
        """Raises ValueError for what can't be stored."""
        if is_deeper(value, DEPTH):
            raise ValueError("depth")
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
        if NUL.search(text):
            raise ValueError("NUL")
        return value


def is_deeper(value: Any, levels: int) -> bool:
    """Whether a value of JSON has more levels than so many."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(is_deeper(member, levels - 1) for member in members)


Text = Annotated[StrictStr | None, Field(default=None)]
Flag = Annotated[StrictBool | None, Field(default=None)]
Metadata = Annotated[dict[str, Any] | None, Field(default=None)]


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from."""

    address: str | None
    user_agent: str


def client_of(request: Request) -> Client:
    """The sender. X-Forwarded-For counts only from this machine's gateway, and of it only what the gateway added."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip() if is_loopback(peer) else ""
    address = forwarded or peer
    return Client(address if is_address(address) else None, request.headers.get("user-agent", "")[:1024])


def is_loopback(text: str) -> bool:
    """Whether a text is an address of this machine."""
    return is_address(text) and ipaddress.ip_address(text).is_loopback


def is_address(text: str | None) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text or "")
    except ValueError:
        return False
    return True


ClientOf = Annotated[Client, Depends(client_of)]
