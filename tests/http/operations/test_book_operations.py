"""Books and who keeps them, what is remembered of them, and what keeps them tidy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from operations.household import TODAY, Household
from operations.registry import operation

from tests.conftest import until

Refused = Callable[[Callable[[], Any]], str]


@operation(
    "Books: List mine",
    javascript="supabase.from('books').select('*, book_members(user_id, role)')",
    curl="rest 'books?select=*,book_members(user_id,role)'",
    refusals="401 42501",
)
def test_books_are_listed_with_their_members(home: Household, refused: Refused) -> None:
    books = home.client.table("books").select("id,book_members(role)").execute().data
    assert {"id": home.book_id, "book_members": [{"role": "owner"}]} in books
    refused(lambda: home.anonymous.get("/rest/v1/books"))


@operation(
    "Books: Make another",
    javascript="supabase.rpc('create_book', { name: 'Flat share', base_currency: 'EUR', timezone: 'Europe/Berlin' })",
    curl="""rest rpc/create_book -d '{"name": "Flat share", "base_currency": "EUR", "timezone": "Europe/Berlin"}'""",
    refusals="422 books.name_length, 422 books.currency_unknown, 422 books.timezone_unknown, 409 books.id_taken",
)
def test_book_is_made_by_who_will_own_it(home: Household, refused: Refused) -> None:
    def create(**other: str) -> Any:
        return home.client.rpc("create_book", {"name": "Second", "base_currency": "USD"} | other).execute().data

    made = create()
    members = home.client.table("book_members").select("role").eq("book_id", made["id"]).execute().data
    assert made["base_currency"] == "USD" and members == [{"role": "owner"}]
    refused(lambda: create(name=""))
    refused(lambda: create(base_currency="XXZ"))
    refused(lambda: create(timezone="Mars/Olympus"))
    refused(lambda: create(id=home.sign_up().book_id))


@operation(
    "Books: Invite somebody",
    javascript="supabase.from('book_invitations').insert({ email: new_email, role: 'editor', message: 'Ours' }).select()",
    curl="""rest book_invitations -d '{"email": "'$new_email'", "role": "editor", "message": "Ours"}'""",
    refusals="403 42501, 409 books.already_invited, 409 books.already_member, 422 books.invitation_expiry",
)
def test_owner_invites_by_mail(home: Household, refused: Refused) -> None:
    email = home.given("new_email")

    def invite(client: Any = home.client, **other: str) -> Any:
        row = {"book_id": home.book_id, "email": email, "role": "viewer"} | other
        return client.table("book_invitations").insert(row).execute().data[0]

    assert invite()["status"] == "pending"
    refused(lambda: invite(home.viewer))
    refused(invite)
    refused(lambda: invite(email=home.person.email))
    refused(lambda: invite(email=home.given("new_email"), expires_at="2000-01-01"))


@operation(
    "Books: Accept an invitation",
    javascript="supabase.rpc('accept_invitation', { invitation_id })",
    curl="""rest rpc/accept_invitation -d '{"invitation_id": "'$invitation_id'"}'""",
    refusals="404 books.invitation_missing, 409 books.invitation_answered",
)
def test_invitation_is_for_one_address_alone(home: Household, refused: Refused) -> None:
    guest, declined = Household(home.sign_up, home.db, home.env), Household(home.sign_up, home.db, home.env)
    call = {"invitation_id": guest.given("invitation_id")}
    refused(lambda: home.client.rpc("accept_invitation", call).execute())
    book = guest.client.rpc("accept_invitation", call).execute().data
    assert guest.client.rpc("switch_book", {"book_id": book["id"]}).execute().data["id"] == book["id"]
    other = {"invitation_id": declined.given("invitation_id")}
    declined.client.rpc("decline_invitation", other).execute()
    refused(lambda: declined.client.rpc("accept_invitation", other).execute())


@operation(
    "Books: Pass on, and leave",
    javascript="supabase.rpc('transfer_ownership', { book_id: shared_book_id, user_id: fellow_id })"
    ".then(({ error }) => error ? { error } : supabase.rpc('leave_book', { book_id: shared_book_id }))",
    curl="""rest rpc/transfer_ownership -d '{"book_id": "'$shared_book_id'", "user_id": "'$fellow_id'"}' &&
rest rpc/leave_book -d '{"book_id": "'$shared_book_id'"}'""".replace("\n", " "),
    refusals="404 books.member_missing, 409 books.last_owner",
)
def test_last_owner_passes_a_book_on_before_leaving(home: Household, refused: Refused) -> None:
    book, fellow = home.given("shared_book_id"), home.given("fellow_id")

    def pass_on(user: str) -> Any:
        return home.client.rpc("transfer_ownership", {"book_id": book, "user_id": user}).execute().data

    refused(lambda: home.client.rpc("leave_book", {"book_id": book}).execute())
    refused(lambda: pass_on(str(uuid4())))
    assert {row["user_id"]: row["role"] for row in pass_on(fellow)} == {home.person.id: "editor", fellow: "owner"}
    home.client.rpc("leave_book", {"book_id": book}).execute()
    assert home.client.table("books").select("id").eq("id", book).execute().data == []


@operation(
    "Changes: What is new, from a cursor",
    javascript="supabase.rpc('changes_since', { cursor: old_cursor, page_size: 100 })",
    curl='rest "rpc/changes_since?cursor=$old_cursor&page_size=100"',
    refusals="422 ledger.cursor_malformed, 422 ledger.page_size",
)
def test_feed_tells_of_every_write_with_tombstones(home: Household, refused: Refused) -> None:
    cursor = home.given("old_cursor")
    entry = home.transaction()
    home.client.table("transactions").update({"notes": "changed"}).eq("id", entry).execute()
    home.client.table("transactions").delete().eq("id", entry).execute()

    def feed(**other: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = home.client.rpc("changes_since", {"cursor": cursor} | other).execute().data
        return [change for change in found if change["row_id"] == entry]

    until(lambda: len(feed()) == 3)
    changes = feed()
    assert [change["op"] for change in changes] == ["insert", "update", "delete"]
    assert changes[-1]["after"] is None and changes[-1]["before"]["notes"] == "changed"
    assert feed(cursor=changes[-1]["next_cursor"]) == []
    refused(lambda: feed(cursor="yesterday"))
    refused(lambda: feed(page_size=0))


@operation(
    "Changes: Where the feed stands",
    javascript="supabase.rpc('changes_cursor')",
    curl="rest rpc/changes_cursor",
    refusals="404 books.missing",
)
def test_cursor_of_now_tells_of_nothing_yet(home: Household, refused: Refused) -> None:
    home.transaction()
    cursor = home.client.rpc("changes_cursor", {}).execute().data
    assert isinstance(cursor, str)
    refused(lambda: home.stranger.rpc("changes_cursor", {}).execute())


@operation(
    "Changes: History of a row",
    javascript="supabase.rpc('row_history', { table_name: 'transactions', row_id: transaction_id })",
    curl='rest "rpc/row_history?table_name=transactions&row_id=$transaction_id"',
    refusals="404 books.missing",
)
def test_history_says_who_did_what(home: Household, refused: Refused) -> None:
    entry = home.transaction(amount="5.00")
    home.client.table("transactions").update({"amount": "6.00"}).eq("id", entry).execute()
    call = {"table_name": "transactions", "row_id": entry}
    history = home.client.rpc("row_history", call).execute().data
    assert [(row["op"], row["after"]["amount"], row["changed_by"]) for row in history] == [
        ("insert", 5, home.person.id),
        ("update", 6, home.person.id),
    ]
    refused(lambda: home.stranger.rpc("row_history", call).execute())


@operation(
    "Changes: Undo all that one request did",
    javascript="supabase.rpc('row_history', { table_name: 'transactions', row_id: transaction_id })"
    ".then(({ data }) => supabase.rpc('undo_request', { xid: data.at(-1).xid }))",
    curl="""rest rpc/undo_request -d '{"xid": "'$latest_xid'"}'""",
    refusals="403 books.role_too_low, 404 ledger.change_missing, 409 ledger.changed_since",
)
def test_bulk_edit_is_undone_whole(home: Household, refused: Refused) -> None:
    account = home.account()
    ids = [home.transaction(account_id=account) for _ in range(5)]
    home.client.table("transactions").update({"notes": "oops"}).eq("account_id", account).execute()
    history = home.client.rpc("row_history", {"table_name": "transactions", "row_id": ids[0]}).execute().data
    call = {"xid": history[-1]["xid"]}
    refused(lambda: home.viewer.rpc("undo_request", call).execute())
    assert len(home.client.rpc("undo_request", call).execute().data) == 5
    assert home.client.table("transactions").select("id").eq("notes", "oops").execute().data == []
    refused(lambda: home.client.rpc("undo_request", call).execute())
    refused(lambda: home.client.rpc("undo_request", {"xid": "1"}).execute())


@operation(
    "Changes: Undo, merge or move more than a request may, or delete a large book",
    javascript="supabase.rpc('start_bulk', { function_name: 'undo_request', arguments: { xid: latest_xid } })",
    curl="""rest rpc/start_bulk -d '{"function_name": "undo_request", "arguments": {"xid": "'$latest_xid'"}}'""",
    refusals="403 books.role_too_low, 422 tasks.arguments, 422 tasks.function_unknown",
)
def test_what_is_too_long_for_a_request_is_a_task(home: Household, refused: Refused) -> None:
    call = {"function_name": "undo_request", "arguments": {"xid": "1"}}
    assert home.client.rpc("start_bulk", call).execute().data["kind"] == "bulk"
    refused(lambda: home.viewer.rpc("start_bulk", call).execute())
    refused(lambda: home.client.rpc("start_bulk", call | {"arguments": {}}).execute())
    refused(lambda: home.client.rpc("start_bulk", call | {"function_name": "drop_book"}).execute())


@operation(
    "Changes: Undo one",
    javascript="supabase.rpc('undo_change', { change_id })",
    curl="""rest rpc/undo_change -d '{"change_id": "'$change_id'"}'""",
    refusals="403 books.role_too_low, 404 ledger.change_missing",
)
def test_one_change_is_undone(home: Household, refused: Refused) -> None:
    call = {"change_id": home.given("change_id")}
    refused(lambda: home.viewer.rpc("undo_change", call).execute())
    assert [row["op"] for row in home.client.rpc("undo_change", call).execute().data] == ["delete"]
    refused(lambda: home.client.rpc("undo_change", {"change_id": 1}).execute())


@operation(
    "Changes: Transactions as known on an earlier day",
    javascript="supabase.rpc('transactions_as_of', { moment: '2100-01-01T00:00:00Z' })",
    curl="rest 'rpc/transactions_as_of?moment=2100-01-01T00:00:00Z'",
    refusals="400 22007",
)
def test_transactions_are_read_as_they_were(home: Household, refused: Refused) -> None:
    account = home.account()
    entry = home.transaction(account_id=account, amount="5.00")
    row = home.db.execute("select clock_timestamp()::text").fetchone()
    assert row
    home.client.table("transactions").update({"amount": "9.00"}).eq("id", entry).execute()
    then = home.client.rpc("transactions_as_of", {"moment": row[0]}).eq("id", entry).execute().data
    assert [each["amount"] for each in then] == [5]
    refused(lambda: home.client.rpc("transactions_as_of", {"moment": "long ago"}).execute())


@operation(
    "Payees: Merge into one",
    javascript="supabase.rpc('merge_payees', { target_id: payee_id, source_ids: [other_payee_id] })",
    curl="""rest rpc/merge_payees -d '{"target_id": "'$payee_id'", "source_ids": ["'$other_payee_id'"]}'""",
    refusals="403 books.role_too_low, 404 ledger.payee_missing",
)
def test_merged_payee_keeps_the_others_names(home: Household, refused: Refused) -> None:
    target, source = home.payee(name="Grocer"), home.payee(name="GROCER 0042")
    entry = home.transaction(payee_id=source)

    def merge(client: Any = home.client, id: str = target) -> Any:
        return client.rpc("merge_payees", {"target_id": id, "source_ids": [source]}).execute().data

    refused(lambda: merge(home.viewer))
    refused(lambda: merge(id=str(uuid4())))
    assert merge()["aliases"] == ["GROCER 0042"]
    assert home.one("transactions", entry)["payee_id"] == target


@operation(
    "Rules: Create",
    javascript="supabase.from('rules').insert({ name: 'Groceries', conditions: { field: 'text', op: 'contains', value: 'market' }, "
    "set_category_id: category_id }).select()",
    curl="""rest rules -d '{"name": "Groceries", "conditions": {"field": "text", "op": "contains", "value": "market"}, """
    """"set_category_id": "'$category_id'"}'""",
    refusals="403 books.role_too_low, 422 ledger.rule_conditions, 422 ledger.rule_without_action, 422 ledger.label_missing",
)
def test_rule_fills_in_new_transactions(home: Household, refused: Refused) -> None:
    category = home.category()
    rule: dict[str, Any] = {
        "name": "Market",
        "conditions": {"field": "text", "op": "contains", "value": "the flea market"},
        "set_category_id": category,
    }
    home.make("rules", **rule)
    assert home.one("transactions", home.transaction(payer="The Flea Market"))["category_id"] == category
    refused(lambda: home.viewer.table("rules").insert(rule).execute())
    refused(lambda: home.make("rules", **rule | {"conditions": {}}))
    refused(lambda: home.make("rules", **rule | {"set_category_id": None}))
    refused(lambda: home.make("rules", **rule | {"add_label_ids": [str(uuid4())]}))


@operation(
    "Rules: Preview, then apply to history",
    javascript="supabase.rpc('preview_rules').then(({ error }) => error ? { error } : supabase.rpc('apply_rules'))",
    curl="rest rpc/preview_rules -o /dev/null && rest rpc/apply_rules -d '{}'",
    refusals="403 books.role_too_low",
)
def test_rules_are_previewed_and_applied_to_history(home: Household, refused: Refused) -> None:
    category, entry = home.category(), home.transaction(payer="Antique dealer")
    condition = {"field": "text", "op": "contains", "value": "antique"}
    rule = home.make("rules", name="Antiques", conditions=condition, set_category_id=category)
    preview = home.client.rpc("preview_rules", {"rule_ids": [rule]}).execute().data
    assert [(row["transaction_id"], row["new_category_id"]) for row in preview] == [(entry, category)]
    assert home.client.rpc("apply_rules", {"rule_ids": [rule]}).execute().data == 1
    assert home.one("transactions", entry)["category_id"] == category
    refused(lambda: home.viewer.rpc("apply_rules", {}).execute())


@operation(
    "Statements: Reconcile an account",
    javascript="supabase.rpc('reconcile_account', { account_id, booked_on: '2024-01-31', stated_balance: 0 })",
    curl="""rest rpc/reconcile_account -d '{"account_id": "'$account_id'", "booked_on": "2024-01-31", "stated_balance": 0}'""",
    refusals="403 books.role_too_low, 404 ledger.account_missing, 409 ledger.statement_differs, 422 ledger.statement_missing",
)
def test_statement_locks_what_it_covers(home: Household, refused: Refused) -> None:
    account = home.account()
    entry = home.transaction(account_id=account, booked_on="2024-01-05")

    def reconcile(client: Any = home.client, **other: Any) -> Any:
        call = {"account_id": account, "booked_on": "2024-01-31", "stated_balance": "-12.50"} | other
        return client.rpc("reconcile_account", call).execute().data

    refused(lambda: reconcile(home.viewer))
    refused(lambda: reconcile(account_id=str(uuid4())))
    refused(lambda: reconcile(stated_balance="-12.00"))
    refused(lambda: reconcile(stated_balance=None))
    reconcile()
    assert home.one("transactions", entry)["payment_status"] == "reconciled"


@operation(
    "Statements: Unlock what was reconciled",
    javascript="supabase.rpc('unlock_transactions', { ids: [transaction_id] }).then(({ error }) => ({ error }))",
    curl="""rest rpc/unlock_transactions -d '{"ids": ["'$transaction_id'"]}' -o /dev/null""",
    refusals="403 books.role_too_low, 409 ledger.reconciled",
)
def test_reconciled_transaction_changes_once_unlocked(home: Household, refused: Refused) -> None:
    entry = home.transaction(payment_status="reconciled")

    def raise_amount() -> Any:
        return home.client.table("transactions").update({"amount": "13.00"}).eq("id", entry).execute().data

    refused(raise_amount)
    refused(lambda: home.viewer.rpc("unlock_transactions", {"ids": [entry]}).execute())
    assert home.client.rpc("unlock_transactions", {"ids": [entry]}).execute().data == [entry]
    assert raise_amount()[0]["amount"] == 13


@operation(
    "Statements: State a balance, and see whether it holds",
    javascript="supabase.from('balance_assertions').insert({ account_id, booked_on: '2024-01-31', stated_balance: 1 })"
    ".then(() => supabase.rpc('first_failing_assertions'))",
    curl="""rest balance_assertions -d '{"account_id": "'$account_id'", "booked_on": "2024-01-31", "stated_balance": 1}' && """
    """rest rpc/first_failing_assertions""",
    refusals="403 books.role_too_low, 409 23503",
)
def test_first_day_that_is_off_is_told_with_the_difference(home: Household, refused: Refused) -> None:
    account = home.account(name="Off by a bit", initial_amount="100.00")
    row = {"account_id": account, "booked_on": str(TODAY), "stated_balance": "99.50"}
    home.make("balance_assertions", **row)
    off = home.client.rpc("first_failing_assertions", {}).execute().data
    assert [each["difference"] for each in off if each["account_id"] == account] == [0.5]
    refused(lambda: home.viewer.table("balance_assertions").insert(row).execute())
    refused(lambda: home.make("balance_assertions", **row | {"account_id": str(uuid4())}))


@operation(
    "Transactions: Export, as csv, xlsx or pdf",
    javascript="supabase.rpc('start_export', { format: 'csv', from_date: '2024-01-01' })",
    curl="""rest rpc/start_export -d '{"format": "csv", "from_date": "2024-01-01"}'""",
    refusals="404 books.missing, 422 exports.format_unknown, 422 reports.range_reversed, 422 exports.locale_unknown",
)
def test_export_becomes_a_file(home: Household, refused: Refused) -> None:
    home.transaction(description="Exported lunch")

    def export(client: Any = home.client, **other: str) -> Any:
        return client.rpc("start_export", {"format": "csv"} | other).execute().data

    task = export()["id"]
    for _ in range(3):
        answer = home.person.http.get(f"/functions/v1/tasks/{task}?wait=50", timeout=60).json()
        if answer["status"] not in {"queued", "running"}:
            break
    assert answer["status"] == "succeeded", answer
    file = home.person.http.get(f"/functions/v1/tasks/{task}/result", follow_redirects=True)
    assert "Exported lunch" in file.text
    refused(lambda: export(home.stranger))
    refused(lambda: export(format="docx"))
    refused(lambda: export(from_date="2024-02-01", to_date="2024-01-01"))
    refused(lambda: export(locale="tlh"))


@operation(
    "Transactions: Journals, for hledger",
    javascript="supabase.rpc('hledger_journal', { from_date: '2024-01-01' })",
    curl="rest 'rpc/hledger_journal?from_date=2024-01-01'",
    refusals="404 books.missing, 400 22007",
)
def test_journal_is_double_entry(home: Household, refused: Refused) -> None:
    home.transaction(account_id=home.account(name="Journalled"))
    assert "assets:Journalled" in home.client.rpc("hledger_journal", {}).execute().data
    refused(lambda: home.stranger.rpc("hledger_journal", {}).execute())
    refused(lambda: home.client.rpc("hledger_journal", {"from_date": "May"}).execute())
