"""Running ``bgpkit-node`` as its user does: the real executable in a process of its own, or, faster, in this one."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest import mock

import structlog

from bgpkit_node.command.main import main

PROGRAM: Final = (sys.executable, "-m", "bgpkit_node.command.main")
PATIENCE: Final = 90.0


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    def assert_refused(self, *sentences: str, status: int = 1) -> None:
        """Fail unless the command said exactly these sentences, or lines that hold them, and nothing else."""
        lines = self.err.splitlines()
        assert (self.status, self.out) == (status, ""), self
        assert len(lines) == len(sentences), self
        for line, sentence in zip(lines, sentences, strict=True):
            assert line.startswith("bgpkit-node: "), self
            assert sentence in line, self


def bgpkit_node(
    *words: str | Path,
    given: str = "",
    datastore: Path | None = None,
    prefix: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Answer:
    """Run the command with ``words``; ``prefix`` is a command line that runs it, ``given`` is its standard input."""
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("BGPKIT_NODE")}
    if datastore is not None:
        surroundings["BGPKIT_NODE_DATASTORE"] = str(datastore)
    answer = subprocess.run(
        [*prefix, *PROGRAM, *map(str, words)],
        input=given,
        env={**surroundings, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in answer.stderr, answer.stderr
    return Answer(answer.returncode, answer.stdout, answer.stderr)


def asked(
    *words: str | Path,
    given: str = "",
    datastore: Path | None = None,
    program: str = "bgpkit-node",
    environment: Mapping[str, str] | None = None,
) -> Answer:
    """Run the command with ``words`` in this process, which takes no time to start; ``program`` is its name."""
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("BGPKIT_NODE")}
    if datastore is not None:
        surroundings["BGPKIT_NODE_DATASTORE"] = str(datastore)
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    typed = io.TextIOWrapper(io.BytesIO(given.encode()), "utf-8")

    def run() -> int:
        """Return the exit code."""
        try:
            main()
        except SystemExit as exit_code:
            return int(exit_code.code or 0)
        return 0

    with (
        mock.patch.dict(os.environ, {**surroundings, **(environment or {})}, clear=True),
        mock.patch.object(sys, "argv", [program, *map(str, words)]),
        mock.patch.object(sys, "stdin", typed),
        redirect_stdout(out),
        redirect_stderr(err),
        ThreadPoolExecutor(1) as thread,  # the caller may have an event loop of its own
    ):
        logged = structlog.get_config()
        try:
            status = thread.submit(run).result()
        finally:
            structlog.configure(**logged)
    return Answer(status, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    """Return all that was written to ``stream``."""
    stream.seek(0)
    return stream.read()


def applied(datastore: Path, text: str, *options: str) -> Answer:
    """Apply resources, which has to succeed."""
    answer = asked("apply", "-f", "-", *options, given=text, datastore=datastore)
    assert answer.status == 0, answer
    return answer


def document(kind: str, name: str, spec: str, *, labels: str = "") -> str:
    """Return a resource as YAML; ``spec`` and ``labels`` are YAML in one line."""
    metadata = f"{{name: {name}, labels: {labels}}}" if labels else f"{{name: {name}}}"
    return f"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {metadata}\nspec: {spec}\n"


def documents(*each: str) -> str:
    """Join documents to one text."""
    return "---\n".join(each)
