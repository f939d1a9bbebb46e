"""Proving a mailbox: by link and by code, to sign up, to sign in, to recover, to change the address."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import jwt
import pytest
from auth_people import PASSWORD, bearer, code_of
from auth_servers import Mailbox, Server, fragment, query, stand_in_alone, start_auth
from supabase_auth.errors import AuthApiError

SITE = "https://app.example.com"
Address = Callable[[], str]


def follow(link: str) -> str:
    """Where a click on a link ends."""
    answer = httpx.get(link, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def signed_up(auth: Server, email: str, **data: Any) -> dict[str, Any]:
    answer = auth.api.post("/signup", json={"email": email, "password": PASSWORD, "data": data})
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def confirmed(auth: Server, mailbox: Mailbox, email: str, **data: Any) -> dict[str, Any]:
    """The session of somebody who has just confirmed."""
    signed_up(auth, email, **data)
    body = {"type": "signup", "token_hash": mailbox.take(email).token_hash}
    answer = auth.api.post("/verify", json=body)
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def methods(token: str) -> list[str]:
    return [each["method"] for each in jwt.decode(token, options={"verify_signature": False})["amr"]]


def test_sign_up_waits_for_the_link(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    user = signed_up(auth, email)
    assert "access_token" not in user
    assert user["confirmation_sent_at"]
    assert "email_confirmed_at" not in user
    assert user["identities"][0]["identity_data"]["email_verified"] is False
    sign_in = {"email": email, "password": PASSWORD}
    assert code_of(auth.api.post("/token?grant_type=password", json=sign_in)) == (400, "email_not_confirmed")

    letter = mailbox.take(email)
    assert letter.message["To"] == email
    assert "no-reply@walletbase.test" in letter.message["From"]
    place = follow(letter.link)
    assert place.startswith(f"{SITE}#")
    told = fragment(place)
    assert list(told) == ["access_token", "expires_at", "expires_in", "refresh_token", "sb", "token_type", "type"]
    assert (told["token_type"], told["type"], told["sb"]) == ("bearer", "signup", "")
    assert methods(told["access_token"]) == ["otp"]
    me = auth.api.get("/user", headers={"Authorization": f"Bearer {told['access_token']}"}).json()
    assert me["email_confirmed_at"]
    assert me["user_metadata"]["email_verified"] is True
    assert me["identities"][0]["identity_data"]["email_verified"] is True
    assert auth.api.post("/token?grant_type=password", json=sign_in).status_code == 200


def test_code_of_six_digits_confirms_through_supabase_py(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, client = address(), auth.client()
    assert client.sign_up({"email": email, "password": PASSWORD}).session is None
    answer = client.verify_otp({"email": email, "token": mailbox.take(email).code, "type": "email"})
    assert answer.session is not None
    assert client.get_user() is not None


def test_link_and_code_work_once(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    signed_up(auth, email)
    letter = mailbox.take(email)
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda _: follow(letter.link), range(8)))
    assert sum("access_token" in fragment(place) for place in places) == 1
    told = fragment(follow(letter.link))
    assert told == {
        "error": "access_denied", "error_code": "otp_expired", "sb": "",
        "error_description": "Email link is invalid or has expired",
    }  # fmt: skip
    refused = auth.api.post("/verify", json={"type": "signup", "email": email, "token": letter.code})
    assert refused.json() == {"code": "otp_expired", "message": "Token has expired or is invalid"}
    assert refused.status_code == 403


def test_token_of_yesterday_has_expired(auth: Server, mailbox: Mailbox, address: Address, db: Any) -> None:
    email = address()
    user = signed_up(auth, email)
    letter = mailbox.take(email)
    # the stand-in looks at the token's age, the real server at when it was sent
    db.execute(
        "update auth.one_time_tokens set created_at = created_at - interval '25 hours' where user_id = %s",
        (user["id"],),
    )
    db.execute(
        "update auth.users set confirmation_sent_at = confirmation_sent_at - interval '25 hours' where id = %s",
        (user["id"],),
    )
    assert fragment(follow(letter.link))["error_code"] == "otp_expired"


def test_token_is_not_kept_readably(auth: Server, mailbox: Mailbox, address: Address, db: Any) -> None:
    email = address()
    user = signed_up(auth, email)
    letter = mailbox.take(email)
    kept = db.execute("select to_jsonb(t)::text from auth.one_time_tokens as t where user_id = %s", (user["id"],))
    assert all(letter.code not in row[0].replace(letter.token_hash, "") for row in kept.fetchall())


@stand_in_alone
def test_codes_cannot_be_guessed(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    signed_up(auth, email)
    letter = mailbox.take(email)
    wrong = [f"{n:06d}" for n in range(12) if f"{n:06d}" != letter.code]
    statuses = [
        auth.api.post("/verify", json={"type": "email", "email": email, "token": token}).status_code for token in wrong
    ]
    assert statuses[:10] == [403] * 10
    assert 429 in statuses[10:]
    right = auth.api.post("/verify", json={"type": "email", "email": email, "token": letter.code})
    assert code_of(right) == (429, "over_request_rate_limit")
    # nor by another address that ends where the code goes on
    shifted = {"type": "email", "email": email + letter.code[:1], "token": letter.code[1:]}
    assert code_of(auth.api.post("/verify", json=shifted)) == (403, "otp_expired")
    # the link, which nobody guesses, still works
    assert "access_token" in fragment(follow(letter.link))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_failed"),
        ({"type": "signup"}, 400, "validation_failed"),
        ({"type": "signup", "email": "a@example.com"}, 400, "validation_failed"),
        ({"type": "signup", "email": "a@example.com", "token_hash": "x"}, 400, "validation_failed"),
        ({"type": "nonsense", "token_hash": "x"}, 400, "validation_failed"),
        ({"type": "sms", "phone": "+41791234567", "token": "123456"}, 403, "otp_expired"),
        ({"type": "sms", "phone": "not a number", "token": "123456"}, 400, "validation_failed"),
        ({"type": "signup", "token_hash": "x"}, 403, "otp_expired"),
    ],
)
def test_malformed_verification_is_refused(auth: Server, body: dict[str, str], status: int, code: str) -> None:
    assert code_of(auth.api.post("/verify", json=body)) == (status, code)


def test_link_without_token_or_type_is_no_redirect(auth: Server) -> None:
    for path in ("/verify", "/verify?type=signup", "/verify?token=x"):
        assert code_of(auth.api.get(path)) == (400, "validation_failed")


def test_repeated_sign_up_tells_nothing(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    first = signed_up(auth, email, name="First")
    mailbox.take(email)
    again = auth.api.post(
        "/signup", json={"email": email, "password": "Another-horse-2", "data": {"name": "Second"}}
    ).json()
    assert (again["id"], again["user_metadata"]["name"]) == (first["id"], "First")
    follow(mailbox.take(email).link)
    assert auth.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD}).status_code == 200
    # once confirmed: somebody who doesn't exist, and no mail
    fake = auth.api.post("/signup", json={"email": email, "password": "Another-horse-2", "data": {"name": "Second"}})
    assert fake.status_code == 200
    assert fake.json()["id"] != first["id"]
    assert (fake.json()["identities"], fake.json()["role"]) == ([], "")
    assert fake.json()["confirmation_sent_at"]
    assert mailbox.is_empty(email)


def test_resend_replaces_the_first_token(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    signed_up(auth, email)
    first = mailbox.take(email)
    auth.client().resend({"type": "signup", "email": email})
    second = mailbox.take(email)
    assert fragment(follow(first.link))["error_code"] == "otp_expired"
    assert "access_token" in fragment(follow(second.link))
    assert auth.api.post("/resend", json={"type": "signup", "email": email}).json() == {}
    assert mailbox.is_empty(email)
    assert auth.api.post("/resend", json={"type": "signup", "email": address()}).json() == {}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"email": "a@example.com"}, "validation_failed", "Missing one of these types"),
        ({"type": "recovery", "email": "a@example.com"}, "validation_failed", "Missing one of these types"),
        ({"type": "signup"}, "validation_failed", "Type provided requires an email address"),
        ({"type": "sms", "email": "a@example.com"}, "validation_failed", "Type provided requires a phone number"),
        ({"type": "email_change"}, "validation_failed", "Missing email address or phone number"),
        ({"type": "signup", "email": "a@example.com", "phone": "+41"}, "validation_failed", "Only an email address"),
        ({"type": "signup", "email": "nobody"}, "validation_failed", "Unable to validate email address"),
        ({"type": "sms", "phone": "+41"}, "phone_provider_disabled", "Phone logins are disabled"),
        ({"type": "email_change", "phone": "+41"}, "phone_provider_disabled", "Phone logins are disabled"),
    ],
)
def test_resend_says_what_it_lacks(auth: Server, body: dict[str, str], code: str, message: str) -> None:
    answer = auth.api.post("/resend", json=body)
    assert code_of(answer) == (400, code)
    assert answer.json()["message"].startswith(message)


def test_resend_of_a_change_asks_both_boxes_again(auth: Server, mailbox: Mailbox, address: Address) -> None:
    old, new = address(), address()
    session = confirmed(auth, mailbox, old)
    body = {"type": "email_change", "email": old}
    assert auth.api.post("/resend", json=body).json() == {}
    assert mailbox.is_empty(old)
    auth.api.put("/user", json={"email": new}, headers=bearer(session))
    first = [mailbox.take(box) for box in (old, new)]
    assert auth.api.post("/resend", json=body).json() == {}
    second = [mailbox.take(box) for box in (old, new)]
    assert [fragment(follow(letter.link)).get("error_code") for letter in first] == ["otp_expired"] * 2
    assert "message" in fragment(follow(second[0].link))
    assert "access_token" in fragment(follow(second[1].link))


def test_resend_of_a_phone_change_to_an_address_sends_nothing(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    signed_up(auth, email)
    mailbox.take(email)
    assert auth.api.post("/resend", json={"type": "phone_change", "email": email}).json() == {}
    assert mailbox.is_empty(email)


def test_recovery_lets_in_to_set_a_new_password(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, client = address(), auth.client()
    confirmed(auth, mailbox, email)
    client.reset_password_for_email(email, {"redirect_to": f"{SITE}/reset?step=2"})
    letter = mailbox.take(email)
    assert "redirect_to=https%3A%2F%2Fapp.example.com%2Freset%3Fstep%3D2" in letter.link
    place = follow(letter.link)
    assert place.startswith(f"{SITE}/reset?step=2#")
    told = fragment(place)
    assert told["type"] == "recovery"
    client.set_session(told["access_token"], told["refresh_token"])
    client.update_user({"password": "Better-horse-2"})
    assert auth.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD}).status_code == 400
    client.sign_in_with_password({"email": email, "password": "Better-horse-2"})


@stand_in_alone
def test_address_changed_by_an_admin_voids_what_the_old_one_was_sent(
    auth: Server, mailbox: Mailbox, address: Address
) -> None:
    email = address()
    user = confirmed(auth, mailbox, email)["user"]
    auth.api.post("/recover", json={"email": email}).raise_for_status()
    auth.admin_api.put(f"/admin/users/{user['id']}", json={"email": address()}).raise_for_status()
    assert fragment(follow(mailbox.take(email).link))["error_code"] == "otp_expired"


@pytest.mark.parametrize("whose", ["own", "admin"])
def test_new_password_voids_what_was_asked_for_before(
    auth: Server, mailbox: Mailbox, address: Address, whose: str
) -> None:
    email, new = address(), address()
    session = confirmed(auth, mailbox, email)
    auth.api.put("/user", json={"email": new}, headers=bearer(session)).raise_for_status()
    auth.api.post("/recover", json={"email": email}).raise_for_status()
    letters = [mailbox.take(email), mailbox.take(email), mailbox.take(new)]
    body = {"password": "Better-horse-2"}
    if whose == "own":
        # an address changed by the same request is asked for afterwards
        body["email"] = address()
        auth.api.put("/user", json=body, headers=bearer(session)).raise_for_status()
        letters.append(mailbox.take(email))
        assert "message" in fragment(follow(letters.pop().link))
    else:
        auth.admin_api.put(f"/admin/users/{session['user']['id']}", json=body).raise_for_status()
    for letter in letters:
        assert fragment(follow(letter.link))["error_code"] == "otp_expired"


def test_link_voids_the_others(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, new = address(), address()
    session = confirmed(auth, mailbox, email)
    auth.api.put("/user", json={"email": new}, headers=bearer(session)).raise_for_status()
    letters = [mailbox.take(email), mailbox.take(new)]
    auth.api.post("/recover", json={"email": email}).raise_for_status()
    assert "access_token" in fragment(follow(mailbox.take(email).link))
    for letter in letters:
        assert fragment(follow(letter.link))["error_code"] == "otp_expired"


def test_magic_link_and_code_sign_in(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, client = address(), auth.client()
    confirmed(auth, mailbox, email)
    client.sign_in_with_otp({"email": email, "options": {"email_redirect_to": f"{SITE}/home"}})
    place = follow(mailbox.take(email).link)
    assert place.startswith(f"{SITE}/home#")
    assert fragment(place)["type"] == "magiclink"
    client.sign_in_with_otp({"email": email})
    answer = client.verify_otp({"email": email, "token": mailbox.take(email).code, "type": "magiclink"})
    assert answer.session is not None
    # recovery and magic link share a slot: the later mail voids the earlier
    auth.api.post("/recover", json={"email": email})
    earlier = mailbox.take(email)
    auth.api.post("/magiclink", json={"email": email})
    later = mailbox.take(email)
    assert "error" in fragment(follow(earlier.link))
    assert "access_token" in fragment(follow(later.link))


def test_code_for_a_newcomer_makes_a_user_unless_forbidden(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, client = address(), auth.client()
    with pytest.raises(AuthApiError) as refusal:
        client.sign_in_with_otp({"email": email, "options": {"should_create_user": False}})
    assert (refusal.value.status, refusal.value.code) == (422, "otp_disabled")
    client.sign_in_with_otp({"email": email, "options": {"data": {"name": "Newcomer"}}})
    letter = mailbox.take(email)
    assert query(letter.link)["type"] == "signup"
    answer = client.verify_otp({"token_hash": letter.token_hash, "type": "email"})
    assert answer.user is not None
    assert answer.user.user_metadata["name"] == "Newcomer"


def test_what_is_switched_off_says_so(serve: Callable[..., Server], mailbox: Mailbox, address: Address) -> None:
    closed = serve(GOTRUE_EXTERNAL_EMAIL_ENABLED="false")
    body = {"type": "signup", "email": address(), "password": PASSWORD}
    for path, status in (("/signup", 400), ("/token?grant_type=password", 422), ("/otp", 422), ("/resend", 400)):
        assert code_of(closed.api.post(path, json=body)) == (status, "email_provider_disabled")
    # who is there already is let in where nobody new is
    full, known = serve(GOTRUE_DISABLE_SIGNUP="true"), address()
    full.admin_api.post("/admin/users", json={"email": known, "email_confirm": True}).raise_for_status()
    for path in ("/signup", "/otp"):
        assert code_of(full.api.post(path, json=body)) == (422, "signup_disabled")
    assert full.api.post("/otp", json={"email": known}).json() == {}
    assert "access_token" in fragment(follow(mailbox.take(known).link))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "validation_failed"),
        ({"email": "a@example.com", "phone": "+41791234567"}, "validation_failed"),
        ({"phone": "+41791234567"}, "phone_provider_disabled"),
    ],
)
def test_code_is_for_an_address(auth: Server, body: dict[str, str], code: str) -> None:
    for path in ("/otp", "/magiclink"):
        assert code_of(auth.api.post(path, json=body)) == (400, code)


def test_code_under_autoconfirm_is_a_magic_link(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address
) -> None:
    auth, email = serve(GOTRUE_MAILER_AUTOCONFIRM="true"), address()
    auth.client().sign_in_with_otp({"email": email})
    letter = mailbox.take(email)
    assert query(letter.link)["type"] == "magiclink"
    assert "access_token" in fragment(follow(letter.link))


@stand_in_alone
def test_unknown_address_looks_and_lasts_like_a_known_one(auth: Server, mailbox: Mailbox, address: Address) -> None:
    known: list[float] = []
    unknown: list[float] = []
    for _ in range(5):
        email = address()
        confirmed(auth, mailbox, email)
        for target, times in ((email, known), (address(), unknown)):
            start = time.perf_counter()
            answer = auth.api.post("/recover", json={"email": target})
            times.append(time.perf_counter() - start)
            assert (answer.status_code, answer.json()) == (200, {})
    assert abs(median(known) - median(unknown)) < 0.02


@pytest.mark.parametrize("interval", ["1m0s", "0s"])
@pytest.mark.parametrize("known", [True, pytest.param(False, marks=stand_in_alone)])
def test_mails_are_spaced_for_known_and_unknown_alike(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address, known: bool, interval: str
) -> None:
    # 0 is a minute, too
    spaced, email = serve(GOTRUE_SMTP_MAX_FREQUENCY=interval), address()
    if known:
        confirmed(spaced, mailbox, email)
    assert spaced.api.post("/recover", json={"email": email}).status_code == 200
    refused = spaced.api.post("/recover", json={"email": email})
    assert code_of(refused) == (429, "over_email_send_rate_limit")
    assert "For security purposes, you can only request this after" in refused.json()["message"]


def test_hourly_budget_is_kept(serve: Callable[..., Server], address: Address) -> None:
    thrifty = serve(GOTRUE_RATE_LIMIT_EMAIL_SENT="2")
    answers = [thrifty.api.post("/otp", json={"email": address()}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json() == {"code": "over_email_send_rate_limit", "message": "email rate limit exceeded"}


def test_budget_of_seconds_comes_back(serve: Callable[..., Server], address: Address) -> None:
    thrifty = serve(GOTRUE_RATE_LIMIT_EMAIL_SENT="1/5s")
    assert thrifty.api.post("/otp", json={"email": address()}).status_code == 200
    end = time.monotonic() + 15
    while (answer := thrifty.api.post("/otp", json={"email": address()})).status_code == 429:
        assert time.monotonic() < end, "the budget does not come back"
        time.sleep(0.5)
    assert answer.status_code == 200


@stand_in_alone
def test_mail_that_is_not_taken_at_first_is_sent_again_even_at_the_end(
    env: dict[str, str], mailbox: Mailbox, address: Address
) -> None:
    auth, email = start_auth(env, mailbox), address()
    mailbox.busy.add(email)
    assert auth.api.post("/otp", json={"email": email}).status_code == 200
    auth.stop()
    assert query(mailbox.take(email).link)["type"] == "signup"
    assert not mailbox.busy


@stand_in_alone
def test_mail_comes_from_the_template_and_without_a_good_one_all_the_same(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address, tmp_path: Path
) -> None:
    written = {
        "good.html": '<p>{{- if .Data.name }} Dear {{ .Data.name }}{{ end }}, <a href="{{ .ConfirmationURL }}">come</a></p>',
        "broken.html": "{{ if .Data.name }}",
    }
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        own = serve(
            GOTRUE_MAILER_TEMPLATES_CONFIRMATION=f"http://127.0.0.1:{site.server_port}/good.html",
            GOTRUE_MAILER_SUBJECTS_CONFIRMATION="Welcome, {{ .Data.name }}\n",
            GOTRUE_MAILER_TEMPLATES_RECOVERY=f"http://127.0.0.1:{site.server_port}/missing.html",
            GOTRUE_MAILER_TEMPLATES_MAGIC_LINK=f"file://{tmp_path}/broken.html",
        )
        email = address()
        signed_up(own, email, name="Ada & <b>Bob</b>")
        letter = mailbox.take(email)
        assert letter.message["Subject"] == "Welcome, Ada & <b>Bob</b>"
        assert letter.html.startswith("<p> Dear Ada &amp; &lt;b&gt;Bob&lt;/b&gt;, <a")
        assert "access_token" in fragment(follow(letter.link))
        for path, subject in (("/recover", "Reset your password"), ("/otp", "Your sign-in link")):
            own.api.post(path, json={"email": email}).raise_for_status()
            letter = mailbox.take(email)
            assert letter.message["Subject"] == subject
            assert "access_token" in fragment(follow(letter.link))
        site.shutdown()


def test_address_changes_when_both_boxes_agree(auth: Server, mailbox: Mailbox, address: Address) -> None:
    old, new = address(), address()
    session = confirmed(auth, mailbox, old)
    changed = auth.api.put("/user", json={"email": new}, headers=bearer(session)).json()
    assert (changed["email"], changed["new_email"]) == (old, new)
    first = fragment(follow(mailbox.take(old).link))
    assert first["message"].startswith("Confirmation link accepted")
    assert auth.api.get("/user", headers=bearer(session)).json()["email"] == old
    answer = auth.api.post("/verify", json={"type": "email_change", "email": new, "token": mailbox.take(new).code})
    assert answer.status_code == 200, answer.text
    user = answer.json()["user"]
    assert user["email"] == new
    assert "new_email" not in user
    assert user["identities"][0]["identity_data"]["email"] == new
    assert user["user_metadata"]["email"] == new
    assert auth.api.post("/token?grant_type=password", json={"email": old, "password": PASSWORD}).status_code == 400
    assert auth.api.post("/token?grant_type=password", json={"email": new, "password": PASSWORD}).status_code == 200


def test_one_box_alone_does_not_change_the_address(auth: Server, mailbox: Mailbox, address: Address) -> None:
    old, new = address(), address()
    session = confirmed(auth, mailbox, old)
    auth.api.put("/user", json={"email": new}, headers=bearer(session))
    letter = mailbox.take(new)
    half = auth.api.post("/verify", json={"type": "email_change", "token_hash": letter.token_hash})
    assert half.json()["code"] == "200"
    assert "error" in fragment(follow(letter.link))
    assert auth.api.get("/user", headers=bearer(session)).json()["email"] == old


def test_taken_address_is_refused_before_and_after_the_mail(auth: Server, mailbox: Mailbox, address: Address) -> None:
    taken, old, new = address(), address(), address()
    confirmed(auth, mailbox, taken)
    session = confirmed(auth, mailbox, old)
    assert code_of(auth.api.put("/user", json={"email": taken}, headers=bearer(session))) == (422, "email_exists")
    auth.api.put("/user", json={"email": new}, headers=bearer(session))
    auth.admin_api.post("/admin/users", json={"email": new, "password": PASSWORD, "email_confirm": True})
    follow(mailbox.take(old).link)
    # the real server has no better word for it
    expected = "unexpected_failure" if "AUTH_BIN" in os.environ else "email_exists"
    assert fragment(follow(mailbox.take(new).link))["error_code"] == expected


def test_reauthentication_is_asked_of_old_sessions(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address, db: Any
) -> None:
    strict = serve(GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION="true")
    email = address()
    session = confirmed(strict, mailbox, email)
    change = {"password": "Better-horse-2"}
    assert strict.api.put("/user", json={"password": "Newest-horse-3"}, headers=bearer(session)).status_code == 200
    db.execute(
        "update auth.sessions set created_at = created_at - interval '25 hours' where user_id = %s",
        (session["user"]["id"],),
    )
    assert code_of(strict.api.put("/user", json=change, headers=bearer(session))) == (400, "reauthentication_needed")
    assert strict.api.get("/reauthenticate", headers=bearer(session)).json() == {}
    letter = mailbox.take(email)
    # the subject that the real server is given here has none
    assert "AUTH_BIN" in os.environ or letter.code in letter.message["Subject"]
    for nonce, expected in (("000000", (422, "reauthentication_not_valid")), (letter.code, (200, None))):
        answer = strict.api.put("/user", json={**change, "nonce": nonce}, headers=bearer(session))
        assert code_of(answer) == expected


def asking(serve: Callable[..., Server], mailbox: Mailbox, email: str) -> tuple[Server, dict[str, Any]]:
    """A server that asks for the current password, and somebody's session there."""
    strict = serve(GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD="true")
    confirmed(strict, mailbox, email)
    session = strict.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD}).json()
    return strict, session


def test_current_password_is_asked_where_configured(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address
) -> None:
    email = address()
    strict, session = asking(serve, mailbox, email)
    for current, expected in (
        (None, (400, "current_password_required")),
        ("", (400, "current_password_required")),
        ("Wrong-horse-1", (400, "current_password_invalid")),
        (PASSWORD, (200, None)),
    ):
        body = {"password": "Better-horse-2", "current_password": current}
        assert code_of(strict.api.put("/user", json=body, headers=bearer(session))) == expected
    # who has forgotten it comes in by mail, and isn't asked
    strict.api.post("/recover", json={"email": email})
    told = fragment(follow(mailbox.take(email).link))
    assert strict.api.put("/user", json={"password": "Third-horse-3"}, headers=bearer(told)).status_code == 200


@stand_in_alone
def test_letter_says_the_same_in_plain_text(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    confirmed(auth, mailbox, email)
    auth.api.post("/recover", json={"email": email})
    letter = mailbox.take(email)
    part = letter.message.get_body(("plain",))
    assert part
    text = str(part.get_content())
    assert letter.link in text and letter.code in re.sub(r"https?://\S+", "", text)


@stand_in_alone
def test_wrong_current_passwords_are_counted_like_those_of_a_sign_in(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address
) -> None:
    strict, session = asking(serve, mailbox, address())
    for current, expected in [("Wrong-horse-1", 400)] * 5 + [(PASSWORD, 429)]:
        body = {"password": "Better-horse-2", "current_password": current}
        assert strict.api.put("/user", json=body, headers=bearer(session)).status_code == expected


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (f"{SITE}/anywhere?x=1", f"{SITE}/anywhere?x=1"),
        ("https://feature-1.preview.example.com", "https://feature-1.preview.example.com"),
        ("com.example.app://callback", "com.example.app://callback"),
        ("http://127.0.0.1:5173/app", "http://127.0.0.1:5173/app"),
        ("https://evil.example.net", SITE),
        ("https://app.example.com.evil.net", SITE),
        ("https://app.example.com@evil.net", SITE),
        ("https://evil.net/https://app.example.com/", SITE),
        ("//evil.net", SITE),
        ("https:evil.net", SITE),
        ("https://app.example.com\\@evil.net", SITE),
        ("http://127.0.0.1@evil.net", SITE),
        ("http://127.0.0.1.evil.net", SITE),
        ("https://a.b.preview.example.com", SITE),
        ("https://evil.net/.preview.example.com", SITE),
        # what a browser reads as a host is not what stands before the pattern's end
        ("https://3232235777?.preview.example.com", SITE),
        ("https://3232235777?x.preview.example.com", SITE),
        ("https://evil\u3002net?x.preview.example.com", SITE),
        ("https://evil\uff0enet", SITE),
        ("https://x\u3002preview.example.com", SITE),
        ("javascript:alert(1)", SITE),
        ("data:text/html,x", SITE),
        ("https://app.example.com:8443/", SITE),
        ("http://app.example.com/", SITE),
        ("http://[::1", SITE),
        ("https://app.example.com:99999/", SITE),
        ("", SITE),
    ],
)
def test_links_lead_only_where_allowed(auth: Server, address: Address, asked: str, given: str) -> None:
    body = {"type": "signup", "email": address(), "password": PASSWORD, "redirect_to": asked}
    assert auth.admin_api.post("/admin/generate_link", json=body).json()["redirect_to"] == given
    # a forged link is judged again when it is followed
    answer = auth.api.get("/verify", params={"token": "x", "type": "signup", "redirect_to": asked})
    assert answer.headers["Location"].startswith(given + "#error=")


def test_invitation_brings_somebody_in(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    answer = auth.admin_api.post("/invite", json={"email": email, "data": {"name": "Guest"}})
    assert answer.json()["invited_at"]
    stranger = auth.api.post("/signup", json={"email": email, "password": PASSWORD}).json()
    assert (stranger["identities"], stranger["user_metadata"]) == ([], {})
    mailbox.take(email)
    confirmation = mailbox.take(email)
    # asked in again: only the last mail counts
    assert auth.admin_api.post("/invite", json={"email": email}).json()["id"] == answer.json()["id"]
    assert fragment(follow(confirmation.link))["error_code"] == "otp_expired"
    assert "access_token" in fragment(follow(mailbox.take(email).link))
    assert code_of(auth.admin_api.post("/invite", json={"email": email})) == (422, "email_exists")
    assert code_of(auth.api.post("/invite", json={"email": email})) in {(401, "no_authorization"), (403, "not_admin")}


@pytest.mark.parametrize("kind", ["signup", "invite", "magiclink", "recovery"])
def test_generated_link_works_and_is_not_mailed(auth: Server, mailbox: Mailbox, address: Address, kind: str) -> None:
    email = address()
    if kind == "recovery":
        missing = auth.admin_api.post("/admin/generate_link", json={"type": kind, "email": email})
        assert code_of(missing) == (404, "user_not_found")
        confirmed(auth, mailbox, email)
    body = {"type": kind, "email": email, "password": PASSWORD, "redirect_to": f"{SITE}/x"}
    made = auth.admin_api.post("/admin/generate_link", json=body).json()
    assert made["email"] == email
    assert made["verification_type"] == ("signup" if kind == "magiclink" else kind)
    assert made["redirect_to"] == f"{SITE}/x"
    assert mailbox.is_empty(email)
    place = follow(made["action_link"])
    assert place.startswith(f"{SITE}/x#")
    assert "access_token" in fragment(place)


def test_link_that_cannot_be_is_not_generated(auth: Server, mailbox: Mailbox, address: Address) -> None:
    known, other = address(), address()
    for email in (known, other):
        confirmed(auth, mailbox, email)
    for body, expected in (
        ({"type": "nonsense", "email": known}, (400, "validation_failed")),
        ({"type": "signup", "email": address()}, (400, "validation_failed")),
        ({"type": "signup", "email": known, "password": PASSWORD}, (422, "email_exists")),
        ({"type": "invite", "email": known}, (422, "email_exists")),
        ({"type": "email_change_new", "email": known, "new_email": other}, (422, "email_exists")),
    ):
        assert code_of(auth.admin_api.post("/admin/generate_link", json=body)) == expected


def test_banned_user_is_not_let_in_by_a_link(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email = address()
    user = confirmed(auth, mailbox, email)["user"]
    auth.api.post("/otp", json={"email": email}).raise_for_status()
    auth.admin_api.put(f"/admin/users/{user['id']}", json={"ban_duration": "24h"}).raise_for_status()
    assert fragment(follow(mailbox.take(email).link))["error_code"] == "user_banned"


def test_generated_links_change_an_address(auth: Server, mailbox: Mailbox, address: Address) -> None:
    old, new = address(), address()
    confirmed(auth, mailbox, old)

    def make(kind: str) -> dict[str, Any]:
        body = {"type": kind, "email": old, "new_email": new}
        link: dict[str, Any] = auth.admin_api.post("/admin/generate_link", json=body).json()
        return link

    first, second = make("email_change_current"), make("email_change_new")
    assert "message" in fragment(follow(first["action_link"]))
    half = auth.admin_api.get(f"/admin/users/{first['id']}").json()
    assert (half["email"], half["new_email"]) == (old, new)
    follow(second["action_link"])
    assert auth.admin_api.get(f"/admin/users/{first['id']}").json()["email"] == new


@stand_in_alone
def test_spent_budget_of_mails_tells_nothing_about_an_address(
    serve: Callable[..., Server], mailbox: Mailbox, address: Address
) -> None:
    thrifty = serve(GOTRUE_RATE_LIMIT_EMAIL_SENT="1")
    known, spent = address(), (429, "over_email_send_rate_limit")
    thrifty.admin_api.post("/admin/users", json={"email": known, "email_confirm": True}).raise_for_status()
    assert thrifty.api.post("/recover", json={"email": known}).status_code == 200
    for path, body in (("/recover", {}), ("/resend", {"type": "signup"})):
        for email in (known, address()):
            assert code_of(thrifty.api.post(path, json={**body, "email": email})) == spent


@stand_in_alone
def test_pattern_of_a_host_stands_for_hosts_alone(serve: Callable[..., Server], address: Address) -> None:
    patterns = "https://**.example.com/**,https://v?.example.org/[a-c]/[!0-9],https://[x-z].example.org"
    wide = serve(GOTRUE_URI_ALLOW_LIST=patterns)
    for place, led in (
        ("https://v1.example.org/b/x", "https://v1.example.org/b/x"),
        ("https://v12.example.org/b/x", SITE),
        ("https://v1.example.org/d/x", SITE),
        ("https://v1.example.org/b/7", SITE),
        ("https://v1.evil.net?.example.org/b/x", SITE),
        ("https://y.example.org", "https://y.example.org"),
        ("https://a.example.org", SITE),
        ("https://a.b.example.com/x", "https://a.b.example.com/x"),
        ("https://evil.net/x.example.com/y", SITE),
        ("https://evil.net?x.example.com/y", SITE),
        ("https://evil.net#x.example.com/y", SITE),
    ):
        body = {"type": "magiclink", "email": address(), "redirect_to": place}
        answer = wide.admin_api.post("/admin/generate_link", json=body).raise_for_status().json()
        assert answer["redirect_to"] == led
