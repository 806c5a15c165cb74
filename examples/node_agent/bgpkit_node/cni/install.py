"""Putting the CNI executable where the container runtime looks for it."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bgpkit_node.cni import shim

_SYSTEM: Final = Path("/usr/bin/python3")
_ANY: Final = "/usr/bin/env python3"
_COMPILER: Final = """\
import _frozen_importlib_external, marshal, sys
compiled = marshal.dumps(compile(sys.stdin.read(), "bgpkit", "exec", dont_inherit=True))
print(_frozen_importlib_external.MAGIC_NUMBER.hex(), compiled.hex())
"""
_COMPILED: Final = '''\
"""The CNI executable of bgpkit, as ``bgpkit-node install`` wrote it: its source, and compiled for one interpreter.

A runtime starts it for each pod, and compiling takes four milliseconds; another interpreter than the one that
compiled it takes the source.
"""

import _frozen_importlib_external
from marshal import loads

SOURCE = {source!r}
COMPILED = {compiled!r}
fits = _frozen_importlib_external.MAGIC_NUMBER == {magic!r}
exec(loads(COMPILED) if fits else compile(SOURCE, __file__, "exec"))
'''
_PATIENCE: Final = 30.0


def install_shim(directory: str | Path, name: str = "bgpkit", *, python: str = "") -> Path:
    """Write the CNI executable as ``directory/name`` and return that path.

    The file appears whole or not at all, also for a runtime that calls it at the same moment; one that is there is
    replaced. ``python`` is the interpreter of its first line, with at most one argument; empty: the system's, told to
    leave site packages and the environment alone, which starts some milliseconds faster, else any on the runtime's
    PATH. The directory is made when it is absent. Raises OSError.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    interpreter = python or _interpreter()
    target = folder / name
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"#!{interpreter}\n{_body(interpreter)}")
            os.fchmod(descriptor, 0o755)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def _body(interpreter: str) -> str:
    """Return the program, with what ``interpreter`` makes of it beside it; alone where that cannot be run here."""
    _, _, source = Path(shim.__file__).read_text().partition("\n")
    command = [*interpreter.split(), "-c", _COMPILER]
    try:
        done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=_PATIENCE, check=True)
        magic, compiled = map(bytes.fromhex, done.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        return source
    return _COMPILED.format(source=source, compiled=compiled, magic=magic)


def _interpreter() -> str:
    return f"{_SYSTEM} -IS" if _SYSTEM.exists() else _ANY
