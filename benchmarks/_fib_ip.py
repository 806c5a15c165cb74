"""`ip -batch` of iproute2, with the files written beforehand."""

import subprocess
from collections.abc import Iterable

from benchmarks._fib_place import NAME, ip
from benchmarks._fib_program import Program, ProgramError, Step, Word, children_processor
from benchmarks._fib_routes import MOVED, gateway


class IpBatch(Program):
    """A process for each step; nothing keeps a table, so that nothing is restarted."""

    steps = tuple(step for step in Step if step is not Step.ADOPT)

    @classmethod
    def lacks(cls) -> str:
        """Return nothing: without `ip` there would be no namespace."""
        return ""

    def start(self, *, again: bool) -> None:
        """Have nothing to start."""

    def prepare(self, step: Step) -> None:
        """Write the file of a step."""
        every = range(len(self.routes.keys))
        match step:
            case Step.ADD:
                rows = self._rows("add", every)
            case Step.REPLACE:
                rows = self._rows("replace", every, shifted=True)
            case Step.MOVE:
                rows = self._rows("replace", self.routes.with_next_hop(MOVED, shifted=True), shifted=True, moved=True)
            case Step.DELETE:
                rows = [f"route del {text} proto {self.protocol}\n" for text in self.routes.texts]
            case Step.ADOPT | Step.DUMP:
                rows = ()
        (self.folder / step.value).write_text("".join(rows), encoding="ascii")

    def do(self, step: Step) -> Word:
        """Run `ip` to its end."""
        words = ["-batch", str(self.folder / step.value)]
        if step is Step.DUMP:
            words = ["route", "show", "proto", self.protocol]
        before = children_processor()
        answer = subprocess.run([ip(), "-n", NAME, *words], stdout=subprocess.DEVNULL, stderr=self._log, check=False)
        if answer.returncode != 0:
            raise ProgramError(f"{step.value}: status {answer.returncode}: {self.words()}")
        return Word(processor=children_processor() - before)

    def _rows(self, verb: str, places: Iterable[int], *, shifted: bool = False, moved: bool = False) -> Iterable[str]:
        for place in places:
            number = self.routes.next_hop_of(place, shifted=shifted)
            way = gateway(number, moved=moved and number == MOVED)
            yield f"route {verb} {self.routes.texts[place]} via {way} proto {self.protocol}\n"
