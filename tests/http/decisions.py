"""Who may do what over REST. Every cell of test_tenant_matrix.py is decided here, by a person.

A relation, column or function that the API exposes and this file does not name fails the matrix: decide it below.

Who asks, always about one and the same book, the victim's:
  anon      nobody, with the publishable key
  header    a stranger, signed in, who names the book in the header x-book
  row       a stranger who sends no header and names the book's rows instead
  viewer, editor, owner   its members
What comes of it:
  reads     200, with rows of the book        writes    2xx, and the book has changed
  empty     200, with no row at all           nothing   2xx, and the book has not changed
  own       2xx, about the caller's own book  refused   401 or 403
  hidden    404: as if there were no such     rejected  4xx of any kind: nobody can do that, and
            book or row                                 what is checked first is of no matter
In all but `reads` of a member and `writes`, the book stays as it was and the answer holds none of its values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

ACTORS = ("anon", "header", "row", "viewer", "editor", "owner")
VERBS = ("GET", "HEAD", "POST", "UPSERT", "PATCH", "PUT", "DELETE")
CALLS = ("GET", "POST")
OUTCOMES = {"reads", "empty", "own", "refused", "hidden", "writes", "nothing", "rejected"}

Rules = dict[str, dict[str, str]]
Book = Any
Row = dict[str, Any]


def rules(table: str) -> Rules:
    """Read a table of outcomes: a head line with the actors, then a line for each verb."""
    head, *lines = (line.split() for line in table.strip().splitlines())
    assert tuple(head) == ACTORS, head
    found = {verb: dict(zip(ACTORS, outcomes, strict=True)) for verb, *outcomes in lines}
    assert all(outcome in OUTCOMES for line in found.values() for outcome in line.values()), found
    return found


# Rows of a book that clients write.
ENTRIES = rules("""
          anon     header  row      viewer   editor  owner
  GET     refused  hidden  empty    reads    reads   reads
  HEAD    refused  hidden  empty    reads    reads   reads
  POST    refused  hidden  refused  refused  writes  writes
  UPSERT  refused  hidden  refused  refused  writes  writes
  PATCH   refused  hidden  nothing  refused  writes  writes
  PUT     refused  hidden  refused  refused  writes  writes
  DELETE  refused  hidden  nothing  refused  writes  writes
""")

# Rows of a book that are kept, never given.
KEPT = rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  hidden   empty    reads    reads    reads
  HEAD    refused  hidden   empty    reads    reads    reads
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  refused  refused  refused  refused  refused
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  refused  refused  refused  refused  refused
""")

# The same for every book, and written by migrations alone.
REFERENCE = rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  reads    reads    reads    reads    reads
  HEAD    refused  reads    reads    reads    reads    reads
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  refused  refused  refused  refused  refused
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  refused  refused  refused  refused  refused
""")

# Functions that read the current book. A stranger without a header reads his own.
REPORTS = rules("""
          anon     header  row  viewer  editor  owner
  GET     refused  hidden  own  reads   reads   reads
  POST    refused  hidden  own  reads   reads   reads
""")

# Functions that change rows: not to be had by GET, which runs read-only.
OPERATIONS = rules("""
          anon     header    row       viewer    editor    owner
  GET     refused  rejected  rejected  rejected  rejected  rejected
  POST    refused  hidden    rejected  refused   writes    writes
""")

# Computed columns, which REST also offers as functions of a row that the caller makes up: they see what the caller may.
COMPUTED = rules("""
          anon     header  row    viewer  editor  owner
  POST    refused  hidden  empty  reads   reads   reads
""")


def changed(base: Rules, **lines: str) -> Rules:
    """The same rules but for whole lines, each given as the outcomes of all actors."""
    return base | {verb: dict(zip(ACTORS, line.split(), strict=True)) for verb, line in lines.items()}


# The same about one row, which a stranger does not find in his own book.
OF_A_ROW = changed(
    REPORTS, GET="refused hidden hidden reads reads reads", POST="refused hidden hidden reads reads reads"
)
ON_A_ROW = changed(OPERATIONS, POST="refused hidden hidden refused writes writes")

FOR_ADMINS = changed(OPERATIONS, POST="refused refused refused refused refused refused")


@dataclass(frozen=True)
class Relation:
    """A table or view: its rules; a new row, and what to change in an old one; columns that a client gives."""

    rules: Rules
    given: str = ""
    row: Callable[[Book], Row] = field(default=lambda book: {})
    change: Row = field(default_factory=dict)
    # the row that PATCH, PUT and DELETE are about, where that is not the one named after the table
    target: Callable[[Book], Row] | None = None
    # what DELETE is about instead: one that nothing holds on to
    spare: str = ""
    # columns that nobody but the database writes
    kept: str = ""


@dataclass(frozen=True)
class Function:
    """A function: its rules and the arguments that it is called with."""

    rules: Rules
    arguments: Callable[[Book], Row] = field(default=lambda book: {})


MARCH = {"from_date": "2024-03-01", "to_date": "2024-03-31"}
STAMPS = "number created_at created_by updated_at updated_by version"

RELATIONS: dict[str, Relation] = {
    "profiles": Relation(
        # the owner's; everyone in the book may see it
        rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  empty    empty    reads    reads    reads
  HEAD    refused  empty    empty    reads    reads    reads
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  nothing  nothing  nothing  nothing  writes
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  refused  refused  refused  refused  refused
"""),
        given="name username avatar_url locale default_book_id",
        kept="id avatar_key is_active created_at updated_at version",
        row=lambda book: {"id": str(uuid4()), "name": "Intruder"},
        change={"name": "Changed"},
        target=lambda book: {"id": book.owner},
    ),
    "books": Relation(
        rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  empty    empty    reads    reads    reads
  HEAD    refused  empty    empty    reads    reads    reads
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  nothing  nothing  nothing  nothing  writes
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  nothing  nothing  nothing  nothing  writes
"""),
        given="name base_currency timezone first_day_of_week first_day_of_month",
        kept="id created_at created_by updated_at updated_by version",
        row=lambda book: {"id": str(uuid4()), "name": "Intruder", "base_currency": "EUR"},
        change={"name": "Changed"},
        target=lambda book: {"id": book.id},
    ),
    "book_members": Relation(
        # about the editor's membership: everyone may leave, so the editor may end it
        rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  empty    empty    reads    reads    reads
  HEAD    refused  empty    empty    reads    reads    reads
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  nothing  nothing  nothing  nothing  writes
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  nothing  nothing  nothing  writes   writes
"""),
        given="role",
        kept="book_id user_id created_at updated_at version",
        row=lambda book: {"book_id": book.id, "user_id": book.stranger, "role": "owner"},
        change={"role": "owner"},
        target=lambda book: {"book_id": book.id, "user_id": book.editor},
    ),
    "account_groups": Relation(
        ENTRIES,
        given="book_id id name position",
        kept=STAMPS,
        row=lambda book: {"name": "New group"},
        change={"name": "Changed"},
    ),
    "accounts": Relation(
        ENTRIES,
        given="book_id id name type usability currency initial_amount initial_on color icon group_id position is_active "
        "institution last_four_digits credit_limit include_in_net_worth",
        kept=f"{STAMPS} balance transaction_count",
        row=lambda book: {"name": "New account", "type": "bank", "currency": "EUR"},
        spare="spare_account",
        change={"name": "Changed"},
    ),
    "categories": Relation(
        ENTRIES,
        given="book_id id parent_id name nature kind color icon description position is_active",
        kept=STAMPS,
        row=lambda book: {"name": "New category"},
        spare="spare_category",
        change={"name": "Changed"},
    ),
    "payees": Relation(
        ENTRIES,
        given="book_id id name default_category_id aliases",
        kept=STAMPS,
        row=lambda book: {"name": "New payee"},
        change={"name": "Changed"},
    ),
    "labels": Relation(
        ENTRIES,
        given="book_id id name color",
        kept=STAMPS,
        row=lambda book: {"name": "New label"},
        change={"name": "Changed"},
    ),
    "transactions": Relation(
        ENTRIES,
        given="book_id id account_id booked_on type amount currency original_amount original_currency original_rate "
        "category_id payee_id payer description notes payment_type payment_status latitude longitude external_id debt_id",
        kept=f"{STAMPS} recurring_transaction_id due_on import_id signed_amount transfer_id fee is_split base_rate base_amount "
        "reported_amount",
        row=lambda book: {
            "account_id": book.ids["accounts"],
            "booked_on": "2024-03-01",
            "type": "expense",
            "amount": "12.50",
        },
        change={"description": "Changed"},
    ),
    "transaction_splits": Relation(
        # one row more, or less, no longer adds up: see split_transaction
        changed(
            ENTRIES,
            POST="refused hidden refused refused rejected rejected",
            DELETE="refused hidden nothing refused rejected rejected",
        ),
        given="book_id id transaction_id category_id amount description position",
        kept="transaction_number account_id booked_on type base_rate payment_type payee_id payer "
        "created_at created_by updated_at updated_by version",
        row=lambda book: {"transaction_id": book.ids["split_transaction"], "amount": "10.00"},
        change={"description": "Changed"},
    ),
    "transaction_labels": Relation(
        # put on or taken off, never edited: an upsert would be an edit
        changed(
            ENTRIES,
            UPSERT="refused refused refused refused refused refused",
            PATCH="refused refused refused refused refused refused",
            PUT="refused refused refused refused refused refused",
        ),
        given="book_id transaction_id label_id",
        kept="id created_at created_by version",
        row=lambda book: {"transaction_id": book.ids["transactions"], "label_id": book.ids["other_label"]},
        change={"label_id": str(uuid4())},
        target=lambda book: {
            "book_id": book.id,
            "transaction_id": book.ids["transactions"],
            "label_id": book.ids["labels"],
        },
    ),
    "transfers": Relation(
        ENTRIES,
        given="book_id id booked_on from_account_id to_account_id amount received_amount rate fee fee_category_id note",
        kept=STAMPS,
        row=lambda book: {
            "booked_on": "2024-03-01",
            "from_account_id": book.ids["accounts"],
            "to_account_id": book.ids["other_account"],
            "amount": "20.00",
        },
        change={"note": "Changed"},
    ),
    "changes": Relation(
        # its key can't be given at all, whoever asks
        changed(KEPT, PUT="rejected rejected rejected rejected rejected rejected"),
        kept="book_id xid id changed_at changed_by table_name row_id op before",
        row=lambda book: {"book_id": book.id, "table_name": "accounts", "row_id": str(uuid4()), "op": "delete"},
        change={"table_name": "nothing"},
        target=lambda book: {"book_id": book.id},
    ),
    "missing_rates": Relation(
        # a view has no key to put by
        changed(KEPT, PUT="rejected rejected rejected rejected rejected rejected"),
        kept="book_id currency booked_on transaction_count amount",
        row=lambda book: {"book_id": book.id, "currency": "EUR", "booked_on": "2024-03-01"},
        change={"currency": "USD"},
        target=lambda book: {"book_id": book.id},
    ),
    "currencies": Relation(
        # the one thing that a sign-up page needs before anyone is signed in
        changed(REFERENCE, GET="reads reads reads reads reads reads", HEAD="reads reads reads reads reads reads"),
        kept="code name symbol decimals",
        row=lambda book: {"code": "ZZZ", "name": "Intruder", "symbol": "Z", "decimals": 2},
        change={"name": "Changed"},
        target=lambda book: {"code": "EUR"},
    ),
    "exchange_rates": Relation(
        REFERENCE,
        kept="base_currency quote_currency valid_on rate source",
        row=lambda book: {"quote_currency": "USD", "valid_on": "1950-01-01", "rate": 1, "source": "intruder"},
        change={"rate": 2},
        target=lambda book: {"quote_currency": "USD", "valid_on": book.rated_on},
    ),
    "category_catalogue": Relation(
        # no member is an admin: for them the policies let no row through
        changed(
            REFERENCE,
            PATCH="refused nothing nothing nothing nothing nothing",
            DELETE="refused nothing nothing nothing nothing nothing",
        ),
        given="id parent_id name nature kind color icon description position is_active",
        kept="created_at updated_at version",
        row=lambda book: {"id": str(uuid4()), "name": "Intruder"},
        change={"name": "Changed"},
        target=lambda book: {"id": book.catalogue_entry},
    ),
    "recurring_transactions": Relation(
        ENTRIES,
        given="book_id id name account_id category_id payee_id payer type amount description payment_type frequency rrule "
        "starts_on effective_on ends_on skipped_on weekend_policy is_active auto_create reminder_days continued_from_id",
        kept=f"{STAMPS} posted_through reminded_through next_on next_tick_on",
        row=lambda book: {
            "name": "New rule",
            "account_id": book.ids["accounts"],
            "type": "expense",
            "amount": "12.50",
            "frequency": "monthly",
            "starts_on": "2024-03-01",
        },
        change={"name": "Changed"},
    ),
    "budgets": Relation(
        ENTRIES,
        given="book_id id name amount period starts_on ends_on rollover alert_threshold covers_all is_active",
        kept=STAMPS,
        row=lambda book: {"name": "New budget", "amount": "10.00", "period": "monthly", "starts_on": "2024-03-01"},
        change={"name": "Changed"},
    ),
    "budget_categories": Relation(
        # added or taken away, never edited
        changed(
            ENTRIES,
            UPSERT="refused refused refused refused refused refused",
            PATCH="refused refused refused refused refused refused",
            PUT="refused refused refused refused refused refused",
        ),
        given="book_id budget_id category_id with_children",
        kept="id created_at created_by version",
        row=lambda book: {"budget_id": book.ids["budgets"], "category_id": book.ids["other_category"]},
        change={"category_id": str(uuid4())},
        target=lambda book: {
            "book_id": book.id,
            "budget_id": book.ids["budgets"],
            "category_id": book.ids["categories"],
        },
    ),
    "budget_statuses": Relation(
        changed(KEPT, PUT="rejected rejected rejected rejected rejected rejected"),
        kept="book_id id number name amount period starts_on ends_on rollover alert_threshold covers_all is_active "
        "period_start period_end carried available spent remaining percentage status alert_triggered missing_rates",
        row=lambda book: {"book_id": book.id, "name": "Intruder"},
        change={"name": "Changed"},
        target=lambda book: {"book_id": book.id},
    ),
    "goals": Relation(
        ENTRIES,
        given="book_id id name description type target_amount target_on starts_on initial_amount monthly_contribution "
        "currency account_id follows_balance status",
        kept=STAMPS,
        row=lambda book: {"name": "New goal", "target_amount": "10.00"},
        change={"name": "Changed"},
    ),
    "goal_contributions": Relation(
        ENTRIES,
        given="book_id id goal_id contributed_on amount note transaction_id",
        kept=STAMPS,
        row=lambda book: {"goal_id": book.ids["goals"], "amount": "5.00"},
        change={"note": "Changed"},
    ),
    "goal_milestones": Relation(
        KEPT,
        kept="book_id goal_id percentage reached_on",
        row=lambda book: {
            "book_id": book.id,
            "goal_id": book.ids["goals"],
            "percentage": 50,
            "reached_on": "2024-03-01",
        },
        change={"reached_on": "2024-03-02"},
        target=lambda book: {"book_id": book.id, "goal_id": book.ids["goals"]},
    ),
    "goal_statuses": Relation(
        changed(KEPT, PUT="rejected rejected rejected rejected rejected rejected"),
        kept="book_id id number name type status currency target_amount target_on starts_on account_id current_amount "
        "remaining percentage monthly_pace projected_on is_on_track",
        row=lambda book: {"book_id": book.id, "name": "Intruder"},
        change={"name": "Changed"},
        target=lambda book: {"book_id": book.id},
    ),
    "debts": Relation(
        ENTRIES,
        given="book_id id account_id name type principal interest_rate monthly_payment starts_on notes reminder_days",
        kept=f"{STAMPS} reminded_through",
        row=lambda book: {
            "account_id": book.ids["accounts"],
            "name": "New debt",
            "type": "LOAN",
            "principal": "100.00",
            "starts_on": "2024-03-01",
        },
        change={"name": "Changed"},
    ),
    "debt_statuses": Relation(
        changed(KEPT, PUT="rejected rejected rejected rejected rejected rejected"),
        kept="book_id id number name type account_id currency principal interest_rate monthly_payment starts_on "
        "current_balance paid interest_added percentage next_payment_on remaining_months payoff_on",
        row=lambda book: {"book_id": book.id, "name": "Intruder"},
        change={"name": "Changed"},
        target=lambda book: {"book_id": book.id},
    ),
    "attachments": Relation(
        # a row comes with its file, from the sidecar
        ENTRIES
        | rules("""
          anon     header   row      viewer   editor   owner
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PUT     refused  refused  refused  refused  refused  refused
"""),
        given="book_id id file_name",
        kept="transaction_id account_id debt_id type size sha256 storage_key thumbnail_key number created_at created_by "
        "updated_at updated_by version",
        row=lambda book: {
            "transaction_id": book.ids["transactions"],
            "file_name": "new.pdf",
            "type": "application/pdf",
            "size": 1,
            "sha256": "ca" * 32,
            "storage_key": f"attachments/{book.id}/{uuid4()}/x",
        },
        change={"file_name": "changed.pdf"},
    ),
    "balance_assertions": Relation(
        ENTRIES,
        given="book_id id account_id booked_on stated_balance note",
        kept=STAMPS,
        row=lambda book: {
            "account_id": book.ids["other_account"],
            "booked_on": "2024-03-31",
            "stated_balance": "5.00",
        },
        change={"note": "Changed"},
    ),
    "balance_assertion_statuses": Relation(
        changed(KEPT, PUT="rejected rejected rejected rejected rejected rejected"),
        kept="book_id id number account_id booked_on stated_balance balance difference holds new_difference previous_on",
        row=lambda book: {"book_id": book.id, "stated_balance": "5.00"},
        change={"stated_balance": "5.00"},
        target=lambda book: {"book_id": book.id},
    ),
    "rules": Relation(
        ENTRIES,
        given="book_id id name position is_active conditions set_category_id set_payee_id add_label_ids ignore",
        kept=STAMPS,
        row=lambda book: {
            "name": "New rule",
            "conditions": {"field": "text", "op": "contains", "value": "x"},
            "ignore": True,
        },
        change={"name": "Changed"},
    ),
    "notifications": Relation(
        # each member has one about the book, and only that
        rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  empty    empty    reads    reads    reads
  HEAD    refused  empty    empty    reads    reads    reads
  POST    refused  refused  refused  refused  refused  refused
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  nothing  nothing  writes   writes   writes
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  nothing  nothing  writes   writes   writes
"""),
        given="is_read",
        kept="book_id id user_id type title message details action_url occasion in_app read_at email_queued_at "
        "created_at",
        row=lambda book: {
            "book_id": book.id,
            "id": str(uuid4()),
            "user_id": book.owner,
            "type": "system",
            "title": "Intruder",
            "message": "Intruder",
            "occasion": "intruder",
            "in_app": True,
        },
        change={"is_read": True},
        target=lambda book: {"book_id": book.id},
    ),
    "notification_preferences": Relation(
        # the owner's
        rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  empty    empty    empty    empty    reads
  HEAD    refused  empty    empty    empty    empty    reads
  POST    refused  refused  refused  refused  refused  writes
  UPSERT  refused  refused  refused  refused  refused  writes
  PATCH   refused  nothing  nothing  nothing  nothing  writes
  PUT     refused  refused  refused  refused  refused  writes
  DELETE  refused  nothing  nothing  nothing  nothing  writes
"""),
        given="user_id type in_app email",
        kept="created_at updated_at version",
        row=lambda book: {"user_id": book.owner, "type": "budget_alert"},
        change={"email": False},
        target=lambda book: {"user_id": book.owner, "type": "system"},
    ),
    "book_invitations": Relation(
        rules("""
          anon     header   row      viewer   editor   owner
  GET     refused  empty    empty    empty    empty    reads
  HEAD    refused  empty    empty    empty    empty    reads
  POST    refused  hidden   refused  refused  refused  writes
  UPSERT  refused  refused  refused  refused  refused  refused
  PATCH   refused  refused  refused  refused  refused  refused
  PUT     refused  refused  refused  refused  refused  refused
  DELETE  refused  nothing  nothing  nothing  nothing  writes
"""),
        given="book_id id email role message expires_at",
        kept="status answered_at answered_by email_sent_at created_at created_by updated_at version",
        row=lambda book: {"email": f"{uuid4()}@example.com"},
        change={"role": "owner"},
    ),
    "subscriptions": Relation(
        # the owner's
        changed(
            KEPT,
            GET="refused empty empty empty empty reads",
            HEAD="refused empty empty empty empty reads",
        ),
        kept="user_id id plan status started_at ends_at granted_by revoked_at revoked_by created_at updated_at version",
        row=lambda book: {"user_id": book.stranger, "id": str(uuid4()), "plan": "premium"},
        change={"plan": "better"},
        target=lambda book: {"user_id": book.owner},
    ),
    "admin_actions": Relation(
        # no member is an admin
        changed(
            KEPT,
            GET="refused empty empty empty empty empty",
            HEAD="refused empty empty empty empty empty",
        ),
        kept="id acted_at admin_id action subject_id details",
        row=lambda book: {"id": str(uuid4()), "action": "intrude"},
        change={"action": "intrude"},
        target=lambda book: {"subject_id": book.owner},
    ),
    # made with a file, by the sidecar
    "imports": Relation(
        changed(KEPT, DELETE="refused hidden nothing refused writes writes"),
        kept="book_id id number account_id file_name file_size sha256 format mapping detected accounts notes balances status error "
        "line_count ready_count duplicate_count left_out_count error_count imported_count money_in money_out first_on last_on "
        "task_id commit_xid read_at committed_at undone_at created_at created_by updated_at updated_by version",
        row=lambda book: {"book_id": book.id, "file_name": "new.csv", "file_size": 1, "sha256": "0" * 64},
        change={"file_name": "changed.csv"},
    ),
    "import_rows": Relation(
        changed(KEPT, PATCH="refused hidden nothing refused writes writes"),
        given="include category_id payee_id",
        kept="book_id import_id position id line raw account_id account booked_on amount currency payer description notes category "
        "payment_type external_id is_pending original_amount original_currency outcome reason label_ids transaction_id "
        "counterpart_id key",
        row=lambda book: {
            "book_id": book.id,
            "import_id": book.ids["imports"],
            "position": 7,
            "line": 7,
            "raw": "forged",
        },
        change={"include": False},
        target=lambda book: {"import_id": book.ids["imports"], "position": 1},
    ),
    "tasks": Relation(
        KEPT,
        kept="book_id id number kind parameters status progress message result error queued_at started_at finished_at "
        "heartbeat_at created_by version",
        row=lambda book: {"book_id": book.id, "kind": "extract"},
        change={"progress": 50},
    ),
    "webhooks": Relation(
        # a secret is among the columns
        changed(
            ENTRIES,
            GET="refused hidden empty refused refused reads",
            HEAD="refused hidden empty refused refused reads",
            POST="refused hidden refused refused refused writes",
            UPSERT="refused hidden refused refused refused writes",
            PATCH="refused hidden nothing refused refused writes",
            PUT="refused hidden refused refused refused writes",
            DELETE="refused hidden nothing refused refused writes",
        ),
        given="book_id id url events description is_active",
        kept="secret failing_since created_at created_by updated_at updated_by version",
        row=lambda book: {"url": "https://example.com/", "events": ["budget.alert"]},
        change={"description": "Changed"},
    ),
    "webhook_deliveries": Relation(
        changed(
            KEPT, GET="refused hidden empty refused refused reads", HEAD="refused hidden empty refused refused reads"
        ),
        kept="book_id id webhook_id event body status attempts next_attempt_at created_at finished_at",
        row=lambda book: {"book_id": book.id, "webhook_id": book.ids["webhooks"], "event": "ping", "body": {}},
        change={"status": "delivered"},
    ),
}

FUNCTIONS: dict[str, Function] = {
    "test_webhook": Function(
        changed(OPERATIONS, POST="refused hidden hidden refused refused writes"),
        lambda book: {"webhook_id": book.ids["webhooks"]},
    ),
    "record_transaction": Function(
        OPERATIONS,
        lambda book: {
            "account_id": book.ids["accounts"],
            "booked_on": "2024-03-01",
            "type": "expense",
            "amount": "5.00",
            "label_ids": [book.ids["labels"]],
        },
    ),
    "record_transfer": Function(
        OPERATIONS,
        lambda book: {
            "from_account_id": book.ids["accounts"],
            "to_account_id": book.ids["other_account"],
            "amount": "5.00",
            "booked_on": "2024-03-01",
        },
    ),
    "transfer_balances": Function(OF_A_ROW, lambda book: {"transfer_id": book.ids["transfers"]}),
    "split_transaction": Function(
        changed(OPERATIONS, POST="refused hidden hidden refused writes writes"),
        lambda book: {"transaction_id": book.ids["transactions"], "splits": [{"amount": "31415.92"}]},
    ),
    "bulk_delete_transactions": Function(
        changed(OPERATIONS, POST="refused hidden nothing refused writes writes"),
        lambda book: {"ids": [book.ids["transactions"]]},
    ),
    "delete_category": Function(
        changed(OPERATIONS, POST="refused hidden hidden refused writes writes"),
        lambda book: {"category_id": book.ids["categories"], "move_to": book.ids["other_category"]},
    ),
    "reorder_categories": Function(
        changed(OPERATIONS, POST="refused hidden nothing refused writes writes"),
        lambda book: {"ids": [book.ids["other_category"], book.ids["categories"]]},
    ),
    "merge_payees": Function(
        changed(OPERATIONS, POST="refused hidden hidden refused writes writes"),
        lambda book: {"target_id": book.ids["other_payee"], "source_ids": [book.ids["payees"]]},
    ),
    "search_transactions": Function(REPORTS, lambda book: {"query": "canary"}),
    "category_tree": Function(REPORTS),
    # about the caller, whatever book is named: a new book of one's own; the id of the victim's is taken
    "create_book": Function(
        changed(OPERATIONS, POST="refused rejected rejected rejected rejected nothing"),
        lambda book: {"id": book.id, "name": "Intruder", "base_currency": "EUR"},
    ),
    # without a header a stranger fills his own book
    "copy_default_categories": Function(changed(OPERATIONS, POST="refused hidden own refused writes writes")),
    "hledger_journal": Function(REPORTS),
    "spending": Function(REPORTS, lambda book: MARCH),
    "income": Function(REPORTS, lambda book: {"from_date": "1950-03-01", "to_date": "1950-03-31"}),
    "cash_flow": Function(REPORTS, lambda book: MARCH),
    "transaction_summary": Function(REPORTS, lambda book: MARCH),
    "net_worth": Function(REPORTS, lambda book: MARCH),
    "balance_history": Function(REPORTS, lambda book: MARCH | {"account_ids": [book.ids["accounts"]]}),
    "account_register": Function(
        changed(REPORTS, GET="refused hidden hidden reads reads reads", POST="refused hidden hidden reads reads reads"),
        lambda book: {"account_id": book.ids["accounts"]},
    ),
    "usage_count": Function(COMPUTED, lambda book: {"label": {"book_id": book.id, "id": book.ids["labels"]}}),
    "account_count": Function(
        COMPUTED, lambda book: {"account_group": {"book_id": book.id, "id": book.ids["account_groups"]}}
    ),
    "total_balance": Function(
        COMPUTED, lambda book: {"account_group": {"book_id": book.id, "id": book.ids["account_groups"]}}
    ),
    "last_booked_on": Function(COMPUTED, lambda book: {"account": {"book_id": book.id, "id": book.ids["accounts"]}}),
    # about the caller, whatever book is named
    "unread_notification_count": Function(
        changed(REPORTS, GET="refused own own reads reads reads", POST="refused own own reads reads reads")
    ),
    # of the owner's notification
    "mark_notification_read": Function(
        changed(OPERATIONS, POST="refused hidden hidden hidden hidden writes"),
        lambda book: {"notification_id": book.ids["notifications"]},
    ),
    "mark_all_notifications_read": Function(changed(OPERATIONS, POST="refused own own writes writes writes")),
    "upcoming": Function(REPORTS, lambda book: MARCH),
    "skip_occurrence": Function(
        ON_A_ROW,
        lambda book: {"recurring_transaction_id": book.ids["recurring_transactions"], "due_on": "2024-03-10"},
    ),
    "record_occurrence": Function(
        ON_A_ROW,
        lambda book: {"recurring_transaction_id": book.ids["recurring_transactions"], "due_on": "2024-03-10"},
    ),
    "change_recurrence_from": Function(
        ON_A_ROW,
        lambda book: {
            "recurring_transaction_id": book.ids["recurring_transactions"],
            "from_date": "2024-06-01",
            "changes": {"amount": "7.00"},
        },
    ),
    "budget_overview": Function(REPORTS, lambda book: {"month": "2024-03-01"}),
    "budget_transactions": Function(OF_A_ROW, lambda book: {"budget_id": book.ids["budgets"], "day": "2024-03-01"}),
    # the same for every book
    "budget_templates": Function(
        changed(REPORTS, GET="refused own own own own own", POST="refused own own own own own")
    ),
    "apply_budget_template": Function(
        changed(OPERATIONS, POST="refused hidden own refused writes writes"),
        lambda book: {"template": "50/30/20", "income": "1000.00"},
    ),
    "goal_progress": Function(OF_A_ROW, lambda book: {"goal_id": book.ids["goals"]}),
    "contribute": Function(ON_A_ROW, lambda book: {"goal_id": book.ids["goals"], "amount": "5.00"}),
    "payment_schedule": Function(OF_A_ROW, lambda book: {"debt_id": book.ids["debts"]}),
    "debt_payoff": Function(OF_A_ROW, lambda book: {"debt_id": book.ids["debts"]}),
    # the invitation is for somebody else
    "accept_invitation": Function(
        changed(OPERATIONS, POST="refused hidden hidden hidden hidden hidden"),
        lambda book: {"invitation_id": book.ids["book_invitations"]},
    ),
    "decline_invitation": Function(
        changed(OPERATIONS, POST="refused hidden hidden hidden hidden hidden"),
        lambda book: {"invitation_id": book.ids["book_invitations"]},
    ),
    "leave_book": Function(
        changed(OPERATIONS, POST="refused hidden hidden writes writes rejected"), lambda book: {"book_id": book.id}
    ),
    "transfer_ownership": Function(
        changed(OPERATIONS, POST="refused refused refused refused refused writes"),
        lambda book: {"book_id": book.id, "user_id": book.editor},
    ),
    # Auth's rows, not a book's: everybody's own, and of a session that is nobody's
    "my_sessions": Function(changed(REPORTS, GET="refused own own own own own", POST="refused own own own own own")),
    "end_session": Function(
        changed(OPERATIONS, POST="refused hidden hidden hidden hidden hidden"),
        lambda book: {"session_id": str(uuid4())},
    ),
    "switch_book": Function(
        changed(OPERATIONS, POST="refused hidden hidden writes writes writes"), lambda book: {"book_id": book.id}
    ),
    "changes_since": Function(REPORTS),
    "changes_cursor": Function(REPORTS),
    "row_history": Function(REPORTS, lambda book: {"table_name": "transactions", "row_id": book.ids["transactions"]}),
    "undo_change": Function(ON_A_ROW, lambda book: {"change_id": book.change_of("spare_category")}),
    "undo_request": Function(
        changed(OPERATIONS, POST="refused hidden hidden refused hidden hidden"), lambda book: {"xid": "1"}
    ),
    "transactions_as_of": Function(REPORTS, lambda book: {"moment": "2100-01-01T00:00:00Z"}),
    "first_failing_assertions": Function(REPORTS),
    "reconcile_account": Function(
        ON_A_ROW,
        lambda book: {"account_id": book.ids["spare_account"], "booked_on": "2024-03-31", "stated_balance": "0.00"},
    ),
    # nothing is reconciled
    "unlock_transactions": Function(
        changed(OPERATIONS, POST="refused hidden nothing refused nothing nothing"),
        lambda book: {"ids": [book.ids["transactions"]]},
    ),
    "preview_rules": Function(REPORTS),
    "apply_rules": Function(changed(OPERATIONS, POST="refused hidden own refused writes writes")),
    "category_statistics": Function(REPORTS, lambda book: MARCH),
    "label_statistics": Function(REPORTS, lambda book: MARCH),
    "top_merchants": Function(REPORTS, lambda book: MARCH),
    "dashboard": Function(REPORTS, lambda book: {"month": "2024-03-01"}),
    "health_score": Function(REPORTS),
    "forecast": Function(REPORTS),
    # no member is an admin
    "grant_subscription": Function(FOR_ADMINS, lambda book: {"user_id": book.owner, "plan": "premium"}),
    "revoke_subscription": Function(
        FOR_ADMINS, lambda book: {"user_id": book.owner, "subscription_id": book.ids["subscriptions"]}
    ),
    "set_user_active": Function(FOR_ADMINS, lambda book: {"user_id": book.owner, "is_active": False}),
    # the owner alone has the plan, and may cancel what others have started
    "start_extract": Function(
        changed(OPERATIONS, POST="refused hidden rejected rejected rejected writes"), lambda book: {"days_before": 30}
    ),
    "start_bulk": Function(
        changed(OPERATIONS, POST="refused hidden own refused writes writes"),
        lambda book: {"function_name": "undo_request", "arguments": {"xid": "1"}},
    ),
    # about the caller, whatever book is named; what it does is tried in test_account_deletion.py
    "request_account_deletion": Function(
        changed(OPERATIONS, POST="refused rejected rejected rejected rejected rejected"),
        lambda book: {"confirmation": "canary"},
    ),
    # whoever reads may take along what they read
    "start_export": Function(
        changed(OPERATIONS, POST="refused hidden own writes writes writes"), lambda book: {"format": "csv"}
    ),
    "read_import_again": Function(ON_A_ROW, lambda book: {"import_id": book.ids["imports"]}),
    "commit_import": Function(ON_A_ROW, lambda book: {"import_id": book.ids["imports"]}),
    # it is not committed, and there is no pair
    "undo_import": Function(
        changed(OPERATIONS, POST="refused hidden hidden refused rejected rejected"),
        lambda book: {"import_id": book.ids["imports"]},
    ),
    "accept_transfer": Function(
        changed(OPERATIONS, POST="refused hidden rejected refused rejected rejected"),
        lambda book: {"transaction_id": book.ids["transactions"], "counterpart_id": book.ids["transactions"]},
    ),
    "cancel_task": Function(
        changed(OPERATIONS, POST="refused hidden hidden hidden hidden writes"),
        lambda book: {"task_id": book.ids["tasks"]},
    ),
}
