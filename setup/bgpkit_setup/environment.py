"""The virtual environment in ``.venv`` and what is installed in it."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from bgpkit_setup.quietly import run_pip
from bgpkit_setup.report import SetupError, say

_IDENTITY = "import sys, pip; print(sys.base_prefix, sys.version)"


class Environment:
    """A checkout's virtual environment, made, repaired and filled as needed."""

    def __init__(self, project: Path) -> None:
        """Take the checkout's folder; touch nothing yet."""
        self._project = project
        self._folder = project / ".venv"
        self._stamp = self._folder / "installed.json"
        self._unfinished = self._folder / "unfinished"

    def ensure(self, extra: str) -> None:
        """Make sure that the project is installed with one of its extras, ``node`` or ``dev``.

        A stamp keyed by pyproject.toml, the interpreter and the folder makes the second call cheap.
        Raises SetupError in one sentence.
        """
        key = self._key()
        if not self.is_sound():
            self._create()
        if extra in self._installed(key):
            return
        say(f"installing the project and its Python packages (.[{extra}])")
        self._install(extra)
        extras = ["dev", "node"] if extra == "dev" else [extra]
        self._stamp.write_text(json.dumps({"key": key, "extras": extras}), encoding="utf-8")

    def is_sound(self) -> bool:
        """Tell whether the environment works, is of this Python and stands where it was made."""
        script = self._folder / "bin" / "pip"
        python = self._folder / "bin" / "python"
        try:
            answer = subprocess.run([python, "-c", _IDENTITY], capture_output=True, text=True, check=False)
            start = script.read_text(encoding="utf-8")[:2048]
        except OSError:
            return False
        same = answer.stdout.strip() == f"{sys.base_prefix} {sys.version}"
        return same and f"{self._folder}/bin/python" in start and not self._unfinished.exists()

    def _key(self) -> str:
        """Return what the installed state depends on, as one digest."""
        digest = hashlib.sha256((self._project / "pyproject.toml").read_bytes())
        digest.update(f"{sys.base_prefix}\0{sys.version}\0{self._folder}".encode())
        return digest.hexdigest()

    def _installed(self, key: str) -> frozenset[str]:
        """Return the extras that the stamp vouches for."""
        try:
            stamp = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(stamp["extras"]) if stamp.get("key") == key else frozenset()

    def _create(self) -> None:
        """Make the environment anew; raise SetupError when this Python cannot."""
        for module in ("venv", "ensurepip"):
            if importlib.util.find_spec(module) is None:
                raise SetupError(
                    f"this Python ({sys.executable}) has no {module} module; install it with: "
                    "apt-get install --no-install-recommends python3-venv"
                )
        if self._folder.exists():
            say("the virtual environment in .venv is broken or of another Python: making it anew")
            shutil.rmtree(self._folder)
        else:
            say(f"making the virtual environment .venv with Python {sys.version.split()[0]}")
        self._run([sys.executable, "-m", "venv", str(self._folder)], "the virtual environment could not be made")

    def _install(self, extra: str) -> None:
        """Run pip; an interruption leaves the mark that makes the next run start anew, a refusal does not."""
        command = [str(self._folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-e", f".[{extra}]"]
        self._unfinished.touch()
        try:
            self._run(command, "the Python packages could not be installed")
        except SetupError:
            self._unfinished.unlink()
            raise
        self._unfinished.unlink()

    def _run(self, command: list[str], failure: str) -> None:
        run_pip(command, failure, _shown, self._project)


def _shown(words: str) -> str:
    sys.stderr.write(words)
    return "; the lines above say why."
