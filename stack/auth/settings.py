"""Settings, by the environment names of the real server, so that either can be started from the same environment."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from stack.auth import durations

Seconds = Annotated[float, BeforeValidator(lambda text: durations.seconds(text or "0s"))]


class Settings(BaseSettings):
    """What the environment says. Every name carries the prefix GOTRUE_ unless an alias is given."""

    model_config = SettingsConfigDict(env_prefix="GOTRUE_", extra="ignore")

    # where it listens and what it stores in
    api_host: str = "127.0.0.1"
    port: int = Field(9999, validation_alias=AliasChoices("PORT", "GOTRUE_API_PORT"))
    db_database_url: str = Field("", validation_alias=AliasChoices("GOTRUE_DB_DATABASE_URL", "DATABASE_URL"))
    db_max_pool_size: int = 10
    log_level: str = "info"

    # what the world calls it, and where links may lead
    api_external_url: str = Field("http://127.0.0.1:54321/auth/v1", validation_alias="API_EXTERNAL_URL")
    site_url: str = "http://127.0.0.1:3000"
    uri_allow_list: str = ""

    # tokens
    jwt_secret: str = ""
    jwt_keys: str = ""
    jwt_exp: int = 3600
    jwt_aud: str = "authenticated"
    jwt_issuer: str = ""
    jwt_default_group_name: str = "authenticated"
    jwt_admin_roles: str = "service_role,supabase_admin"
    security_refresh_token_reuse_interval: int = 10
    # how long a session lasts at most, and how long without a refresh, as Go durations; 0 is for ever
    sessions_timebox: Seconds = 0.0
    sessions_inactivity_timeout: Seconds = 0.0

    # who may sign up, and with what
    disable_signup: bool = False
    external_email_enabled: bool = True
    # users without an address, whom nothing but their session lets in
    external_anonymous_users_enabled: bool = False
    password_min_length: int = 6
    # sets of which a password needs one character each, separated by colons
    password_required_characters: str = ""
    password_hash_cost: int = 10
    security_update_password_require_current_password: bool = False
    security_update_password_require_reauthentication: bool = False
    security_manual_linking_enabled: bool = False

    hook_before_user_created_enabled: bool = False
    hook_before_user_created_uri: str = ""

    # ours alone: refused sign-ins per account and address before it says 429; 0 is no limit
    rate_limit_sign_in_failures: int = 5
    # and wrong codes per account or second factor, from whatever address
    rate_limit_code_failures: int = 10
    rate_limit_sign_in_window: int = 15 * 60

    # custom claims, by a function of the project
    hook_custom_access_token_enabled: bool = False
    hook_custom_access_token_uri: str = ""

    # mail
    mailer_autoconfirm: bool = False
    mailer_secure_email_change_enabled: bool = True
    mailer_otp_exp: int = 24 * 3600
    mailer_otp_length: int = Field(6, ge=6, le=10)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_pass: str = ""
    smtp_admin_email: str = "no-reply@localhost"
    smtp_sender_name: str = ""
    # between two mails of a kind to one user, as a Go duration, 0 is a minute too; and mails of all kinds
    smtp_max_frequency: str = "1m"
    rate_limit_email_sent: str = "30"
    # where links lead, from the root of the host of API_EXTERNAL_URL on; magic links as those of recovery
    mailer_urlpaths_confirmation: str = "/verify"
    mailer_urlpaths_invite: str = "/verify"
    mailer_urlpaths_recovery: str = "/verify"
    mailer_urlpaths_email_change: str = "/verify"
    mailer_subjects_confirmation: str = ""
    mailer_subjects_invite: str = ""
    mailer_subjects_magic_link: str = ""
    mailer_subjects_recovery: str = ""
    mailer_subjects_email_change: str = ""
    mailer_subjects_reauthentication: str = ""
    # URL or file of each template
    mailer_templates_confirmation: str = ""
    mailer_templates_invite: str = ""
    mailer_templates_magic_link: str = ""
    mailer_templates_recovery: str = ""
    mailer_templates_email_change: str = ""
    mailer_templates_reauthentication: str = ""

    # second factor
    mfa_totp_enroll_enabled: bool = True
    mfa_totp_verify_enabled: bool = True
    mfa_max_enrolled_factors: int = 10

    # sign-in by a provider
    external_google_enabled: bool = False
    external_google_client_id: str = ""
    external_google_secret: str = ""
    external_google_redirect_uri: str = ""
    external_google_skip_nonce_check: bool = False
    # ours alone: whose discovery document names the endpoints
    external_google_url: str = "https://accounts.google.com"
    external_facebook_enabled: bool = False
    external_facebook_client_id: str = ""
    external_facebook_secret: str = ""
    external_facebook_redirect_uri: str = ""
    # ours alone: an OpenID provider that stands in for Facebook in tests; empty is Facebook itself
    external_facebook_url: str = ""

    @cached_property
    def allowed_redirects(self) -> tuple[str, ...]:
        """Patterns of the places that links may lead to, besides the site."""
        return tuple(each.strip() for each in self.uri_allow_list.split(",") if each.strip())

    @cached_property
    def mail_spacing(self) -> float:
        """Seconds between two mails of a kind to one user."""
        return durations.seconds(self.smtp_max_frequency) or 60.0

    @cached_property
    def mail_budget(self) -> tuple[float, float]:
        """How many mails may be sent in how many seconds, given as `30` an hour or as `30/15m`."""
        count, _, interval = self.rate_limit_email_sent.partition("/")
        return float(count), durations.seconds(interval or "1h")

    def mailer_urlpaths(self, kind: str) -> str:
        """The path of links of a kind, as it stands in them: `signup`, `magiclink`, …"""
        names = {"signup": "confirmation", "magiclink": "recovery"}
        return str(getattr(self, f"mailer_urlpaths_{names.get(kind, kind)}"))

    def mailer_subjects(self, kind: str) -> str:
        """The subject set for a kind of mail."""
        return str(getattr(self, f"mailer_subjects_{kind}"))

    def mailer_template(self, kind: str) -> str:
        """Where the template of a kind of mail is."""
        return str(getattr(self, f"mailer_templates_{kind}"))

    @cached_property
    def admin_roles(self) -> frozenset[str]:
        """Roles whose tokens may call /admin."""
        return frozenset(role.strip() for role in self.jwt_admin_roles.split(",") if role.strip())

    @cached_property
    def required_characters(self) -> tuple[str, ...]:
        """Sets of characters of which a password needs one each; `:` separates them, `\\:` is a colon."""
        sets = self.password_required_characters.replace("\\:", "\0").split(":")
        return tuple(each.replace("\0", ":") for each in sets if each)
