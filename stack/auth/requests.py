"""What a request tells: who sends it, from where, and the bodies it may carry."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

__all__ = ["Body", "Client", "ClientOf", "Flag", "Metadata", "Text", "client_of"]


class Body(BaseModel):
    """A JSON object. Unknown members are ignored; null stands for absent; strings are strings and nothing else."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


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
    peer = request.client.host if request.client else None
    address = peer
    # a unix socket has no peer address
    if peer is None or peer == "" or is_loopback(peer):
        forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
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
