"""/admin: users and the audit log as the holder of the secret key sees and changes them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from psycopg import sql
from pydantic import Field, StrictStr

from stack.auth import audit, durations, factors, one_time_tokens, passwords, sessions, users
from stack.auth.callers import AdminOf, requested_audience
from stack.auth.database import Connection, rows_of
from stack.auth.errors import AuthError
from stack.auth.requests import Body, ClientOf, Flag, Metadata, Text
from stack.auth.server import Server, ServerOf
from stack.auth.users import Factor, NewUser, User

router = APIRouter(prefix="/admin")

PER_PAGE = 50
PER_PAGE_MOST = 1000

SORTING = r"(created_at|updated_at|email|last_sign_in_at)(?:\s+((?i:asc|desc)))?"
LISTED = sql.SQL(
    """
    from auth.users
    where aud = %(aud)s
      and (
        %(pattern)s::text is null
        or email ilike %(pattern)s
        or raw_user_meta_data ->> 'full_name' ilike %(pattern)s
      )
    """
)


class UserByAdmin(Body):
    """A user to make, or what to change of one. Metadata are merged; null deletes a key."""

    id: Text
    aud: Text
    role: Text
    email: Text
    phone: Text
    password: Text
    password_hash: Text
    email_confirm: Flag
    phone_confirm: Flag
    user_metadata: Metadata
    app_metadata: Metadata
    ban_duration: Text
    nonce: Annotated[StrictStr | None, Field(default=None)]


class FactorByAdmin(Body):
    """What to change of a second factor."""

    friendly_name: Text


class Deletion(Body):
    """Softly: the row stays, with everything personal hashed or gone."""

    should_soft_delete: Flag


def ban_until(duration: str) -> datetime | None:
    """When a ban of a duration such as `24h` or `1h30m` ends; `none` lifts it."""
    if duration == "none":
        return None
    try:
        return users.now() + timedelta(seconds=durations.seconds(duration))
    except (ValueError, OverflowError) as error:
        raise AuthError(400, "validation_failed", f"invalid format for ban duration: {duration!r}") from error


async def profile(db: Connection, user: User) -> dict[str, Any]:
    """One user as JSON."""
    return users.profile_of(user, await users.identities_of(db, user), await users.factors_of(db, user))


async def existing(db: Connection, user_id: UUID) -> User:
    """The user with an id, locked; 404 user_not_found."""
    user = await users.by_id(db, user_id, lock=True)
    if user is None:
        raise AuthError(404, "user_not_found", "User not found")
    return user


async def hash_of(body: UserByAdmin, server: Server) -> str | None:
    """The hash that a request brings, or that of the password it brings."""
    if body.password and body.password_hash:
        raise AuthError(400, "validation_failed", "Only a password or a password hash should be provided")
    if body.password_hash:
        if not passwords.is_hash(body.password_hash):
            raise AuthError(400, "validation_failed", "The password hash must be a bcrypt hash")
        return body.password_hash
    return await passwords.hash_password(body.password, server.settings) if body.password else None


@router.get("/users")
async def list_users(
    request: Request,
    server: ServerOf,
    admin: AdminOf,
    page: str = "",
    per_page: str = "",
    sort: str = "",
    filter: str = "",
) -> JSONResponse:
    """A page of users, newest first; `filter` is found within the address or the full name."""
    number, size = positive(page, 1), min(positive(per_page, PER_PAGE), PER_PAGE_MOST)
    found = re.fullmatch(SORTING, sort.strip() or "created_at desc")
    if not found:
        raise AuthError(400, "validation_failed", f"Bad Sort Parameters: invalid sort {sort!r}")
    order = sql.SQL("{} {}").format(sql.Identifier(found[1]), sql.SQL((found[2] or "desc").lower()))
    audience = requested_audience(request, server.settings.jwt_aud)
    parameters = {
        "aud": audience,
        "pattern": containing(filter) if filter else None,
        "limit": size,
        "offset": (number - 1) * size,
    }
    async with server.database.transaction() as db:
        counted = await (await db.execute(sql.SQL("select count(*) as total") + LISTED, parameters)).fetchone()
        assert counted is not None
        async with db.cursor(row_factory=rows_of(User)) as cursor:
            page_of = sql.SQL(" order by {}, id limit %(limit)s offset %(offset)s").format(order)
            await cursor.execute(sql.SQL("select *") + LISTED + page_of, parameters)
            rows = await cursor.fetchall()
    return JSONResponse(
        {"users": [users.profile_of(row, None) for row in rows], "aud": audience},
        headers=paging(server, "users", number, size, int(counted["total"])),
    )


def paging(server: Server, path: str, number: int, size: int, total: int) -> dict[str, str]:
    """Headers that say where in a list a page is."""
    last = max(1, -(-total // size))
    base = f"{server.settings.api_external_url}/admin/{path}?page="
    links = [f'<{base}{number + 1}&per_page={size}>; rel="next"'] if number < last else []
    links.append(f'<{base}{last}&per_page={size}>; rel="last"')
    return {"X-Total-Count": str(total), "Link": ", ".join(links)}


def containing(text: str) -> str:
    """A pattern of texts that have another in them."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def positive(text: str, default: int) -> int:
    """A page number or size."""
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise AuthError(400, "validation_failed", "Bad Pagination Parameters: not a number")
    return int(text) or default


@router.post("/users")
async def create_user(
    body: UserByAdmin, request: Request, server: ServerOf, admin: AdminOf, client: ClientOf
) -> dict[str, Any]:
    """Makes a user, unconfirmed unless `email_confirm`. The password's strength is not judged."""
    if body.phone:
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    if not body.email:
        raise AuthError(400, "validation_failed", "Cannot create a user without either an email or phone")
    try:
        user_id = UUID(body.id) if body.id else None
    except ValueError as error:
        raise AuthError(400, "validation_failed", "ID must conform to the uuid v4 format") from error
    new = NewUser(
        id=user_id,
        email=users.normalise_email(body.email),
        password_hash=await hash_of(body, server)
        or await passwords.hash_password(passwords.random_password(), server.settings),
        aud=body.aud or requested_audience(request, server.settings.jwt_aud),
        role=body.role or server.settings.jwt_default_group_name,
        user_metadata=users.merge_metadata(None, body.user_metadata or {}),
        app_metadata={
            "provider": "email",
            "providers": ["email"],
            **users.merge_metadata(None, body.app_metadata or {}),
        },
        banned_until=ban_until(body.ban_duration) if body.ban_duration else None,
    )
    async with server.database.transaction() as db:
        user = await users.create(db, new)
        await users.add_identity(db, user, "email", str(user.id), users.email_claims(user))
        if body.email_confirm:
            user = await users.confirm_email(db, user)
        await audit.record(
            db, "user_signedup", client, None, {"user_id": str(user.id), "user_email": user.email}, actor_role=admin
        )
        return await profile(db, user)


@router.get("/users/{user_id}")
async def get_user(user_id: UUID, server: ServerOf, admin: AdminOf) -> dict[str, Any]:
    """One user."""
    async with server.database.transaction() as db:
        return await profile(db, await existing(db, user_id))


@router.put("/users/{user_id}")
async def update_user(
    user_id: UUID, body: UserByAdmin, server: ServerOf, admin: AdminOf, client: ClientOf
) -> dict[str, Any]:
    """Changes a user at once: no mail, no confirmation."""
    if body.phone:
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    if body.password:
        passwords.check_strength(body.password, server.settings)
    new_hash = await hash_of(body, server)
    values: dict[str, Any] = {}
    if body.role:
        values["role"] = body.role
    if body.aud:
        values["aud"] = body.aud
    if body.ban_duration:
        values["banned_until"] = ban_until(body.ban_duration)
    if new_hash:
        values["encrypted_password"] = new_hash
    email = users.normalise_email(body.email) if body.email else None
    async with server.database.transaction() as db:
        user = await existing(db, user_id)
        if email and email != user.email:
            values |= {"email": email, "email_change": ""}
            await users.move_email_identity(db, user, email)
            if user.is_anonymous and not user.email:
                claims = {**users.email_claims(user), "email": email}
                await users.add_identity(db, user, "email", str(user.id), claims)
        if body.user_metadata is not None:
            values["raw_user_meta_data"] = users.merge_metadata(user.raw_user_meta_data, body.user_metadata)
        if body.app_metadata is not None:
            values["raw_app_meta_data"] = users.merge_metadata(user.raw_app_meta_data, body.app_metadata)
        if values:
            user = await users.update(db, user, **values)
        if body.email_confirm:
            user = await users.confirm_email(db, user)
        if new_hash or "email" in values:
            # what was asked for with the old password, or sent to the old address
            await one_time_tokens.clear(db, user)
        if new_hash:
            await sessions.end(db, user.id)
        await audit.record(
            db, "user_modified", client, None, {"user_id": str(user.id), "user_email": user.email}, actor_role=admin
        )
        return await profile(db, user)


@router.delete("/users/{user_id}")
async def delete_user(
    user_id: UUID, server: ServerOf, admin: AdminOf, client: ClientOf, body: Deletion | None = None
) -> dict[str, Any]:
    """Deletes a user with all that belongs to it; softly, what a foreign key elsewhere refers to stays."""
    async with server.database.transaction() as db:
        user = await existing(db, user_id)
        await audit.record(
            db, "user_deleted", client, None, {"user_id": str(user.id), "user_email": user.email}, actor_role=admin
        )
        if body and body.should_soft_delete:
            await soft_delete(db, user)
        else:
            await db.execute("delete from auth.users where id = %s", (user.id,))
    return {}


@router.get("/users/{user_id}/factors")
async def list_factors(user_id: UUID, server: ServerOf, admin: AdminOf) -> list[dict[str, Any]]:
    """A user's second factors."""
    async with server.database.transaction() as db:
        return [factor.to_json() for factor in await users.factors_of(db, await existing(db, user_id))]


async def existing_factor(db: Connection, user: User, factor_id: UUID) -> Factor:
    """A factor of a user, locked; 404 mfa_factor_not_found."""
    factor = await factors.by_id(db, user, factor_id)
    if factor is None:
        raise AuthError(404, "mfa_factor_not_found", "MFA factor with specified ID not found")
    return factor


@router.put("/users/{user_id}/factors/{factor_id}")
async def update_factor(
    user_id: UUID, factor_id: UUID, body: FactorByAdmin, server: ServerOf, admin: AdminOf, client: ClientOf
) -> dict[str, Any]:
    """Gives a second factor another name."""
    async with server.database.transaction() as db:
        user = await existing(db, user_id)
        factor = await existing_factor(db, user, factor_id)
        if body.friendly_name:
            factor = await factors.rename(db, factor, factors.name_of(body.friendly_name))
        traits = {"user_id": str(user.id), "factor_id": str(factor.id)}
        await audit.record(db, "factor_updated", client, None, traits, actor_role=admin)
        return factor.to_json()


@router.delete("/users/{user_id}/factors/{factor_id}")
async def delete_factor(
    user_id: UUID, factor_id: UUID, server: ServerOf, admin: AdminOf, client: ClientOf
) -> dict[str, Any]:
    """Takes a second factor away, for somebody who has lost it. Sessions that it had raised fall to aal1."""
    async with server.database.transaction() as db:
        user = await existing(db, user_id)
        factor = await existing_factor(db, user, factor_id)
        await factors.remove(db, factor)
        traits = {"user_id": str(user.id), "factor_id": str(factor.id)}
        await audit.record(db, "factor_deleted", client, None, traits, actor_role=admin)
        return factor.to_json()


@router.get("/audit")
async def list_actions(
    server: ServerOf, admin: AdminOf, page: str = "", per_page: str = "", query: str = ""
) -> JSONResponse:
    """A page of the audit log, newest first; `query` is `author:…`, `action:…` or `type:…`, found within it."""
    number, size = positive(page, 1), min(positive(per_page, PER_PAGE), PER_PAGE_MOST)
    field, colon, sought = query.partition(":")
    if query and not colon:
        raise AuthError(400, "validation_failed", f"Invalid query format: {query}")
    async with server.database.transaction() as db:
        total, entries = await audit.listed(
            db, audit.FIELDS.get(field), containing(sought), limit=size, offset=(number - 1) * size
        )
    return JSONResponse(entries, headers=paging(server, "audit", number, size, total))


async def soft_delete(db: Connection, user: User) -> None:
    """Keeps the id, hashes the address, ends every way in."""
    if user.deleted_at is not None:
        return
    await sessions.end(db, user.id)
    await db.execute("delete from auth.one_time_tokens where user_id = %s", (user.id,))
    await db.execute("delete from auth.mfa_factors where user_id = %s", (user.id,))
    for identity in await users.identities_of(db, user):
        await db.execute(
            "update auth.identities set provider_id = %s, identity_data = '{}', updated_at = now() where id = %s",
            (hashed(user, identity.provider_id), identity.id),
        )
    await users.update(
        db,
        user,
        email=hashed(user, user.email) if user.email else None,
        phone=None,
        encrypted_password="",
        email_change="",
        confirmation_token="",
        recovery_token="",
        reauthentication_token="",
        email_change_token_new="",
        email_change_token_current="",
        raw_app_meta_data={},
        raw_user_meta_data={},
        deleted_at=users.now(),
    )


def hashed(user: User, text: str) -> str:
    """A text that nobody can read back, different for each user."""
    return hashlib.sha256(f"{user.id}{text}".encode()).hexdigest()
