"""What the commands of the Makefile tell people, and what they leave alone."""

from __future__ import annotations

import os
import pty
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from stack import coverage, demo, settings, trial
from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import Layout
from stack.local import LocalStack
from stack.postgres import wait_until_ready
from stack.settings import Settings
from stack.sources import ROOT
from stack.supervision import Supervisor, ports_taken


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command on the throw-away stack, with nobody there to answer."""
    return subprocess.run(
        [sys.executable, "-m", "stack", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("main", [coverage.main, trial.main])
def test_long_commands_say_what_they_do_before_they_do_it(
    main: Callable[[], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["", "--help"])
    assert main() == 0
    assert capsys.readouterr().out.count("python -m stack.") > 1


@pytest.mark.usefixtures("stack")
def test_start_of_a_running_stack_says_so() -> None:
    done = command("start")
    assert done.returncode == 0
    assert "is running already" in done.stdout


def test_status_shows_each_part_and_where_to_find_it(stack: LocalStack, env: dict[str, str]) -> None:
    output = command("status").stdout
    for part in ("auth", "database", "edge_api", "gateway", "mail", "pooler", "rest"):
        assert f"{part} " in output
    assert env["SUPABASE_URL"] in output
    assert env["SUPABASE_PUBLISHABLE_KEY"] in output
    assert stack.layout.identity().demo_password in output


@pytest.mark.usefixtures("stack")
def test_status_prints_lines_for_an_env_file(env: dict[str, str]) -> None:
    lines = dict(line.split("=", 1) for line in command("status", "-o", "env").stdout.splitlines())
    assert {name: env[name] for name in lines} == lines
    assert lines.keys() >= {"SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_DB_URL"}


@pytest.mark.usefixtures("stack")
def test_output_that_is_no_terminal_has_no_colours() -> None:
    assert "\033" not in command("start").stdout + command("reset").stderr


def test_reset_asks_and_keeps_everything_without_an_answer(stack: LocalStack) -> None:
    done = command("reset")
    assert done.returncode == 1
    assert "make reset yes=1" in done.stderr
    assert stack.running()


def test_reset_keeps_the_ports_and_nothing_else() -> None:
    layout = Layout(f"test-{trial.free_port_base()}")
    layout.make()
    try:
        layout.keep(Identity(port_base=31_000))
        before = layout.identity()
        LocalStack(layout, Settings()).remove_data()
        after = layout.identity()
    finally:
        layout.remove()
    assert after.port_base == 31_000
    assert after.secret_key != before.secret_key


@pytest.mark.usefixtures("stack")
def test_logs_of_an_unknown_part_name_what_there_is() -> None:
    done = command("logs", "kitchen")
    assert done.returncode == 1
    assert "database" in done.stderr


@pytest.mark.usefixtures("stack")
def test_logs_are_followed_until_interrupted(stack: LocalStack) -> None:
    log = stack.layout.logs / "gateway.log"
    # what starts the tests may ignore an interruption, and what it starts inherits that
    program = ["env", "--default-signal=INT", sys.executable, "-m", "stack", "logs", "gateway"]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0) as following:
        assert following.stdout
        line = f"seen {os.getpid()}\n"
        with log.open("a") as file:
            file.write(line)
        assert any(each == line for each in following.stdout)
        # as a terminal does, to all that it has started
        os.killpg(following.pid, signal.SIGINT)
        assert following.wait(10) == 130


@pytest.mark.usefixtures("stack")
def test_migrate_applies_what_is_missing() -> None:
    done = command("migrate")
    assert (done.returncode, "All migrations are applied." in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("stop", 0, "Nothing was running."),
        ("status", 1, "Nothing is running here. `make start` starts it."),
        ("migrate", 1, "Nothing is running here. `make start` starts it."),
        ("logs", 1, "There are no logs yet. Nothing is running here. `make start` starts it."),
        ("rotate-keys", 1, "Nothing is running here. `make start` starts it."),
        ("reset --yes", 0, "All local data is deleted."),
    ],
)
def test_command_where_nothing_runs_says_so(
    monkeypatch: pytest.MonkeyPatch, line: str, code: int, sentence: str
) -> None:
    layout = Layout(f"test-{trial.free_port_base()}")
    monkeypatch.setenv("WALLETBASE_STACK", layout.name)
    done = command(*line.split())
    layout.remove()
    assert (done.returncode, sentence in done.stdout + done.stderr) == (code, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT_BASE", "80"), ("WALLETBASE_READS_PER_MINUTE", "many"), ("WALLETBASE_CORS_ORIGINS", "http://localhost")],
)
@pytest.mark.parametrize("module", ["stack", "stack.console"])
def test_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, module: str, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    line = [sys.executable, "-m", module, *(["status"] if module == "stack" else [])]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert name.removeprefix("WALLETBASE_").lower() in done.stderr.lower() and ".env" in done.stderr


def test_setting_that_is_mistyped_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    lines = "WALLETBASE_READS_PER_MINUTE=100\nwalletbase_rate_limits=on\nGOTRUE_SITE_URL=x\nOTHER=y\n"
    (tmp_path / ".env").write_text(lines)
    settings.read_settings()
    (tmp_path / ".env").write_text(lines + "WALLETBASE_RATE_LIMIT=off\n")
    with pytest.raises(CommandError, match=r"^WALLETBASE_RATE_LIMIT in \.env: there is no such setting\.\n"):
        settings.read_settings()


@pytest.mark.parametrize(("answer", "kept"), [("no", True), ("yes", False)])
def test_reset_does_what_is_answered(monkeypatch: pytest.MonkeyPatch, answer: str, kept: bool) -> None:
    layout = Layout(f"test-{trial.free_port_base()}")
    monkeypatch.setenv("WALLETBASE_STACK", layout.name)
    layout.make()
    try:
        layout.keep(Identity(port_base=31_000))
        before = layout.identity()
        keyboard, terminal = pty.openpty()
        os.write(keyboard, f"{answer}\n".encode())
        done = subprocess.run([sys.executable, "-m", "stack", "reset"], cwd=ROOT, stdin=terminal, check=False)
        assert (done.returncode, layout.identity() == before) == ((1, True) if kept else (0, False))
    finally:
        layout.remove()


def test_demo_user_has_a_book_of_three_years(env: dict[str, str]) -> None:
    with psycopg.connect(env["SUPABASE_DB_URL"]) as connection:
        found = connection.execute(
            """
            select count(*), max(t.booked_on) - min(t.booked_on) as days
            from public.transactions as t
            inner join public.profiles as p on p.default_book_id = t.book_id
            inner join auth.users as u on u.id = p.id
            where u.email = %s
            """,
            [demo.EMAIL],
        ).fetchone()
    assert found
    assert found[0] > 1000
    assert found[1] > 3 * 360


def test_taken_port_is_named_with_its_holder() -> None:
    base = trial.free_port_base()
    stack = LocalStack(Layout(f"test-{base}"), Settings(port_base=base))
    with socket.socket() as other:
        other.bind(("127.0.0.1", base + 4))
        other.listen()
        try:
            with pytest.raises(CommandError) as refused:
                stack.start()
        finally:
            stack.remove()
    message = str(refused.value)
    assert f"Port {base + 4} (mail)" in message
    assert f"process {os.getpid()}" in message
    assert "PORT_BASE=" in message


def test_port_taken_by_a_connection_is_named_too() -> None:
    """Its near end listens nowhere, and still no server can have its port."""
    base = trial.free_port_base()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere, socket.socket() as other:
        other.bind(("127.0.0.1", base + 2))
        other.connect(elsewhere.getsockname())
        (sentence,) = ports_taken(Identity.model_construct(port_base=base))
    assert f"Port {base + 2} (database) is taken by process {os.getpid()}" in sentence


def test_part_that_is_not_there_does_not_start(stack: LocalStack) -> None:
    with pytest.raises(CommandError, match="kitchen does not start: BAD_NAME"):
        Supervisor(stack.layout, stack.layout.identity()).start("kitchen")


def test_database_that_does_not_answer_is_not_waited_for_forever() -> None:
    with pytest.raises(CommandError, match="The database does not answer"):
        wait_until_ready(Identity(port_base=trial.free_port_base()), seconds=0.2)


def test_every_part_listens_on_loopback_alone(stack: LocalStack) -> None:
    ports = stack.layout.identity().ports
    listening = {
        connection.laddr.port: connection.laddr.ip
        for connection in psutil.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port in ports
    }
    assert listening == dict.fromkeys(ports, "127.0.0.1")


def test_nothing_runs_as_root(stack: LocalStack) -> None:
    supervisor = psutil.Process(int((stack.layout.run / "supervisor.pid").read_text()))
    assert all(process.uids().effective != 0 for process in [supervisor, *supervisor.children(recursive=True)])


def test_secrets_are_for_their_owner_alone(stack: LocalStack) -> None:
    folder = stack.layout.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    written = (path for path in stack.layout.conf.iterdir() if path.is_file())
    secrets: list[Path] = [stack.layout.identity_file, stack.layout.environment_file, *written]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}


def test_no_secret_is_on_a_command_line_or_in_a_log(stack: LocalStack) -> None:
    identity = stack.layout.identity()
    secrets = {
        identity.jwt_secret,
        identity.secret_key,
        identity.superuser_password,
        identity.postgres_password,
        identity.authenticator_password,
        identity.auth_admin_password,
        identity.signing_key["d"],
    }
    supervisor = psutil.Process(int((stack.layout.run / "supervisor.pid").read_text()))
    lines = [" ".join(process.cmdline()) for process in supervisor.children(recursive=True)]
    logs = [path.read_text(errors="replace") for path in stack.layout.logs.glob("*.log")]
    assert not [secret for secret in secrets if any(secret in text for text in lines + logs)]
