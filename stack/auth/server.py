"""What every endpoint works with, made once a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from stack.auth import passwords
from stack.auth.database import Database
from stack.auth.keys import Keys
from stack.auth.limits import Failures, Spacing
from stack.auth.mails import Mailer
from stack.auth.providers import Providers
from stack.auth.settings import Settings

__all__ = ["Server", "ServerOf"]


@dataclass(frozen=True, slots=True)
class Server:
    """Settings, database, keys, limits, mail and providers."""

    settings: Settings
    database: Database
    keys: Keys
    sign_in_failures: Failures
    code_failures: Failures
    unknown_addresses: Spacing
    mailer: Mailer
    providers: Providers

    @classmethod
    def from_settings(cls, settings: Settings) -> Server:
        """A server that has not yet connected."""
        # made now, so that the first to ask for nobody waits no longer than for somebody
        passwords.decoy(settings.password_hash_cost)
        return cls(
            settings=settings,
            database=Database(settings.db_database_url, settings.db_max_pool_size),
            keys=Keys(settings),
            sign_in_failures=Failures(settings.rate_limit_sign_in_failures, settings.rate_limit_sign_in_window),
            code_failures=Failures(settings.rate_limit_code_failures, settings.rate_limit_sign_in_window),
            unknown_addresses=Spacing(settings.mail_spacing),
            mailer=Mailer(settings),
            providers=Providers(settings),
        )


def server_of(request: Request) -> Server:
    """The server that a request came to."""
    server: Server = request.app.state.server
    return server


ServerOf = Annotated[Server, Depends(server_of)]
