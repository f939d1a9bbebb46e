"""Signing in by a provider as people do it: a page with supabase-js, the provider's page, and back with a session."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import oidc_provider_mock  # type: ignore[import-untyped]
import pytest
from auth_servers import Mailbox, free_port, start_auth
from playwright.sync_api import Browser, Page

LIBRARY = Path(__file__).parents[2] / "node_modules" / "@supabase" / "supabase-js" / "dist" / "umd" / "supabase.js"

PAGE = """<!doctype html>
<title>An app</title>
<button id="google">Google</button> <button id="facebook">Facebook</button> <button id="link">Link</button>
<pre id="seen">…</pre>
<script src="/supabase.js"></script>
<script>
  const flowType = new URLSearchParams(location.search).get('flow') || localStorage.flow || 'pkce'
  localStorage.flow = flowType
  const app = supabase.createClient(location.origin, 'sb_publishable_any', { auth: { flowType } })
  const options = { redirectTo: location.origin + '/' }
  for (const provider of ['google', 'facebook'])
    document.getElementById(provider).onclick = () => app.auth.signInWithOAuth({ provider, options })
  document.getElementById('link').onclick = () => app.auth.linkIdentity({ provider: 'facebook', options })
  app.auth.onAuthStateChange((event, session) => {
    if (session) document.getElementById('seen').textContent = JSON.stringify({ event, user: session.user })
  })
</script>
"""

HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "keep-alive"}


class Site(ThreadingHTTPServer):
    """The app's own site, and /auth/v1 beside it, where a gateway has it."""

    auth_url = ""


class Handler(BaseHTTPRequestHandler):
    server: Site

    def answer(self) -> None:
        if self.path.startswith("/auth/v1"):
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP | {"host"}}
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            told = httpx.request(
                self.command, self.server.auth_url + self.path.removeprefix("/auth/v1"), headers=headers, content=body
            )
            self.send_response(told.status_code)
            for name, value in told.headers.items():
                if name not in HOP:
                    self.send_header(name, value)
            content = told.content
        else:
            content = LIBRARY.read_bytes() if self.path == "/supabase.js" else PAGE.encode()
            self.send_response(200)
            self.send_header(
                "Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
            )
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def log_message(self, *_told: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def origin(env: dict[str, str], provider: str) -> Iterator[str]:
    """Where the app is."""
    mailbox = Mailbox()
    mailbox.start()
    site = Site(("127.0.0.1", free_port()), Handler)
    place = f"http://127.0.0.1:{site.server_port}"
    server = start_auth(
        env,
        mailbox,
        API_EXTERNAL_URL=f"{place}/auth/v1",
        GOTRUE_SITE_URL=place,
        GOTRUE_EXTERNAL_GOOGLE_ENABLED="true",
        GOTRUE_EXTERNAL_GOOGLE_CLIENT_ID="google-client",
        GOTRUE_EXTERNAL_GOOGLE_SECRET="google-secret",
        GOTRUE_EXTERNAL_GOOGLE_URL=provider,
        GOTRUE_EXTERNAL_FACEBOOK_ENABLED="true",
        GOTRUE_EXTERNAL_FACEBOOK_CLIENT_ID="facebook-client",
        GOTRUE_EXTERNAL_FACEBOOK_SECRET="facebook-secret",
        GOTRUE_EXTERNAL_FACEBOOK_URL=provider,
        GOTRUE_SECURITY_MANUAL_LINKING_ENABLED="true",
    )
    site.auth_url = server.url
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield place
    site.shutdown()
    server.stop()
    mailbox.stop()


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context(base_url=origin)
    yield context.new_page()
    context.close()


def register(provider: str, email: str) -> str:
    subject = uuid4().hex
    body = {"email": email, "email_verified": True, "name": "Ada Lovelace"}
    httpx.put(f"{provider}/users/{subject}", json=body).raise_for_status()
    return subject


def consent(page: Page, provider: str, subject: str) -> None:
    """Says at the provider's page who one is."""
    page.wait_for_url(f"{provider}/**")
    page.locator("input[name=sub]").fill(subject)
    page.locator("button, input[type=submit]").first.click()


def seen(page: Page) -> dict[str, Any]:
    page.wait_for_function("document.getElementById('seen')?.textContent.startsWith('{')")
    found: dict[str, Any] = json.loads(page.locator("#seen").inner_text())
    return found


@pytest.mark.parametrize("flow", ["pkce", "implicit"])
@pytest.mark.parametrize("name", ["google", "facebook"])
def test_person_signs_in_by_a_provider_and_comes_back_with_a_session(
    page: Page, provider: str, flow: str, name: str
) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    subject = register(provider, email)
    page.goto(f"/?flow={flow}")
    page.locator(f"#{name}").click()
    consent(page, provider, subject)
    user = seen(page)["user"]
    assert user["email"] == email
    assert user["app_metadata"]["provider"] == name
    assert user["user_metadata"]["full_name"] == "Ada Lovelace"
    # nothing that opens a door stays in the address, and the session outlives the page
    assert "access_token" not in page.url
    assert "code=" not in page.url
    page.goto("/")
    assert seen(page)["user"]["id"] == user["id"]


def test_person_links_a_second_provider(page: Page, provider: str) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    page.goto("/?flow=pkce")
    page.locator("#google").click()
    consent(page, provider, register(provider, email))
    first = seen(page)["user"]
    page.locator("#link").click()
    consent(page, provider, register(provider, f"other-{email}"))
    page.wait_for_url("**/")
    user = seen(page)["user"]
    assert user["id"] == first["id"]
    assert user["email"] == email
    assert {identity["provider"] for identity in user["identities"]} == {"google", "facebook"}


def test_person_who_is_sent_back_with_a_strange_state_has_no_session(page: Page) -> None:
    page.goto(f"/auth/v1/callback?state={uuid4()}&code=stolen")
    assert "bad_oauth_state" in page.url
    assert page.locator("#seen").inner_text() == "…"
