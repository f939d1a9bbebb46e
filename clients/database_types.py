# Made by `make types`, not to be edited.
from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Any,
    List,
    Literal,
    Optional,
    TypedDict,
)
from typing_extensions import NotRequired, TypeAlias

from pydantic import BaseModel, Field, JsonValue

PrivateMailStatus: TypeAlias = Literal["queued", "sending", "sent", "failed", "unsure"]

PublicAccountType: TypeAlias = Literal["bank", "cash", "credit", "savings", "investment", "loan", "crypto"]

PublicAccountUsability: TypeAlias = Literal["daily", "savings", "bills", "other"]

PublicBookRole: TypeAlias = Literal["viewer", "editor", "owner"]

PublicBudgetPeriod: TypeAlias = Literal["weekly", "monthly", "quarterly", "yearly", "custom"]

PublicBudgetStatus: TypeAlias = Literal["on_track", "warning", "exceeded"]

PublicCategoryKind: TypeAlias = Literal["income", "expense", "both"]

PublicCategoryNature: TypeAlias = Literal["NEED", "WANT", "MUST"]

PublicChangeOp: TypeAlias = Literal["insert", "update", "delete"]

PublicDebtType: TypeAlias = Literal["LOAN", "DEBT"]

PublicDeliveryStatus: TypeAlias = Literal["pending", "delivered", "failed", "dropped"]

PublicGoalStatus: TypeAlias = Literal["active", "completed", "paused", "cancelled"]

PublicGoalType: TypeAlias = Literal["savings", "debt_payoff", "investment"]

PublicImportOutcome: TypeAlias = Literal["ready", "duplicate", "left_out", "error", "imported"]

PublicImportStatus: TypeAlias = Literal["queued", "ready", "failed", "committed", "undone"]

PublicInvitationStatus: TypeAlias = Literal["pending", "accepted", "declined"]

PublicNotificationType: TypeAlias = Literal[
    "budget_alert",
    "bill_reminder",
    "goal_milestone",
    "import_done",
    "export_ready",
    "security",
    "system",
    "weekly_digest",
]

PublicPaymentStatus: TypeAlias = Literal["pending", "cleared", "reconciled"]

PublicPaymentType: TypeAlias = Literal[
    "cash", "debit_card", "credit_card", "bank_transfer", "check", "direct_debit", "e_wallet", "crypto", "other"
]

PublicRecurrenceFrequency: TypeAlias = Literal["daily", "weekly", "biweekly", "monthly", "quarterly", "yearly"]

PublicSubscriptionStatus: TypeAlias = Literal["active", "revoked"]

PublicTaskKind: TypeAlias = Literal["extract", "export", "import", "restore", "bulk"]

PublicTaskStatus: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled", "timed_out"]

PublicTransactionType: TypeAlias = Literal["income", "expense"]

PublicWebhookEvent: TypeAlias = Literal[
    "transaction.inserted",
    "transaction.updated",
    "transaction.deleted",
    "budget.alert",
    "bill.reminder",
    "goal.milestone",
    "import.done",
    "export.ready",
    "ping",
]

PublicWeekendPolicy: TypeAlias = Literal["keep", "skip", "before", "after"]

QueueProcrastinateJobEventType: TypeAlias = Literal[
    "deferred",
    "started",
    "deferred_for_retry",
    "failed",
    "succeeded",
    "cancelled",
    "abort_requested",
    "aborted",
    "scheduled",
    "retried",
]

QueueProcrastinateJobStatus: TypeAlias = Literal[
    "todo", "doing", "succeeded", "failed", "cancelled", "aborting", "aborted"
]


class PublicAccountGroups(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    position: int = Field(alias="position")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicAccountGroupsInsert(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicAccountGroupsUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicAccounts(BaseModel):
    balance: float = Field(alias="balance")
    book_id: uuid.UUID = Field(alias="book_id")
    color: Optional[str] = Field(alias="color")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    credit_limit: Optional[float] = Field(alias="credit_limit")
    currency: str = Field(alias="currency")
    group_id: Optional[uuid.UUID] = Field(alias="group_id")
    icon: Optional[str] = Field(alias="icon")
    id: uuid.UUID = Field(alias="id")
    include_in_net_worth: bool = Field(alias="include_in_net_worth")
    initial_amount: float = Field(alias="initial_amount")
    initial_on: datetime.date = Field(alias="initial_on")
    institution: Optional[str] = Field(alias="institution")
    is_active: bool = Field(alias="is_active")
    last_four_digits: Optional[str] = Field(alias="last_four_digits")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    position: int = Field(alias="position")
    transaction_count: int = Field(alias="transaction_count")
    type: PublicAccountType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    usability: PublicAccountUsability = Field(alias="usability")
    version: int = Field(alias="version")


class PublicAccountsInsert(TypedDict):
    balance: NotRequired[Annotated[float, Field(alias="balance")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    credit_limit: NotRequired[Annotated[Optional[float], Field(alias="credit_limit")]]
    currency: Annotated[str, Field(alias="currency")]
    group_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="group_id")]]
    icon: NotRequired[Annotated[Optional[str], Field(alias="icon")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    include_in_net_worth: NotRequired[Annotated[bool, Field(alias="include_in_net_worth")]]
    initial_amount: NotRequired[Annotated[float, Field(alias="initial_amount")]]
    initial_on: NotRequired[Annotated[datetime.date, Field(alias="initial_on")]]
    institution: NotRequired[Annotated[Optional[str], Field(alias="institution")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    last_four_digits: NotRequired[Annotated[Optional[str], Field(alias="last_four_digits")]]
    name: Annotated[str, Field(alias="name")]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    transaction_count: NotRequired[Annotated[int, Field(alias="transaction_count")]]
    type: Annotated[PublicAccountType, Field(alias="type")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    usability: NotRequired[Annotated[PublicAccountUsability, Field(alias="usability")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicAccountsUpdate(TypedDict):
    balance: NotRequired[Annotated[float, Field(alias="balance")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    credit_limit: NotRequired[Annotated[Optional[float], Field(alias="credit_limit")]]
    currency: NotRequired[Annotated[str, Field(alias="currency")]]
    group_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="group_id")]]
    icon: NotRequired[Annotated[Optional[str], Field(alias="icon")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    include_in_net_worth: NotRequired[Annotated[bool, Field(alias="include_in_net_worth")]]
    initial_amount: NotRequired[Annotated[float, Field(alias="initial_amount")]]
    initial_on: NotRequired[Annotated[datetime.date, Field(alias="initial_on")]]
    institution: NotRequired[Annotated[Optional[str], Field(alias="institution")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    last_four_digits: NotRequired[Annotated[Optional[str], Field(alias="last_four_digits")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    transaction_count: NotRequired[Annotated[int, Field(alias="transaction_count")]]
    type: NotRequired[Annotated[PublicAccountType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    usability: NotRequired[Annotated[PublicAccountUsability, Field(alias="usability")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicAdminActions(BaseModel):
    acted_at: datetime.datetime = Field(alias="acted_at")
    action: str = Field(alias="action")
    admin_id: Optional[uuid.UUID] = Field(alias="admin_id")
    details: JsonValue = Field(alias="details")
    id: uuid.UUID = Field(alias="id")
    subject_id: Optional[uuid.UUID] = Field(alias="subject_id")


class PublicAdminActionsInsert(TypedDict):
    acted_at: NotRequired[Annotated[datetime.datetime, Field(alias="acted_at")]]
    action: Annotated[str, Field(alias="action")]
    admin_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="admin_id")]]
    details: NotRequired[Annotated[JsonValue, Field(alias="details")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    subject_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="subject_id")]]


class PublicAdminActionsUpdate(TypedDict):
    acted_at: NotRequired[Annotated[datetime.datetime, Field(alias="acted_at")]]
    action: NotRequired[Annotated[str, Field(alias="action")]]
    admin_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="admin_id")]]
    details: NotRequired[Annotated[JsonValue, Field(alias="details")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    subject_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="subject_id")]]


class PublicAttachments(BaseModel):
    account_id: Optional[uuid.UUID] = Field(alias="account_id")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    debt_id: Optional[uuid.UUID] = Field(alias="debt_id")
    file_name: str = Field(alias="file_name")
    id: uuid.UUID = Field(alias="id")
    number: int = Field(alias="number")
    sha256: str = Field(alias="sha256")
    size: int = Field(alias="size")
    storage_key: str = Field(alias="storage_key")
    thumbnail_key: Optional[str] = Field(alias="thumbnail_key")
    transaction_id: Optional[uuid.UUID] = Field(alias="transaction_id")
    type: str = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicAttachmentsInsert(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    debt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="debt_id")]]
    file_name: Annotated[str, Field(alias="file_name")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    number: Annotated[int, Field(alias="number")]
    sha256: Annotated[str, Field(alias="sha256")]
    size: Annotated[int, Field(alias="size")]
    storage_key: Annotated[str, Field(alias="storage_key")]
    thumbnail_key: NotRequired[Annotated[Optional[str], Field(alias="thumbnail_key")]]
    transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transaction_id")]]
    type: Annotated[str, Field(alias="type")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicAttachmentsUpdate(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    debt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="debt_id")]]
    file_name: NotRequired[Annotated[str, Field(alias="file_name")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    sha256: NotRequired[Annotated[str, Field(alias="sha256")]]
    size: NotRequired[Annotated[int, Field(alias="size")]]
    storage_key: NotRequired[Annotated[str, Field(alias="storage_key")]]
    thumbnail_key: NotRequired[Annotated[Optional[str], Field(alias="thumbnail_key")]]
    transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transaction_id")]]
    type: NotRequired[Annotated[str, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBalanceAssertions(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: datetime.date = Field(alias="booked_on")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    note: Optional[str] = Field(alias="note")
    number: int = Field(alias="number")
    stated_balance: float = Field(alias="stated_balance")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicBalanceAssertionsInsert(TypedDict):
    account_id: Annotated[uuid.UUID, Field(alias="account_id")]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: Annotated[datetime.date, Field(alias="booked_on")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    number: Annotated[int, Field(alias="number")]
    stated_balance: Annotated[float, Field(alias="stated_balance")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBalanceAssertionsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: NotRequired[Annotated[datetime.date, Field(alias="booked_on")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    stated_balance: NotRequired[Annotated[float, Field(alias="stated_balance")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBookInvitations(BaseModel):
    answered_at: Optional[datetime.datetime] = Field(alias="answered_at")
    answered_by: Optional[uuid.UUID] = Field(alias="answered_by")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    email: str = Field(alias="email")
    email_sent_at: Optional[datetime.datetime] = Field(alias="email_sent_at")
    expires_at: datetime.datetime = Field(alias="expires_at")
    id: uuid.UUID = Field(alias="id")
    message: Optional[str] = Field(alias="message")
    role: PublicBookRole = Field(alias="role")
    status: PublicInvitationStatus = Field(alias="status")
    updated_at: datetime.datetime = Field(alias="updated_at")
    version: int = Field(alias="version")


class PublicBookInvitationsInsert(TypedDict):
    answered_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="answered_at")]]
    answered_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="answered_by")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    email: Annotated[str, Field(alias="email")]
    email_sent_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="email_sent_at")]]
    expires_at: NotRequired[Annotated[datetime.datetime, Field(alias="expires_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    message: NotRequired[Annotated[Optional[str], Field(alias="message")]]
    role: NotRequired[Annotated[PublicBookRole, Field(alias="role")]]
    status: NotRequired[Annotated[PublicInvitationStatus, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBookInvitationsUpdate(TypedDict):
    answered_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="answered_at")]]
    answered_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="answered_by")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    email: NotRequired[Annotated[str, Field(alias="email")]]
    email_sent_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="email_sent_at")]]
    expires_at: NotRequired[Annotated[datetime.datetime, Field(alias="expires_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    message: NotRequired[Annotated[Optional[str], Field(alias="message")]]
    role: NotRequired[Annotated[PublicBookRole, Field(alias="role")]]
    status: NotRequired[Annotated[PublicInvitationStatus, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBookMembers(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    role: PublicBookRole = Field(alias="role")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")
    version: int = Field(alias="version")


class PublicBookMembersInsert(TypedDict):
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    role: Annotated[PublicBookRole, Field(alias="role")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBookMembersUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    role: NotRequired[Annotated[PublicBookRole, Field(alias="role")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBooks(BaseModel):
    base_currency: str = Field(alias="base_currency")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    first_day_of_month: int = Field(alias="first_day_of_month")
    first_day_of_week: int = Field(alias="first_day_of_week")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    timezone: str = Field(alias="timezone")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicBooksInsert(TypedDict):
    base_currency: Annotated[str, Field(alias="base_currency")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    first_day_of_month: NotRequired[Annotated[int, Field(alias="first_day_of_month")]]
    first_day_of_week: NotRequired[Annotated[int, Field(alias="first_day_of_week")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    timezone: NotRequired[Annotated[str, Field(alias="timezone")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBooksUpdate(TypedDict):
    base_currency: NotRequired[Annotated[str, Field(alias="base_currency")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    first_day_of_month: NotRequired[Annotated[int, Field(alias="first_day_of_month")]]
    first_day_of_week: NotRequired[Annotated[int, Field(alias="first_day_of_week")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    timezone: NotRequired[Annotated[str, Field(alias="timezone")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBudgetCategories(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    budget_id: uuid.UUID = Field(alias="budget_id")
    category_id: uuid.UUID = Field(alias="category_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    version: int = Field(alias="version")
    with_children: bool = Field(alias="with_children")


class PublicBudgetCategoriesInsert(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    budget_id: Annotated[uuid.UUID, Field(alias="budget_id")]
    category_id: Annotated[uuid.UUID, Field(alias="category_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    with_children: NotRequired[Annotated[bool, Field(alias="with_children")]]


class PublicBudgetCategoriesUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    budget_id: NotRequired[Annotated[uuid.UUID, Field(alias="budget_id")]]
    category_id: NotRequired[Annotated[uuid.UUID, Field(alias="category_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    with_children: NotRequired[Annotated[bool, Field(alias="with_children")]]


class PublicBudgets(BaseModel):
    alert_threshold: int = Field(alias="alert_threshold")
    amount: float = Field(alias="amount")
    book_id: uuid.UUID = Field(alias="book_id")
    covers_all: bool = Field(alias="covers_all")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    ends_on: Optional[datetime.date] = Field(alias="ends_on")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    period: PublicBudgetPeriod = Field(alias="period")
    rollover: bool = Field(alias="rollover")
    starts_on: datetime.date = Field(alias="starts_on")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicBudgetsInsert(TypedDict):
    alert_threshold: NotRequired[Annotated[int, Field(alias="alert_threshold")]]
    amount: Annotated[float, Field(alias="amount")]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    covers_all: NotRequired[Annotated[bool, Field(alias="covers_all")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    ends_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="ends_on")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    name: Annotated[str, Field(alias="name")]
    number: Annotated[int, Field(alias="number")]
    period: Annotated[PublicBudgetPeriod, Field(alias="period")]
    rollover: NotRequired[Annotated[bool, Field(alias="rollover")]]
    starts_on: Annotated[datetime.date, Field(alias="starts_on")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBudgetsUpdate(TypedDict):
    alert_threshold: NotRequired[Annotated[int, Field(alias="alert_threshold")]]
    amount: NotRequired[Annotated[float, Field(alias="amount")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    covers_all: NotRequired[Annotated[bool, Field(alias="covers_all")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    ends_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="ends_on")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    period: NotRequired[Annotated[PublicBudgetPeriod, Field(alias="period")]]
    rollover: NotRequired[Annotated[bool, Field(alias="rollover")]]
    starts_on: NotRequired[Annotated[datetime.date, Field(alias="starts_on")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicCategories(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    color: Optional[str] = Field(alias="color")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    description: Optional[str] = Field(alias="description")
    icon: Optional[str] = Field(alias="icon")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    kind: PublicCategoryKind = Field(alias="kind")
    name: str = Field(alias="name")
    nature: Optional[PublicCategoryNature] = Field(alias="nature")
    number: int = Field(alias="number")
    parent_id: Optional[uuid.UUID] = Field(alias="parent_id")
    position: int = Field(alias="position")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicCategoriesInsert(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    icon: NotRequired[Annotated[Optional[str], Field(alias="icon")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    kind: NotRequired[Annotated[PublicCategoryKind, Field(alias="kind")]]
    name: Annotated[str, Field(alias="name")]
    nature: NotRequired[Annotated[Optional[PublicCategoryNature], Field(alias="nature")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    parent_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="parent_id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicCategoriesUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    icon: NotRequired[Annotated[Optional[str], Field(alias="icon")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    kind: NotRequired[Annotated[PublicCategoryKind, Field(alias="kind")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    nature: NotRequired[Annotated[Optional[PublicCategoryNature], Field(alias="nature")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    parent_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="parent_id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicCategoryCatalogue(BaseModel):
    color: Optional[str] = Field(alias="color")
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    icon: Optional[str] = Field(alias="icon")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    kind: PublicCategoryKind = Field(alias="kind")
    name: str = Field(alias="name")
    nature: Optional[PublicCategoryNature] = Field(alias="nature")
    parent_id: Optional[uuid.UUID] = Field(alias="parent_id")
    position: int = Field(alias="position")
    updated_at: datetime.datetime = Field(alias="updated_at")
    version: int = Field(alias="version")


class PublicCategoryCatalogueInsert(TypedDict):
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    icon: NotRequired[Annotated[Optional[str], Field(alias="icon")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    kind: NotRequired[Annotated[PublicCategoryKind, Field(alias="kind")]]
    name: Annotated[str, Field(alias="name")]
    nature: NotRequired[Annotated[Optional[PublicCategoryNature], Field(alias="nature")]]
    parent_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="parent_id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicCategoryCatalogueUpdate(TypedDict):
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    icon: NotRequired[Annotated[Optional[str], Field(alias="icon")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    kind: NotRequired[Annotated[PublicCategoryKind, Field(alias="kind")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    nature: NotRequired[Annotated[Optional[PublicCategoryNature], Field(alias="nature")]]
    parent_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="parent_id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicChanges(BaseModel):
    before: Optional[JsonValue] = Field(alias="before")
    book_id: uuid.UUID = Field(alias="book_id")
    changed_at: datetime.datetime = Field(alias="changed_at")
    changed_by: Optional[uuid.UUID] = Field(alias="changed_by")
    id: int = Field(alias="id")
    op: PublicChangeOp = Field(alias="op")
    row_id: uuid.UUID = Field(alias="row_id")
    table_name: str = Field(alias="table_name")
    xid: PgCatalogXid8 = Field(alias="xid")


class PublicChangesInsert(TypedDict):
    before: NotRequired[Annotated[Optional[JsonValue], Field(alias="before")]]
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    changed_at: NotRequired[Annotated[datetime.datetime, Field(alias="changed_at")]]
    changed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="changed_by")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    op: Annotated[PublicChangeOp, Field(alias="op")]
    row_id: Annotated[uuid.UUID, Field(alias="row_id")]
    table_name: Annotated[str, Field(alias="table_name")]
    xid: NotRequired[Annotated[PgCatalogXid8, Field(alias="xid")]]


class PublicChangesUpdate(TypedDict):
    before: NotRequired[Annotated[Optional[JsonValue], Field(alias="before")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    changed_at: NotRequired[Annotated[datetime.datetime, Field(alias="changed_at")]]
    changed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="changed_by")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    op: NotRequired[Annotated[PublicChangeOp, Field(alias="op")]]
    row_id: NotRequired[Annotated[uuid.UUID, Field(alias="row_id")]]
    table_name: NotRequired[Annotated[str, Field(alias="table_name")]]
    xid: NotRequired[Annotated[PgCatalogXid8, Field(alias="xid")]]


class PublicCurrencies(BaseModel):
    code: str = Field(alias="code")
    decimals: int = Field(alias="decimals")
    name: str = Field(alias="name")
    symbol: str = Field(alias="symbol")


class PublicCurrenciesInsert(TypedDict):
    code: Annotated[str, Field(alias="code")]
    decimals: Annotated[int, Field(alias="decimals")]
    name: Annotated[str, Field(alias="name")]
    symbol: Annotated[str, Field(alias="symbol")]


class PublicCurrenciesUpdate(TypedDict):
    code: NotRequired[Annotated[str, Field(alias="code")]]
    decimals: NotRequired[Annotated[int, Field(alias="decimals")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    symbol: NotRequired[Annotated[str, Field(alias="symbol")]]


class PublicDebts(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    interest_rate: float = Field(alias="interest_rate")
    monthly_payment: Optional[float] = Field(alias="monthly_payment")
    name: str = Field(alias="name")
    notes: Optional[str] = Field(alias="notes")
    number: int = Field(alias="number")
    principal: float = Field(alias="principal")
    reminded_through: Optional[datetime.date] = Field(alias="reminded_through")
    reminder_days: Optional[int] = Field(alias="reminder_days")
    starts_on: datetime.date = Field(alias="starts_on")
    type: PublicDebtType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicDebtsInsert(TypedDict):
    account_id: Annotated[uuid.UUID, Field(alias="account_id")]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interest_rate: NotRequired[Annotated[float, Field(alias="interest_rate")]]
    monthly_payment: NotRequired[Annotated[Optional[float], Field(alias="monthly_payment")]]
    name: Annotated[str, Field(alias="name")]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    number: Annotated[int, Field(alias="number")]
    principal: Annotated[float, Field(alias="principal")]
    reminded_through: NotRequired[Annotated[Optional[datetime.date], Field(alias="reminded_through")]]
    reminder_days: NotRequired[Annotated[Optional[int], Field(alias="reminder_days")]]
    starts_on: Annotated[datetime.date, Field(alias="starts_on")]
    type: Annotated[PublicDebtType, Field(alias="type")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicDebtsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interest_rate: NotRequired[Annotated[float, Field(alias="interest_rate")]]
    monthly_payment: NotRequired[Annotated[Optional[float], Field(alias="monthly_payment")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    principal: NotRequired[Annotated[float, Field(alias="principal")]]
    reminded_through: NotRequired[Annotated[Optional[datetime.date], Field(alias="reminded_through")]]
    reminder_days: NotRequired[Annotated[Optional[int], Field(alias="reminder_days")]]
    starts_on: NotRequired[Annotated[datetime.date, Field(alias="starts_on")]]
    type: NotRequired[Annotated[PublicDebtType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicExchangeRates(BaseModel):
    base_currency: str = Field(alias="base_currency")
    quote_currency: str = Field(alias="quote_currency")
    rate: float = Field(alias="rate")
    source: str = Field(alias="source")
    valid_on: datetime.date = Field(alias="valid_on")


class PublicExchangeRatesInsert(TypedDict):
    base_currency: NotRequired[Annotated[str, Field(alias="base_currency")]]
    quote_currency: Annotated[str, Field(alias="quote_currency")]
    rate: Annotated[float, Field(alias="rate")]
    source: Annotated[str, Field(alias="source")]
    valid_on: Annotated[datetime.date, Field(alias="valid_on")]


class PublicExchangeRatesUpdate(TypedDict):
    base_currency: NotRequired[Annotated[str, Field(alias="base_currency")]]
    quote_currency: NotRequired[Annotated[str, Field(alias="quote_currency")]]
    rate: NotRequired[Annotated[float, Field(alias="rate")]]
    source: NotRequired[Annotated[str, Field(alias="source")]]
    valid_on: NotRequired[Annotated[datetime.date, Field(alias="valid_on")]]


class PublicGoalContributions(BaseModel):
    amount: float = Field(alias="amount")
    book_id: uuid.UUID = Field(alias="book_id")
    contributed_on: datetime.date = Field(alias="contributed_on")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    goal_id: uuid.UUID = Field(alias="goal_id")
    id: uuid.UUID = Field(alias="id")
    note: Optional[str] = Field(alias="note")
    number: int = Field(alias="number")
    transaction_id: Optional[uuid.UUID] = Field(alias="transaction_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicGoalContributionsInsert(TypedDict):
    amount: Annotated[float, Field(alias="amount")]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    contributed_on: NotRequired[Annotated[datetime.date, Field(alias="contributed_on")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    goal_id: Annotated[uuid.UUID, Field(alias="goal_id")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    number: Annotated[int, Field(alias="number")]
    transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transaction_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicGoalContributionsUpdate(TypedDict):
    amount: NotRequired[Annotated[float, Field(alias="amount")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    contributed_on: NotRequired[Annotated[datetime.date, Field(alias="contributed_on")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    goal_id: NotRequired[Annotated[uuid.UUID, Field(alias="goal_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transaction_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicGoalMilestones(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    goal_id: uuid.UUID = Field(alias="goal_id")
    percentage: int = Field(alias="percentage")
    reached_on: datetime.date = Field(alias="reached_on")


class PublicGoalMilestonesInsert(TypedDict):
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    goal_id: Annotated[uuid.UUID, Field(alias="goal_id")]
    percentage: Annotated[int, Field(alias="percentage")]
    reached_on: Annotated[datetime.date, Field(alias="reached_on")]


class PublicGoalMilestonesUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    goal_id: NotRequired[Annotated[uuid.UUID, Field(alias="goal_id")]]
    percentage: NotRequired[Annotated[int, Field(alias="percentage")]]
    reached_on: NotRequired[Annotated[datetime.date, Field(alias="reached_on")]]


class PublicGoals(BaseModel):
    account_id: Optional[uuid.UUID] = Field(alias="account_id")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    currency: str = Field(alias="currency")
    description: Optional[str] = Field(alias="description")
    follows_balance: bool = Field(alias="follows_balance")
    id: uuid.UUID = Field(alias="id")
    initial_amount: float = Field(alias="initial_amount")
    monthly_contribution: Optional[float] = Field(alias="monthly_contribution")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    starts_on: datetime.date = Field(alias="starts_on")
    status: PublicGoalStatus = Field(alias="status")
    target_amount: float = Field(alias="target_amount")
    target_on: Optional[datetime.date] = Field(alias="target_on")
    type: PublicGoalType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicGoalsInsert(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    currency: Annotated[str, Field(alias="currency")]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    follows_balance: NotRequired[Annotated[bool, Field(alias="follows_balance")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    initial_amount: NotRequired[Annotated[float, Field(alias="initial_amount")]]
    monthly_contribution: NotRequired[Annotated[Optional[float], Field(alias="monthly_contribution")]]
    name: Annotated[str, Field(alias="name")]
    number: Annotated[int, Field(alias="number")]
    starts_on: NotRequired[Annotated[datetime.date, Field(alias="starts_on")]]
    status: NotRequired[Annotated[PublicGoalStatus, Field(alias="status")]]
    target_amount: Annotated[float, Field(alias="target_amount")]
    target_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="target_on")]]
    type: NotRequired[Annotated[PublicGoalType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicGoalsUpdate(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    currency: NotRequired[Annotated[str, Field(alias="currency")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    follows_balance: NotRequired[Annotated[bool, Field(alias="follows_balance")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    initial_amount: NotRequired[Annotated[float, Field(alias="initial_amount")]]
    monthly_contribution: NotRequired[Annotated[Optional[float], Field(alias="monthly_contribution")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    starts_on: NotRequired[Annotated[datetime.date, Field(alias="starts_on")]]
    status: NotRequired[Annotated[PublicGoalStatus, Field(alias="status")]]
    target_amount: NotRequired[Annotated[float, Field(alias="target_amount")]]
    target_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="target_on")]]
    type: NotRequired[Annotated[PublicGoalType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicImportRows(BaseModel):
    account: Optional[str] = Field(alias="account")
    account_id: Optional[uuid.UUID] = Field(alias="account_id")
    amount: Optional[float] = Field(alias="amount")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: Optional[datetime.date] = Field(alias="booked_on")
    category: Optional[str] = Field(alias="category")
    category_id: Optional[uuid.UUID] = Field(alias="category_id")
    counterpart_id: Optional[uuid.UUID] = Field(alias="counterpart_id")
    currency: Optional[str] = Field(alias="currency")
    description: Optional[str] = Field(alias="description")
    external_id: Optional[str] = Field(alias="external_id")
    id: uuid.UUID = Field(alias="id")
    import_id: uuid.UUID = Field(alias="import_id")
    include: Optional[bool] = Field(alias="include")
    is_pending: bool = Field(alias="is_pending")
    key: Optional[uuid.UUID] = Field(alias="key")
    label_ids: List[uuid.UUID] = Field(alias="label_ids")
    line: int = Field(alias="line")
    notes: Optional[str] = Field(alias="notes")
    original_amount: Optional[float] = Field(alias="original_amount")
    original_currency: Optional[str] = Field(alias="original_currency")
    outcome: PublicImportOutcome = Field(alias="outcome")
    payee_id: Optional[uuid.UUID] = Field(alias="payee_id")
    payer: Optional[str] = Field(alias="payer")
    payment_type: PublicPaymentType = Field(alias="payment_type")
    position: int = Field(alias="position")
    raw: str = Field(alias="raw")
    reason: Optional[str] = Field(alias="reason")
    transaction_id: Optional[uuid.UUID] = Field(alias="transaction_id")


class PublicImportRowsInsert(TypedDict):
    account: NotRequired[Annotated[Optional[str], Field(alias="account")]]
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    amount: NotRequired[Annotated[Optional[float], Field(alias="amount")]]
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    booked_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="booked_on")]]
    category: NotRequired[Annotated[Optional[str], Field(alias="category")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    counterpart_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="counterpart_id")]]
    currency: NotRequired[Annotated[Optional[str], Field(alias="currency")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    external_id: NotRequired[Annotated[Optional[str], Field(alias="external_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    import_id: Annotated[uuid.UUID, Field(alias="import_id")]
    include: NotRequired[Annotated[Optional[bool], Field(alias="include")]]
    is_pending: NotRequired[Annotated[bool, Field(alias="is_pending")]]
    key: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="key")]]
    label_ids: NotRequired[Annotated[List[uuid.UUID], Field(alias="label_ids")]]
    line: Annotated[int, Field(alias="line")]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    original_amount: NotRequired[Annotated[Optional[float], Field(alias="original_amount")]]
    original_currency: NotRequired[Annotated[Optional[str], Field(alias="original_currency")]]
    outcome: NotRequired[Annotated[PublicImportOutcome, Field(alias="outcome")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    position: Annotated[int, Field(alias="position")]
    raw: Annotated[str, Field(alias="raw")]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transaction_id")]]


class PublicImportRowsUpdate(TypedDict):
    account: NotRequired[Annotated[Optional[str], Field(alias="account")]]
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    amount: NotRequired[Annotated[Optional[float], Field(alias="amount")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="booked_on")]]
    category: NotRequired[Annotated[Optional[str], Field(alias="category")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    counterpart_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="counterpart_id")]]
    currency: NotRequired[Annotated[Optional[str], Field(alias="currency")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    external_id: NotRequired[Annotated[Optional[str], Field(alias="external_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    import_id: NotRequired[Annotated[uuid.UUID, Field(alias="import_id")]]
    include: NotRequired[Annotated[Optional[bool], Field(alias="include")]]
    is_pending: NotRequired[Annotated[bool, Field(alias="is_pending")]]
    key: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="key")]]
    label_ids: NotRequired[Annotated[List[uuid.UUID], Field(alias="label_ids")]]
    line: NotRequired[Annotated[int, Field(alias="line")]]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    original_amount: NotRequired[Annotated[Optional[float], Field(alias="original_amount")]]
    original_currency: NotRequired[Annotated[Optional[str], Field(alias="original_currency")]]
    outcome: NotRequired[Annotated[PublicImportOutcome, Field(alias="outcome")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    raw: NotRequired[Annotated[str, Field(alias="raw")]]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transaction_id")]]


class PublicImports(BaseModel):
    account_id: Optional[uuid.UUID] = Field(alias="account_id")
    accounts: JsonValue = Field(alias="accounts")
    balances: JsonValue = Field(alias="balances")
    book_id: uuid.UUID = Field(alias="book_id")
    commit_xid: Optional[PgCatalogXid8] = Field(alias="commit_xid")
    committed_at: Optional[datetime.datetime] = Field(alias="committed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    detected: JsonValue = Field(alias="detected")
    duplicate_count: int = Field(alias="duplicate_count")
    error: Optional[JsonValue] = Field(alias="error")
    error_count: int = Field(alias="error_count")
    file_name: str = Field(alias="file_name")
    file_size: int = Field(alias="file_size")
    first_on: Optional[datetime.date] = Field(alias="first_on")
    format: Optional[str] = Field(alias="format")
    id: uuid.UUID = Field(alias="id")
    imported_count: int = Field(alias="imported_count")
    last_on: Optional[datetime.date] = Field(alias="last_on")
    left_out_count: int = Field(alias="left_out_count")
    line_count: int = Field(alias="line_count")
    mapping: JsonValue = Field(alias="mapping")
    money_in: float = Field(alias="money_in")
    money_out: float = Field(alias="money_out")
    notes: JsonValue = Field(alias="notes")
    number: int = Field(alias="number")
    read_at: Optional[datetime.datetime] = Field(alias="read_at")
    ready_count: int = Field(alias="ready_count")
    sha256: str = Field(alias="sha256")
    status: PublicImportStatus = Field(alias="status")
    task_id: Optional[uuid.UUID] = Field(alias="task_id")
    undone_at: Optional[datetime.datetime] = Field(alias="undone_at")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicImportsInsert(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    accounts: NotRequired[Annotated[JsonValue, Field(alias="accounts")]]
    balances: NotRequired[Annotated[JsonValue, Field(alias="balances")]]
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    commit_xid: NotRequired[Annotated[Optional[PgCatalogXid8], Field(alias="commit_xid")]]
    committed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="committed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    detected: NotRequired[Annotated[JsonValue, Field(alias="detected")]]
    duplicate_count: NotRequired[Annotated[int, Field(alias="duplicate_count")]]
    error: NotRequired[Annotated[Optional[JsonValue], Field(alias="error")]]
    error_count: NotRequired[Annotated[int, Field(alias="error_count")]]
    file_name: Annotated[str, Field(alias="file_name")]
    file_size: Annotated[int, Field(alias="file_size")]
    first_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="first_on")]]
    format: NotRequired[Annotated[Optional[str], Field(alias="format")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    imported_count: NotRequired[Annotated[int, Field(alias="imported_count")]]
    last_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="last_on")]]
    left_out_count: NotRequired[Annotated[int, Field(alias="left_out_count")]]
    line_count: NotRequired[Annotated[int, Field(alias="line_count")]]
    mapping: NotRequired[Annotated[JsonValue, Field(alias="mapping")]]
    money_in: NotRequired[Annotated[float, Field(alias="money_in")]]
    money_out: NotRequired[Annotated[float, Field(alias="money_out")]]
    notes: NotRequired[Annotated[JsonValue, Field(alias="notes")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    read_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="read_at")]]
    ready_count: NotRequired[Annotated[int, Field(alias="ready_count")]]
    sha256: Annotated[str, Field(alias="sha256")]
    status: NotRequired[Annotated[PublicImportStatus, Field(alias="status")]]
    task_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="task_id")]]
    undone_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="undone_at")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicImportsUpdate(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    accounts: NotRequired[Annotated[JsonValue, Field(alias="accounts")]]
    balances: NotRequired[Annotated[JsonValue, Field(alias="balances")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    commit_xid: NotRequired[Annotated[Optional[PgCatalogXid8], Field(alias="commit_xid")]]
    committed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="committed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    detected: NotRequired[Annotated[JsonValue, Field(alias="detected")]]
    duplicate_count: NotRequired[Annotated[int, Field(alias="duplicate_count")]]
    error: NotRequired[Annotated[Optional[JsonValue], Field(alias="error")]]
    error_count: NotRequired[Annotated[int, Field(alias="error_count")]]
    file_name: NotRequired[Annotated[str, Field(alias="file_name")]]
    file_size: NotRequired[Annotated[int, Field(alias="file_size")]]
    first_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="first_on")]]
    format: NotRequired[Annotated[Optional[str], Field(alias="format")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    imported_count: NotRequired[Annotated[int, Field(alias="imported_count")]]
    last_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="last_on")]]
    left_out_count: NotRequired[Annotated[int, Field(alias="left_out_count")]]
    line_count: NotRequired[Annotated[int, Field(alias="line_count")]]
    mapping: NotRequired[Annotated[JsonValue, Field(alias="mapping")]]
    money_in: NotRequired[Annotated[float, Field(alias="money_in")]]
    money_out: NotRequired[Annotated[float, Field(alias="money_out")]]
    notes: NotRequired[Annotated[JsonValue, Field(alias="notes")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    read_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="read_at")]]
    ready_count: NotRequired[Annotated[int, Field(alias="ready_count")]]
    sha256: NotRequired[Annotated[str, Field(alias="sha256")]]
    status: NotRequired[Annotated[PublicImportStatus, Field(alias="status")]]
    task_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="task_id")]]
    undone_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="undone_at")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicLabels(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    color: Optional[str] = Field(alias="color")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicLabelsInsert(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicLabelsUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    color: NotRequired[Annotated[Optional[str], Field(alias="color")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicNotificationPreferences(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    email: bool = Field(alias="email")
    in_app: bool = Field(alias="in_app")
    type: PublicNotificationType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")
    version: int = Field(alias="version")


class PublicNotificationPreferencesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    email: NotRequired[Annotated[bool, Field(alias="email")]]
    in_app: NotRequired[Annotated[bool, Field(alias="in_app")]]
    type: Annotated[PublicNotificationType, Field(alias="type")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicNotificationPreferencesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    email: NotRequired[Annotated[bool, Field(alias="email")]]
    in_app: NotRequired[Annotated[bool, Field(alias="in_app")]]
    type: NotRequired[Annotated[PublicNotificationType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicNotifications(BaseModel):
    action_url: Optional[str] = Field(alias="action_url")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    details: JsonValue = Field(alias="details")
    email_queued_at: Optional[datetime.datetime] = Field(alias="email_queued_at")
    id: uuid.UUID = Field(alias="id")
    in_app: bool = Field(alias="in_app")
    is_read: bool = Field(alias="is_read")
    message: str = Field(alias="message")
    occasion: str = Field(alias="occasion")
    read_at: Optional[datetime.datetime] = Field(alias="read_at")
    title: str = Field(alias="title")
    type: PublicNotificationType = Field(alias="type")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicNotificationsInsert(TypedDict):
    action_url: NotRequired[Annotated[Optional[str], Field(alias="action_url")]]
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    details: NotRequired[Annotated[JsonValue, Field(alias="details")]]
    email_queued_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="email_queued_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    in_app: Annotated[bool, Field(alias="in_app")]
    is_read: NotRequired[Annotated[bool, Field(alias="is_read")]]
    message: Annotated[str, Field(alias="message")]
    occasion: Annotated[str, Field(alias="occasion")]
    read_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="read_at")]]
    title: Annotated[str, Field(alias="title")]
    type: Annotated[PublicNotificationType, Field(alias="type")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]


class PublicNotificationsUpdate(TypedDict):
    action_url: NotRequired[Annotated[Optional[str], Field(alias="action_url")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    details: NotRequired[Annotated[JsonValue, Field(alias="details")]]
    email_queued_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="email_queued_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    in_app: NotRequired[Annotated[bool, Field(alias="in_app")]]
    is_read: NotRequired[Annotated[bool, Field(alias="is_read")]]
    message: NotRequired[Annotated[str, Field(alias="message")]]
    occasion: NotRequired[Annotated[str, Field(alias="occasion")]]
    read_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="read_at")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    type: NotRequired[Annotated[PublicNotificationType, Field(alias="type")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicPayees(BaseModel):
    aliases: List[str] = Field(alias="aliases")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    default_category_id: Optional[uuid.UUID] = Field(alias="default_category_id")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicPayeesInsert(TypedDict):
    aliases: NotRequired[Annotated[List[str], Field(alias="aliases")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    default_category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="default_category_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicPayeesUpdate(TypedDict):
    aliases: NotRequired[Annotated[List[str], Field(alias="aliases")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    default_category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="default_category_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicProfiles(BaseModel):
    avatar_key: Optional[str] = Field(alias="avatar_key")
    avatar_url: Optional[str] = Field(alias="avatar_url")
    created_at: datetime.datetime = Field(alias="created_at")
    default_book_id: Optional[uuid.UUID] = Field(alias="default_book_id")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    locale: str = Field(alias="locale")
    name: str = Field(alias="name")
    updated_at: datetime.datetime = Field(alias="updated_at")
    username: Optional[str] = Field(alias="username")
    version: int = Field(alias="version")


class PublicProfilesInsert(TypedDict):
    avatar_key: NotRequired[Annotated[Optional[str], Field(alias="avatar_key")]]
    avatar_url: NotRequired[Annotated[Optional[str], Field(alias="avatar_url")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    default_book_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="default_book_id")]]
    id: Annotated[uuid.UUID, Field(alias="id")]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    locale: NotRequired[Annotated[str, Field(alias="locale")]]
    name: Annotated[str, Field(alias="name")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    username: NotRequired[Annotated[Optional[str], Field(alias="username")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicProfilesUpdate(TypedDict):
    avatar_key: NotRequired[Annotated[Optional[str], Field(alias="avatar_key")]]
    avatar_url: NotRequired[Annotated[Optional[str], Field(alias="avatar_url")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    default_book_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="default_book_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    locale: NotRequired[Annotated[str, Field(alias="locale")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    username: NotRequired[Annotated[Optional[str], Field(alias="username")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicRecurringTransactions(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    amount: float = Field(alias="amount")
    auto_create: bool = Field(alias="auto_create")
    book_id: uuid.UUID = Field(alias="book_id")
    category_id: Optional[uuid.UUID] = Field(alias="category_id")
    continued_from_id: Optional[uuid.UUID] = Field(alias="continued_from_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    description: Optional[str] = Field(alias="description")
    effective_on: datetime.date = Field(alias="effective_on")
    ends_on: Optional[datetime.date] = Field(alias="ends_on")
    frequency: Optional[PublicRecurrenceFrequency] = Field(alias="frequency")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    name: str = Field(alias="name")
    next_on: Optional[datetime.date] = Field(alias="next_on")
    next_tick_on: Optional[datetime.date] = Field(alias="next_tick_on")
    number: int = Field(alias="number")
    payee_id: Optional[uuid.UUID] = Field(alias="payee_id")
    payer: Optional[str] = Field(alias="payer")
    payment_type: PublicPaymentType = Field(alias="payment_type")
    posted_through: datetime.date = Field(alias="posted_through")
    reminded_through: datetime.date = Field(alias="reminded_through")
    reminder_days: Optional[int] = Field(alias="reminder_days")
    rrule: Optional[str] = Field(alias="rrule")
    skipped_on: List[datetime.date] = Field(alias="skipped_on")
    starts_on: datetime.date = Field(alias="starts_on")
    type: PublicTransactionType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")
    weekend_policy: PublicWeekendPolicy = Field(alias="weekend_policy")


class PublicRecurringTransactionsInsert(TypedDict):
    account_id: Annotated[uuid.UUID, Field(alias="account_id")]
    amount: Annotated[float, Field(alias="amount")]
    auto_create: NotRequired[Annotated[bool, Field(alias="auto_create")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    continued_from_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="continued_from_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    effective_on: Annotated[datetime.date, Field(alias="effective_on")]
    ends_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="ends_on")]]
    frequency: NotRequired[Annotated[Optional[PublicRecurrenceFrequency], Field(alias="frequency")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    name: Annotated[str, Field(alias="name")]
    next_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="next_on")]]
    next_tick_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="next_tick_on")]]
    number: Annotated[int, Field(alias="number")]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    posted_through: Annotated[datetime.date, Field(alias="posted_through")]
    reminded_through: Annotated[datetime.date, Field(alias="reminded_through")]
    reminder_days: NotRequired[Annotated[Optional[int], Field(alias="reminder_days")]]
    rrule: NotRequired[Annotated[Optional[str], Field(alias="rrule")]]
    skipped_on: NotRequired[Annotated[List[datetime.date], Field(alias="skipped_on")]]
    starts_on: Annotated[datetime.date, Field(alias="starts_on")]
    type: Annotated[PublicTransactionType, Field(alias="type")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    weekend_policy: NotRequired[Annotated[PublicWeekendPolicy, Field(alias="weekend_policy")]]


class PublicRecurringTransactionsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    amount: NotRequired[Annotated[float, Field(alias="amount")]]
    auto_create: NotRequired[Annotated[bool, Field(alias="auto_create")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    continued_from_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="continued_from_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    effective_on: NotRequired[Annotated[datetime.date, Field(alias="effective_on")]]
    ends_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="ends_on")]]
    frequency: NotRequired[Annotated[Optional[PublicRecurrenceFrequency], Field(alias="frequency")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    next_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="next_on")]]
    next_tick_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="next_tick_on")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    posted_through: NotRequired[Annotated[datetime.date, Field(alias="posted_through")]]
    reminded_through: NotRequired[Annotated[datetime.date, Field(alias="reminded_through")]]
    reminder_days: NotRequired[Annotated[Optional[int], Field(alias="reminder_days")]]
    rrule: NotRequired[Annotated[Optional[str], Field(alias="rrule")]]
    skipped_on: NotRequired[Annotated[List[datetime.date], Field(alias="skipped_on")]]
    starts_on: NotRequired[Annotated[datetime.date, Field(alias="starts_on")]]
    type: NotRequired[Annotated[PublicTransactionType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    weekend_policy: NotRequired[Annotated[PublicWeekendPolicy, Field(alias="weekend_policy")]]


class PublicRules(BaseModel):
    add_label_ids: List[uuid.UUID] = Field(alias="add_label_ids")
    book_id: uuid.UUID = Field(alias="book_id")
    conditions: JsonValue = Field(alias="conditions")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    ignore: bool = Field(alias="ignore")
    is_active: bool = Field(alias="is_active")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    position: int = Field(alias="position")
    set_category_id: Optional[uuid.UUID] = Field(alias="set_category_id")
    set_payee_id: Optional[uuid.UUID] = Field(alias="set_payee_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicRulesInsert(TypedDict):
    add_label_ids: NotRequired[Annotated[List[uuid.UUID], Field(alias="add_label_ids")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    conditions: Annotated[JsonValue, Field(alias="conditions")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    ignore: NotRequired[Annotated[bool, Field(alias="ignore")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    name: Annotated[str, Field(alias="name")]
    number: Annotated[int, Field(alias="number")]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    set_category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="set_category_id")]]
    set_payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="set_payee_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicRulesUpdate(TypedDict):
    add_label_ids: NotRequired[Annotated[List[uuid.UUID], Field(alias="add_label_ids")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    conditions: NotRequired[Annotated[JsonValue, Field(alias="conditions")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    ignore: NotRequired[Annotated[bool, Field(alias="ignore")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    set_category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="set_category_id")]]
    set_payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="set_payee_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicSubscriptions(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    ends_at: Optional[datetime.datetime] = Field(alias="ends_at")
    granted_by: Optional[uuid.UUID] = Field(alias="granted_by")
    id: uuid.UUID = Field(alias="id")
    plan: str = Field(alias="plan")
    revoked_at: Optional[datetime.datetime] = Field(alias="revoked_at")
    revoked_by: Optional[uuid.UUID] = Field(alias="revoked_by")
    started_at: datetime.datetime = Field(alias="started_at")
    status: PublicSubscriptionStatus = Field(alias="status")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")
    version: int = Field(alias="version")


class PublicSubscriptionsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="ends_at")]]
    granted_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="granted_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    plan: Annotated[str, Field(alias="plan")]
    revoked_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="revoked_at")]]
    revoked_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="revoked_by")]]
    started_at: NotRequired[Annotated[datetime.datetime, Field(alias="started_at")]]
    status: NotRequired[Annotated[PublicSubscriptionStatus, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicSubscriptionsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="ends_at")]]
    granted_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="granted_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    plan: NotRequired[Annotated[str, Field(alias="plan")]]
    revoked_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="revoked_at")]]
    revoked_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="revoked_by")]]
    started_at: NotRequired[Annotated[datetime.datetime, Field(alias="started_at")]]
    status: NotRequired[Annotated[PublicSubscriptionStatus, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTasks(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    error: Optional[JsonValue] = Field(alias="error")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    heartbeat_at: Optional[datetime.datetime] = Field(alias="heartbeat_at")
    id: uuid.UUID = Field(alias="id")
    kind: PublicTaskKind = Field(alias="kind")
    message: Optional[str] = Field(alias="message")
    number: int = Field(alias="number")
    parameters: JsonValue = Field(alias="parameters")
    progress: int = Field(alias="progress")
    queued_at: datetime.datetime = Field(alias="queued_at")
    result: Optional[JsonValue] = Field(alias="result")
    started_at: Optional[datetime.datetime] = Field(alias="started_at")
    status: PublicTaskStatus = Field(alias="status")
    version: int = Field(alias="version")


class PublicTasksInsert(TypedDict):
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    error: NotRequired[Annotated[Optional[JsonValue], Field(alias="error")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    heartbeat_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="heartbeat_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: Annotated[PublicTaskKind, Field(alias="kind")]
    message: NotRequired[Annotated[Optional[str], Field(alias="message")]]
    number: Annotated[int, Field(alias="number")]
    parameters: NotRequired[Annotated[JsonValue, Field(alias="parameters")]]
    progress: NotRequired[Annotated[int, Field(alias="progress")]]
    queued_at: NotRequired[Annotated[datetime.datetime, Field(alias="queued_at")]]
    result: NotRequired[Annotated[Optional[JsonValue], Field(alias="result")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    status: NotRequired[Annotated[PublicTaskStatus, Field(alias="status")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTasksUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    error: NotRequired[Annotated[Optional[JsonValue], Field(alias="error")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    heartbeat_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="heartbeat_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: NotRequired[Annotated[PublicTaskKind, Field(alias="kind")]]
    message: NotRequired[Annotated[Optional[str], Field(alias="message")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    parameters: NotRequired[Annotated[JsonValue, Field(alias="parameters")]]
    progress: NotRequired[Annotated[int, Field(alias="progress")]]
    queued_at: NotRequired[Annotated[datetime.datetime, Field(alias="queued_at")]]
    result: NotRequired[Annotated[Optional[JsonValue], Field(alias="result")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    status: NotRequired[Annotated[PublicTaskStatus, Field(alias="status")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransactionLabels(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    label_id: uuid.UUID = Field(alias="label_id")
    transaction_id: uuid.UUID = Field(alias="transaction_id")
    version: int = Field(alias="version")


class PublicTransactionLabelsInsert(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    label_id: Annotated[uuid.UUID, Field(alias="label_id")]
    transaction_id: Annotated[uuid.UUID, Field(alias="transaction_id")]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransactionLabelsUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    label_id: NotRequired[Annotated[uuid.UUID, Field(alias="label_id")]]
    transaction_id: NotRequired[Annotated[uuid.UUID, Field(alias="transaction_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransactionSplits(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    amount: float = Field(alias="amount")
    base_rate: Optional[float] = Field(alias="base_rate")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: datetime.date = Field(alias="booked_on")
    category_id: Optional[uuid.UUID] = Field(alias="category_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    description: Optional[str] = Field(alias="description")
    id: uuid.UUID = Field(alias="id")
    payee_id: Optional[uuid.UUID] = Field(alias="payee_id")
    payer: Optional[str] = Field(alias="payer")
    payment_type: PublicPaymentType = Field(alias="payment_type")
    position: int = Field(alias="position")
    transaction_id: uuid.UUID = Field(alias="transaction_id")
    transaction_number: int = Field(alias="transaction_number")
    type: PublicTransactionType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicTransactionSplitsInsert(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    amount: Annotated[float, Field(alias="amount")]
    base_rate: NotRequired[Annotated[Optional[float], Field(alias="base_rate")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: NotRequired[Annotated[datetime.date, Field(alias="booked_on")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    transaction_id: Annotated[uuid.UUID, Field(alias="transaction_id")]
    transaction_number: NotRequired[Annotated[int, Field(alias="transaction_number")]]
    type: NotRequired[Annotated[PublicTransactionType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransactionSplitsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    amount: NotRequired[Annotated[float, Field(alias="amount")]]
    base_rate: NotRequired[Annotated[Optional[float], Field(alias="base_rate")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: NotRequired[Annotated[datetime.date, Field(alias="booked_on")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    transaction_id: NotRequired[Annotated[uuid.UUID, Field(alias="transaction_id")]]
    transaction_number: NotRequired[Annotated[int, Field(alias="transaction_number")]]
    type: NotRequired[Annotated[PublicTransactionType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransactions(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    amount: float = Field(alias="amount")
    base_amount: Optional[float] = Field(alias="base_amount")
    base_rate: Optional[float] = Field(alias="base_rate")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: datetime.date = Field(alias="booked_on")
    category_id: Optional[uuid.UUID] = Field(alias="category_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    currency: str = Field(alias="currency")
    debt_id: Optional[uuid.UUID] = Field(alias="debt_id")
    description: Optional[str] = Field(alias="description")
    due_on: Optional[datetime.date] = Field(alias="due_on")
    external_id: Optional[str] = Field(alias="external_id")
    fee: float = Field(alias="fee")
    id: uuid.UUID = Field(alias="id")
    import_id: Optional[uuid.UUID] = Field(alias="import_id")
    is_split: bool = Field(alias="is_split")
    latitude: Optional[float] = Field(alias="latitude")
    longitude: Optional[float] = Field(alias="longitude")
    notes: Optional[str] = Field(alias="notes")
    number: int = Field(alias="number")
    original_amount: Optional[float] = Field(alias="original_amount")
    original_currency: Optional[str] = Field(alias="original_currency")
    original_rate: Optional[float] = Field(alias="original_rate")
    payee_id: Optional[uuid.UUID] = Field(alias="payee_id")
    payer: Optional[str] = Field(alias="payer")
    payment_status: PublicPaymentStatus = Field(alias="payment_status")
    payment_type: PublicPaymentType = Field(alias="payment_type")
    recurring_transaction_id: Optional[uuid.UUID] = Field(alias="recurring_transaction_id")
    reported_amount: float = Field(alias="reported_amount")
    signed_amount: float = Field(alias="signed_amount")
    transfer_id: Optional[uuid.UUID] = Field(alias="transfer_id")
    type: PublicTransactionType = Field(alias="type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicTransactionsInsert(TypedDict):
    account_id: Annotated[uuid.UUID, Field(alias="account_id")]
    amount: Annotated[float, Field(alias="amount")]
    base_amount: NotRequired[Annotated[Optional[float], Field(alias="base_amount")]]
    base_rate: NotRequired[Annotated[Optional[float], Field(alias="base_rate")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: Annotated[datetime.date, Field(alias="booked_on")]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    currency: NotRequired[Annotated[str, Field(alias="currency")]]
    debt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="debt_id")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    due_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="due_on")]]
    external_id: NotRequired[Annotated[Optional[str], Field(alias="external_id")]]
    fee: NotRequired[Annotated[float, Field(alias="fee")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    import_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="import_id")]]
    is_split: NotRequired[Annotated[bool, Field(alias="is_split")]]
    latitude: NotRequired[Annotated[Optional[float], Field(alias="latitude")]]
    longitude: NotRequired[Annotated[Optional[float], Field(alias="longitude")]]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    original_amount: NotRequired[Annotated[Optional[float], Field(alias="original_amount")]]
    original_currency: NotRequired[Annotated[Optional[str], Field(alias="original_currency")]]
    original_rate: NotRequired[Annotated[Optional[float], Field(alias="original_rate")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_status: NotRequired[Annotated[PublicPaymentStatus, Field(alias="payment_status")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    recurring_transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="recurring_transaction_id")]]
    reported_amount: NotRequired[Annotated[float, Field(alias="reported_amount")]]
    signed_amount: NotRequired[Annotated[float, Field(alias="signed_amount")]]
    transfer_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transfer_id")]]
    type: Annotated[PublicTransactionType, Field(alias="type")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransactionsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    amount: NotRequired[Annotated[float, Field(alias="amount")]]
    base_amount: NotRequired[Annotated[Optional[float], Field(alias="base_amount")]]
    base_rate: NotRequired[Annotated[Optional[float], Field(alias="base_rate")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: NotRequired[Annotated[datetime.date, Field(alias="booked_on")]]
    category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="category_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    currency: NotRequired[Annotated[str, Field(alias="currency")]]
    debt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="debt_id")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    due_on: NotRequired[Annotated[Optional[datetime.date], Field(alias="due_on")]]
    external_id: NotRequired[Annotated[Optional[str], Field(alias="external_id")]]
    fee: NotRequired[Annotated[float, Field(alias="fee")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    import_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="import_id")]]
    is_split: NotRequired[Annotated[bool, Field(alias="is_split")]]
    latitude: NotRequired[Annotated[Optional[float], Field(alias="latitude")]]
    longitude: NotRequired[Annotated[Optional[float], Field(alias="longitude")]]
    notes: NotRequired[Annotated[Optional[str], Field(alias="notes")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    original_amount: NotRequired[Annotated[Optional[float], Field(alias="original_amount")]]
    original_currency: NotRequired[Annotated[Optional[str], Field(alias="original_currency")]]
    original_rate: NotRequired[Annotated[Optional[float], Field(alias="original_rate")]]
    payee_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="payee_id")]]
    payer: NotRequired[Annotated[Optional[str], Field(alias="payer")]]
    payment_status: NotRequired[Annotated[PublicPaymentStatus, Field(alias="payment_status")]]
    payment_type: NotRequired[Annotated[PublicPaymentType, Field(alias="payment_type")]]
    recurring_transaction_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="recurring_transaction_id")]]
    reported_amount: NotRequired[Annotated[float, Field(alias="reported_amount")]]
    signed_amount: NotRequired[Annotated[float, Field(alias="signed_amount")]]
    transfer_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="transfer_id")]]
    type: NotRequired[Annotated[PublicTransactionType, Field(alias="type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransfers(BaseModel):
    amount: float = Field(alias="amount")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: datetime.date = Field(alias="booked_on")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    fee: float = Field(alias="fee")
    fee_category_id: Optional[uuid.UUID] = Field(alias="fee_category_id")
    from_account_id: uuid.UUID = Field(alias="from_account_id")
    id: uuid.UUID = Field(alias="id")
    note: Optional[str] = Field(alias="note")
    number: int = Field(alias="number")
    rate: float = Field(alias="rate")
    received_amount: float = Field(alias="received_amount")
    to_account_id: uuid.UUID = Field(alias="to_account_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    version: int = Field(alias="version")


class PublicTransfersInsert(TypedDict):
    amount: Annotated[float, Field(alias="amount")]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: Annotated[datetime.date, Field(alias="booked_on")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    fee: NotRequired[Annotated[float, Field(alias="fee")]]
    fee_category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="fee_category_id")]]
    from_account_id: Annotated[uuid.UUID, Field(alias="from_account_id")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    rate: NotRequired[Annotated[float, Field(alias="rate")]]
    received_amount: NotRequired[Annotated[float, Field(alias="received_amount")]]
    to_account_id: Annotated[uuid.UUID, Field(alias="to_account_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicTransfersUpdate(TypedDict):
    amount: NotRequired[Annotated[float, Field(alias="amount")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    booked_on: NotRequired[Annotated[datetime.date, Field(alias="booked_on")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    fee: NotRequired[Annotated[float, Field(alias="fee")]]
    fee_category_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="fee_category_id")]]
    from_account_id: NotRequired[Annotated[uuid.UUID, Field(alias="from_account_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    rate: NotRequired[Annotated[float, Field(alias="rate")]]
    received_amount: NotRequired[Annotated[float, Field(alias="received_amount")]]
    to_account_id: NotRequired[Annotated[uuid.UUID, Field(alias="to_account_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicWebhookDeliveries(BaseModel):
    attempts: JsonValue = Field(alias="attempts")
    body: JsonValue = Field(alias="body")
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    event: PublicWebhookEvent = Field(alias="event")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    next_attempt_at: Optional[datetime.datetime] = Field(alias="next_attempt_at")
    status: PublicDeliveryStatus = Field(alias="status")
    webhook_id: uuid.UUID = Field(alias="webhook_id")


class PublicWebhookDeliveriesInsert(TypedDict):
    attempts: NotRequired[Annotated[JsonValue, Field(alias="attempts")]]
    body: Annotated[JsonValue, Field(alias="body")]
    book_id: Annotated[uuid.UUID, Field(alias="book_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    event: Annotated[PublicWebhookEvent, Field(alias="event")]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: Annotated[uuid.UUID, Field(alias="id")]
    next_attempt_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="next_attempt_at")]]
    status: NotRequired[Annotated[PublicDeliveryStatus, Field(alias="status")]]
    webhook_id: Annotated[uuid.UUID, Field(alias="webhook_id")]


class PublicWebhookDeliveriesUpdate(TypedDict):
    attempts: NotRequired[Annotated[JsonValue, Field(alias="attempts")]]
    body: NotRequired[Annotated[JsonValue, Field(alias="body")]]
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    event: NotRequired[Annotated[PublicWebhookEvent, Field(alias="event")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    next_attempt_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="next_attempt_at")]]
    status: NotRequired[Annotated[PublicDeliveryStatus, Field(alias="status")]]
    webhook_id: NotRequired[Annotated[uuid.UUID, Field(alias="webhook_id")]]


class PublicWebhooks(BaseModel):
    book_id: uuid.UUID = Field(alias="book_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    description: str = Field(alias="description")
    events: List[PublicWebhookEvent] = Field(alias="events")
    failing_since: Optional[datetime.datetime] = Field(alias="failing_since")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    secret: str = Field(alias="secret")
    updated_at: datetime.datetime = Field(alias="updated_at")
    updated_by: Optional[uuid.UUID] = Field(alias="updated_by")
    url: str = Field(alias="url")
    version: int = Field(alias="version")


class PublicWebhooksInsert(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[str, Field(alias="description")]]
    events: Annotated[List[PublicWebhookEvent], Field(alias="events")]
    failing_since: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="failing_since")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    secret: NotRequired[Annotated[str, Field(alias="secret")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    url: Annotated[str, Field(alias="url")]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicWebhooksUpdate(TypedDict):
    book_id: NotRequired[Annotated[uuid.UUID, Field(alias="book_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    description: NotRequired[Annotated[str, Field(alias="description")]]
    events: NotRequired[Annotated[List[PublicWebhookEvent], Field(alias="events")]]
    failing_since: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="failing_since")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    secret: NotRequired[Annotated[str, Field(alias="secret")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    updated_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="updated_by")]]
    url: NotRequired[Annotated[str, Field(alias="url")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]


class PublicBalanceAssertionStatuses(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    balance: Optional[float] = Field(alias="balance")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: datetime.date = Field(alias="booked_on")
    difference: Optional[float] = Field(alias="difference")
    holds: Optional[bool] = Field(alias="holds")
    id: uuid.UUID = Field(alias="id")
    new_difference: Optional[float] = Field(alias="new_difference")
    number: int = Field(alias="number")
    previous_on: Optional[datetime.date] = Field(alias="previous_on")
    stated_balance: float = Field(alias="stated_balance")


class PublicBudgetStatuses(BaseModel):
    alert_threshold: int = Field(alias="alert_threshold")
    alert_triggered: Optional[bool] = Field(alias="alert_triggered")
    amount: float = Field(alias="amount")
    available: Optional[float] = Field(alias="available")
    book_id: uuid.UUID = Field(alias="book_id")
    carried: Optional[float] = Field(alias="carried")
    covers_all: bool = Field(alias="covers_all")
    ends_on: Optional[datetime.date] = Field(alias="ends_on")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    missing_rates: Optional[int] = Field(alias="missing_rates")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    percentage: Optional[float] = Field(alias="percentage")
    period: PublicBudgetPeriod = Field(alias="period")
    period_end: Optional[datetime.date] = Field(alias="period_end")
    period_start: Optional[datetime.date] = Field(alias="period_start")
    remaining: Optional[float] = Field(alias="remaining")
    rollover: bool = Field(alias="rollover")
    spent: Optional[float] = Field(alias="spent")
    starts_on: datetime.date = Field(alias="starts_on")
    status: Optional[PublicBudgetStatus] = Field(alias="status")


class PublicDebtStatuses(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    book_id: uuid.UUID = Field(alias="book_id")
    currency: str = Field(alias="currency")
    current_balance: Optional[float] = Field(alias="current_balance")
    id: uuid.UUID = Field(alias="id")
    interest_added: Optional[float] = Field(alias="interest_added")
    interest_rate: float = Field(alias="interest_rate")
    monthly_payment: Optional[float] = Field(alias="monthly_payment")
    name: str = Field(alias="name")
    next_payment_on: Optional[datetime.date] = Field(alias="next_payment_on")
    number: int = Field(alias="number")
    paid: Optional[float] = Field(alias="paid")
    payoff_on: Optional[datetime.date] = Field(alias="payoff_on")
    percentage: Optional[float] = Field(alias="percentage")
    principal: float = Field(alias="principal")
    remaining_months: Optional[int] = Field(alias="remaining_months")
    starts_on: datetime.date = Field(alias="starts_on")
    type: PublicDebtType = Field(alias="type")


class PublicGoalStatuses(BaseModel):
    account_id: Optional[uuid.UUID] = Field(alias="account_id")
    book_id: uuid.UUID = Field(alias="book_id")
    currency: str = Field(alias="currency")
    current_amount: Optional[float] = Field(alias="current_amount")
    id: uuid.UUID = Field(alias="id")
    is_on_track: Optional[bool] = Field(alias="is_on_track")
    monthly_pace: Optional[float] = Field(alias="monthly_pace")
    name: str = Field(alias="name")
    number: int = Field(alias="number")
    percentage: Optional[float] = Field(alias="percentage")
    projected_on: Optional[datetime.date] = Field(alias="projected_on")
    remaining: Optional[float] = Field(alias="remaining")
    starts_on: datetime.date = Field(alias="starts_on")
    status: PublicGoalStatus = Field(alias="status")
    target_amount: float = Field(alias="target_amount")
    target_on: Optional[datetime.date] = Field(alias="target_on")
    type: PublicGoalType = Field(alias="type")


class PublicMissingRates(BaseModel):
    amount: Optional[float] = Field(alias="amount")
    book_id: uuid.UUID = Field(alias="book_id")
    booked_on: datetime.date = Field(alias="booked_on")
    currency: str = Field(alias="currency")
    transaction_count: Optional[int] = Field(alias="transaction_count")
