"""Where one stack keeps its files, and who owns them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from stack.commands import SYSTEM_USER
from stack.identity import Identity
from stack.sources import ROOT

__all__ = ["DEFAULT_PORT_BASE", "PROGRAMS", "STATE", "Layout"]

DEFAULT_PORT_BASE = 54320
# made by stack/install.sh: a folder, or for root a link to one that the unprivileged user can enter
STATE = (ROOT / ".walletbase").resolve()
# not by way of the clone's .venv, which the unprivileged user may not reach
PROGRAMS = STATE / "venv" / "bin"


class Layout:
    """The folders of one stack below STATE. As root they belong to the unprivileged user that runs the parts."""

    def __init__(self, name: str = "local") -> None:
        self.name = name
        self.folder = STATE / name
        self.data = self.folder / "data"
        # what people upload
        self.files = self.folder / "files"
        self.run = self.folder / "run"
        self.logs = self.folder / "logs"
        self.conf = self.folder / "conf"
        self.owner = pwd.getpwnam(SYSTEM_USER) if os.geteuid() == 0 else None

    def make(self) -> None:
        for folder in (self.folder, self.files, self.run, self.logs, self.conf):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._hand_over(folder)

    def folder_of(self, name: str) -> Path:
        """A folder below conf, made where it is missing."""
        folder = self.conf / name
        folder.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(folder)
        return folder

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, path: Path, text: str) -> Path:
        """Writes a file that only the stack's user and root can read, whole or not at all."""
        draft = path.with_name(f".{path.name}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        self._hand_over(draft)
        draft.rename(path)
        return path

    def _hand_over(self, path: Path) -> None:
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Makes a second command on the same stack wait for the first."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @property
    def identity_file(self) -> Path:
        return self.folder / "identity.json"

    @property
    def environment_file(self) -> Path:
        return self.folder / "secrets.env"

    def identity(self, port_base: int | None = None) -> Identity:
        """The identity kept here, or a new one; with another port base when one is given."""
        if self.identity_file.exists():
            kept = Identity.model_validate_json(self.identity_file.read_text())
            return kept.model_copy(update={"port_base": port_base or kept.port_base})
        return Identity(port_base=port_base or DEFAULT_PORT_BASE)

    def keep(self, identity: Identity) -> None:
        self.write(self.identity_file, identity.model_dump_json(indent=2))
        lines = (f"{name}={value}\n" for name, value in identity.environment().items())
        self.write(self.environment_file, "".join(lines))
