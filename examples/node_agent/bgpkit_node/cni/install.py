"""Putting the CNI executable where the container runtime looks for it."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bgpkit_node.cni import shim

_SYSTEM: Final = Path("/usr/bin/python3")
_ANY: Final = "/usr/bin/env python3"
_COMPILER: Final = """\
import binascii, marshal, sys
compiled = marshal.dumps(compile(sys.stdin.read(), "bgpkit", "exec", dont_inherit=True, optimize=2))
print(sys.implementation.cache_tag, binascii.hexlify(compiled).decode())
"""
_FIRST: Final = 'cimport sys;f=open(sys.argv[1],"rb");f.readline();exec(f.readline())'
_SECOND: Final = """\
import marshal; source, _, compiled = f.read().partition({end!r}); \
exec(marshal.loads(compiled) if sys.implementation.cache_tag == {tag!r} else source)
"""
_END: Final = b"\n##\n"
"""Ends the source in the executable."""
_LONGEST: Final = 127
"""Octets of a first line that every kernel reads whole: Linux before 5.1 no more."""
_LETTERS: Final = re.compile(r"\S+ -[A-Za-z]+")
_PATIENCE: Final = 30.0


def install_shim(directory: str | Path, name: str = "bgpkit", *, python: str = "") -> Path:
    """Write the CNI executable as ``directory/name`` and return that path.

    The file appears whole or not at all, also for a runtime that calls it at the same moment; one that is there is
    replaced. ``python`` is the interpreter of its first line, with at most one argument; empty: the system's, told to
    leave site packages and the environment alone, which starts some milliseconds faster, else any on the runtime's
    PATH. The directory is made when it is absent. Raises OSError.

    An interpreter of which letters are the only options is told by the first line to run the second one, which takes
    what that interpreter has made of the source, out of the same file: a runtime starts it for each pod, and compiling
    takes four milliseconds, reading past the source as a program half of one. Another interpreter than the one that
    compiled it, as after an upgrade of the system's, takes the source.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    interpreter = python or _interpreter()
    target = folder / name
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_program(interpreter))
            os.fchmod(descriptor, 0o755)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def _program(interpreter: str) -> bytes:
    """Return the executable; its source alone where the interpreter cannot be run here, or its line is too long."""
    _, _, source = Path(shim.__file__).read_text().partition("\n")
    plain = f"#!{interpreter}\n{source}".encode()
    first = f"#!{interpreter}{_FIRST}\n"
    if not _LETTERS.fullmatch(interpreter) or len(first.encode()) > _LONGEST:
        return plain
    command = [*interpreter.split(), "-c", _COMPILER]
    try:
        done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=_PATIENCE, check=True)
        tag, compiled = done.stdout.split()
    except (OSError, subprocess.SubprocessError, ValueError):
        return plain
    head = first + _SECOND.format(end=_END, tag=tag) + source
    return head.encode() + _END + bytes.fromhex(compiled)


def _interpreter() -> str:
    return f"{_SYSTEM} -IS" if _SYSTEM.exists() else _ANY
