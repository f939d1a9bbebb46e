"""The supervisor of one stack's processes: started, asked, told, and cleaned up after."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import PROGRAMS, Layout
from stack.parts import Part

__all__ = ["Supervisor", "end_leftovers", "ports_taken"]

HEAD = """
[supervisord]
logfile = {logs}/supervisor.log
logfile_maxbytes = 5MB
logfile_backups = 1
pidfile = {run}/supervisor.pid
directory = {run}
# the stack's own folder is the home of its parts, so that none reads or writes a developer's
environment = HOME="{run}",PATH="/usr/bin:/bin:/usr/sbin:/sbin",LANG="C.UTF-8",PYTHONUNBUFFERED="1"{measured}

[inet_http_server]
port = 127.0.0.1:{port}
username = walletbase
password = {password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

# the order of starting is the controller's, who knows when a part is ready for the next
PROGRAM = """
[program:{name}]
command = {command}
autostart = false
autorestart = true
startsecs = 1
startretries = 30
stopsignal = {stop_signal}
stopwaitsecs = 60
killasgroup = true
redirect_stderr = true
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 2
"""

ALREADY_STARTED = 60
MEASURED = ("COVERAGE_PROCESS_START", "COVERAGE_FILE")


class Supervisor:
    def __init__(self, layout: Layout, identity: Identity) -> None:
        self._layout = layout
        self._identity = identity
        address = f"http://walletbase:{identity.supervisor_password}@127.0.0.1:{identity.supervisor_port}/RPC2"
        self._remote: Any = xmlrpc.client.ServerProxy(address).supervisor

    def is_running(self) -> bool:
        try:
            return bool(self._remote.getState()["statename"] == "RUNNING")
        except (OSError, xmlrpc.client.Error):
            return False

    def launch(self, parts: list[Part]) -> None:
        """Starts the supervisor in the background; as root, as the stack's own user."""
        values = {"logs": self._layout.logs, "run": self._layout.run}
        # what the parts execute is measured where that of whoever starts them is
        measured = ",".join(["", *(f'{name}="{os.environ[name]}"' for name in MEASURED if name in os.environ)])
        head = {"port": self._identity.supervisor_port, "password": self._identity.supervisor_password}
        text = HEAD.format(measured=measured.rstrip(","), **head, **values)
        for part in parts:
            command = shlex.join(self._command(part)).replace("%", "%%")
            text += PROGRAM.format(name=part.name, command=command, stop_signal=part.stop_signal, **values)
        configuration = self._layout.write(self._layout.conf / "supervisord.conf", text)
        owner = self._layout.owner
        subprocess.run(
            [PROGRAMS / "supervisord", "-c", configuration],
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            cwd=self._layout.run,
            env={"PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            check=True,
        )
        deadline = time.monotonic() + 20
        while not self.is_running():
            if time.monotonic() > deadline:
                raise CommandError(f"The supervisor does not answer. See {self._layout.logs}/supervisor.log.")
            time.sleep(0.05)

    def _command(self, part: Part) -> list[str]:
        """A part's command with its environment, which is read from a file: a command line can be seen by anybody."""
        lines = (f"{name}={shlex.quote(value)}\n" for name, value in part.environment.items())
        file = self._layout.write(self._layout.conf / f"{part.name}.env", "".join(lines))
        return ["/bin/sh", "-c", 'set -a; . "$0"; exec "$@"', str(file), *map(str, part.command)]

    def states(self) -> dict[str, str]:
        return {part["name"]: part["statename"] for part in self._remote.getAllProcessInfo()}

    def idle(self) -> set[str]:
        """The parts that have no process."""
        return {name for name, state in self.states().items() if state not in ("STARTING", "RUNNING", "STOPPING")}

    def start(self, *names: str) -> None:
        """Starts the parts that do not run yet."""
        for name in names:
            try:
                self._remote.startProcess(name, False)
                self._await_birth(name)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode != ALREADY_STARTED:
                    raise CommandError(f"{name} does not start: {fault.faultString}") from fault

    def _await_birth(self, name: str) -> None:
        """Until it executes its own program it is a copy of the supervisor, and told to stop, it would overhear that."""
        supervisor = supervisor_process(self._layout)
        with suppress(psutil.NoSuchProcess):
            part = psutil.Process(self._remote.getProcessInfo(name)["pid"])
            while supervisor and part.cmdline() == supervisor.cmdline():
                time.sleep(0.005)

    def restart(self, part: Part) -> None:
        """Stops a part that runs and starts it with the environment that it has now."""
        self._command(part)
        self._remote.stopProcess(part.name, True)
        self.start(part.name)

    def stop(self, name: str) -> None:
        """Stops a part, and waits until it has ended."""
        self._remote.stopProcess(name)

    def shut_down(self) -> None:
        """Stops every part, the database last, then the supervisor, and waits until they are gone."""
        process = supervisor_process(self._layout)
        # at once, while shutdown alone would take one after the other; but what the worker was at, it hands back to the database
        others = self.states().keys() - {"database"}
        for name in others:
            # it may have ended by itself
            with suppress(xmlrpc.client.Fault):
                self._remote.stopProcess(name, False)
        while others - self.idle():
            time.sleep(0.05)
        self._remote.stopAllProcesses()
        self._remote.shutdown()
        if process:
            with suppress(psutil.NoSuchProcess):
                process.wait(timeout=120)


def supervisor_process(layout: Layout) -> psutil.Process | None:
    try:
        return psutil.Process(int((layout.run / "supervisor.pid").read_text()))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def end_leftovers(layout: Layout) -> bool:
    """Ends what a killed supervisor left running. Returns whether there was anything.

    A part is known by what survives its supervisor: it works in one of this stack's folders, and has no terminal as a
    developer's shell there would have.
    """
    leftovers = [process for process in psutil.process_iter() if _belongs(process, layout)]
    for process in leftovers:
        with suppress(psutil.NoSuchProcess):
            # what a shutdown by INT means to Postgres, every other part takes as an end, too
            process.send_signal(signal.SIGINT)
    _gone, alive = psutil.wait_procs(leftovers, timeout=30)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=10)
    return bool(leftovers)


def _belongs(process: psutil.Process, layout: Layout) -> bool:
    try:
        in_folder = Path(process.cwd()) in (layout.run, layout.data)
        return in_folder and process.pid != os.getpid() and process.terminal() is None
    except (psutil.Error, OSError):
        return False


def ports_taken(identity: Identity, parts: Collection[str] | None = None) -> list[str]:
    """Sentences about ports that something else holds; only those of some parts, if any are given."""
    listening: dict[int, int | None] = {}
    connected: dict[int, int | None] = {}
    for connection in psutil.net_connections("tcp"):
        if connection.laddr:
            ports = listening if connection.status == psutil.CONN_LISTEN else connected
            ports[connection.laddr.port] = connection.pid
    return [
        f"Port {port} ({part}) is taken by {_describe({**connected, **listening}.get(port), port)}."
        for port, part in identity.ports.items()
        if (parts is None or part in parts) and (port in listening or not _can_be_bound(port))
    ]


def _can_be_bound(port: int) -> bool:
    """Whether a server can have the port. The near end of somebody's connection to elsewhere holds one, too."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _describe(pid: int | None, port: int) -> str:
    if pid is None:
        return f"another user's process (`sudo ss -tanp sport = :{port}` names it)"
    try:
        process = psutil.Process(pid)
        return f"process {pid}, {' '.join(process.cmdline())[:80].strip()}, in {process.cwd()}"
    except psutil.Error:
        return f"process {pid}"
