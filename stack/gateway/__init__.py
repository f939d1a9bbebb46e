"""The one door to the API: nginx, with keys, CORS, limits and time-outs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Template

from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import STATE, Layout
from stack.settings import Settings

__all__ = ["configure"]

SOURCES = Path(__file__).parent
MODULES = Path("/usr/lib/nginx/modules")


class Configuration(Template):
    """nginx writes its variables with a dollar, so ours have an at sign."""

    delimiter = "@"


def configure(layout: Layout, identity: Identity, settings: Settings, port: int) -> Path:
    """Writes what nginx reads, for a gateway at `port`. The Lua goes along: the clone may not be readable for it."""
    if not (MODULES / "ngx_http_lua_module.so").exists():
        raise CommandError("nginx's Lua module is not installed. `make start` installs it.")
    layout.write(layout.conf / "gateway.lua", (SOURCES / "gateway.lua").read_text())
    roles = {
        identity.publishable_key: "anon",
        identity.secret_key: "service_role",
        identity.anon_key: "anon",
        identity.service_role_key: "service_role",
    }
    tokens = {"anon": identity.anon_key, "service_role": identity.service_role_key}
    text = Configuration((SOURCES / "nginx.conf").read_text()).substitute(
        modules=MODULES,
        lua_path=layout.conf,
        listen=f"{settings.listen_address}:{port}",
        rest_port=identity.rest_port,
        auth_port=identity.auth_port,
        edge_port=identity.edge_port,
        key_roles=entries(exactly(roles)),
        role_tokens=entries(tokens),
        bearers=entries(exactly({f"Bearer {key}": f"Bearer {tokens[role]}" for key, role in roles.items()})),
        origins=entries({origin_pattern(origin): "$http_origin" for origin in settings.cors_origins}),
        limits=limits(settings),
        docs=docs(layout, identity),
        mails=layout.folder_of("mails"),
        swagger_ui=STATE / "node_modules" / "swagger-ui-dist",
        jwt_secret=json.dumps(identity.jwt_secret),
    )
    return layout.write(layout.conf / f"nginx-{port}.conf", text)


def docs(layout: Layout, identity: Identity) -> Path:
    """The pages about the API, copied to where nginx may read them, and the key that they ask with."""
    folder = layout.folder_of("docs")
    for file in (SOURCES / "docs").iterdir():
        layout.write(folder / file.name, file.read_text(encoding="utf-8"))
    layout.write(folder / "key.js", f"export default {json.dumps(identity.publishable_key)}\n")
    return folder


def entries(pairs: dict[str, str]) -> str:
    """Lines of an nginx map."""
    return "\n".join(f'    "{name}" "{value}";' for name, value in pairs.items())


def exactly(pairs: dict[str, str]) -> dict[str, str]:
    """The same for keys whose case matters: an nginx map ignores it, except in patterns."""
    return {"~^" + re.escape(text).replace("\\", "\\\\") + "$": value for text, value in pairs.items()}


def origin_pattern(origin: str) -> str:
    """An nginx pattern for exactly this origin; `*` stands for any port, or for one label of the host."""
    pattern = re.escape(origin).replace(r":\*", r"(:[0-9]+)?").replace(r"\*", "[A-Za-z0-9-]+")
    return f"~^{pattern}$".replace("\\", "\\\\")


def limits(settings: Settings) -> str:
    """The limits as a Lua table."""
    functions = ", ".join(f"[{json.dumps(name)}] = true" for name in settings.analytics_functions)
    return (
        f"{{ enabled = {str(settings.rate_limits).lower()}, reads = {settings.reads_per_minute}, "
        f"writes = {settings.writes_per_minute}, analytics = {settings.analytics_per_minute}, "
        f"analytics_functions = {{ {functions} }} }}"
    )
