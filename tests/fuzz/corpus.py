"""The corpus, packed: one input a line, in hexadecimal, behind a line that says where the inputs below it are from."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("corpus.txt")


def entries(file: Path = FILE) -> tuple[bytes, ...]:
    """Return the inputs, in order."""
    lines = file.read_text(encoding="ascii").splitlines()
    return tuple(bytes.fromhex(line) for line in lines if not line.startswith("#"))


def unpack(folder: Path, file: Path = FILE) -> None:
    """Write each input into a file of its own, named by its hash, as libFuzzer wants them."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in entries(file):
        (folder / hashlib.sha1(each, usedforsecurity=False).hexdigest()).write_bytes(each)


def add(folder: Path, origin: str, file: Path = FILE) -> int:
    """Append the inputs of a folder that are not there yet, and return how many they are."""
    known = set(entries(file))
    found = {path.read_bytes() for path in folder.iterdir() if path.is_file()}
    new = sorted(found - known, key=lambda each: (len(each), each))
    if new:
        with file.open("a", encoding="ascii") as lines:
            lines.write("".join(f"{line}\n" for line in (f"# {origin}", *(each.hex() for each in new))))
    return len(new)


def main(arguments: Sequence[str]) -> int:
    """Run ``unpack FOLDER`` or ``add FOLDER ORIGIN``."""
    match arguments:
        case ["unpack", folder]:
            unpack(Path(folder))
        case ["add", folder, origin]:
            print(f"{add(Path(folder), origin)} inputs are new")
        case _:
            print("usage: python -m tests.fuzz.corpus unpack FOLDER | add FOLDER ORIGIN", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
