"""The command ``bgpkit``: its words, and the one place where errors become sentences."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Protocol, TextIO

from bgpkit.command import bfd, decode, explain, fib, peers, reflect, routes, run, status, watch
from bgpkit.command.errors import UsageError

_COMMANDS = {
    "run": run,
    "status": status,
    "peers": peers,
    "routes": routes,
    "explain": explain,
    "watch": watch,
    "fib": fib,
    "reflect": reflect,
    "bfd": bfd,
    "decode": decode,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with the words of ``argv``, else with those it was called with; return the exit status.

    0: done; 1: the input is at fault; 2: the words are; 130: interrupted. No exception leaves it.
    """
    _give_somewhere_to_write()
    _take_any_character(sys.stdout)
    try:
        status = _run(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _write_no_more()  # whoever read our words has read enough
        return 0
    except OSError as error:
        print(f"bgpkit: the output cannot be written: {error.strerror or error}", file=sys.stderr)
        _write_no_more()
        return 1
    return status


def _write_no_more() -> None:
    """Let the interpreter not find the same fault of standard output again when it ends."""
    with suppress(io.UnsupportedOperation):  # what is no file holds nothing back
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _give_somewhere_to_write() -> None:
    """Whoever has closed standard output wants no words: they go nowhere."""
    if not hasattr(sys.stdout, "write"):
        sys.stdout = io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8")


def _take_any_character(stream: TextIO) -> None:
    """Let a stream write what its encoding lacks as an escape."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class _Parser(argparse.ArgumentParser):
    """Says when its help cannot be written, over which argparse passes in silence."""

    def _print_message(self, message: str, file: _Writable | None = None) -> None:
        if file is not None and file is sys.stdout:
            file.write(message)
        else:
            super()._print_message(message, file)


def _run(argv: Sequence[str] | None) -> int:
    parser = _Parser(prog="bgpkit", description="Tools round the BGP-4 speaker bgpkit.")
    parser.add_argument("--version", action="version", version=f"bgpkit {version('bgpkit')}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, command in _COMMANDS.items():
        command.configure(commands.add_parser(name, help=command.SUMMARY))
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    if "run" not in arguments:
        parser.print_help()
        return 0
    try:
        status: int = arguments.run(arguments)
    except UsageError as error:
        print(f"bgpkit: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
