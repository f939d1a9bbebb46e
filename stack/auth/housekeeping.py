"""Clearing away, hourly, what no request can use any more. The audit log is kept: how long is its owner's to say."""

from __future__ import annotations

import asyncio
import logging

import psycopg

from stack.auth.server import Server

__all__ = ["clean", "repeat"]

log = logging.getLogger("stack.auth.housekeeping")

HOUR = 3600

# a refresh token that was revoked this long ago still ends its family when used; older ones are as good as unknown
STATEMENTS = (
    "delete from auth.flow_state where created_at < now() - interval '1 day'",
    "delete from auth.mfa_challenges where created_at < now() - interval '1 day'",
    "delete from auth.sessions where not_after < now() - interval '1 day'",
    """
    delete from auth.refresh_tokens as old
    where old.revoked and old.updated_at < now() - interval '30 days'
      and not exists (select from auth.refresh_tokens as child where child.parent = old.token and not child.revoked)
    """,
)


async def clean(server: Server) -> None:
    """One round. Codes and links that are past their time go too."""
    async with server.database.transaction() as db:
        for statement in STATEMENTS:
            await db.execute(statement)
        await db.execute(
            """
            with old as (
              delete from auth.one_time_tokens
              where created_at < now() at time zone 'utc' - make_interval(secs => %s)
              returning user_id, token_type
            )
            update auth.users as u
            set confirmation_token = case when t.kinds @> '{confirmation_token}' then '' else confirmation_token end,
                recovery_token = case when t.kinds @> '{recovery_token}' then '' else recovery_token end
            from (select user_id, array_agg(token_type::text) as kinds from old group by user_id) as t
            where u.id = t.user_id
            """,
            (server.settings.mailer_otp_exp,),
        )


async def repeat(server: Server) -> None:
    """A round every hour, the first after a minute."""
    await asyncio.sleep(60)
    while True:
        try:
            await clean(server)
        except psycopg.Error as error:
            log.warning("could not clear away: %s", error)
        await asyncio.sleep(HOUR)
