"""Signing in, and what people say about themselves."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from operations.household import Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


def somebody() -> dict[str, Any]:
    """What a registration sends."""
    name = f"u{uuid4().hex[:12]}"
    return {
        "email": f"{name}@example.com",
        "password": "Countess-1815",
        "options": {"data": {"name": "Ada", "username": name, "currency": "EUR"}},
    }


@pytest.fixture
def visitor(home: Household) -> Any:
    """An app that nobody is signed in to."""
    return home.app()


@operation(
    "Auth: Register",
    javascript="supabase.auth.signUp({ email: new_email, password: new_password, "
    "options: { data: { name: 'Ada', username: new_username, currency: 'EUR', timezone: 'Europe/Berlin' } } })",
    curl="""auth signup -d '{"email": "'$new_email'", "password": "'$new_password'", "data": """
    """{"name": "Ada", "username": "'$new_username'", "currency": "EUR", "timezone": "Europe/Berlin"}}'""",
    refusals="422 weak_password, 422 user_already_exists, 400 validation_failed",
)
def test_registration_makes_a_profile_and_a_book(home: Household, visitor: Any, refused: Refused) -> None:
    ada = somebody()
    assert visitor.auth.sign_up(ada).session
    profile = visitor.table("profiles").select("name,username,default_book_id").single().execute().data
    assert (profile["name"], profile["username"]) == ("Ada", ada["options"]["data"]["username"])
    assert visitor.table("categories").select("*", count="exact", head=True).execute().count > 10
    refused(lambda: visitor.auth.sign_up(somebody() | {"password": "countess"}))
    refused(lambda: visitor.auth.sign_up(ada))
    refused(lambda: visitor.auth.sign_up(somebody() | {"email": "ada"}))
    # the username is the schema's to refuse
    with pytest.raises(Exception, match="taken"):
        visitor.auth.sign_up(somebody() | {"options": ada["options"]})


@operation(
    "Auth: Log in, with username or e-mail",
    javascript="supabase.functions.invoke('login', { body: { login: username, password } })"
    ".then(({ data, error }) => error ? { error } : supabase.auth.setSession(data))",
    curl="""functions login -d '{"login": "'$username'", "password": "'$password'"}'""",
    refusals="400 invalid_credentials, 400 edge.malformed, 429 over_request_rate_limit",
)
@pytest.mark.skipif("AUTH_BIN" in os.environ, reason="AUTH_BIN: the limit of wrong passwords is the stand-in's")
def test_log_in_takes_either_name(home: Household, visitor: Any, refused: Refused) -> None:
    person = home.sign_up(username=f"u{uuid4().hex[:12]}")

    def log_in(login: str, password: str = person.password) -> httpx.Response:
        return home.anonymous.post("/functions/v1/login", json={"login": login, "password": password})

    username = person.client.table("profiles").select("username").single().execute().data["username"]
    session = log_in(username).json()
    assert visitor.auth.set_session(session["access_token"], session["refresh_token"]).user.id == person.id
    assert visitor.auth.sign_in_with_password({"email": person.email, "password": person.password}).user.id == person.id
    refused(lambda: home.anonymous.post("/functions/v1/login", json={"password": "x"}))
    for _ in range(5):
        refused(lambda: log_in(username, "Wrong-horse-1"))
    refused(lambda: log_in(username))


@operation(
    "Auth: Refresh the session",
    javascript="supabase.auth.refreshSession()",
    curl="""auth 'token?grant_type=refresh_token' -d '{"refresh_token": "'$refresh_token'"}'""",
    refusals="400 refresh_token_not_found",
    alone=True,
)
def test_session_is_refreshed_by_its_latest_token(home: Household, visitor: Any, refused: Refused) -> None:
    visitor.auth.sign_up(somebody())
    before = visitor.auth.get_session()
    after = visitor.auth.refresh_session().session
    assert after.refresh_token != before.refresh_token
    assert visitor.auth.get_user(after.access_token).user.id == before.user.id
    refused(lambda: home.app().auth.refresh_session("abcdefghijkl"))


@operation(
    "Auth: Log out here, elsewhere, everywhere",
    javascript="supabase.auth.signOut({ scope: 'global' }) // or 'local', 'others'",
    curl="auth 'logout?scope=global' -X POST # or local, others",
    refusals="403 session_not_found, 403 bad_jwt",
    alone=True,
)
def test_log_out_ends_sessions_at_once(home: Household, visitor: Any, refused: Refused) -> None:
    ada = somebody()
    visitor.auth.sign_up(ada)
    other = home.app()
    other.auth.sign_in_with_password({"email": ada["email"], "password": ada["password"]})
    token = other.auth.get_session().access_token
    visitor.auth.sign_out({"scope": "others"})
    assert visitor.table("accounts").select().execute().data == []
    bearer = {"Authorization": f"Bearer {token}"}
    assert home.anonymous.get("/rest/v1/accounts", headers=bearer).status_code == 401
    refused(lambda: home.anonymous.get("/auth/v1/user", headers=bearer))
    refused(lambda: home.anonymous.post("/auth/v1/logout", headers={"Authorization": ""}))


@operation(
    "Auth: Google",
    javascript="supabase.auth.signInWithOAuth({ provider: 'google', options: { redirectTo: 'http://localhost:3000/' } })",
    curl="auth 'authorize?provider=google&redirect_to=http://localhost:3000/' -D -",
    refusals="400 validation_failed",
    curl_refused="provider is not enabled",
)
def test_google_is_asked_where_it_is_set_up(home: Household, visitor: Any, refused: Refused) -> None:
    ask_provider(home, visitor, refused, "google")


@operation(
    "Auth: Facebook",
    javascript="supabase.auth.signInWithOAuth({ provider: 'facebook', options: { redirectTo: 'http://localhost:3000/' } })",
    curl="auth 'authorize?provider=facebook&redirect_to=http://localhost:3000/' -D -",
    refusals="400 validation_failed",
    curl_refused="provider is not enabled",
)
def test_facebook_is_asked_where_it_is_set_up(home: Household, visitor: Any, refused: Refused) -> None:
    ask_provider(home, visitor, refused, "facebook")


def ask_provider(home: Household, visitor: Any, refused: Refused, provider: str) -> None:
    """The round trip itself is in tests/http/auth/test_auth_providers.py: it needs a provider that answers."""
    answer = visitor.auth.sign_in_with_oauth(
        {"provider": provider, "options": {"redirect_to": "http://localhost:3000/"}}
    )
    assert "/auth/v1/authorize?" in answer.url and f"provider={provider}" in answer.url
    refused(lambda: home.anonymous.get("/auth/v1/authorize", params={"provider": provider}))


@operation(
    "Auth: Verify the e-mail address",
    javascript="supabase.auth.verifyOtp({ email: unverified_email, token: code_for_sign_up, type: 'email' })",
    curl="""auth verify -d '{"email": "'$unverified_email'", "token": "'$code_for_sign_up'", "type": "email"}'""",
    refusals="403 otp_expired",
)
def test_address_is_verified_by_the_mailed_code(home: Household, visitor: Any, refused: Refused) -> None:
    email, code = home.given("unverified_email"), home.given("code_for_sign_up")
    wrong = "000000" if code != "000000" else "111111"
    refused(lambda: visitor.auth.verify_otp({"email": email, "token": wrong, "type": "email"}))
    session = visitor.auth.verify_otp({"email": email, "token": code, "type": "email"}).session
    assert session.user.email_confirmed_at
    refused(lambda: visitor.auth.verify_otp({"email": email, "token": code, "type": "email"}))


@operation(
    "Auth: Log in by a mailed link or code",
    javascript="supabase.auth.signInWithOtp({ email, options: { shouldCreateUser: false } })",
    curl="""auth otp -d '{"email": "'$email'", "create_user": false}'""",
    refusals="422 otp_disabled",
    alone=True,
)
def test_link_is_mailed_to_who_is_known(home: Household, visitor: Any, refused: Refused) -> None:
    person = home.sign_up()
    visitor.auth.sign_in_with_otp({"email": person.email, "options": {"should_create_user": False}})
    assert home.mails_to(person.email)
    refused(
        lambda: visitor.auth.sign_in_with_otp({"email": somebody()["email"], "options": {"should_create_user": False}})
    )


@operation(
    "Auth: Second factor, begun",
    javascript="supabase.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' })",
    curl="""auth factors -d '{"factor_type": "totp", "friendly_name": "Phone"}'""",
    refusals="422 mfa_factor_name_conflict",
    alone=True,
)
def test_second_factor_is_enrolled(home: Household, visitor: Any, refused: Refused) -> None:
    visitor.auth.sign_up(somebody())
    factor = {"factor_type": "totp", "friendly_name": "Phone"}
    assert visitor.auth.mfa.enroll(factor).totp.uri.startswith("otpauth://totp/")
    refused(lambda: visitor.auth.mfa.enroll(factor))


@operation(
    "Users: Me",
    javascript="supabase.from('profiles').select().eq('id', user_id).single()",
    curl='rest "profiles?id=eq.$user_id"',
    refusals="401 42501",
)
def test_profile_is_seen_by_oneself(home: Household, refused: Refused) -> None:
    me = home.client.table("profiles").select().eq("id", home.person.id).single().execute().data
    assert me["default_book_id"] == home.book_id and me["is_active"]
    refused(lambda: home.anonymous.get("/rest/v1/profiles"))


@operation(
    "Users: Change me",
    javascript="supabase.from('profiles').update({ name: 'Ada King', locale: 'de' }).eq('id', user_id).select()",
    curl="""rest "profiles?id=eq.$user_id" -X PATCH -d '{"name": "Ada King", "locale": "de"}'""",
    refusals="400 23514, 409 23505, 403 42501",
)
def test_profile_is_changed_but_for_its_standing(home: Household, refused: Refused) -> None:
    taken = home.sign_up(username=f"u{uuid4().hex[:12]}").client.table("profiles").select("username").single()
    profiles = home.client.table("profiles")

    def change(**values: Any) -> Any:
        return profiles.update(values).eq("id", home.person.id).execute().data

    assert change(name="Ada King")[0]["name"] == "Ada King"
    refused(lambda: change(name="A"))
    refused(lambda: change(username=taken.execute().data["username"].upper()))
    refused(lambda: change(is_active=True))


@operation(
    "Users: Change my password",
    javascript="supabase.auth.updateUser({ password: new_password, current_password: password })",
    curl="""auth user -X PUT -d '{"password": "'$new_password'", "current_password": "'$password'"}'""",
    refusals="400 current_password_invalid, 422 same_password, 422 weak_password",
    alone=True,
)
def test_password_is_changed_by_who_knows_it(home: Household, visitor: Any, refused: Refused) -> None:
    ada = somebody()
    visitor.auth.sign_up(ada)

    def change(password: str, current: str = ada["password"]) -> Any:
        return visitor.auth.update_user({"password": password, "current_password": current})

    refused(lambda: change("Better-horse-2", "Wrong-horse-1"))
    refused(lambda: change(ada["password"]))
    refused(lambda: change("horse"))
    change("Better-horse-2")
    assert home.app().auth.sign_in_with_password({"email": ada["email"], "password": "Better-horse-2"}).session


@operation(
    "Users: Ask for a new password",
    javascript="supabase.auth.resetPasswordForEmail(email)",
    curl="""auth recover -d '{"email": "'$email'"}'""",
    refusals="429 over_email_send_rate_limit, 400 validation_failed",
    alone=True,
)
def test_reset_is_mailed_and_tells_nobody_who_is_known(home: Household, visitor: Any, refused: Refused) -> None:
    person = home.sign_up()
    visitor.auth.reset_password_for_email(person.email)
    assert home.mails_to(person.email)
    refused(lambda: [visitor.auth.reset_password_for_email(person.email) for _ in range(9)])
    refused(lambda: visitor.auth.reset_password_for_email("ada"))
    visitor.auth.reset_password_for_email(somebody()["email"])


@operation(
    "Users: Confirm the reset; then change the password",
    javascript="supabase.auth.verifyOtp({ email: forgetful_email, token: code_for_reset, type: 'recovery' })",
    curl="""auth verify -d '{"email": "'$forgetful_email'", "token": "'$code_for_reset'", "type": "recovery"}'""",
    refusals="403 otp_expired",
)
def test_reset_is_confirmed_by_the_mailed_code_once(home: Household, visitor: Any, refused: Refused) -> None:
    email, code = home.given("forgetful_email"), home.given("code_for_reset")
    visitor.auth.verify_otp({"email": email, "token": code, "type": "recovery"})
    # who came by a code may have forgotten the old one
    visitor.auth.update_user({"password": "Better-horse-2"})
    assert home.app().auth.sign_in_with_password({"email": email, "password": "Better-horse-2"}).session
    refused(lambda: home.app().auth.verify_otp({"email": email, "token": code, "type": "recovery"}))


@operation(
    "Users: Delete me, within 5 minutes of a sign-in with the password",
    javascript="supabase.rpc('request_account_deletion', { confirmation: 'DELETE' })",
    curl="""rest rpc/request_account_deletion -d '{"confirmation": "DELETE"}'""",
    refusals="422 profiles.confirmation_missing, 409 profiles.owns_shared_books",
    alone=True,
)
def test_deletion_is_asked_for_by_the_typed_word(home: Household, refused: Refused) -> None:
    person, owner = home.sign_up(), Household(home.sign_up, home.db, home.env)
    assert owner.viewer

    def leave(client: Any, word: str = "DELETE") -> Any:
        return client.rpc("request_account_deletion", {"confirmation": word}).execute().data

    refused(lambda: leave(person.client, "delete"))
    refused(lambda: leave(owner.client))
    assert leave(person.client)["kind"] == "export"
