"""Writing a file so that nobody ever finds half of it, nor loses the one that was there."""

import os
import tempfile
from pathlib import Path

from bgpkit_node.errors import NodeError


def write_whole(path: Path, text: str, mode: int = 0o644, *, folders: bool = False) -> None:
    """Write a file with ``mode``: it is there whole and on the disk, or what was there before is; NodeError.

    A device or a pipe is written into, and a link stays one. With ``folders`` those above it are made.
    """
    try:
        if folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not (path.is_file() or path.is_dir()):
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text, mode)
    except OSError as error:
        raise NodeError(f"{path}: cannot be written: {error.strerror}") from error


def _replace(path: Path, text: str, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(descriptor, mode)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
