"""Other configurations in the runtime's directory, of which it takes the first."""

from pathlib import Path
from typing import Final

_ENDINGS: Final = frozenset({".conf", ".conflist", ".json"})
"""What runtimes read."""


def conflist_before(ours: Path) -> str:
    """Return one sentence naming the files that sort before ``ours`` in its directory; empty when none does.

    A directory that cannot be read has none: the runtime that reads it may see it elsewhere.
    """
    try:
        names = sorted(path.name for path in ours.parent.iterdir() if path.suffix in _ENDINGS)
    except OSError:
        return ""
    before = [name for name in names if name < ours.name]
    if not before:
        return ""
    files = ", ".join(str(ours.parent / name) for name in before)
    return f"{files} sorts before {ours.name}, so that runtimes take it: remove it"
