"""A clock of its own for a process that a test starts: set at will, while nothing on the machine changes."""

import subprocess
from pathlib import Path
from typing import Final

from tests.support.skips import require_package

SOURCE: Final = Path(__file__).with_name("own_clock.c")


class OwnClock:
    """The time of day of one process; its timers (the monotonic clock) are not touched."""

    def __init__(self, library: Path, file: Path) -> None:
        """Take the library of :func:`built_library` and a file to say in how fast the clock is."""
        self._file = file
        self.environment = [f"LD_PRELOAD={library}", f"OWN_CLOCK={file}"]
        """What the process has in its environment."""
        file.write_bytes(bytes(8))

    def put(self, seconds: int) -> None:
        """Let the clock be so many seconds fast, from now on."""
        with self._file.open("r+b") as file:  # the process looks into these octets: they stay where they are
            file.write(seconds.to_bytes(8, "little", signed=True))


def built_library(folder: Path) -> Path:
    """Compile what is loaded into processes; the test is skipped where there is no compiler."""
    for name in ("gcc", "libc6-dev"):
        require_package(name)
    library = folder / "own_clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE)], check=True, timeout=60)
    return library
