"""Putting the CNI executable where the container runtime looks for it."""

import os
import tempfile
from pathlib import Path
from typing import Final

from bgpkit_node.cni import shim

_SYSTEM: Final = Path("/usr/bin/python3")
_ANY: Final = "/usr/bin/env python3"


def install_shim(directory: str | Path, name: str = "bgpkit", *, python: str = "") -> Path:
    """Write the CNI executable as ``directory/name`` and return that path.

    The file appears whole or not at all, also for a runtime that calls it at the same moment; one that is there is
    replaced. ``python`` is the interpreter of its first line, with at most one argument; empty: the system's, told to
    leave site packages and the environment alone, which starts some milliseconds faster, else any on the runtime's
    PATH. The directory is made when it is absent. Raises OSError.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    _, _, body = Path(shim.__file__).read_text().partition("\n")
    target = folder / name
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"#!{python or _interpreter()}\n{body}")
            os.fchmod(descriptor, 0o755)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def _interpreter() -> str:
    return f"{_SYSTEM} -IS" if _SYSTEM.exists() else _ANY
