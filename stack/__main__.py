"""The commands behind `make start`, `stop`, `status`, `logs`, `reset`, `migrate` and `rotate-keys`.

They mean the developer's own stack, unless WALLETBASE_STACK names a throw-away one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from stack.commands import CommandError
from stack.local import NOT_RUNNING, LocalStack, local_stack
from stack.terminal import complain, heading, step, table


def start(stack: LocalStack, _arguments: argparse.Namespace) -> None:
    _identity, was_running = stack.start()
    heading("Walletbase is running already." if was_running else "Walletbase is running.")
    table(stack.description())


def stop(stack: LocalStack, _arguments: argparse.Namespace) -> None:
    step("Stopped." if stack.stop() else "Nothing was running.")


def status(stack: LocalStack, arguments: argparse.Namespace) -> None:
    running = stack.running()
    if running is None:
        raise CommandError(NOT_RUNNING)
    if arguments.output == "env":
        print("".join(f"{name}={value}\n" for name, value in running.environment().items()), end="")
        return
    table(stack.states() | {"": ""} | stack.description())


def logs(stack: LocalStack, arguments: argparse.Namespace) -> None:
    """Follows the logs until it is interrupted."""
    files = {file.stem: file for file in sorted(stack.layout.logs.glob("*.log"))}
    if not files:
        raise CommandError(f"There are no logs yet. {NOT_RUNNING}")
    if arguments.part and arguments.part not in files:
        raise CommandError(f"There is no part {arguments.part}. There are: {', '.join(files)}.")
    chosen = [files[arguments.part]] if arguments.part else files.values()
    subprocess.run(["tail", "-n", "20", "-F", *chosen], check=False)


def reset(stack: LocalStack, arguments: argparse.Namespace) -> None:
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise CommandError("This would delete all local data. To do so without being asked: make reset yes=1")
        if input("Delete all local data: users, books, keys? Type yes: ").strip().lower() != "yes":
            raise CommandError("Nothing was deleted.")
    stack.remove_data()
    step("All local data is deleted.")


def migrate(stack: LocalStack, _arguments: argparse.Namespace) -> None:
    running = stack.running()
    if running is None:
        raise CommandError(NOT_RUNNING)
    stack.push_migrations(running)
    step("All migrations are applied.")


def rotate_keys(stack: LocalStack, _arguments: argparse.Namespace) -> None:
    stack.rotate_keys()
    step("Tokens are signed with a new key. Those of the old one stay good until they expire; nobody is signed out.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in (start, stop, status, logs, reset, migrate, rotate_keys):
        subparser = commands.add_parser(command.__name__.replace("_", "-"))
        subparser.set_defaults(command=command)
        if command is status:
            subparser.add_argument("-o", "--output", choices=["env"], help="print lines for a .env file")
        if command is logs:
            subparser.add_argument("part", nargs="?", help="only of this part")
        if command is reset:
            subparser.add_argument("--yes", action="store_true", help="without asking")
    arguments = parser.parse_args()
    try:
        arguments.command(local_stack(), arguments)
    except CommandError as error:
        complain(str(error))
        return 1
    except PermissionError as error:
        complain(f"{error.filename} belongs to another user. Run make as the one who has started the stack.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
