"""The codecs that benchmarks measure beside ours, in a virtual environment of their own: they bring much with them."""

import hashlib
import shutil
import sys
from pathlib import Path

from bgpkit_setup.quietly import run_pip
from bgpkit_setup.report import SetupError, say

LIST = Path(__file__).resolve().parent.parent / "peers.txt"

_STAMP = "installed"


def ensure(folder: Path, installer: Path, requirements: Path = LIST) -> bool:
    """Make sure that an environment holds what a list of requirements names; tell whether it does, or say why not.

    ``installer`` is a Python that has pip; the environment has none of its own. A stamp keyed by the list, the
    interpreter and the folder makes the second call cheap; after an interruption or a failure there is no stamp, and
    the next call starts anew.
    """
    key = _key(folder, requirements)
    if (folder / "bin" / "python").exists() and _stamp(folder) == key:
        return True
    names = ", ".join(read_names(requirements))
    say(f"installing {names} beside the project, for the benchmarks")
    try:
        _install(folder, installer, requirements)
    except SetupError as error:
        say(f"the benchmarks run without {names}: {error}")
        shutil.rmtree(folder, ignore_errors=True)
        return False
    (folder / _STAMP).write_text(key, encoding="ascii")
    return True


def read_names(requirements: Path = LIST) -> tuple[str, ...]:
    """Return the requirements of a list as they are written, in order."""
    lines = (line.partition("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line)


def _key(folder: Path, requirements: Path) -> str:
    """Return what the installed state depends on, as one digest."""
    digest = hashlib.sha256(requirements.read_bytes())
    digest.update(f"{sys.base_prefix}\0{sys.version}\0{folder}".encode())
    return digest.hexdigest()


def _stamp(folder: Path) -> str:
    try:
        return (folder / _STAMP).read_text(encoding="ascii")
    except OSError:
        return ""


def _install(folder: Path, installer: Path, requirements: Path) -> None:
    """Make the environment anew and fill it; raise SetupError in one sentence."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    run_pip(environment, "their virtual environment could not be made", _last_line)
    pip = [str(installer), "-m", "pip", "--python", str(folder / "bin" / "python")]
    run_pip([*pip, "install", "--quiet", "-r", str(requirements)], "they could not be installed", _last_line)


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return f": {lines[-1] if lines else 'no reason given'}"
