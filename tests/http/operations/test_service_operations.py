"""What clients of simpler trackers, of background extracts and of plain HTTP rely on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from operations.household import TODAY, Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


@pytest.fixture(scope="module")
def administrator(home: Household) -> Household:
    """Somebody whom the operator has made an admin."""
    found = Household(home.sign_up, home.db, home.env)
    found.become_admin()
    return found


@operation(
    "Expenses: By date, category, amount and tags",
    javascript="supabase.from('transactions').select('*, transaction_labels!inner(label_id)').eq('type', 'expense')"
    ".gte('booked_on', '2024-01-01').lte('booked_on', '2030-12-31').eq('category_id', labelled_category_id)"
    ".gte('amount', 10).lte('amount', 100)",
    curl='rest "transactions?select=*,transaction_labels!inner(label_id)&type=eq.expense&booked_on=gte.2024-01-01'
    '&booked_on=lte.2030-12-31&category_id=eq.$labelled_category_id&amount=gte.10&amount=lte.100"',
    refusals="400 22P02, 400 22007",
)
def test_expenses_are_found_by_all_at_once(home: Household, refused: Refused) -> None:
    category = home.given("labelled_category_id")
    query = home.client.table("transactions").select("amount,transaction_labels!inner(label_id)")
    assert [row["amount"] for row in query.eq("category_id", category).lte("amount", 100).execute().data] == [12.5]
    refused(lambda: home.client.table("transactions").select().eq("amount", "much").execute())
    refused(lambda: home.client.table("transactions").select().eq("booked_on", "soon").execute())


@operation(
    "Expenses: Month by month",
    javascript="supabase.rpc('spending', { from_date: '2024-01-01', to_date: '2024-12-31', group_by: 'month' })",
    curl="rest 'rpc/spending?from_date=2024-01-01&to_date=2024-12-31&group_by=month'",
    refusals="422 reports.too_many_intervals",
)
def test_expenses_are_told_month_by_month(home: Household, refused: Refused) -> None:
    dates = {"from_date": "2024-01-01", "to_date": "2024-12-31", "group_by": "month"}
    assert len(home.client.rpc("spending", dates).execute().data) == 12
    dates |= {"from_date": "1990-01-01", "group_by": "day"}
    refused(lambda: home.client.rpc("spending", dates).execute())


@operation(
    "Expenses: Year by year",
    javascript="supabase.rpc('cash_flow', { from_date: '2020-01-01', to_date: '2024-12-31', interval: 'yearly' })",
    curl="rest 'rpc/cash_flow?from_date=2020-01-01&to_date=2024-12-31&interval=yearly'",
    refusals="422 reports.interval_unknown",
)
def test_expenses_are_told_year_by_year(home: Household, refused: Refused) -> None:
    call = {"from_date": "2020-01-01", "to_date": "2024-12-31", "interval": "yearly"}
    assert [row["ends_on"] for row in home.client.rpc("cash_flow", call).execute().data][::4] == [
        "2020-12-31",
        "2024-12-31",
    ]
    refused(lambda: home.client.rpc("cash_flow", call | {"interval": "annual"}).execute())


@operation(
    "Expenses: Breakdown by category, and trends",
    javascript="supabase.rpc('category_statistics', { from_date: '2024-01-01', type: 'expense' })",
    curl="rest 'rpc/category_statistics?from_date=2024-01-01&type=expense'",
    refusals="400 22P02",
)
def test_breakdown_adds_up_to_a_hundred_percent(home: Household, refused: Refused) -> None:
    account = home.account()
    for amount in ("10.00", "30.00"):
        home.transaction(account_id=account, category_id=home.category(), amount=amount)
    call = {"account_ids": [account], "from_date": str(TODAY)}
    rows = home.client.rpc("category_statistics", call).execute().data
    assert sorted(row["percentage"] for row in rows) == [25, 75]
    refused(lambda: home.client.rpc("category_statistics", call | {"type": "gift"}).execute())


@operation(
    "Tracking: Categories shared by all, copied into a book",
    javascript="supabase.from('category_catalogue').select('name, nature, kind').order('position')",
    curl="rest 'category_catalogue?select=name,nature,kind&order=position'",
    refusals="403 42501",
)
def test_shared_categories_are_everybodys_to_read(home: Household, refused: Refused) -> None:
    names = {row["name"] for row in home.client.table("category_catalogue").select("name").execute().data}
    own = {row["name"] for row in home.client.table("categories").select("name").execute().data}
    assert names and names <= own
    refused(lambda: home.client.table("category_catalogue").insert({"name": "Mine"}).execute())


@operation(
    "Tracking: Balances follow every write",
    javascript="supabase.from('transactions').insert({ account_id, booked_on: '2024-03-01', type: 'income', amount: 10 })"
    ".select('signed_amount, account:accounts(balance)')",
    curl="""rest 'transactions?select=signed_amount,account:accounts(balance)' -H 'Prefer: return=representation' """
    """-d '{"account_id": "'$account_id'", "booked_on": "2024-03-01", "type": "income", "amount": 10}'""",
    refusals="403 42501",
)
def test_balance_follows_create_update_and_delete(home: Household, refused: Refused) -> None:
    account = home.account(initial_amount="100.00")
    entry = home.transaction(account_id=account, amount="10.00")
    seen = [home.one("accounts", account)["balance"]]
    home.client.table("transactions").update({"amount": "25.00"}).eq("id", entry).execute()
    seen.append(home.one("accounts", account)["balance"])
    home.client.table("transactions").delete().eq("id", entry).execute()
    seen.append(home.one("accounts", account)["balance"])
    assert seen == [90, 75, 100]
    refused(lambda: home.client.table("accounts").update({"balance": 0}).eq("id", account).execute())


@operation(
    "Tracking: Skip and limit, sorted",
    javascript="supabase.from('transactions').select().order('amount', { ascending: false }).order('id').range(1, 2)",
    curl="rest 'transactions?order=amount.desc,id&offset=1&limit=2'",
    refusals="416 PGRST103",
)
def test_lists_are_sorted_skipped_and_limited(home: Household, refused: Refused) -> None:
    account = home.account()
    for amount in range(1, 6):
        home.transaction(account_id=account, amount=str(amount))
    query = home.client.table("transactions").select("amount").eq("account_id", account).order("amount", desc=True)
    assert [row["amount"] for row in query.range(1, 2).execute().data] == [4, 3]
    refused(lambda: home.person.http.get("/rest/v1/labels?offset=100000", headers={"Prefer": "count=exact"}))


@operation(
    "Admins: Create a user",
    javascript="admin.auth.admin.createUser({ email: new_email, password: new_password, email_confirm: true, "
    "user_metadata: { name: 'Ada' } })",
    curl="""curl -sS "$SUPABASE_URL/auth/v1/admin/users" -H "apikey: $SUPABASE_SECRET_KEY" -H 'Content-Type: application/json' """
    """-d '{"email": "'$new_email'", "password": "'$new_password'", "email_confirm": true, "user_metadata": {"name": "Ada"}}'""",
    refusals="403 not_admin, 422 email_exists",
)
def test_user_is_created_by_the_operator_alone(home: Household, refused: Refused) -> None:
    user = {"email": home.given("new_email"), "password": "Countess-1815", "email_confirm": True}
    assert home.admin.auth.admin.create_user(user).user.email == user["email"]
    refused(lambda: home.client.auth.admin.create_user(user))
    refused(lambda: home.admin.auth.admin.create_user(user))


@operation(
    "Admins: Grant a subscription",
    javascript="supabase.rpc('grant_subscription', { user_id: other_user_id, plan: 'premium', ends_at: '2030-01-01' })",
    curl="""rest rpc/grant_subscription -d '{"user_id": "'$other_user_id'", "plan": "premium", "ends_at": "2030-01-01"}'""",
    refusals="403 admin.required, 404 profiles.missing, 422 subscriptions.plan_malformed, 422 subscriptions.ends_before_start",
)
def test_subscription_is_granted_by_an_admin(home: Household, administrator: Household, refused: Refused) -> None:
    def grant(client: Any = administrator.client, **other: Any) -> Any:
        call = {"user_id": home.person.id, "plan": "premium"} | other
        return client.rpc("grant_subscription", call).execute().data

    assert grant()["granted_by"] == administrator.person.id
    refused(lambda: grant(home.client))
    refused(lambda: grant(user_id=str(uuid4())))
    refused(lambda: grant(plan="P!"))
    refused(lambda: grant(ends_at="2000-01-01"))


@operation(
    "Admins: Revoke a subscription",
    javascript="supabase.rpc('revoke_subscription', { user_id: other_user_id, subscription_id })",
    curl="""rest rpc/revoke_subscription -d '{"user_id": "'$other_user_id'", "subscription_id": "'$subscription_id'"}'""",
    refusals="403 admin.required, 404 subscriptions.missing",
)
def test_subscription_is_revoked_by_an_admin(home: Household, administrator: Household, refused: Refused) -> None:
    made = administrator.client.rpc("grant_subscription", {"user_id": home.person.id, "plan": "gold"}).execute().data

    def revoke(client: Any = administrator.client, id: str = made["id"]) -> Any:
        return client.rpc("revoke_subscription", {"user_id": home.person.id, "subscription_id": id}).execute().data

    refused(lambda: revoke(home.client))
    assert revoke()["status"] == "revoked"
    refused(lambda: revoke(id=str(uuid4())))


@operation(
    "Admins: Deactivate a user",
    javascript="supabase.rpc('set_user_active', { user_id: other_user_id, is_active: false })",
    curl="""rest rpc/set_user_active -d '{"user_id": "'$other_user_id'", "is_active": false}'""",
    refusals="403 admin.required, 404 profiles.missing, 401 auth.session_over",
)
def test_deactivated_user_is_out_at_once(home: Household, administrator: Household, refused: Refused) -> None:
    person = home.sign_up()

    def set_active(client: Any = administrator.client, id: str = person.id) -> Any:
        return client.rpc("set_user_active", {"user_id": id, "is_active": False}).execute().data

    refused(lambda: set_active(home.client))
    refused(lambda: set_active(id=str(uuid4())))
    assert set_active()["is_active"] is False
    refused(lambda: person.client.table("accounts").select().execute())


@operation(
    "Extracts: Start one",
    javascript="supabase.rpc('start_extract', { days_before: 30, detailed: true, interval: 'week' })",
    curl="""rest rpc/start_extract -d '{"days_before": 30, "detailed": true, "interval": "week"}'""",
    refusals="402 subscriptions.plan_missing, 422 tasks.extract_range",
)
def test_extract_needs_a_plan_and_a_time(home: Household, refused: Refused) -> None:
    other = home.sign_up()
    home.grant()
    assert home.client.rpc("start_extract", {"days_before": 30}).execute().data["status"] == "queued"
    refused(lambda: other.client.rpc("start_extract", {"days_before": 30}).execute())
    refused(lambda: home.client.rpc("start_extract", {}).execute())


@operation(
    "Extracts: Status and progress",
    javascript="supabase.from('tasks').select('kind, status, progress, message, error').eq('id', task_id).single()",
    curl='rest "tasks?id=eq.$task_id&select=kind,status,progress,message,error"',
    refusals="406 PGRST116",
)
def test_task_tells_how_far_it_is(home: Household, refused: Refused) -> None:
    assert home.one("tasks", home.given("finished_task_id"))["progress"] == 100
    other = home.client.table("tasks").select().eq("id", str(uuid4()))
    refused(lambda: other.single().execute())


@operation(
    "Extracts: Wait for it, up to 50 seconds",
    javascript="supabase.functions.invoke(`tasks/${task_id}?wait=20`, { method: 'GET' })",
    curl='functions "tasks/$task_id?wait=20"',
    refusals="404 tasks.missing",
)
def test_task_is_waited_for(home: Household, refused: Refused) -> None:
    task = home.given("task_id")
    answer = home.person.http.get(f"/functions/v1/tasks/{task}", params={"wait": 50}, timeout=60)
    assert answer.json()["status"] == "succeeded"
    refused(lambda: home.person.http.get(f"/functions/v1/tasks/{uuid4()}"))


@operation(
    "Extracts: Its result, a file",
    javascript="supabase.functions.invoke(`tasks/${finished_task_id}/result`, { method: 'GET' })",
    curl='functions "tasks/$finished_task_id/result" -L',
    refusals="404 tasks.missing, 409 tasks.no_result",
)
def test_result_is_a_csv_file(home: Household, refused: Refused) -> None:
    task, waiting = home.given("finished_task_id"), home.given("queued_task_id")
    answer = home.person.http.get(f"/functions/v1/tasks/{task}/result", follow_redirects=True)
    assert (
        answer.headers["content-type"].startswith("text/csv") and answer.headers["x-content-type-options"] == "nosniff"
    )
    refused(lambda: home.person.http.get(f"/functions/v1/tasks/{uuid4()}/result"))
    refused(lambda: home.person.http.get(f"/functions/v1/tasks/{waiting}/result"))


@operation(
    "Extracts: Cancel",
    javascript="supabase.rpc('cancel_task', { task_id: queued_task_id })",
    curl="""rest rpc/cancel_task -d '{"task_id": "'$queued_task_id'"}'""",
    refusals="404 tasks.missing, 409 tasks.finished",
)
def test_task_is_cancelled_until_it_is_over(home: Household, refused: Refused) -> None:
    def cancel(id: str) -> Any:
        return home.client.rpc("cancel_task", {"task_id": id}).execute().data

    assert cancel(home.given("queued_task_id"))["status"] == "cancelled"
    refused(lambda: cancel(str(uuid4())))
    refused(lambda: cancel(home.given("finished_task_id")))


@operation(
    "HTTP: Health of database, queue and worker",
    javascript="supabase.functions.invoke('health', { method: 'GET' })",
    curl='curl -sS "$SUPABASE_URL/health"',
    refusals="401 gateway.key_missing",
)
def test_health_names_each_part(home: Household, refused: Refused) -> None:
    found = home.anonymous.get("/functions/v1/health").json()
    assert found["status"] == "ok" and "database" in found["parts"]
    refused(lambda: home.anonymous.get("/functions/v1/health", headers={"apikey": ""}))


@operation(
    "HTTP: What REST offers, as OpenAPI",
    javascript="fetch(`${SUPABASE_URL}/rest/v1/`, { headers: { apikey: SUPABASE_SECRET_KEY } })",
    curl="rest ''",
    refusals="401 gateway.key_missing, 401 gateway.key_unknown",
)
def test_rest_describes_itself(home: Household, refused: Refused) -> None:
    found = home.person.http.get("/rest/v1/").json()
    assert found["swagger"] == "2.0" and {"/transactions", "/rpc/spending"} <= set(found["paths"])
    assert found["definitions"]["accounts"]["properties"]["balance"]["description"]
    refused(lambda: home.anonymous.get("/rest/v1/", headers={"apikey": ""}))
    refused(lambda: home.anonymous.get("/rest/v1/", headers={"apikey": "sb_publishable_other"}))


@operation(
    "HTTP: What the sidecar offers, as OpenAPI",
    javascript="supabase.functions.invoke('openapi.json', { method: 'GET' })",
    curl="functions openapi.json",
    refusals="404 edge.refused",
)
def test_sidecar_describes_itself(home: Household, refused: Refused) -> None:
    found = home.anonymous.get("/functions/v1/openapi.json").json()
    assert "/login" in found["paths"] and found["servers"] == [{"url": "/functions/v1"}]
    refused(lambda: home.anonymous.get("/functions/v1/nothing-here"))


@operation(
    "HTTP: Currencies, kept by their ETag",
    javascript="supabase.from('currencies').select('code, name, symbol, decimals').order('code')",
    curl="rest 'currencies?select=code,name,symbol,decimals&order=code' -D /dev/stderr # then -H 'If-None-Match: \"…\"'",
    refusals="401 gateway.key_missing, 403 42501",
)
def test_currencies_are_sent_once(home: Household, refused: Refused) -> None:
    path = "/rest/v1/currencies?select=code&order=code"
    first = home.anonymous.get(path)
    codes = {row["code"] for row in first.json()}
    assert {"USD", "EUR", "GBP", "JPY", "CAD", "AUD", "CHF", "CNY", "INR", "BTC", "ETH"} <= codes
    again = home.anonymous.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    refused(lambda: home.anonymous.get(path, headers={"apikey": ""}))
    refused(lambda: home.client.table("currencies").insert({"code": "XXX", "name": "None"}).execute())


@operation(
    "HTTP: Which page may call, by a list of origins",
    javascript="fetch(`${SUPABASE_URL}/rest/v1/currencies?limit=1`, { headers: { apikey: SUPABASE_SECRET_KEY } })",
    curl="""curl -sS -i -X OPTIONS "$SUPABASE_URL/rest/v1/accounts" -H 'Origin: http://localhost:5173' """
    """-H 'Access-Control-Request-Method: POST'""",
    refusals="404 gateway.not_found",
)
def test_pages_of_listed_origins_may_call(home: Household, refused: Refused) -> None:
    def allowed(origin: str) -> str | None:
        headers = home.anonymous.options("/rest/v1/accounts", headers={"Origin": origin}).headers
        return str(headers["access-control-allow-origin"]) if "access-control-allow-origin" in headers else None

    assert allowed("http://localhost:5173") == "http://localhost:5173"
    assert allowed("https://evil.example") is None
    # the version is in the path, and there is no other
    refused(lambda: home.anonymous.get("/rest/accounts"))
