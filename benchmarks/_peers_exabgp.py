"""What ExaBGP tells of its routes, counted: ExaBGP starts this as its process, ``python _peers_exabgp.py COUNT-FILE``.

Its events come as JSON, one a line; the number of prefixes announced is written whenever nothing more has come.
"""

import os
import select
import sys
from pathlib import Path
from typing import Final

_PREFIX: Final = b'"nlri"'
_QUIET: Final = 0.5


def main(count_file: str) -> None:
    """Count until ExaBGP ends."""
    count, tail, written = 0, b"", -1
    events = sys.stdin.fileno()
    while True:
        readable, _, _ = select.select([events], [], [], _QUIET)
        if not readable:
            if count != written:
                Path(count_file).write_text(str(count), encoding="ascii")
                written = count
            continue
        octets = os.read(events, 1 << 16)
        if not octets:
            return
        whole = tail + octets
        count += whole.count(_PREFIX)
        tail = whole[-(len(_PREFIX) - 1) :]


if __name__ == "__main__":
    main(sys.argv[1])
