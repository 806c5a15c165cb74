"""Putting the CNI executable where the container runtime looks for it."""

import shlex
from pathlib import Path
from typing import Final

from bgpkit_node.cni import shim
from bgpkit_node.whole_file import write_whole

_FRONT: Final = Path(__file__).with_name("front.sh")
_PLACE: Final = "@PYTHON@"
"""Where the front names the interpreter."""


def install_shim(directory: str | Path, name: str = "bgpkit", *, python: str = "") -> Path:
    """Write the CNI executable as ``directory/name`` and return that path.

    The file appears whole or not at all, also for a runtime that calls it at the same moment; one that is there is
    replaced. ``python`` is the interpreter that the front calls; empty: it finds one where it runs, which may be
    another system than this one, in /usr/bin, else by the runtime's PATH. The directory is made when it is absent.
    Raises OSError.

    It is a text that both a shell and Python read: to the shell its second line is a command that does nothing, to
    Python the beginning of a string, which holds the whole front.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    first, _, front = _FRONT.read_text().partition("\n")
    source = Path(shim.__file__).read_text()
    text = f"{first}\n''':'\n{front.replace(_PLACE, shlex.quote(python))}'''\n{source}"
    write_whole(target, text, mode=0o755)
    return target
