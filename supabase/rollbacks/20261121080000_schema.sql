-- rather fail than make everybody wait
set local lock_timeout = '5s';

SET local check_function_bodies = off;

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "private" REVOKE ALL ON TABLES FROM "service_role";

DROP POLICY "select_viewer" ON "private"."account_days";

DROP POLICY "select_viewer" ON "private"."budget_alerts";

DROP POLICY "select_viewer" ON "private"."budget_checks";

DROP POLICY "select_viewer" ON "private"."counters";

DROP POLICY "select_viewer" ON "private"."group_totals";

DROP POLICY "select_viewer" ON "private"."month_totals";

DROP POLICY "select_viewer" ON "private"."totals_through";

DROP POLICY "select_viewer" ON "private"."webhook_notes";

DROP POLICY "delete_editor" ON "public"."account_groups";

DROP POLICY "insert_editor" ON "public"."account_groups";

DROP POLICY "select_viewer" ON "public"."account_groups";

DROP POLICY "update_editor" ON "public"."account_groups";

DROP POLICY "delete_editor" ON "public"."accounts";

DROP POLICY "insert_editor" ON "public"."accounts";

DROP POLICY "select_viewer" ON "public"."accounts";

DROP POLICY "update_editor" ON "public"."accounts";

DROP POLICY "select_admin" ON "public"."admin_actions";

DROP POLICY "delete_editor" ON "public"."attachments";

DROP POLICY "select_viewer" ON "public"."attachments";

DROP POLICY "update_editor" ON "public"."attachments";

DROP POLICY "delete_editor" ON "public"."balance_assertions";

DROP POLICY "insert_editor" ON "public"."balance_assertions";

DROP POLICY "select_viewer" ON "public"."balance_assertions";

DROP POLICY "update_editor" ON "public"."balance_assertions";

DROP POLICY "delete_owner" ON "public"."book_invitations";

DROP POLICY "insert_owner" ON "public"."book_invitations";

DROP POLICY "select_invited" ON "public"."book_invitations";

DROP POLICY "delete_owner" ON "public"."book_members";

DROP POLICY "select_member" ON "public"."book_members";

DROP POLICY "update_owner" ON "public"."book_members";

DROP POLICY "delete_owner" ON "public"."books";

DROP POLICY "select_member" ON "public"."books";

DROP POLICY "update_owner" ON "public"."books";

DROP POLICY "delete_editor" ON "public"."budget_categories";

DROP POLICY "insert_editor" ON "public"."budget_categories";

DROP POLICY "select_viewer" ON "public"."budget_categories";

DROP POLICY "delete_editor" ON "public"."budgets";

DROP POLICY "insert_editor" ON "public"."budgets";

DROP POLICY "select_viewer" ON "public"."budgets";

DROP POLICY "update_editor" ON "public"."budgets";

DROP POLICY "delete_editor" ON "public"."categories";

DROP POLICY "insert_editor" ON "public"."categories";

DROP POLICY "select_viewer" ON "public"."categories";

DROP POLICY "update_editor" ON "public"."categories";

DROP POLICY "delete_admin" ON "public"."category_catalogue";

DROP POLICY "insert_admin" ON "public"."category_catalogue";

DROP POLICY "update_admin" ON "public"."category_catalogue";

DROP POLICY "select_viewer" ON "public"."changes";

DROP POLICY "delete_editor" ON "public"."debts";

DROP POLICY "insert_editor" ON "public"."debts";

DROP POLICY "select_viewer" ON "public"."debts";

DROP POLICY "update_editor" ON "public"."debts";

DROP POLICY "delete_editor" ON "public"."goal_contributions";

DROP POLICY "insert_editor" ON "public"."goal_contributions";

DROP POLICY "select_viewer" ON "public"."goal_contributions";

DROP POLICY "update_editor" ON "public"."goal_contributions";

DROP POLICY "select_viewer" ON "public"."goal_milestones";

DROP POLICY "delete_editor" ON "public"."goals";

DROP POLICY "insert_editor" ON "public"."goals";

DROP POLICY "select_viewer" ON "public"."goals";

DROP POLICY "update_editor" ON "public"."goals";

DROP POLICY "select_viewer" ON "public"."import_rows";

DROP POLICY "update_editor" ON "public"."import_rows";

DROP POLICY "delete_editor" ON "public"."imports";

DROP POLICY "select_viewer" ON "public"."imports";

DROP POLICY "delete_editor" ON "public"."labels";

DROP POLICY "insert_editor" ON "public"."labels";

DROP POLICY "select_viewer" ON "public"."labels";

DROP POLICY "update_editor" ON "public"."labels";

DROP POLICY "delete_editor" ON "public"."payees";

DROP POLICY "insert_editor" ON "public"."payees";

DROP POLICY "select_viewer" ON "public"."payees";

DROP POLICY "update_editor" ON "public"."payees";

DROP POLICY "select_member" ON "public"."profiles";

DROP POLICY "delete_editor" ON "public"."recurring_transactions";

DROP POLICY "insert_editor" ON "public"."recurring_transactions";

DROP POLICY "select_viewer" ON "public"."recurring_transactions";

DROP POLICY "update_editor" ON "public"."recurring_transactions";

DROP POLICY "delete_editor" ON "public"."rules";

DROP POLICY "insert_editor" ON "public"."rules";

DROP POLICY "select_viewer" ON "public"."rules";

DROP POLICY "update_editor" ON "public"."rules";

DROP POLICY "select_self" ON "public"."subscriptions";

DROP POLICY "select_viewer" ON "public"."tasks";

DROP POLICY "delete_editor" ON "public"."transaction_labels";

DROP POLICY "insert_editor" ON "public"."transaction_labels";

DROP POLICY "select_viewer" ON "public"."transaction_labels";

DROP POLICY "delete_editor" ON "public"."transaction_splits";

DROP POLICY "insert_editor" ON "public"."transaction_splits";

DROP POLICY "select_viewer" ON "public"."transaction_splits";

DROP POLICY "update_editor" ON "public"."transaction_splits";

DROP POLICY "delete_editor" ON "public"."transactions";

DROP POLICY "insert_editor" ON "public"."transactions";

DROP POLICY "select_viewer" ON "public"."transactions";

DROP POLICY "update_editor" ON "public"."transactions";

DROP POLICY "delete_editor" ON "public"."transfers";

DROP POLICY "insert_editor" ON "public"."transfers";

DROP POLICY "select_viewer" ON "public"."transfers";

DROP POLICY "update_editor" ON "public"."transfers";

DROP POLICY "select_owner" ON "public"."webhook_deliveries";

DROP POLICY "delete_owner" ON "public"."webhooks";

DROP POLICY "insert_owner" ON "public"."webhooks";

DROP POLICY "select_owner" ON "public"."webhooks";

DROP POLICY "update_owner" ON "public"."webhooks";

-- with its trigger on auth.sessions, which only the owner of the table may drop by itself
DROP FUNCTION private.tg_sessions__tell_new_place() CASCADE;

-- with its trigger on auth.users, which only the owner of the table may drop by itself
DROP FUNCTION private.tg_users__forget() CASCADE;

-- with its trigger on auth.users, which only the owner of the table may drop by itself
DROP FUNCTION private.tg_users__set_up() CASCADE;

DROP VIEW "analytics"."books";

DROP VIEW "analytics"."categories";

DROP VIEW "analytics"."currencies";

DROP VIEW "analytics"."days";

DROP VIEW "analytics"."entries";

DROP VIEW "analytics"."rates";

DROP VIEW "private"."analysed_books";

DROP VIEW "private"."exported_transactions";

DROP VIEW "private"."postings";

DROP VIEW "private"."account_paths";

DROP VIEW "private"."category_paths";

DROP VIEW "private"."entries";

DROP VIEW "public"."balance_assertion_statuses";

DROP VIEW "public"."budget_statuses";

DROP VIEW "public"."debt_statuses";

DROP VIEW "public"."goal_statuses";

DROP VIEW "public"."missing_rates";

ALTER TABLE "private"."account_days"
  DROP CONSTRAINT "account_days_book_id_account_id_fkey";

ALTER TABLE "private"."account_deletions"
  DROP CONSTRAINT "account_deletions_task_id_fkey";

ALTER TABLE "private"."account_deletions"
  DROP CONSTRAINT "account_deletions_user_id_fkey";

ALTER TABLE "private"."budget_alerts"
  DROP CONSTRAINT "budget_alerts_book_id_budget_id_fkey";

ALTER TABLE "private"."budget_checks"
  DROP CONSTRAINT "budget_checks_book_id_budget_id_fkey";

ALTER TABLE "private"."counters"
  DROP CONSTRAINT "counters_book_id_fkey";

ALTER TABLE "private"."findings"
  DROP CONSTRAINT "findings_book_id_fkey";

ALTER TABLE "private"."group_totals"
  DROP CONSTRAINT "group_totals_book_id_fkey";

ALTER TABLE "private"."month_totals"
  DROP CONSTRAINT "month_totals_book_id_account_id_fkey";

ALTER TABLE "private"."sign_ins"
  DROP CONSTRAINT "sign_ins_user_id_fkey";

ALTER TABLE "private"."totals_through"
  DROP CONSTRAINT "totals_through_book_id_fkey";

ALTER TABLE "private"."webhook_notes"
  DROP CONSTRAINT "webhook_notes_book_id_fkey";

ALTER TABLE "public"."account_groups"
  DROP CONSTRAINT "account_groups_book_id_fkey";

ALTER TABLE "public"."accounts"
  DROP CONSTRAINT "accounts_book_id_fkey";

ALTER TABLE "public"."accounts"
  DROP CONSTRAINT "accounts_currency_fkey";

ALTER TABLE "public"."accounts"
  DROP CONSTRAINT "accounts_group_id_fkey";

ALTER TABLE "public"."attachments"
  DROP CONSTRAINT "attachments_account_id_fkey";

ALTER TABLE "public"."attachments"
  DROP CONSTRAINT "attachments_book_id_fkey";

ALTER TABLE "public"."attachments"
  DROP CONSTRAINT "attachments_debt_id_fkey";

ALTER TABLE "public"."attachments"
  DROP CONSTRAINT "attachments_transaction_id_fkey";

ALTER TABLE "public"."balance_assertions"
  DROP CONSTRAINT "balance_assertions_account_id_fkey";

ALTER TABLE "public"."book_invitations"
  DROP CONSTRAINT "book_invitations_book_id_fkey";

ALTER TABLE "public"."book_members"
  DROP CONSTRAINT "book_members_book_id_fkey";

ALTER TABLE "public"."book_members"
  DROP CONSTRAINT "book_members_user_id_fkey";

ALTER TABLE "public"."books"
  DROP CONSTRAINT "books_base_currency_fkey";

ALTER TABLE "public"."budget_categories"
  DROP CONSTRAINT "budget_categories_budget_id_fkey";

ALTER TABLE "public"."budget_categories"
  DROP CONSTRAINT "budget_categories_category_id_fkey";

ALTER TABLE "public"."budgets"
  DROP CONSTRAINT "budgets_book_id_fkey";

ALTER TABLE "public"."categories"
  DROP CONSTRAINT "categories_book_id_fkey";

ALTER TABLE "public"."categories"
  DROP CONSTRAINT "categories_parent_id_fkey";

ALTER TABLE "public"."category_catalogue"
  DROP CONSTRAINT "category_catalogue_parent_id_fkey";

ALTER TABLE "public"."changes"
  DROP CONSTRAINT "changes_book_id_fkey";

ALTER TABLE "public"."debts"
  DROP CONSTRAINT "debts_account_id_fkey";

ALTER TABLE "public"."debts"
  DROP CONSTRAINT "debts_book_id_fkey";

ALTER TABLE "public"."exchange_rates"
  DROP CONSTRAINT "exchange_rates_base_currency_fkey";

ALTER TABLE "public"."exchange_rates"
  DROP CONSTRAINT "exchange_rates_quote_currency_fkey";

ALTER TABLE "public"."goal_contributions"
  DROP CONSTRAINT "goal_contributions_goal_id_fkey";

ALTER TABLE "public"."goal_contributions"
  DROP CONSTRAINT "goal_contributions_transaction_id_fkey";

ALTER TABLE "public"."goal_milestones"
  DROP CONSTRAINT "goal_milestones_goal_id_fkey";

ALTER TABLE "public"."goals"
  DROP CONSTRAINT "goals_account_id_fkey";

ALTER TABLE "public"."goals"
  DROP CONSTRAINT "goals_book_id_fkey";

ALTER TABLE "public"."goals"
  DROP CONSTRAINT "goals_currency_fkey";

ALTER TABLE "public"."import_rows"
  DROP CONSTRAINT "import_rows_import_id_fkey";

ALTER TABLE "public"."imports"
  DROP CONSTRAINT "imports_account_id_fkey";

ALTER TABLE "public"."imports"
  DROP CONSTRAINT "imports_book_id_fkey";

ALTER TABLE "public"."labels"
  DROP CONSTRAINT "labels_book_id_fkey";

ALTER TABLE "public"."notification_preferences"
  DROP CONSTRAINT "notification_preferences_user_id_fkey";

ALTER TABLE "public"."notifications"
  DROP CONSTRAINT "notifications_book_id_fkey";

ALTER TABLE "public"."notifications"
  DROP CONSTRAINT "notifications_user_id_fkey";

ALTER TABLE "public"."payees"
  DROP CONSTRAINT "payees_book_id_fkey";

ALTER TABLE "public"."payees"
  DROP CONSTRAINT "payees_default_category_id_fkey";

ALTER TABLE "public"."profiles"
  DROP CONSTRAINT "profiles_default_book_id_fkey";

ALTER TABLE "public"."profiles"
  DROP CONSTRAINT "profiles_id_fkey";

ALTER TABLE "public"."recurring_transactions"
  DROP CONSTRAINT "recurring_transactions_account_id_fkey";

ALTER TABLE "public"."recurring_transactions"
  DROP CONSTRAINT "recurring_transactions_book_id_fkey";

ALTER TABLE "public"."recurring_transactions"
  DROP CONSTRAINT "recurring_transactions_category_id_fkey";

ALTER TABLE "public"."recurring_transactions"
  DROP CONSTRAINT "recurring_transactions_continued_from_id_fkey";

ALTER TABLE "public"."recurring_transactions"
  DROP CONSTRAINT "recurring_transactions_payee_id_fkey";

ALTER TABLE "public"."rules"
  DROP CONSTRAINT "rules_book_id_fkey";

ALTER TABLE "public"."rules"
  DROP CONSTRAINT "rules_set_category_id_fkey";

ALTER TABLE "public"."rules"
  DROP CONSTRAINT "rules_set_payee_id_fkey";

ALTER TABLE "public"."subscriptions"
  DROP CONSTRAINT "subscriptions_user_id_fkey";

ALTER TABLE "public"."tasks"
  DROP CONSTRAINT "tasks_book_id_fkey";

ALTER TABLE "public"."transaction_labels"
  DROP CONSTRAINT "transaction_labels_label_id_fkey";

ALTER TABLE "public"."transaction_labels"
  DROP CONSTRAINT "transaction_labels_transaction_id_fkey";

ALTER TABLE "public"."transaction_splits"
  DROP CONSTRAINT "splits";

ALTER TABLE "public"."transaction_splits"
  DROP CONSTRAINT "transaction_splits_category_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_account_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_category_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_debt_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_import_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_original_currency_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_payee_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_recurring_transaction_id_fkey";

ALTER TABLE "public"."transactions"
  DROP CONSTRAINT "transactions_transfer_id_fkey";

ALTER TABLE "public"."transfers"
  DROP CONSTRAINT "transfers_book_id_fkey";

ALTER TABLE "public"."transfers"
  DROP CONSTRAINT "transfers_fee_category_id_fkey";

ALTER TABLE "public"."transfers"
  DROP CONSTRAINT "transfers_from_account_id_fkey";

ALTER TABLE "public"."transfers"
  DROP CONSTRAINT "transfers_to_account_id_fkey";

ALTER TABLE "public"."webhook_deliveries"
  DROP CONSTRAINT "webhook_deliveries_book_id_webhook_id_fkey";

ALTER TABLE "public"."webhooks"
  DROP CONSTRAINT "webhooks_book_id_fkey";

ALTER TABLE "queue"."procrastinate_events"
  DROP CONSTRAINT "procrastinate_events_job_id_fkey";

ALTER TABLE "queue"."procrastinate_jobs"
  DROP CONSTRAINT "procrastinate_jobs_worker_id_fkey";

ALTER TABLE "queue"."procrastinate_periodic_defers"
  DROP CONSTRAINT "procrastinate_periodic_defers_job_id_fkey";

DROP FUNCTION "private"."accept_tick"(text);

DROP FUNCTION "private"."account_balances"(uuid, uuid[], date[]);

DROP FUNCTION "private"."account_decimals"(uuid, uuid);

DROP FUNCTION "private"."add_exchange_rates"(jsonb, text, timestamp WITH time zone);

DROP FUNCTION "private"."add_to_totals"(uuid, private.total_entry[], integer);

DROP FUNCTION "private"."add_token_claims"(jsonb);

DROP FUNCTION "private"."amortise"(numeric, numeric, numeric, date, integer, integer);

DROP FUNCTION "private"."answer_invitation"(uuid, public.invitation_status);

DROP FUNCTION "private"."attach"(uuid, uuid, uuid, uuid, text, text, bigint, text, text, text);

DROP FUNCTION "private"."attach_to_legs"(uuid, uuid, uuid);

DROP FUNCTION "private"."attempt"(text, uuid, timestamp WITH time zone);

DROP FUNCTION "private"."balance_on"(uuid, uuid, date);

DROP FUNCTION "private"."beancount_account"(text);

DROP FUNCTION "private"."begin_delivery"(uuid, uuid);

DROP FUNCTION "private"."begin_mail"(text);

DROP FUNCTION "private"."begin_reading"(uuid, uuid);

DROP FUNCTION "private"."begin_restore"(uuid, jsonb);

DROP FUNCTION "private"."begin_task"(uuid, uuid);

DROP FUNCTION "private"."begin_undoing"(uuid, boolean);

DROP FUNCTION "private"."book_today"(uuid, timestamp WITH time zone);

DROP FUNCTION "private"."books_of_nobody_else"(uuid);

DROP FUNCTION "private"."books_to_visit"(text, timestamp WITH time zone);

DROP FUNCTION "private"."budget_category_ids"(uuid, uuid);

DROP FUNCTION "private"."budget_figures"(public.budgets, date);

DROP FUNCTION "private"."budget_period"(public.budgets, date);

DROP FUNCTION "private"."bulk_arguments"(jsonb);

DROP FUNCTION "private"."call_sidecar"();

DROP FUNCTION "private"."cancel_long_analyses"(interval);

DROP FUNCTION "private"."cancel_task"(uuid);

DROP FUNCTION "private"."check_attachment"(uuid, uuid, uuid, uuid, bigint);

DROP FUNCTION "private"."check_book_count"();

DROP FUNCTION "private"."check_budget"(uuid, uuid, timestamp WITH time zone);

DROP FUNCTION "private"."check_conditions"(jsonb, integer);

DROP FUNCTION "private"."check_goal"(uuid, uuid, timestamp WITH time zone);

DROP FUNCTION "private"."check_import"(uuid, uuid, jsonb);

DROP FUNCTION "private"."check_request"();

DROP FUNCTION "private"."check_room"(uuid, bigint);

DROP FUNCTION "private"."check_sign_up"(jsonb);

DROP FUNCTION "private"."check_splits"(uuid, uuid);

DROP FUNCTION "private"."check_unchanged"(public.imports);

DROP FUNCTION "private"."commit_import"(uuid, boolean, boolean);

DROP FUNCTION "private"."copy_catalogue"(uuid);

DROP FUNCTION "private"."copy_default_categories"();

DROP FUNCTION "private"."count_import"(uuid, uuid);

DROP FUNCTION "private"."create_book"(uuid, text, text, text);

DROP FUNCTION "private"."csv_copy"(text[], text[], text);

DROP FUNCTION "private"."cut_month"(date, date, date, boolean);

DROP FUNCTION "private"."cut_period"(private.total_period, date, date, date, date, date);

DROP FUNCTION "private"."cut_range"(date, date, date, boolean, boolean);

DROP FUNCTION "private"."debt_due_on"(date, integer);

DROP FUNCTION "private"."debt_figures"(public.debts, date);

DROP FUNCTION "private"."delete_account"(uuid);

DROP FUNCTION "private"."delete_person"(uuid);

DROP FUNCTION "private"."deleted_files"(uuid, interval);

DROP FUNCTION "private"."do_bulk"(uuid);

DROP FUNCTION "private"."dump_statements"();

DROP FUNCTION "private"."dumped_tables"();

DROP FUNCTION "private"."email_for_login"(text);

DROP FUNCTION "private"."end_reading"(uuid, uuid, text, jsonb, jsonb, jsonb, jsonb);

DROP FUNCTION "private"."end_session"(uuid);

DROP FUNCTION "private"."end_undoing"(uuid);

DROP FUNCTION "private"."enqueue"(text, jsonb, text, text, text, timestamp WITH time zone);

DROP FUNCTION "private"."entry_totals"(private.report_scope, date, date, date[], text, date, date, public.transaction_type);

DROP FUNCTION "private"."entry_trend"(private.report_scope, public.transaction_type, text);

DROP FUNCTION "private"."euro_rate"(text, date);

DROP FUNCTION "private"."exchange_rate"(text, text, date);

DROP FUNCTION "private"."export_accounts"(jsonb);

DROP FUNCTION "private"."export_copy"(jsonb);

DROP FUNCTION "private"."export_parameters"(jsonb);

DROP FUNCTION "private"."export_query"(jsonb);

DROP FUNCTION "private"."export_statement"(jsonb);

DROP FUNCTION "private"."export_totals"(jsonb);

DROP FUNCTION "private"."extract_copy"(jsonb);

DROP FUNCTION "private"."extract_entries"(date, date, text);

DROP FUNCTION "private"."extract_totals"(date, date, text);

DROP FUNCTION "private"."fail_import"(uuid, uuid, text, integer);

DROP FUNCTION "private"."fed_rates"(jsonb);

DROP FUNCTION "private"."fill_in"(text, jsonb, text);

DROP FUNCTION "private"."finish_export"(uuid, uuid, text, text, date);

DROP FUNCTION "private"."finish_restore"(uuid, jsonb);

DROP FUNCTION "private"."follow_legs"(uuid, uuid, uuid);

DROP FUNCTION "private"."forget_deliveries"(timestamp WITH time zone);

DROP FUNCTION "private"."forget_jobs"(timestamp WITH time zone);

DROP FUNCTION "private"."forget_mails"(timestamp WITH time zone);

DROP FUNCTION "private"."forget_sign_ins"(timestamp WITH time zone);

DROP FUNCTION "private"."goal_figures"(public.goals, date);

DROP FUNCTION "private"."grant_subscription"(uuid, text, timestamp WITH time zone, uuid);

DROP FUNCTION "private"."has_fresh_rates"(timestamp WITH time zone);

DROP FUNCTION "private"."import_account"(uuid, uuid, text);

DROP FUNCTION "private"."import_here"(uuid);

DROP FUNCTION "private"."in_words_of"(text, jsonb);

DROP FUNCTION "private"."interval_ends"(date[], date);

DROP FUNCTION "private"."interval_start"(text, date, smallint);

DROP FUNCTION "private"."interval_starts"(text, date, date, smallint);

DROP FUNCTION "private"."interval_unit"(text);

DROP FUNCTION "private"."is_admin"();

DROP FUNCTION "private"."is_alerted"(uuid, uuid, date);

DROP FUNCTION "private"."is_changed_since"(uuid, text, uuid, bigint);

DROP FUNCTION "private"."is_posted"(public.recurring_transactions, date);

DROP FUNCTION "private"."is_restored"(uuid);

DROP FUNCTION "private"."is_statement"(jsonb);

DROP FUNCTION "private"."journal_lines"(text, date, date);

DROP FUNCTION "private"."journal_name"(text, bigint);

DROP FUNCTION "private"."journal_text"(text);

DROP FUNCTION "private"."last_summed"(uuid);

DROP FUNCTION "private"."lock_book"(uuid);

DROP FUNCTION "private"."lock_current_book"();

DROP FUNCTION "private"."lock_totals"(uuid[]);

DROP FUNCTION "private"."mark_goal_milestones"(timestamp WITH time zone, uuid);

DROP FUNCTION "private"."match_import"(uuid, uuid);

DROP FUNCTION "private"."matches"(jsonb, public.transactions, text);

DROP FUNCTION "private"."may_begin_again"(bigint);

DROP FUNCTION "private"."money_in_words_of"(text, jsonb, text);

DROP FUNCTION "private"."monthly_payment"(public.debts, numeric);

DROP FUNCTION "private"."my_books"(public.book_role);

DROP FUNCTION "private"."my_email"();

DROP FUNCTION "private"."my_fellows"();

DROP FUNCTION "private"."my_sessions"();

DROP FUNCTION "private"."next_number"(text, uuid);

DROP FUNCTION "private"."next_occurrence"(public.recurring_transactions, date);

DROP FUNCTION "private"."note_feed"(text);

DROP FUNCTION "private"."note_finding"(uuid, text, text, jsonb);

DROP FUNCTION "private"."note_result"(uuid, jsonb);

DROP FUNCTION "private"."notification_text"(text, text, jsonb, text);

DROP FUNCTION "private"."notification_texts"();

DROP FUNCTION "private"."notify"(uuid, public.notification_type, text, text, text, jsonb, text, uuid);

DROP FUNCTION "private"."occurrence_days"(public.recurrence_frequency, text, date, date, date);

DROP FUNCTION "private"."occurrences"(public.recurring_transactions, date, date);

DROP FUNCTION "private"."parse_rrule"(text);

DROP FUNCTION "private"."periods_between"(text, date, date);

DROP FUNCTION "private"."ping_webhook"(uuid);

DROP FUNCTION "private"."post_book_recurrences"(uuid, timestamp WITH time zone, integer);

DROP FUNCTION "private"."post_occurrence"(public.recurring_transactions, date, date, numeric, public.payment_status);

DROP FUNCTION "private"."propose_for_import"(uuid, uuid);

DROP FUNCTION "private"."queue_delivery"(public.webhooks, public.webhook_event, jsonb, uuid);

DROP FUNCTION "private"."queue_digests"(timestamp WITH time zone);

DROP FUNCTION "private"."queue_health"();

DROP FUNCTION "private"."queue_mail"(text, text, text, jsonb, text);

DROP FUNCTION "private"."queue_mail_to"(uuid, text, jsonb, text);

DROP FUNCTION "private"."raise_budget_alerts"(timestamp WITH time zone, uuid);

DROP FUNCTION "private"."read_account"(uuid, uuid);

DROP FUNCTION "private"."read_debt"(uuid);

DROP FUNCTION "private"."read_import_again"(uuid, jsonb, uuid);

DROP FUNCTION "private"."record_occurrence"(uuid, date, date, numeric);

DROP FUNCTION "private"."refuse_account"(uuid);

DROP FUNCTION "private"."refuse_amount"(uuid, text, integer);

DROP FUNCTION "private"."refuse_long"(bigint, bigint);

DROP FUNCTION "private"."refuse_repeated"(xid);

DROP FUNCTION "private"."refuse_stranger"(uuid);

DROP FUNCTION "private"."refused_history"(uuid, jsonb[]);

DROP FUNCTION "private"."remind_of_debts"(timestamp WITH time zone, uuid);

DROP FUNCTION "private"."remind_of_recurrence"(public.recurring_transactions, date, date);

DROP FUNCTION "private"."report_delivery"(uuid, uuid, integer, integer, text);

DROP FUNCTION "private"."report_mail"(text, private.mail_status, text);

DROP FUNCTION "private"."report_rates"(private.report_scope, date[]);

DROP FUNCTION "private"."report_task"(uuid, uuid, public.task_status, integer, text, jsonb, jsonb);

DROP FUNCTION "private"."request_account_deletion"();

DROP FUNCTION "private"."request_header"(text);

DROP FUNCTION "private"."require_admin"();

DROP FUNCTION "private"."require_empty_book"(uuid);

DROP FUNCTION "private"."require_fresh_password"();

DROP FUNCTION "private"."require_no_orphans"(uuid);

DROP FUNCTION "private"."require_person"(uuid);

DROP FUNCTION "private"."require_plan"(text);

DROP FUNCTION "private"."rescue_jobs"(interval);

DROP FUNCTION "private"."reserve_numbers"(text, uuid, bigint);

DROP FUNCTION "private"."restore_attachments"(jsonb);

DROP FUNCTION "private"."restore_kept"(jsonb);

DROP FUNCTION "private"."restore_legs"(uuid[], bigint[]);

DROP FUNCTION "private"."restore_rows"(uuid, text, text[]);

DROP FUNCTION "private"."revoke_subscription"(uuid, uuid);

DROP FUNCTION "private"."row_after"(public.changes);

DROP FUNCTION "private"."row_now"(text, uuid, uuid);

DROP FUNCTION "private"."rrule_days"(text, date, date, date);

DROP FUNCTION "private"."rule_outcome"(public.transactions, uuid[], boolean);

DROP FUNCTION "private"."save_counter"();

DROP FUNCTION "private"."scope_report"(date, date, text, uuid[], uuid[], uuid[]);

DROP FUNCTION "private"."search_patterns"(text);

DROP FUNCTION "private"."search_transactions"(text, date, bigint, integer);

DROP FUNCTION "private"."set_avatar"(text, text);

DROP FUNCTION "private"."set_task_aside"(jsonb);

DROP FUNCTION "private"."set_user_active"(uuid, boolean);

DROP FUNCTION "private"."spent"(uuid, uuid[], date, date);

DROP FUNCTION "private"."start_import"(uuid, uuid, text, bigint, text, jsonb, boolean);

DROP FUNCTION "private"."start_import_task"(public.imports, text, jsonb);

DROP FUNCTION "private"."start_restore"(text, uuid, uuid);

DROP FUNCTION "private"."start_task"(public.task_kind, jsonb, uuid);

DROP FUNCTION "private"."steps_to_sum_up"(uuid);

DROP FUNCTION "private"."stop_digests"(uuid);

DROP FUNCTION "private"."sum_up"(uuid, bigint);

DROP FUNCTION "private"."task_to_do"(uuid, uuid, public.task_kind);

DROP FUNCTION "private"."tell_admins"(text, text, text, jsonb);

DROP FUNCTION "private"."tell_webhook_off"(public.webhooks, text, timestamp WITH time zone);

DROP FUNCTION "private"."tell_webhooks"(uuid, public.webhook_event, text, jsonb);

DROP FUNCTION "private"."tg_read_only"();

DROP FUNCTION "private"."tick_signature"(text, text, text, text);

DROP FUNCTION "private"."time_out_tasks"(timestamp WITH time zone);

DROP FUNCTION "private"."uncount_try"(bigint);

DROP FUNCTION "private"."undo"(uuid, bigint[]);

DROP FUNCTION "private"."undo_import"(uuid);

DROP FUNCTION "private"."undo_order"(text);

DROP FUNCTION "private"."unsummed"(uuid, bigint);

DROP FUNCTION "private"."unused_files"(text[]);

DROP FUNCTION "private"."verify_book"(uuid);

DROP FUNCTION "private"."weekly_digest"(uuid, date);

DROP FUNCTION "private"."with_subcategories"(uuid, uuid[]);

DROP FUNCTION "private"."writable_columns"(regclass, boolean, name);

DROP FUNCTION "public"."accept_invitation"(uuid);

DROP FUNCTION "public"."accept_transfer"(uuid, uuid);

DROP FUNCTION "public"."account_count"(public.account_groups);

DROP FUNCTION "public"."account_register"(uuid, integer, text);

DROP FUNCTION "public"."apply_budget_template"(text, public.monetary_amount, date, public.budget_period, uuid);

DROP FUNCTION "public"."apply_rules"(uuid[], date, date, boolean);

DROP FUNCTION "public"."balance_history"(date, date, text, uuid, uuid[]);

DROP FUNCTION "public"."budget_overview"(date);

DROP FUNCTION "public"."budget_templates"();

DROP FUNCTION "public"."budget_transactions"(uuid, date);

DROP FUNCTION "public"."bulk_delete_transactions"(uuid[]);

DROP FUNCTION "public"."cancel_task"(uuid);

DROP FUNCTION "public"."cash_flow"(date, date, text, uuid[], uuid[], uuid[], text);

DROP FUNCTION "public"."category_statistics"(date, date, public.transaction_type, uuid[], uuid[], text);

DROP FUNCTION "public"."category_tree"();

DROP FUNCTION "public"."change_recurrence_from"(uuid, date, jsonb, uuid);

DROP FUNCTION "public"."changes_cursor"();

DROP FUNCTION "public"."changes_since"(text, integer, text[]);

DROP FUNCTION "public"."commit_import"(uuid, boolean);

DROP FUNCTION "public"."contribute"(uuid, public.monetary_amount, date, text, uuid, uuid);

DROP FUNCTION "public"."copy_default_categories"();

DROP FUNCTION "public"."create_book"(text, text, text, uuid);

DROP FUNCTION "public"."dashboard"(date, text);

DROP FUNCTION "public"."debt_payoff"(uuid, public.monetary_amount);

DROP FUNCTION "public"."decline_invitation"(uuid);

DROP FUNCTION "public"."delete_category"(uuid, uuid);

DROP FUNCTION "public"."end_session"(uuid);

DROP FUNCTION "public"."first_failing_assertions"();

DROP FUNCTION "public"."forecast"(date, text, uuid[], text);

DROP FUNCTION "public"."goal_progress"(uuid);

DROP FUNCTION "public"."grant_subscription"(uuid, text, timestamp WITH time zone, uuid);

DROP FUNCTION "public"."health_score"(text);

DROP FUNCTION "public"."hledger_journal"(date, date);

DROP FUNCTION "public"."income"(date, date, text, uuid[], uuid[], uuid[], text);

DROP FUNCTION "public"."label_statistics"(date, date, uuid[], text);

DROP FUNCTION "public"."last_booked_on"(public.accounts);

DROP FUNCTION "public"."leave_book"(uuid);

DROP FUNCTION "public"."mark_all_notifications_read"(public.notification_type);

DROP FUNCTION "public"."mark_notification_read"(uuid);

DROP FUNCTION "public"."merge_payees"(uuid, uuid[]);

DROP FUNCTION "public"."my_sessions"();

DROP FUNCTION "public"."net_worth"(date, date, text, text, uuid[], text);

DROP FUNCTION "public"."payment_schedule"(uuid, public.monetary_amount, boolean);

DROP FUNCTION "public"."preview_rules"(uuid[], date, date, boolean);

DROP FUNCTION "public"."read_import_again"(uuid, jsonb, uuid);

DROP FUNCTION "public"."reconcile_account"(uuid, date, public.monetary_amount);

DROP FUNCTION "public"."record_occurrence"(uuid, date, date, public.monetary_amount);

DROP FUNCTION
  "public"."record_transaction"(uuid, date, public.transaction_type, public.monetary_amount, uuid, uuid, text, text, text, public.payment_type, public.payment_status,
  public.monetary_amount, text, text, uuid[], jsonb, uuid);

DROP FUNCTION "public"."record_transfer"(uuid, uuid, public.monetary_amount, date, public.monetary_amount, numeric, public.monetary_amount, uuid, text, uuid);

DROP FUNCTION "public"."reorder_categories"(uuid[]);

DROP FUNCTION "public"."request_account_deletion"(text);

DROP FUNCTION "public"."revoke_subscription"(uuid, uuid);

DROP FUNCTION "public"."row_history"(text, uuid);

DROP FUNCTION "public"."search_transactions"(text, integer, date, bigint);

DROP FUNCTION "public"."set_user_active"(uuid, boolean);

DROP FUNCTION "public"."skip_occurrence"(uuid, date);

DROP FUNCTION "public"."spending"(date, date, text, uuid[], uuid[], uuid[], text);

DROP FUNCTION "public"."split_transaction"(uuid, jsonb, public.monetary_amount);

DROP FUNCTION "public"."start_bulk"(text, jsonb, uuid);

DROP FUNCTION
  "public"."start_export"(text, date, date, uuid[], uuid[], uuid[], public.transaction_type, public.payment_type, public.payment_status, numeric, numeric, text, text, boolean,
  boolean, uuid);

DROP FUNCTION "public"."start_extract"(date, date, integer, boolean, text, uuid);

DROP FUNCTION "public"."switch_book"(uuid);

DROP FUNCTION "public"."test_webhook"(uuid);

DROP FUNCTION "public"."top_merchants"(date, date, integer, uuid[], uuid[], uuid[], text);

DROP FUNCTION "public"."total_balance"(public.account_groups);

DROP FUNCTION "public"."transaction_summary"(date, date, uuid[], uuid[], uuid[], text);

DROP FUNCTION "public"."transactions_as_of"(timestamp WITH time zone);

DROP FUNCTION "public"."transfer_balances"(uuid);

DROP FUNCTION "public"."transfer_ownership"(uuid, uuid);

DROP FUNCTION "public"."undo_change"(bigint);

DROP FUNCTION "public"."undo_import"(uuid);

DROP FUNCTION "public"."undo_request"(text);

DROP FUNCTION "public"."unlock_transactions"(uuid[]);

DROP FUNCTION "public"."unread_notification_count"();

DROP FUNCTION "public"."upcoming"(date, date);

DROP FUNCTION "public"."usage_count"(public.labels);

DROP FUNCTION "queue"."procrastinate_cancel_job_v1"(bigint, boolean, boolean);

DROP FUNCTION "queue"."procrastinate_defer_jobs_v1"(queue.procrastinate_job_to_defer_v1[]);

DROP FUNCTION "queue"."procrastinate_defer_periodic_job_v2"(character varying, character varying, character varying, character varying, integer, character varying, bigint, jsonb);

DROP FUNCTION "queue"."procrastinate_fetch_job_v2"(character varying[], bigint);

DROP FUNCTION "queue"."procrastinate_finish_job_v1"(bigint, queue.procrastinate_job_status, boolean);

DROP FUNCTION "queue"."procrastinate_prune_stalled_workers_v1"(double precision);

DROP FUNCTION "queue"."procrastinate_register_worker_v1"();

DROP FUNCTION "queue"."procrastinate_retry_job_v1"(bigint, timestamp WITH time zone, integer, character varying, character varying);

DROP FUNCTION "queue"."procrastinate_retry_job_v2"(bigint, timestamp WITH time zone, integer, character varying, character varying);

DROP FUNCTION "queue"."procrastinate_unregister_worker_v1"(bigint);

DROP FUNCTION "queue"."procrastinate_update_heartbeat_v1"(bigint);

DROP TYPE "private"."export_account";

DROP TYPE "private"."export_entry";

DROP TYPE "private"."export_total";

DROP TYPE "private"."range_piece";

DROP TYPE "private"."recurrence_rule";

DROP TYPE "private"."report_scope";

DROP TYPE "private"."total_entry";

DROP TYPE "queue"."procrastinate_job_to_defer_v1";

DROP TABLE "private"."account_days";

DROP TABLE "private"."account_deletions";

DROP TABLE "private"."analyst_salt";

DROP TABLE "private"."budget_alerts";

DROP TYPE "public"."budget_status";

DROP TABLE "private"."budget_checks";

DROP FUNCTION "private"."tg_budget_checks__check"();

DROP TABLE "private"."counters";

DROP TABLE "private"."exchange_rate_feed";

DROP TABLE "private"."findings";

DROP TABLE "private"."group_totals";

DROP DOMAIN "private"."total_grouping";

DROP DOMAIN "private"."total_period";

DROP DOMAIN "private"."total_type";

DROP TABLE "private"."mails";

DROP TYPE "private"."mail_status";

DROP TABLE "private"."month_totals";

DROP TABLE "private"."sign_ins";

DROP TABLE "private"."tick_target";

DROP TABLE "private"."ticks";

DROP TABLE "private"."timezone_countries";

DROP TABLE "private"."totals_through";

DROP FUNCTION "private"."tg_totals_through__sum_up"();

DROP TABLE "private"."webhook_notes";

DROP FUNCTION "private"."tg_webhook_notes__tell"();

DROP TABLE "public"."account_groups";

DROP TABLE "public"."accounts";

DROP FUNCTION "private"."tg_accounts__check"();

DROP FUNCTION "private"."tg_accounts__keep_used"();

DROP FUNCTION "private"."tg_record_change"();

DROP TYPE "public"."account_type";

DROP TYPE "public"."account_usability";

DROP TABLE "public"."admin_actions";

DROP TABLE "public"."attachments";

DROP TABLE "public"."balance_assertions";

DROP FUNCTION "private"."tg_balance_assertions__check"();

DROP TABLE "public"."book_invitations";

DROP FUNCTION "private"."tg_book_invitations__check"();

DROP FUNCTION "private"."tg_book_invitations__tell"();

DROP TYPE "public"."invitation_status";

DROP TABLE "public"."book_members";

DROP FUNCTION "private"."tg_book_members__forget_notifications"();

DROP FUNCTION "private"."tg_book_members__keep_default"();

DROP FUNCTION "private"."tg_book_members__keep_owner"();

DROP TABLE "public"."books";

DROP FUNCTION "private"."tg_books__begin_totals"();

DROP FUNCTION "private"."tg_books__check"();

DROP FUNCTION "private"."tg_books__delete_entries"();

DROP FUNCTION "private"."tg_lock_my_books"();

DROP TABLE "public"."budget_categories";

DROP TABLE "public"."budgets";

DROP FUNCTION "private"."tg_budgets__check"();

DROP TYPE "public"."budget_period";

DROP TABLE "public"."categories";

DROP FUNCTION "private"."tg_categories__keep_tree"();

DROP FUNCTION "private"."tg_categories__keep_used"();

DROP TABLE "public"."category_catalogue";

DROP FUNCTION "private"."tg_category_catalogue__record"();

DROP TYPE "public"."category_kind";

DROP TYPE "public"."category_nature";

DROP TABLE "public"."changes";

DROP TYPE "public"."change_op";

DROP TABLE "public"."currencies";

DROP TABLE "public"."debts";

DROP FUNCTION "private"."tg_debts__check"();

DROP TYPE "public"."debt_type";

DROP TABLE "public"."exchange_rates";

DROP FUNCTION "private"."tg_exchange_rates__fill_missing"();

DROP TABLE "public"."goal_contributions";

DROP FUNCTION "private"."tg_goal_contributions__check"();

DROP FUNCTION "private"."tg_goal_contributions__check_goals"();

DROP TABLE "public"."goal_milestones";

DROP TABLE "public"."goals";

DROP FUNCTION "private"."tg_goals__prepare"();

DROP FUNCTION "private"."today"();

DROP TYPE "public"."goal_status";

DROP TYPE "public"."goal_type";

DROP TABLE "public"."import_rows";

DROP FUNCTION "private"."tg_import_rows__check"();

DROP TYPE "public"."import_outcome";

DROP TABLE "public"."imports";

DROP FUNCTION "private"."tg_imports__keep_committed"();

DROP TYPE "public"."import_status";

DROP TABLE "public"."labels";

DROP FUNCTION "private"."tg_labels__leave_rules"();

DROP DOMAIN "public"."hex_color";

DROP TABLE "public"."notification_preferences";

DROP TABLE "public"."notifications";

DROP FUNCTION "private"."tg_lock_caller"();

DROP FUNCTION "private"."tg_notifications__stamp_read"();

DROP TYPE "public"."notification_type";

DROP TABLE "public"."payees";

DROP TABLE "public"."profiles";

DROP FUNCTION "private"."tg_profiles__check"();

DROP FUNCTION "private"."tg_profiles__let_go_of_avatar"();

DROP TABLE "public"."recurring_transactions";

DROP FUNCTION "private"."tg_recurring_transactions__prepare"();

DROP TYPE "public"."recurrence_frequency";

DROP TYPE "public"."weekend_policy";

DROP TABLE "public"."rules";

DROP FUNCTION "private"."tg_rules__check"();

DROP TABLE "public"."subscriptions";

DROP FUNCTION "private"."tg_stamp_update"();

DROP TYPE "public"."subscription_status";

DROP TABLE "public"."tasks";

DROP FUNCTION "private"."tg_tasks__hold_book"();

DROP FUNCTION "private"."tg_tasks__tell"();

DROP TYPE "public"."task_kind";

DROP TYPE "public"."task_status";

DROP TABLE "public"."transaction_labels";

DROP TABLE "public"."transaction_splits";

DROP FUNCTION "private"."tg_transaction_splits__check_splits"();

DROP FUNCTION "private"."tg_transaction_splits__keep_totals"();

DROP FUNCTION "private"."tg_transaction_splits__prepare"();

DROP TABLE "public"."transactions";

DROP FUNCTION "private"."tg_entries__note_budgets"();

DROP FUNCTION "private"."tg_entries__note_webhooks"();

DROP FUNCTION "private"."tg_transactions__apply_rules"();

DROP FUNCTION "private"."tg_transactions__carry_splits"();

DROP FUNCTION "private"."tg_transactions__check_debt"();

DROP FUNCTION "private"."tg_transactions__check_splits"();

DROP FUNCTION "private"."tg_transactions__keep_leg"();

DROP FUNCTION "private"."tg_transactions__keep_reconciled"();

DROP FUNCTION "private"."tg_transactions__keep_totals"();

DROP FUNCTION "private"."tg_transactions__note_rules"();

DROP FUNCTION "private"."tg_transactions__prepare"();

DROP FUNCTION "private"."tg_transactions__put_labels"();

DROP TYPE "public"."payment_status";

DROP TYPE "public"."payment_type";

DROP TYPE "public"."transaction_type";

DROP TABLE "public"."transfers";

DROP FUNCTION "private"."tg_number_row"();

DROP FUNCTION "private"."tg_record_changes"();

DROP FUNCTION "private"."tg_save_counter"();

DROP FUNCTION "private"."tg_transfers__keep_legs"();

DROP FUNCTION "private"."tg_transfers__prepare"();

DROP FUNCTION "private"."tg_transfers__take_received"();

DROP FUNCTION "private"."uuidv7"();

DROP DOMAIN "public"."monetary_amount";

DROP TABLE "public"."webhook_deliveries";

DROP TYPE "public"."delivery_status";

DROP TABLE "public"."webhooks";

DROP FUNCTION "private"."current_book"(public.book_role);

DROP FUNCTION "private"."tg_lock_book"();

DROP FUNCTION "private"."tg_stamp_entry"();

DROP FUNCTION "private"."tg_webhooks__check"();

DROP TYPE "public"."book_role";

DROP TYPE "public"."webhook_event";

DROP TABLE "queue"."procrastinate_events";

DROP TYPE "queue"."procrastinate_job_event_type";

DROP TABLE "queue"."procrastinate_jobs";

DROP FUNCTION "queue"."procrastinate_notify_queue_abort_job_v1"();

DROP FUNCTION "queue"."procrastinate_notify_queue_job_inserted_v1"();

DROP FUNCTION "queue"."procrastinate_trigger_abort_requested_events_procedure_v1"();

DROP FUNCTION "queue"."procrastinate_trigger_function_scheduled_events_v1"();

DROP FUNCTION "queue"."procrastinate_trigger_function_status_events_insert_v1"();

DROP FUNCTION "queue"."procrastinate_trigger_function_status_events_update_v1"();

DROP FUNCTION "queue"."procrastinate_unlink_periodic_defers_v1"();

DROP TYPE "queue"."procrastinate_job_status";

DROP TABLE "queue"."procrastinate_periodic_defers";

DROP TABLE "queue"."procrastinate_workers";

DROP EXTENSION "btree_gin";

DROP EXTENSION "pg_trgm";

DROP SCHEMA "analytics";

DROP SCHEMA "private";

DROP SCHEMA "queue";

COMMENT ON SCHEMA "public" IS 'standard public schema';

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT SELECT, UPDATE, USAGE ON SEQUENCES TO "anon";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT SELECT, UPDATE, USAGE ON SEQUENCES TO "authenticated";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON FUNCTIONS FROM PUBLIC;

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT EXECUTE ON FUNCTIONS TO "anon";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT EXECUTE ON FUNCTIONS TO "authenticated";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT EXECUTE ON FUNCTIONS TO "service_role";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "anon";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "authenticated";
