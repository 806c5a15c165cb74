"""The list of Debian packages (``setup/debian.txt``) and what of it is on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "debian.txt"

_SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class Purpose(Enum):
    """Why a package is on the list: the name of its section."""

    DEMO = "demo"
    TEST = "test"
    COMPILED = "compiled"
    DAEMONS = "daemons"


@dataclass(frozen=True, slots=True)
class Package:
    """One Debian package and the executables or absolute files that show its presence."""

    name: str
    purpose: Purpose
    evidence: tuple[str, ...]


def read_packages(path: Path = LIST) -> tuple[Package, ...]:
    """Read the list; raise ValueError, naming the line, for a section or a line without meaning."""
    packages: list[Package] = []
    purpose: Purpose | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            purpose = _purpose(" ".join(words), f"{path.name}:{number}")
        elif purpose is None:
            raise ValueError(f"{path.name}:{number}: {words[0]} stands before the first section")
        else:
            packages.append(Package(words[0], purpose, tuple(words[1:])))
    return tuple(packages)


def find_executable(name: str) -> str | None:
    """Return the path of an executable on PATH or in the system's sbin folders, or None."""
    return shutil.which(name, path=search_path())


def search_path() -> str:
    """Return PATH with the system's sbin folders after it, which the PATH of an ordinary user lacks."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS])


def is_present(package: Package) -> bool:
    """Tell whether everything that shows the package is on the machine, however it came there."""
    if not package.evidence:
        return _is_installed(package.name)
    return all(
        Path(item).exists() if item.startswith("/") else find_executable(item) is not None for item in package.evidence
    )


def missing(packages: Iterable[Package], purposes: Iterable[Purpose]) -> tuple[Package, ...]:
    """Return the packages of these purposes that are not on the machine, in the list's order."""
    wanted = frozenset(purposes)
    return tuple(package for package in packages if package.purpose in wanted and not is_present(package))


def _purpose(text: str, place: str) -> Purpose:
    """Return the purpose that a section's heading names."""
    try:
        return Purpose(text.strip("[]"))
    except ValueError:
        raise ValueError(f"{place}: unknown section {text}") from None


def _is_installed(name: str) -> bool:
    """Ask dpkg whether a package is installed."""
    if find_executable("dpkg-query") is None:
        return False
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", name], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() == "installed"
