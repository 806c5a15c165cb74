"""The wheel with compiled modules, and what it holds unpacked: for benchmarks, for its test, for who installs it."""

import hashlib
import shutil
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from bgpkit_setup.quietly import run_pip
from bgpkit_setup.report import say


class Compiled:
    """The folder where the wheel and what is in it stand, made anew when a source has changed."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Take the checkout and the folder; touch nothing yet."""
        self._project = project
        self._folder = folder
        self._stamp = folder / "made"
        self.site = folder / "site"
        """What the wheel holds; a Python whose PYTHONPATH names it runs the compiled modules."""

    def modules(self) -> tuple[str, ...]:
        """Return the files that are compiled, as pyproject.toml names them."""
        settings = tomllib.loads((self._project / "pyproject.toml").read_text(encoding="utf-8"))
        hooks = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]
        return tuple(hooks["custom"]["modules"])

    def ensure(self, python: Path) -> None:
        """Make the wheel with ``python`` and unpack it, unless that is done; SetupError in one sentence."""
        key = self._key()
        if self._stamp.is_file() and self._stamp.read_text(encoding="ascii") == key:
            return
        say("compiling the hot modules, which takes a minute")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        pip = [str(python), "-m", "pip"]
        wheels = self._folder / "wheel"
        wheel = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), "."]
        self._run(wheel, "the hot modules could not be compiled")
        made = [str(each) for each in wheels.glob("*.whl")]
        unpack = [*pip, "install", "--quiet", "--no-deps", "--target", str(self.site), *made]
        self._run(unpack, "the compiled wheel could not be unpacked")
        self._stamp.write_text(key, encoding="ascii")

    def _key(self) -> str:
        """Return what the wheel depends on, as one digest."""
        digest = hashlib.sha256(f"{sys.base_prefix}\0{sys.version}\0{self._folder}".encode())
        for folder in ("bgpkit", "compiled", "fsm", "rib", "examples"):
            for source in sorted((self._project / folder).rglob("*.py")):
                digest.update(source.read_bytes())
        digest.update((self._project / "pyproject.toml").read_bytes())
        return digest.hexdigest()

    def _run(self, command: Sequence[str], failure: str) -> None:
        run_pip(command, failure, _first_error, self._project, {"HATCH_BUILD_HOOK_ENABLE_CUSTOM": "true"})


def _first_error(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if "error" in line.lower()]
    return f": {lines[0] if lines else 'no reason given'}"
