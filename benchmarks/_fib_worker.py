"""The conversation with a process that does the steps on a word: a line with the step, a line with what it took."""

import json
import sys
from collections.abc import Sequence

from benchmarks._fib_program import Program, ProgramError, Step, Word


class Worker(Program):
    """A process of this project's Python; it says "ready" when its table is full, and ends when its input does."""

    def do(self, step: Step) -> Word:
        """Give the word, and return the answer."""
        process = self._process
        if process is None or process.stdin is None:
            raise ProgramError("it does not run")
        try:
            process.stdin.write(f"{step.value}\n".encode("ascii"))
            process.stdin.flush()
        except BrokenPipeError as error:
            raise ProgramError(f"{step.value}: {self.words()}") from error
        return self._hear()

    def _call(self, module: str, *arguments: str) -> Word:
        """Start the process and wait until it is ready."""
        file = self.folder / "keys"
        file.write_text("".join(f"{key.hex()}\n" for key in self.routes.keys), encoding="ascii")
        self._run([*self._python(), "-m", module, str(file), *arguments])
        return self._hear()

    def _python(self) -> Sequence[str]:
        """Return how Python is started."""
        return (sys.executable,)

    def _hear(self) -> Word:
        process = self._process
        line = b"" if process is None or process.stdout is None else process.stdout.readline()
        if not line:
            raise ProgramError(self.words())
        told: dict[str, float] = json.loads(line)
        writes = told.get("writes")
        return Word(
            seconds=told.get("seconds"),
            processor=told.get("processor"),
            stall=told.get("stall"),
            writes=None if writes is None else int(writes),
        )
