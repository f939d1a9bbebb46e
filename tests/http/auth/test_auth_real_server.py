"""What must hold for rows and journeys to move between the stand-in and a real Supabase Auth server."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pyotp
import pytest
from auth_people import PASSWORD, VERSION, Person
from auth_servers import Mailbox, auth_command, auth_program, stand_in_alone, start_auth

# The layout that the platform's databases have, as anybody can look up in theirs. A v is a varchar, z a timestamptz.
LAYOUT = {
    "users": """instance_id:uuid id:uuid aud:v role:v email:v encrypted_password:v email_confirmed_at:z invited_at:z
        confirmation_token:v confirmation_sent_at:z recovery_token:v recovery_sent_at:z email_change_token_new:v
        email_change:v email_change_sent_at:z last_sign_in_at:z raw_app_meta_data:jsonb raw_user_meta_data:jsonb
        is_super_admin:boolean created_at:z updated_at:z phone:text phone_confirmed_at:z phone_change:text
        phone_change_token:v phone_change_sent_at:z confirmed_at:z email_change_token_current:v
        email_change_confirm_status:smallint banned_until:z reauthentication_token:v reauthentication_sent_at:z
        is_sso_user:boolean deleted_at:z is_anonymous:boolean""",
    "identities": """provider_id:text user_id:uuid identity_data:jsonb provider:text last_sign_in_at:z created_at:z
        updated_at:z email:text id:uuid""",
    "sessions": """id:uuid user_id:uuid created_at:z updated_at:z factor_id:uuid aal:auth.aal_level not_after:z
        refreshed_at:t user_agent:text ip:inet tag:text oauth_client_id:uuid refresh_token_hmac_key:text
        refresh_token_counter:bigint scopes:text""",
    "refresh_tokens": """instance_id:uuid id:bigint token:v user_id:v revoked:boolean created_at:z updated_at:z parent:v
        session_id:uuid""",
    "mfa_amr_claims": "session_id:uuid created_at:z updated_at:z authentication_method:text id:uuid",
    "mfa_factors": """id:uuid user_id:uuid friendly_name:text factor_type:auth.factor_type status:auth.factor_status
        created_at:z updated_at:z secret:text phone:text last_challenged_at:z web_authn_credential:jsonb
        web_authn_aaguid:uuid last_webauthn_challenge_data:jsonb""",
    "mfa_challenges": """id:uuid factor_id:uuid created_at:z verified_at:z ip_address:inet otp_code:text
        web_authn_session_data:jsonb""",
    "one_time_tokens": """id:uuid user_id:uuid token_type:auth.one_time_token_type token_hash:text relates_to:text
        created_at:t updated_at:t expires_at:z""",
    "flow_state": """id:uuid user_id:uuid auth_code:text code_challenge_method:auth.code_challenge_method
        code_challenge:text provider_type:text provider_access_token:text provider_refresh_token:text created_at:z
        updated_at:z authentication_method:text auth_code_issued_at:z invite_token:text referrer:text
        oauth_client_state_id:uuid linking_target_id:uuid email_optional:boolean""",
    "audit_log_entries": "instance_id:uuid id:uuid payload:json created_at:z ip_address:v",
}
SHORT = {"timestamp with time zone": "z", "timestamp without time zone": "t"}
KEYS = """
users_pkey users_phone_key users_email_partial_key users_instance_id_idx users_instance_id_email_idx
users_is_anonymous_idx confirmation_token_idx recovery_token_idx email_change_token_new_idx
email_change_token_current_idx reauthentication_token_idx identities_pkey identities_provider_id_provider_unique
identities_email_idx identities_user_id_idx sessions_pkey sessions_user_id_idx user_id_created_at_idx
sessions_not_after_idx sessions_oauth_client_id_idx refresh_tokens_pkey refresh_tokens_token_unique
refresh_tokens_instance_id_idx refresh_tokens_instance_id_user_id_idx refresh_tokens_parent_idx
refresh_tokens_session_id_revoked_idx refresh_tokens_updated_at_idx amr_id_pk
mfa_amr_claims_session_id_authentication_method_pkey mfa_factors_pkey mfa_factors_last_challenged_at_key
factor_id_created_at_idx mfa_factors_user_id_idx mfa_factors_user_friendly_name_unique unique_phone_factor_per_user
mfa_challenges_pkey mfa_challenge_created_at_idx one_time_tokens_pkey one_time_tokens_user_id_token_type_key
one_time_tokens_token_hash_hash_idx one_time_tokens_relates_to_hash_idx flow_state_pkey flow_state_created_at_idx
idx_auth_code idx_user_id_auth_method audit_log_entries_pkey audit_logs_instance_id_idx
"""


@pytest.mark.parametrize("table", LAYOUT)
def test_table_is_laid_out_as_the_platforms(db: psycopg.Connection, table: str) -> None:
    rows = db.execute(
        """
        select attname::text, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum
        """,
        (f"auth.{table}",),
    ).fetchall()
    found = {name: SHORT.get(kind, "v" if kind.startswith("character varying") else kind) for name, kind in rows}
    expected = dict(column.split(":", 1) for column in LAYOUT[table].split())
    # a newer real server may have more columns; the stand-in none that the platform lacks
    assert {name: found.get(name) for name in expected} == expected
    if not os.environ.get("AUTH_BIN"):
        assert list(found) == list(expected)


def test_indexes_have_the_platforms_names(db: psycopg.Connection) -> None:
    found = {row[0] for row in db.execute("select indexname::text from pg_indexes where schemaname = 'auth'")}
    assert set(KEYS.split()) <= found


MOVED = [
    "users", "identities", "sessions", "refresh_tokens", "mfa_amr_claims", "mfa_factors", "mfa_challenges",
    "one_time_tokens", "audit_log_entries",
]  # fmt: skip


@stand_in_alone
def test_tables_of_the_real_server_are_left_as_they_are(env: dict[str, str], address: Callable[[], str]) -> None:
    name = f"real_{address()[:8]}"
    there = urlsplit(env["SUPABASE_ADMIN_DB_URL"])._replace(path=f"/{name}").geturl()
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"], autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            with psycopg.connect(there) as target:
                target.execute("create schema auth authorization supabase_auth_admin")
                target.execute("create table auth.schema_migrations (version varchar(14) not null primary key)")
                target.execute("alter table auth.schema_migrations owner to supabase_auth_admin")
                target.execute("insert into auth.schema_migrations values ('00')")
            subprocess.run([*auth_command(), "migrate"], env=auth_program(there), check=True, capture_output=True)
            with psycopg.connect(there) as target:
                assert target.execute("select to_regclass('auth.users')").fetchone() == (None,)
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_dump_of_the_tables_serves_another_server(
    env: dict[str, str], db: psycopg.Connection, person: Callable[..., Person], mailbox: Mailbox
) -> None:
    """Password, identity, second factor and session go on where the rows are brought, by the command of docs/auth.md."""
    ada = person(name="Ada")
    factor = ada.client.auth.mfa.enroll({"factor_type": "totp", "friendly_name": "phone"})
    assert factor.totp is not None
    secret = factor.totp.secret
    # the code of the step before, so that the one of now is still good there
    earlier = pyotp.TOTP(secret).at(int(time.time()) - 30)
    verified = ada.client.auth.mfa.challenge_and_verify({"factor_id": factor.id, "code": earlier})
    dump = subprocess.run(
        ["pg_dump", env["SUPABASE_ADMIN_DB_URL"], "--data-only", *(f"--table=auth.{table}" for table in MOVED)],
        capture_output=True,
        check=True,
    ).stdout
    name = f"moved_{ada.id[:8]}"
    there = urlsplit(env["SUPABASE_ADMIN_DB_URL"])._replace(path=f"/{name}").geturl()
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"], autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            with psycopg.connect(there, autocommit=True) as target:
                target.execute("create schema auth authorization supabase_auth_admin")
            owner = auth_program(there) | {
                "API_EXTERNAL_URL": "http://127.0.0.1",
                "GOTRUE_SITE_URL": "http://127.0.0.1",
                "GOTRUE_JWT_SECRET": env["SUPABASE_JWT_SECRET"],
            }
            # and once more, which changes nothing
            said = [
                subprocess.run([*auth_command(), "migrate"], env=owner, check=True, capture_output=True).stdout
                for _ in range(2)
            ]
            assert "AUTH_BIN" in os.environ or (b"tables" in said[0] and said[1] == b"")
            subprocess.run(
                ["psql", there, "--quiet", "--set=ON_ERROR_STOP=1"],
                input=b"set session_replication_role = replica;" + dump,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            moved = start_auth(
                {**env, "SUPABASE_ADMIN_DB_URL": there}, mailbox, GOTRUE_HOOK_BEFORE_USER_CREATED_ENABLED="false"
            )
            try:
                serves(moved.api, ada, factor.id, secret, verified.refresh_token)
            finally:
                moved.stop()
        finally:
            admin.execute(f"drop database {name} with (force)")


def serves(api: httpx.Client, ada: Person, factor: str, secret: str, refresh_token: str) -> None:
    refreshed = api.post("/token?grant_type=refresh_token", json={"refresh_token": refresh_token})
    assert refreshed.status_code == 200, refreshed.text
    assert refreshed.json()["user"]["id"] == ada.id
    signed_in = api.post("/token?grant_type=password", json={"email": ada.email, "password": PASSWORD}).json()
    assert [identity["provider"] for identity in signed_in["user"]["identities"]] == ["email"]
    bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
    challenge = api.post(f"/factors/{factor}/challenge", headers=bearer).json()
    proof = {"challenge_id": challenge["id"], "code": pyotp.TOTP(secret).now()}
    assert api.post(f"/factors/{factor}/verify", json=proof, headers=bearer).status_code == 200


def test_journeys_ran_against_a_real_server(env: dict[str, str]) -> None:
    """With AUTH_BIN the stack of `make test` runs that server, so every journey here has met it."""
    if not os.environ.get("AUTH_BIN"):
        pytest.skip("AUTH_BIN names no real Supabase Auth server: the journeys met the stand-in alone")
    headers: dict[str, Any] = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"], **VERSION}
    assert httpx.get(f"{env['SUPABASE_URL']}/auth/v1/health", headers=headers).json()["version"] != "walletbase"
