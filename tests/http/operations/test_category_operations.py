"""Categories, and the labels beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from operations.household import TODAY, Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


@operation(
    "Categories: List",
    javascript="supabase.from('categories').select().eq('nature', 'MUST').eq('is_active', true).is('parent_id', null)"
    ".order('position')",
    curl="rest 'categories?nature=eq.MUST&is_active=eq.true&parent_id=is.null&order=position'",
    refusals="404 books.missing, 400 22P02",
)
def test_categories_are_listed_by_nature_and_parent(home: Household, refused: Refused) -> None:
    parent = home.category(nature="WANT")
    child = home.category(parent_id=parent, nature="MUST")
    found = home.client.table("categories").select("id").eq("parent_id", parent).eq("nature", "MUST").execute().data
    assert found == [{"id": child}]
    refused(lambda: home.stranger.table("categories").select().execute())
    refused(lambda: home.client.table("categories").select().eq("nature", "MAYBE").execute())


@operation(
    "Categories: Tree",
    javascript="supabase.rpc('category_tree')",
    curl="rest rpc/category_tree",
    refusals="404 books.missing",
)
def test_category_tree_is_in_order_of_depth(home: Household, refused: Refused) -> None:
    leaf = home.category(name="Leaf", parent_id=home.category(name="Branch"))
    row = next(row for row in home.client.rpc("category_tree", {}).execute().data if row["id"] == leaf)
    assert (row["depth"], row["path"]) == (2, ["Branch", "Leaf"])
    refused(lambda: home.stranger.rpc("category_tree", {}).execute())


@operation(
    "Categories: Create",
    javascript="supabase.from('categories').insert({ name: 'Concerts', parent_id: category_id, nature: 'WANT', kind: 'expense', "
    "color: '#aa3366' }).select()",
    curl="""rest categories -d '{"name": "Concerts", "parent_id": "'$category_id'", "nature": "WANT", "kind": "expense", """
    """"color": "#aa3366"}'""",
    refusals="403 books.role_too_low, 409 23505, 400 23514, 409 23503",
)
def test_category_is_created_once_among_its_siblings(home: Household, refused: Refused) -> None:
    parent = home.category()
    assert home.category(name="Twice", parent_id=parent)
    assert home.category(name="Twice", parent_id=home.category())
    refused(lambda: home.viewer.table("categories").insert({"name": "Mine"}).execute())
    refused(lambda: home.category(name="Twice", parent_id=parent))
    refused(lambda: home.category(color="red"))
    refused(lambda: home.category(parent_id=str(uuid4())))


@operation(
    "Categories: Change",
    javascript="supabase.from('categories').update({ name: 'Eating out', icon: 'fork' }).eq('id', category_id)",
    curl="""rest "categories?id=eq.$category_id" -X PATCH -d '{"name": "Eating out", "icon": "fork"}'""",
    refusals="403 books.role_too_low, 422 ledger.category_cycle",
)
def test_category_is_moved_but_not_below_itself(home: Household, refused: Refused) -> None:
    parent = home.category()
    child = home.category(parent_id=parent)
    categories = home.client.table("categories")
    assert categories.update({"description": "Changed"}).eq("id", child).execute().data[0]["version"] == 2
    refused(lambda: home.viewer.table("categories").update({"name": "Mine"}).eq("id", child).execute())
    refused(lambda: categories.update({"parent_id": child}).eq("id", parent).execute())


@operation(
    "Categories: Delete, moving its entries",
    javascript="supabase.rpc('delete_category', { category_id, move_to: other_category_id })",
    curl="""rest rpc/delete_category -d '{"category_id": "'$category_id'", "move_to": "'$other_category_id'"}'""",
    refusals="403 books.role_too_low, 404 ledger.category_missing, 409 ledger.category_in_use, 422 ledger.category_target_missing",
)
def test_category_gives_its_entries_to_another(home: Household, refused: Refused) -> None:
    used, other = home.category(), home.category()
    entry = home.transaction(category_id=used)

    def delete(id: str, client: Any = home.client, **other: Any) -> Any:
        return client.rpc("delete_category", {"category_id": id} | other).execute().data

    refused(lambda: delete(used, home.viewer))
    refused(lambda: delete(str(uuid4())))
    refused(lambda: delete(used))
    refused(lambda: delete(used, move_to=str(uuid4())))
    assert delete(used, move_to=other)["id"] == used
    assert home.one("transactions", entry)["category_id"] == other


@operation(
    "Categories: Statistics",
    javascript="supabase.rpc('category_statistics', { from_date: '2024-01-01', type: 'expense' })",
    curl="rest 'rpc/category_statistics?from_date=2024-01-01&type=expense'",
    refusals="422 reports.range_reversed, 422 reports.currency_unknown",
)
def test_category_statistics_tell_total_average_and_share(home: Household, refused: Refused) -> None:
    account, category = home.account(), home.category()
    for amount in ("10.00", "20.00"):
        home.transaction(account_id=account, category_id=category, amount=amount)
    home.transaction(account_id=account, amount="70.00")
    dates = {"from_date": str(TODAY), "account_ids": [account]}
    rows = home.client.rpc("category_statistics", dates).execute().data
    row = next(row for row in rows if row["category_id"] == category)
    assert (row["amount"], row["entry_count"], row["average"], row["percentage"]) == (30, 2, 15, 30)
    refused(lambda: home.client.rpc("category_statistics", dates | {"to_date": "2000-01-01"}).execute())
    refused(lambda: home.client.rpc("category_statistics", dates | {"currency": "XXZ"}).execute())


@operation(
    "Categories: Reorder",
    javascript="supabase.rpc('reorder_categories', { ids: [other_category_id, category_id] })",
    curl="""rest rpc/reorder_categories -d '{"ids": ["'$other_category_id'", "'$category_id'"]}'""",
    refusals="403 books.role_too_low",
)
def test_categories_are_put_into_order(home: Household, refused: Refused) -> None:
    ids = [home.category() for _ in range(3)]
    home.client.rpc("reorder_categories", {"ids": ids[::-1]}).execute()
    rows = home.client.table("categories").select("id").in_("id", ids).order("position").execute().data
    assert [row["id"] for row in rows] == ids[::-1]
    refused(lambda: home.viewer.rpc("reorder_categories", {"ids": ids}).execute())


@operation(
    "Labels: List, with usage",
    javascript="supabase.from('labels').select('*, usage_count').order('name')",
    curl="rest 'labels?select=*,usage_count&order=name'",
    refusals="404 books.missing",
)
def test_labels_are_listed_with_their_usage(home: Household, refused: Refused) -> None:
    label = home.label()
    home.client.table("transaction_labels").insert({"transaction_id": home.transaction(), "label_id": label}).execute()
    assert home.one("labels", label, "usage_count") == {"usage_count": 1}
    refused(lambda: home.stranger.table("labels").select().execute())


@operation(
    "Labels: Create",
    javascript="supabase.from('labels').insert({ name: 'holiday', color: '#ffaa00' }).select()",
    curl="""rest labels -d '{"name": "holiday", "color": "#ffaa00"}'""",
    refusals="403 books.role_too_low, 409 23505, 400 23514",
)
def test_label_is_created_once(home: Household, refused: Refused) -> None:
    assert home.label(name="Once")
    refused(lambda: home.viewer.table("labels").insert({"name": "mine"}).execute())
    refused(lambda: home.label(name="Once"))
    refused(lambda: home.label(name="x" * 65))


@operation(
    "Labels: Change",
    javascript="supabase.from('labels').update({ name: 'vacation' }).eq('id', label_id)",
    curl="""rest "labels?id=eq.$label_id" -X PATCH -d '{"name": "vacation"}'""",
    refusals="403 books.role_too_low, 409 23505",
)
def test_label_is_renamed(home: Household, refused: Refused) -> None:
    label, _ = home.label(), home.label(name="There already")
    labels = home.client.table("labels")
    assert labels.update({"name": "New name"}).eq("id", label).execute().data[0]["name"] == "New name"
    refused(lambda: home.viewer.table("labels").update({"name": "mine"}).eq("id", label).execute())
    refused(lambda: labels.update({"name": "There already"}).eq("id", label).execute())


@operation(
    "Labels: Delete",
    javascript="supabase.from('labels').delete().eq('id', label_id)",
    curl='rest "labels?id=eq.$label_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_label_is_taken_off_when_deleted(home: Household, refused: Refused) -> None:
    label, entry = home.label(), home.transaction()
    home.client.table("transaction_labels").insert({"transaction_id": entry, "label_id": label}).execute()
    refused(lambda: home.viewer.table("labels").delete().eq("id", label).execute())
    home.client.table("labels").delete().eq("id", label).execute()
    assert home.one("transactions", entry, "labels(name)") == {"labels": []}


@operation(
    "Labels: Statistics",
    javascript="supabase.rpc('label_statistics', { from_date: '2024-01-01' })",
    curl="rest 'rpc/label_statistics?from_date=2024-01-01'",
    refusals="422 reports.range_reversed, 422 reports.date_out_of_range",
)
def test_label_statistics_tell_what_was_spent(home: Household, refused: Refused) -> None:
    label = home.label()
    for amount in ("10.00", "30.00"):
        entry = home.transaction(amount=amount)
        home.client.table("transaction_labels").insert({"transaction_id": entry, "label_id": label}).execute()

    def statistics(**arguments: Any) -> Any:
        return home.client.rpc("label_statistics", {"label_ids": [label]} | arguments).execute().data

    assert [(row["expenses"], row["transaction_count"], row["average"]) for row in statistics()] == [(40, 2, 20)]
    refused(lambda: statistics(from_date="2024-02-01", to_date="2024-01-01"))
    refused(lambda: statistics(from_date="1800-01-01"))
