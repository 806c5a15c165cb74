"""Daemons that only tests start: unpacked into the project's cache, beside the machine's own packages."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bgpkit_setup import apt
from bgpkit_setup.packages import Package, Purpose, find_executable, is_present
from bgpkit_setup.report import SetupError, say

_DONE = ".complete"
_LIBRARY_FOLDERS = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib/*-linux-gnu*/frr")
_PROGRAM_FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")


@dataclass(frozen=True, slots=True)
class Program:
    """An executable and the folders of libraries to be put on LD_LIBRARY_PATH for it, if any."""

    path: Path
    libraries: tuple[Path, ...] = ()

    def argv(self, *arguments: str) -> list[str]:
        """Return the command line that runs the program with its libraries; it keeps the process id."""
        command = [str(self.path), *arguments]
        if not self.libraries:
            return command
        return ["env", f"LD_LIBRARY_PATH={os.pathsep.join(map(str, self.libraries))}", *command]


def find_program(package: Package, item: str, cache: Path) -> Program | None:
    """Find one of a package's executables, named as in the list: on the machine, else in the cache."""
    if is_present(package):
        found = item if item.startswith("/") else find_executable(item)
        return None if found is None else Program(Path(found))
    root = unpacked(package, cache)
    if root is None:
        return None
    places = [item.lstrip("/")] if item.startswith("/") else [f"{folder}/{item}" for folder in _PROGRAM_FOLDERS]
    libraries = tuple(sorted(path for pattern in _LIBRARY_FOLDERS for path in root.glob(pattern)))
    return next((Program(root / place, libraries) for place in places if (root / place).exists()), None)


def unpacked(package: Package, cache: Path) -> Path | None:
    """Return the folder in which a package stands unpacked and complete, or None."""
    return next((done.parent for done in sorted(cache.glob(f"{package.name}-*/{_DONE}"))), None)


def ensure(packages: Iterable[Package], cache: Path) -> tuple[Package, ...]:
    """Make sure that the daemons can be started; return those that cannot be had, having said why."""
    failed: list[Package] = []
    for package in packages:
        if package.purpose is not Purpose.DAEMONS or is_present(package) or unpacked(package, cache):
            continue
        try:
            _obtain(package, cache)
        except SetupError as error:
            say(f"the tests with {package.name} cannot run: {error}")
            failed.append(package)
    return tuple(failed)


def _obtain(package: Package, cache: Path) -> None:
    """Unpack a daemon, or as root install it without starting it where unpacking does not do."""
    try:
        _unpack(package, cache)
    except SetupError as error:
        if not apt.is_root():
            raise
        say(f"{error}; installing {package.name} instead, not started and not enabled")
        apt.install_unstarted([package.name])
        if not is_present(package):
            raise SetupError(f"{package.name} does not bring {', '.join(package.evidence)}.") from error


def _unpack(package: Package, cache: Path) -> None:
    """Download a package and what it needs and the machine lacks, unpack it and prove that it can be loaded."""
    versions = apt.closure(package.name)
    if package.name not in versions:
        raise SetupError(f"{package.name} is installed, but {', '.join(package.evidence)} is not there")
    say(f"unpacking {package.name} {versions[package.name]} for the tests into {cache.name}/")
    cache.mkdir(parents=True, exist_ok=True)
    final = cache / f"{package.name}-{versions[package.name].replace(':', '_')}"
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=cache) as work:
        archives, root = Path(work) / "archives", Path(work) / "root"
        archives.mkdir()
        root.mkdir()
        apt.unpack(list(versions), archives, root)
        if final.exists():
            shutil.rmtree(final)
        root.rename(final)
    (final / _DONE).write_text("\n".join(f"{name} {version}" for name, version in versions.items()), encoding="utf-8")
    for item in package.evidence:
        _check_loading(package, item, cache)


def _check_loading(package: Package, item: str, cache: Path) -> None:
    """Ask the loader whether an unpacked executable finds all its libraries; drop the folder if not."""
    program = find_program(package, item, cache)
    ldd = find_executable("ldd")
    if program is not None and ldd is not None:
        command = [*Program(Path(ldd), program.libraries).argv(), str(program.path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        lacking = [line.strip() for line in (answer.stdout + answer.stderr).splitlines() if "not found" in line]
        if not lacking:
            return
        reason = f"{item} lacks a library: {lacking[0]}"
    else:
        reason = f"the package does not bring {item}"
    folder = unpacked(package, cache)
    if folder is not None:
        shutil.rmtree(folder)
    raise SetupError(f"{package.name} cannot be run unpacked, {reason}")
