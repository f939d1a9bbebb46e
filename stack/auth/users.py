"""Users and their identities: rows of auth.users and auth.identities, and the JSON that clients know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.types.json import Jsonb

from stack.auth.database import Connection, rows_of
from stack.auth.errors import AuthError

__all__ = [
    "Factor",
    "Identity",
    "NewUser",
    "User",
    "add_identity",
    "by_email",
    "by_id",
    "change_email",
    "confirm_email",
    "create",
    "create_with_email",
    "email_claims",
    "factors_of",
    "identities_of",
    "mark_email_identity",
    "merge_metadata",
    "move_email_identity",
    "normalise_email",
    "now",
    "preview_of",
    "profile_of",
    "timestamp",
    "update",
    "update_sign_in",
]

# of a platform that serves many projects from one database; here always this one
INSTANCE = UUID(int=0)

# what the HTML standard takes for a valid address
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
EMAIL_MAX_LENGTH = 255


@dataclass(slots=True, kw_only=True)
class User:
    """A row of auth.users, as far as the protocol needs it."""

    id: UUID
    aud: str | None
    role: str | None
    email: str | None
    encrypted_password: str | None
    email_confirmed_at: datetime | None
    invited_at: datetime | None
    confirmation_token: str | None
    confirmation_sent_at: datetime | None
    recovery_token: str | None
    recovery_sent_at: datetime | None
    email_change_token_new: str | None
    email_change_token_current: str | None
    email_change: str | None
    email_change_sent_at: datetime | None
    email_change_confirm_status: int
    reauthentication_token: str | None
    reauthentication_sent_at: datetime | None
    last_sign_in_at: datetime | None
    raw_app_meta_data: dict[str, Any] | None
    raw_user_meta_data: dict[str, Any] | None
    created_at: datetime | None
    updated_at: datetime | None
    phone: str | None
    phone_confirmed_at: datetime | None
    confirmed_at: datetime | None
    banned_until: datetime | None
    is_sso_user: bool
    deleted_at: datetime | None
    is_anonymous: bool

    @property
    def is_banned(self) -> bool:
        """Whether a ban is running."""
        return self.banned_until is not None and self.banned_until > now()


@dataclass(slots=True, kw_only=True)
class Identity:
    """A row of auth.identities."""

    id: UUID
    provider_id: str
    user_id: UUID
    identity_data: dict[str, Any]
    provider: str
    last_sign_in_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    email: str | None

    def to_json(self) -> dict[str, Any]:
        """`id` is the provider's, `identity_id` ours."""
        return {
            "identity_id": str(self.id),
            "id": self.provider_id,
            "user_id": str(self.user_id),
            "identity_data": self.identity_data,
            "provider": self.provider,
            **stamps(self, ("last_sign_in_at", "created_at", "updated_at")),
            **({"email": self.email} if self.email else {}),
        }


@dataclass(slots=True, kw_only=True)
class Factor:
    """A row of auth.mfa_factors."""

    id: UUID
    user_id: UUID
    friendly_name: str | None
    factor_type: str
    status: str
    secret: str | None
    created_at: datetime
    updated_at: datetime
    last_challenged_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """What its owner may see; the secret only at enrolment."""
        return {
            "id": str(self.id),
            **({"friendly_name": self.friendly_name} if self.friendly_name else {}),
            "factor_type": self.factor_type,
            "status": self.status,
            **stamps(self, ("created_at", "updated_at", "last_challenged_at")),
        }


@dataclass(slots=True, kw_only=True)
class NewUser:
    """What makes a user. A hash of '' lets nobody in by password."""

    email: str | None
    password_hash: str
    aud: str
    role: str
    user_metadata: Mapping[str, Any]
    app_metadata: Mapping[str, Any]
    id: UUID | None = None
    invited: bool = False
    banned_until: datetime | None = None
    is_anonymous: bool = False


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, as the real server writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def stamps(row: object, names: Iterable[str]) -> dict[str, str]:
    """The moments that have come, by name."""
    return {name: timestamp(moment) for name in names if (moment := getattr(row, name)) is not None}


def profile_of(user: User, identities: Sequence[Identity] | None, factors: Sequence[Factor] = ()) -> dict[str, Any]:
    """The user as JSON. `identities` None is for admin lists; `factors` is absent when there are none."""
    return {
        "id": str(user.id),
        "aud": user.aud or "",
        "role": user.role or "",
        "email": user.email or "",
        "phone": user.phone or "",
        **({"new_email": user.email_change} if user.email_change else {}),
        **stamps(
            user,
            (
                "email_confirmed_at",
                "invited_at",
                "phone_confirmed_at",
                "confirmation_sent_at",
                "confirmed_at",
                "recovery_sent_at",
                "email_change_sent_at",
                "reauthentication_sent_at",
                "last_sign_in_at",
            ),
        ),
        "app_metadata": user.raw_app_meta_data or {},
        "user_metadata": user.raw_user_meta_data or {},
        **({"factors": [factor.to_json() for factor in factors]} if factors else {}),
        "identities": None if identities is None else [identity.to_json() for identity in identities],
        **stamps(user, ("created_at", "updated_at", "banned_until", "deleted_at")),
        "is_anonymous": user.is_anonymous,
    }


def normalise_email(email: str) -> str:
    """The address in lower case; refuses what can't be one."""
    if len(email) > EMAIL_MAX_LENGTH or not EMAIL.fullmatch(email):
        raise AuthError(400, "validation_failed", "Unable to validate email address: invalid format")
    return email.lower()


def merge_metadata(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    """Top-level keys of new over old; null deletes."""
    return {name: value for name, value in {**(old or {}), **new}.items() if value is not None}


async def one(db: Connection, query: LiteralString, parameter: UUID | str, *, lock: bool) -> User | None:
    """The user that a query finds, locked until the transaction ends if asked."""
    async with db.cursor(row_factory=rows_of(User)) as cursor:
        await cursor.execute(f"{query} for update" if lock else query, (parameter,))
        return await cursor.fetchone()


async def by_id(db: Connection, user_id: UUID, *, lock: bool = False) -> User | None:
    """The user with an id."""
    return await one(db, "select * from auth.users where id = %s", user_id, lock=lock)


async def by_email(db: Connection, email: str, *, lock: bool = False) -> User | None:
    """The user with an address in lower case, those of single sign-on excepted. Nobody else makes one while it is locked."""
    if lock:
        await db.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (email,))
    return await one(db, "select * from auth.users where email = %s and not is_sso_user", email, lock=lock)


async def create(db: Connection, new: NewUser) -> User:
    """Inserts a user, unconfirmed. The triggers on auth.users run here, in the caller's transaction."""
    async with db.cursor(row_factory=rows_of(User)) as cursor:
        await cursor.execute(
            """
            insert into auth.users (
              instance_id, id, aud, role, email, encrypted_password, invited_at,
              confirmation_token, recovery_token, email_change_token_new, email_change,
              raw_app_meta_data, raw_user_meta_data, created_at, updated_at, banned_until, is_anonymous
            )
            values (
              %(instance)s, %(id)s, %(aud)s, %(role)s, %(email)s, %(password_hash)s,
              case when %(invited)s then now() end,
              '', '', '', '', %(app_metadata)s, %(user_metadata)s, now(), now(), %(banned_until)s, %(is_anonymous)s
            )
            returning *
            """,
            {
                "instance": INSTANCE,
                "id": new.id or uuid4(),
                "aud": new.aud,
                "role": new.role,
                "email": new.email,
                "password_hash": new.password_hash,
                "invited": new.invited,
                "app_metadata": Jsonb(dict(new.app_metadata)),
                "user_metadata": Jsonb(dict(new.user_metadata)),
                "banned_until": new.banned_until,
                "is_anonymous": new.is_anonymous,
            },
        )
        row = await cursor.fetchone()
    assert row is not None
    return row


async def create_with_email(db: Connection, new: NewUser) -> User:
    """Inserts a user with an identity by e-mail, whose data are copied into user_metadata."""
    user = await create(db, new)
    data = {**new.user_metadata, **email_claims(user)}
    await add_identity(db, user, "email", str(user.id), data)
    return await update(db, user, raw_user_meta_data=data)


async def update(db: Connection, user: User, **values: Any) -> User:
    """Sets columns of a user, who is locked; gives the row as it is then."""
    adapted = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in values.items()}
    assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in adapted]
    query = sql.SQL("update auth.users set {}, updated_at = now() where id = %(id)s returning *")
    async with db.cursor(row_factory=rows_of(User)) as cursor:
        await cursor.execute(query.format(sql.SQL(", ").join(assignments)), {**adapted, "id": user.id})
        row = await cursor.fetchone()
    assert row is not None
    return row


async def update_sign_in(db: Connection, user: User) -> User:
    """Notes the moment of a sign-in."""
    return await update(db, user, last_sign_in_at=now())


async def confirm_email(db: Connection, user: User) -> User:
    """Marks the address as proved, here and in the metadata that clients read. Nobody with one is anonymous."""
    return await update(
        db,
        user,
        email_confirmed_at=user.email_confirmed_at or now(),
        confirmation_token="",
        is_anonymous=user.is_anonymous and not user.email,
        raw_user_meta_data=merge_metadata(user.raw_user_meta_data, {"email_verified": True}),
    )


async def add_identity(
    db: Connection, user: User, provider: str, provider_id: str, data: Mapping[str, Any]
) -> Identity:
    """Records one more way to sign in, and lists the provider in app_metadata."""
    async with db.cursor(row_factory=rows_of(Identity)) as cursor:
        await cursor.execute(
            """
            insert into auth.identities (
              provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
            )
            values (%s, %s, %s, %s, now(), now(), now())
            returning *
            """,
            (provider_id, user.id, Jsonb(dict(data)), provider),
        )
        row = await cursor.fetchone()
    assert row is not None
    return row


async def change_email(db: Connection, user: User, email: str) -> User:
    """Gives a user a proved new address, here and in the identity by e-mail, which is made where there was none.

    Who was anonymous is so no longer.
    """
    user = await update(
        db,
        user,
        email=email,
        email_change="",
        email_change_confirm_status=0,
        email_confirmed_at=now(),
        raw_user_meta_data=merge_metadata(user.raw_user_meta_data, {"email": email, "email_verified": True}),
    )
    if any(identity.provider == "email" for identity in await identities_of(db, user)):
        await move_email_identity(db, user, email)
        await mark_email_identity(db, user)
    else:
        data = {"sub": str(user.id), "email": email, "email_verified": True, "phone_verified": False}
        await add_identity(db, user, "email", str(user.id), data)
    if user.is_anonymous:
        listed = {"provider": "email", "providers": ["email"]}
        user = await update(
            db, user, is_anonymous=False, raw_app_meta_data={**(user.raw_app_meta_data or {}), **listed}
        )
    return user


def email_claims(user: User) -> dict[str, Any]:
    """What an identity by e-mail says, while unproved."""
    return {"sub": str(user.id), "email": user.email, "email_verified": False, "phone_verified": False}


def preview_of(new: NewUser) -> dict[str, Any]:
    """A user as JSON that isn't stored: what a hook is asked about, and what a prying stranger is told."""
    return {
        "id": str(new.id),
        "aud": new.aud,
        "role": new.role,
        "email": new.email or "",
        "phone": "",
        "app_metadata": dict(new.app_metadata),
        "user_metadata": dict(new.user_metadata),
        "identities": [],
        "created_at": timestamp(now()),
        "updated_at": timestamp(now()),
        "is_anonymous": new.is_anonymous,
    }


async def move_email_identity(db: Connection, user: User, email: str) -> None:
    """Gives the identity by e-mail a new address."""
    await db.execute(
        """
        update auth.identities
        set identity_data = identity_data || jsonb_build_object('email', %s::text), updated_at = now()
        where user_id = %s and provider = 'email'
        """,
        (email, user.id),
    )


async def mark_email_identity(db: Connection, user: User) -> None:
    """Says of the identity by e-mail that its box has answered."""
    await db.execute(
        """
        update auth.identities
        set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
        where user_id = %s and provider = 'email' and email = %s
        """,
        (user.id, user.email),
    )


async def identities_of(db: Connection, user: User) -> list[Identity]:
    """A user's identities, oldest first."""
    async with db.cursor(row_factory=rows_of(Identity)) as cursor:
        await cursor.execute(
            "select * from auth.identities where user_id = %s order by created_at, id",
            (user.id,),
        )
        return await cursor.fetchall()


async def factors_of(db: Connection, user: User) -> list[Factor]:
    """A user's second factors, oldest first."""
    async with db.cursor(row_factory=rows_of(Factor)) as cursor:
        await cursor.execute(
            "select * from auth.mfa_factors where user_id = %s order by created_at, id",
            (user.id,),
        )
        return await cursor.fetchall()
