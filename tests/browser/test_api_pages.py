"""The pages about the API, in a real browser: they list what there is, call it with one's own token, and ask nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

PATHS = (
    "/docs/",
    "/docs/page.js",
    "/docs/page.css",
    "/docs/key.js",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-ui.css",
)


def test_pages_are_there_without_a_key(env: dict[str, str]) -> None:
    with httpx.Client(base_url=env["SUPABASE_URL"]) as api:
        assert api.get("/docs").headers["location"] == "/docs/"
        assert api.get("/functions/v1/docs").headers["location"] == "/docs/?of=functions"
        for path in PATHS:
            answer = api.get(path)
            assert answer.status_code == 200 and answer.headers["x-content-type-options"] == "nosniff", path
            # whatever a later version might try to load from elsewhere, the browser refuses
        assert "default-src 'none'" in api.get("/docs/").headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/docs/../gateway.lua", "/docs/%2e%2e/gateway.lua", "/docs../gateway.lua", "/docs/package.json"]
)
def test_nothing_else_is_served(env: dict[str, str], path: str) -> None:
    # httpx would tidy the path up
    url = httpx.URL(env["SUPABASE_URL"]).copy_with(raw_path=path.encode())
    assert httpx.get(url).status_code in {400, 404}


def test_pages_list_and_call_the_api_with_ones_own_token(
    env: dict[str, str], browser: Browser, sign_up: Callable[..., Any]
) -> None:
    person = sign_up(name="Ada")
    page = browser.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(f"{env['SUPABASE_URL']}/docs/")
    sections = page.locator(".opblock-tag")
    # before anybody signs in: what anybody may read
    expect(sections.filter(has_text="currencies")).to_have_count(1, timeout=60_000)
    assert sections.filter(has_text="transactions").count() == 0

    page.fill("input[name=email]", person.email)
    page.fill("input[name=password]", "wrong")
    page.click("#sign-in button")
    expect(page.locator("#state")).to_contain_text("Invalid login credentials")
    page.fill("input[name=password]", person.password)
    page.click("#sign-in button")
    expect(page.locator("#state")).to_contain_text(person.email)
    expect(sections.filter(has_text="(rpc) dashboard")).to_have_count(1, timeout=60_000)

    sections.filter(has_text="profiles").click()
    operation = page.locator(".opblock-get", has_text="/profiles")
    # comments of the schema are what it says
    expect(operation).to_contain_text("People: what the members of one's books may know of one.")
    operation.locator(".opblock-summary").click()
    operation.locator("button.execute").click()
    answer = operation.locator(".live-responses-table .highlight-code").first
    expect(answer).to_contain_text(person.id, timeout=30_000)

    page.check('input[value="/functions/v1/openapi.json"]')
    expect(sections.filter(has_text="tasks")).to_have_count(1, timeout=60_000)
    page.goto(f"{env['SUPABASE_URL']}/functions/v1/docs")
    expect(sections.filter(has_text="attachments")).to_have_count(1, timeout=60_000)
    assert asked == {urlsplit(env["SUPABASE_URL"]).netloc}
    page.close()


def test_every_table_and_function_is_described(env: dict[str, str], sign_up: Callable[..., Any]) -> None:
    """To somebody who is signed in: what they may not call is not listed."""
    described = json.loads(sign_up().http.get("/rest/v1/").text)
    undescribed = [
        f"{verb} {path}"
        for path, verbs in described["paths"].items()
        for verb, operation in verbs.items()
        if path != "/" and not operation.get("summary")
    ]
    assert undescribed == []
    assert len(described["paths"]) > 90
