"""Running ``bgpkit-node`` as its user does: the real executable in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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


def applied(datastore: Path, text: str, *options: str) -> Answer:
    """Apply resources, which has to succeed."""
    answer = bgpkit_node("apply", "-f", "-", *options, given=text, datastore=datastore)
    assert answer.status == 0, answer
    return answer


def document(kind: str, name: str, spec: str, *, labels: str = "") -> str:
    """Return a resource as YAML; ``spec`` and ``labels`` are YAML in one line."""
    metadata = f"{{name: {name}, labels: {labels}}}" if labels else f"{{name: {name}}}"
    return f"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {metadata}\nspec: {spec}\n"


def documents(*each: str) -> str:
    """Join documents to one text."""
    return "---\n".join(each)
