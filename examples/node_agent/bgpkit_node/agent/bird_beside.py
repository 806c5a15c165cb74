"""No agent beside a BIRD that writes kernel routes: both use protocol 12, and would undo each other's work for ever.

BIRD may be there for other things, and the agent's own routes of an earlier life must not speak against it then. So a
BIRD that runs while the kernel has no routes of the number is remembered as harmless for as long as it lives.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from bgpkit_node.errors import NodeError

_NAMES: Final = frozenset({"bird", "bird6"})
_FILE: Final = "harmless-birds"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_START: Final = 19
"""Place of the start time among the fields of ``stat`` behind the process's name; proc_pid_stat(5)."""


def check_no_bird(run_dir: Path, routes: int, here: os.stat_result, proc: Path = Path("/proc")) -> None:
    """Raise NodeError when the kernel has ``routes`` of our number and a BIRD that may have written them runs here.

    Here is the network namespace whose file is ``here``; a BIRD whose namespace may not be looked at is passed over.
    Only one agent works in ``run_dir``.
    """
    birds = tuple(_birds(proc, here))
    file = run_dir / _FILE
    if not routes:
        _remember(file, birds)
        return
    harmless: frozenset[str] = frozenset()
    with suppress(OSError, UnicodeDecodeError):
        harmless = frozenset(file.read_text(encoding="utf-8").splitlines())
    for bird in birds:
        if bird not in harmless:
            process = bird.partition(" ")[0]
            raise NodeError(
                f"BIRD (process {process}) runs in this network namespace, and the kernel has {routes} routes of "
                "protocol 12 (bird), which is the agent's number too: each would remove the other's routes; "
                "stop BIRD, then start the agent"
            )


def _birds(proc: Path, here: os.stat_result) -> Iterator[str]:
    """Name the BIRD processes of a network namespace, each as no other will ever be named."""
    for comm in proc.glob("[0-9]*/comm"):
        with suppress(OSError):  # it has ended, or is not for us to look at
            if comm.read_text(encoding="utf-8", errors="replace").strip() not in _NAMES:
                continue
            process = comm.parent
            if os.path.samestat((process / "ns" / "net").stat(), here):
                fields = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                yield f"{process.name} {fields[_START]} {_BOOT.read_text(encoding='utf-8').strip()}"


def _remember(file: Path, birds: tuple[str, ...]) -> None:
    try:
        file.write_text("".join(f"{bird}\n" for bird in birds), encoding="utf-8")
    except OSError as error:
        raise NodeError(f"{file}: cannot be written: {error.strerror}") from error
