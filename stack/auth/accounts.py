"""Which user somebody is whom a provider vouches for: known there already, found by a verified address, or new."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from stack.auth import audit, hooks, letters, sessions, users
from stack.auth.database import Connection, rows_of
from stack.auth.errors import AuthError
from stack.auth.mails import Letter
from stack.auth.providers import Person
from stack.auth.requests import Client
from stack.auth.server import Server
from stack.auth.users import Identity, NewUser, User

__all__ = ["check_linking", "link", "of_person", "unlink"]


async def identity_of(db: Connection, provider: str, subject: str) -> Identity | None:
    """The identity of a provider's person."""
    async with db.cursor(row_factory=rows_of(Identity)) as cursor:
        await cursor.execute(
            "select * from auth.identities where provider = %s and provider_id = %s for update", (provider, subject)
        )
        return await cursor.fetchone()


async def of_person(
    server: Server, db: Connection, provider: str, person: Person, client: Client, redirect: str
) -> tuple[User, Letter | None]:
    """The user, made if need be; with a letter when the address must be confirmed first.

    An address links only if the provider has verified it. Whoever had signed up with it before without proving it loses
    the password and sessions: they may be a stranger's who waited for the owner.
    """
    identity = await identity_of(db, provider, person.subject)
    if identity:
        user = await users.by_id(db, identity.user_id, lock=True)
        assert user is not None
        await db.execute(
            """
            update auth.identities set identity_data = identity_data || %s, last_sign_in_at = now(), updated_at = now()
            where id = %s
            """,
            (Jsonb(dict(person.claims)), identity.id),
        )
        return user, None
    if not person.email:
        raise AuthError(
            422, "provider_email_needs_verification", f"Error getting user email from external provider {provider}"
        )
    email = users.normalise_email(person.email)
    user = await users.by_email(db, email, lock=True)
    if user and person.email_verified:
        if user.email_confirmed_at is None:
            user = await disown(db, user)
        return await attach(db, user, provider, person), None
    if user:
        raise AuthError(422, "email_exists", "A user with this email address has already been registered")
    if server.settings.disable_signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")
    user = await newcomer(server, db, provider, person, email, client)
    if person.email_verified or server.settings.mailer_autoconfirm:
        return await users.confirm_email(db, user), None
    return await letters.confirmation(server, db, user, redirect, None)


async def newcomer(server: Server, db: Connection, provider: str, person: Person, email: str, client: Client) -> User:
    """A new user with the profile that the provider tells, and no password."""
    new = NewUser(
        id=uuid4(),
        email=email,
        password_hash="",
        aud=server.settings.jwt_aud,
        role=server.settings.jwt_default_group_name,
        user_metadata=dict(person.claims),
        app_metadata={"provider": provider, "providers": [provider]},
    )
    await hooks.before_user_created(db, server.settings, users.preview_of(new), client)
    user = await users.create(db, new)
    await users.add_identity(db, user, provider, person.subject, person.claims)
    await audit.record(db, "user_signedup", client, user, {"provider": provider})
    return user


async def disown(db: Connection, user: User) -> User:
    """Takes away what somebody set who never proved the address."""
    await sessions.end(db, user.id)
    await db.execute("delete from auth.mfa_factors where user_id = %s", (user.id,))
    await db.execute("delete from auth.one_time_tokens where user_id = %s", (user.id,))
    await db.execute("delete from auth.identities where user_id = %s", (user.id,))
    user = await users.update(
        db,
        user,
        encrypted_password="",
        confirmation_token="",
        recovery_token="",
        email_change="",
        raw_app_meta_data={**(user.raw_app_meta_data or {}), "providers": []},
        raw_user_meta_data={},
    )
    return await users.confirm_email(db, user)


async def attach(db: Connection, user: User, provider: str, person: Person) -> User:
    """Adds an identity to a user; the user's own metadata win over the provider's."""
    await users.add_identity(db, user, provider, person.subject, person.claims)
    return await users.update(
        db,
        user,
        raw_user_meta_data={**person.claims, **(user.raw_user_meta_data or {})},
        raw_app_meta_data=await providers_listed(db, user),
    )


async def providers_listed(db: Connection, user: User) -> dict[str, Any]:
    """app_metadata with the providers that the user has now."""
    names = list(dict.fromkeys(identity.provider for identity in await users.identities_of(db, user)))
    kept = user.raw_app_meta_data or {}
    first = kept.get("provider")
    return {**kept, "provider": first if first in names else names[0], "providers": names}


def check_linking(server: Server) -> None:
    """Refuses where linking is switched off."""
    if not server.settings.security_manual_linking_enabled:
        raise AuthError(404, "manual_linking_disabled", "Manual linking is disabled")


async def link(db: Connection, user_id: UUID, provider: str, person: Person, client: Client) -> User:
    """Adds an identity to the user who asked for it."""
    user = await users.by_id(db, user_id, lock=True)
    if user is None:
        raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
    if await identity_of(db, provider, person.subject):
        raise AuthError(422, "identity_already_exists", "Identity is already linked to another user")
    if user.is_anonymous:
        user = await introduce(db, user, provider, person)
    user = await attach(db, user, provider, person)
    await audit.record(db, "identity_linked", client, user, {"provider": provider})
    return user


async def introduce(db: Connection, user: User, provider: str, person: Person) -> User:
    """Gives an anonymous user the address that a provider has verified; without one it may not stay."""
    if not person.email or not person.email_verified:
        raise AuthError(422, "email_not_confirmed", f"Unverified email with {provider}")
    email = users.normalise_email(person.email)
    if await users.by_email(db, email):
        raise AuthError(422, "email_exists", "A user with this email address has already been registered")
    return await users.confirm_email(db, await users.update(db, user, email=email))


async def unlink(db: Connection, user: User, identity_id: UUID, client: Client) -> None:
    """Takes an identity away, but not the last one. Without the one by e-mail there is no password either."""
    identities = await users.identities_of(db, user)
    leaving = next((identity for identity in identities if identity.id == identity_id), None)
    if leaving is None:
        raise AuthError(422, "identity_not_found", "Identity doesn't exist")
    if len(identities) == 1:
        raise AuthError(422, "single_identity_not_deletable", "User must have at least 1 identity after unlinking")
    await db.execute("delete from auth.identities where id = %s", (leaving.id,))
    values: dict[str, Any] = {"raw_app_meta_data": await providers_listed(db, user)}
    if leaving.provider == "email":
        values["encrypted_password"] = ""
    staying = [identity for identity in identities if identity is not leaving]
    # the address goes with its identity where another one's, and only a verified one, can take its place
    verified = [each.email for each in staying if each.email and each.identity_data.get("email_verified")]
    if leaving.email == user.email and verified and user.email not in {each.email for each in staying}:
        if await users.by_email(db, verified[0]):
            raise AuthError(
                422, "email_conflict_identity_not_deletable", "Unable to unlink identity due to email conflict"
            )
        values["email"] = verified[0]
    await users.update(db, user, **values)
    await audit.record(db, "identity_unlinked", client, user, {"provider": leaving.provider})
