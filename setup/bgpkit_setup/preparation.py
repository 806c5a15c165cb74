"""The order of set-up: Python packages, Debian packages, daemons for tests, codecs for benchmarks."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bgpkit_setup import apt, daemons, peers
from bgpkit_setup.compiled import Compiled
from bgpkit_setup.environment import Environment
from bgpkit_setup.lock import one_at_a_time
from bgpkit_setup.packages import Purpose, missing, read_packages
from bgpkit_setup.report import SetupError, say

PROJECT = Path(__file__).resolve().parent.parent.parent
DAEMON_CACHE = PROJECT / ".cache" / "daemons"
PEERS = PROJECT / ".cache" / "peers"
COMPILED = Compiled(PROJECT, PROJECT / ".cache" / "compiled")


@dataclass(frozen=True, slots=True)
class Target:
    """What one make target needs: an extra of the project, Debian packages, daemons, and more of its own making."""

    extra: str
    purposes: tuple[Purpose, ...] = ()
    daemons: bool = False
    peers: bool = False
    compiled: bool = False


_TARGETS = {
    "demo": Target("node", (Purpose.DEMO,)),
    "test": Target("dev", (Purpose.DEMO, Purpose.TEST, Purpose.COMPILED), daemons=True),
    "check": Target("dev"),
    "bench": Target("dev", (Purpose.DEMO, Purpose.TEST, Purpose.COMPILED), daemons=True, peers=True, compiled=True),
    "compiled": Target("dev", (Purpose.COMPILED,), compiled=True),
}


def main(arguments: Sequence[str]) -> int:
    """Prepare the checkout for the target named by ``--for``; return the exit status."""
    parser = argparse.ArgumentParser(prog="prepare.py", description="Prepare this checkout for a make target.")
    parser.add_argument("--for", dest="target", required=True, choices=sorted(_TARGETS))
    target = _TARGETS[parser.parse_args(arguments).target]
    try:
        with one_at_a_time(PROJECT / ".cache" / "setup.lock"):
            _prepare(target)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    return 0


def _prepare(target: Target) -> None:
    """Bring what the target needs; raise SetupError for what it cannot do without."""
    packages = read_packages()
    absent = [package.name for package in missing(packages, target.purposes)]
    if absent and not apt.is_root():
        raise SetupError(
            f"these Debian packages are missing: {', '.join(absent)}; install them as root with: "
            f"{apt.install_command(absent)}"
        )
    Environment(PROJECT).ensure(target.extra)
    if absent:
        apt.install(absent)
    if target.daemons:
        daemons.ensure(packages, DAEMON_CACHE)
    if target.peers:
        peers.ensure(PEERS, PROJECT / ".venv" / "bin" / "python")
    if target.compiled:
        COMPILED.ensure(PROJECT / ".venv" / "bin" / "python")
