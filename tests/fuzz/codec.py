"""The fuzz target: ``python -m tests.fuzz.codec [-max_total_time=SECONDS] [OPTION OF LIBFUZZER ...] [FOLDER]``.

Atheris drives it, by the coverage that each input finds; where there is no atheris, inputs of the corpus are changed
blindly. What is found is kept in the folder, ``.cache/fuzz`` without one; an input that breaks a law is printed.
"""

import importlib
import importlib.util
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from tests.fuzz.corpus import entries, unpack
from tests.support.sources import PROJECT

_INSTRUMENTED: Final = ["bgpkit", "bgpkit_fsm", "bgpkit_rib"]
_NAME: Final = "tests.fuzz.codec"
_TIME: Final = "-max_total_time="
_SECONDS: Final = 60.0
_FOLDER: Final = PROJECT / ".cache" / "fuzz"


def main(arguments: Sequence[str]) -> int:
    """Fuzz; return the exit status: 0 when all laws hold. An input that breaks one raises what it breaks."""
    folders = [each for each in arguments if not each.startswith("-")]
    options = [each for each in arguments if each.startswith("-")]
    atheris = find_atheris()
    if atheris is None:
        print("there is no atheris: inputs are changed blindly", file=sys.stderr)
        return blindly(_seconds(options))
    folder = Path(folders[0]) if folders else _FOLDER
    if not any(each.startswith("-merge") for each in options):
        unpack(folder)
    guided(atheris, [*options, str(folder), *folders[1:]])
    return 0


def find_atheris() -> ModuleType | None:
    """Return atheris, or None where it is not installed."""
    return importlib.import_module("atheris") if importlib.util.find_spec("atheris") else None


def guided(atheris: ModuleType, arguments: Sequence[str]) -> None:
    """Let atheris think up inputs until its time is over: it then ends the process."""
    with atheris.instrument_imports(include=_INSTRUMENTED):
        run = _laws()

    def target(data: bytes) -> None:
        run(data)

    # What libFuzzer runs again, in a shell, to merge folders.
    itself = f"{sys.executable} -m {_NAME}"
    atheris.Setup([itself, *arguments], target)
    atheris.Fuzz()


def blindly(seconds: float, seed: int | None = None) -> int:
    """Change inputs of the corpus at random for so long, and return 0; an input that breaks a law is printed."""
    run, rng, seeds = _laws(), random.Random(seed), entries()
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = changed(rng.choice(seeds), rng)
        try:
            run(data)
        except BaseException:
            print(f"broken by {data.hex()}", file=sys.stderr)
            raise
        count += 1
    print(f"{count} inputs, and all laws hold")
    return 0


def changed(data: bytes, rng: random.Random) -> bytes:
    """Return octets with one to four places changed, taken out or put in."""
    octets = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(octets))
        octets[place : place + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
    return bytes(octets)


def _laws() -> Callable[[bytes], str]:
    """Return the function under test; it is imported when what is to be instrumented is known."""
    from tests.fuzz.laws import run

    return run


def _seconds(options: Sequence[str]) -> float:
    return next((float(each.removeprefix(_TIME)) for each in options if each.startswith(_TIME)), _SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
