"""Files that go in: bank statements, and what belongs to a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from operations.household import Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


@operation(
    "Transactions: Import a bank statement",
    javascript="supabase.functions.invoke('imports', { body: form({ account_id, file: statement_csv }) })",
    curl="""curl -sS "$SUPABASE_URL/functions/v1/imports" -H "apikey: $SUPABASE_PUBLISHABLE_KEY" """
    """-H "Authorization: Bearer $TOKEN" -F account_id=$account_id -F file=@statement.csv""",
    refusals="403 books.role_too_low, 415 files.form, 422 ledger.account_missing, 409 ledger.account_archived",
)
def test_statement_is_read_previewed_and_booked(home: Household, refused: Refused) -> None:
    account = home.account()

    def upload(to: str = account, http: httpx.Client = home.person.http, **headers: str) -> httpx.Response:
        file = {"file": ("statement.csv", home.statement(), "text/csv")}
        return http.post("/functions/v1/imports", data={"account_id": to}, files=file, headers=headers)

    made = upload().json()["id"]
    found = home.wait_for_import(made)
    assert found["status"] == "ready", found
    rows = home.client.table("import_rows").select("outcome").eq("import_id", made).execute().data
    assert [row["outcome"] for row in rows] == ["ready", "ready"]
    home.client.rpc("commit_import", {"import_id": made}).execute()
    assert home.one("accounts", account)["balance"] == 2445.8
    viewer = {"Authorization": f"Bearer {home.viewer.auth.get_session().access_token}", "x-book": home.book_id}
    refused(lambda: home.anonymous.post("/functions/v1/imports", headers=viewer, files={"file": b"x"}))
    refused(lambda: home.person.http.post("/functions/v1/imports", json={}))
    refused(lambda: upload(str(uuid4())))
    refused(lambda: upload(home.account(is_active=False)))


@operation(
    "Imports: Book what was previewed",
    javascript="supabase.rpc('commit_import', { import_id })",
    curl="""rest rpc/commit_import -d '{"import_id": "'$import_id'"}'""",
    refusals="403 books.role_too_low, 404 imports.missing",
)
def test_import_is_booked_once(home: Household, refused: Refused) -> None:
    made = home.given("import_id")

    def commit(id: str = made, client: Any = home.client) -> Any:
        return client.rpc("commit_import", {"import_id": id}).execute().data

    refused(lambda: commit(client=home.viewer))
    refused(lambda: commit(str(uuid4())))
    assert commit()["status"] == commit()["status"] == "committed"
    assert len(home.client.table("transactions").select("id").eq("import_id", made).execute().data) == 2


@operation(
    "Imports: Take it back",
    javascript="supabase.rpc('commit_import', { import_id }).then(() => supabase.rpc('undo_import', { import_id }))",
    curl="""rest rpc/commit_import -d '{"import_id": "'$import_id'"}' -o /dev/null && """
    """rest rpc/undo_import -d '{"import_id": "'$import_id'"}'""",
    refusals="403 books.role_too_low, 404 imports.missing, 409 imports.not_committed",
)
def test_import_is_undone_whole(home: Household, refused: Refused) -> None:
    made = home.given("import_id")

    def undo(id: str = made, client: Any = home.client) -> Any:
        return client.rpc("undo_import", {"import_id": id}).execute().data

    refused(undo)
    home.client.rpc("commit_import", {"import_id": made}).execute()
    refused(lambda: undo(client=home.viewer))
    refused(lambda: undo(str(uuid4())))
    assert undo()["status"] == "undone"
    assert home.client.table("transactions").select("id").eq("import_id", made).execute().data == []


@operation(
    "Attachments: Attach a file",
    javascript="supabase.functions.invoke('attachments', { body: form({ transaction_id, file: receipt_png }) })",
    curl="""curl -sS "$SUPABASE_URL/functions/v1/attachments" -H "apikey: $SUPABASE_PUBLISHABLE_KEY" """
    """-H "Authorization: Bearer $TOKEN" -F transaction_id=$transaction_id -F file=@receipt.png""",
    refusals="403 books.role_too_low, 415 files.form, 415 files.type, 404 ledger.transaction_missing",
)
def test_receipt_is_attached(home: Household, refused: Refused) -> None:
    entry = home.transaction()

    def attach(to: str = entry, content: bytes | None = None) -> httpx.Response:
        file = {"file": ("receipt.png", content or home.receipt(), "image/png")}
        http: httpx.Client = home.person.http
        return http.post("/functions/v1/attachments", data={"transaction_id": to}, files=file)

    made = attach().json()
    assert httpx.get(made["url"]).headers["content-type"] == "image/png"
    found = home.one("transactions", entry, "attachments(file_name,size)")
    assert found["attachments"][0]["file_name"] == "receipt.png"
    viewer = {"Authorization": f"Bearer {home.viewer.auth.get_session().access_token}", "x-book": home.book_id}
    refused(lambda: home.anonymous.post("/functions/v1/attachments", headers=viewer, files={"file": b"x"}))
    refused(lambda: home.person.http.post("/functions/v1/attachments", json={}))
    refused(lambda: attach(content=b"MZ, a program"))
    refused(lambda: attach(str(uuid4())))


@operation(
    "Attachments: List",
    javascript="supabase.from('attachments').select('file_name, type, size, sha256').eq('transaction_id', attached_to_id)",
    curl='rest "attachments?select=file_name,type,size,sha256&transaction_id=eq.$attached_to_id"',
    refusals="404 books.missing",
)
def test_attachments_are_listed(home: Household, refused: Refused) -> None:
    entry = home.given("attached_to_id")
    assert len(home.client.table("attachments").select("type").eq("transaction_id", entry).execute().data) == 1
    refused(lambda: home.stranger.table("attachments").select("id").execute())


@operation(
    "Attachments: A link to the file",
    javascript="supabase.functions.invoke(`attachments/${attachment_id}`, { method: 'GET' })",
    curl='functions "attachments/$attachment_id"',
    refusals="404 files.missing",
)
def test_attachment_has_a_link_that_opens_anywhere(home: Household, refused: Refused) -> None:
    found = home.person.http.get(f"/functions/v1/attachments/{home.given('attachment_id')}").json()
    assert httpx.get(found["url"]).content.startswith(b"\x89PNG")
    refused(lambda: home.person.http.get(f"/functions/v1/attachments/{uuid4()}"))


@operation(
    "Attachments: Delete",
    javascript="supabase.from('attachments').delete().eq('id', attachment_id)",
    curl='rest "attachments?id=eq.$attachment_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_attachment_is_deleted(home: Household, refused: Refused) -> None:
    made = home.given("attachment_id")
    refused(lambda: home.viewer.table("attachments").delete().eq("id", made).execute())
    home.client.table("attachments").delete().eq("id", made).execute()
    assert home.client.table("attachments").select("id").eq("id", made).execute().data == []
