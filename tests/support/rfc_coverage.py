"""The RFC coverage matrix of tests/README.md, printed from the markers ``@pytest.mark.rfc("4271", "6.2")``.

``python -m tests.support.rfc_coverage --write`` puts the present one into the README.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.sources import PROJECT, files_of_tests, tree, written

README = PROJECT / "tests" / "README.md"
BEGIN = "<!-- rfc coverage: printed by python -m tests.support.rfc_coverage --write -->"
END = "<!-- end of rfc coverage -->"


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    """A section of an RFC and the test file that proves something of it."""

    rfc: int
    section: tuple[str, ...]
    file: str


def proofs() -> list[Proof]:
    """Return what the markers of all test files say; raise ValueError for a marker that says it wrongly."""
    return sorted({proof for path in files_of_tests() for proof in _of_file(path)}, key=_order)


def matrix() -> str:
    """Return the matrix as a Markdown table, a row for each section."""
    rows: dict[tuple[int, str], list[str]] = {}
    for proof in proofs():
        rows.setdefault((proof.rfc, ".".join(proof.section)), []).append(f"`{proof.file.removeprefix('tests/')}`")
    lines = ["| RFC | section | proved in |", "|---|---|---|"]
    lines += [f"| {rfc} | {section} | {', '.join(files)} |" for (rfc, section), files in rows.items()]
    return "\n".join(lines)


def printed(text: str) -> str:
    """Return the matrix that a README's text holds; raise ValueError when its marks are not there."""
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[start:end].strip()


def main(arguments: list[str]) -> int:
    """Print the matrix, or write it into the README with ``--write``."""
    if arguments != ["--write"]:
        sys.stdout.write(matrix() + "\n")
        return 0
    text = README.read_text(encoding="utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(f"{text[:start]}\n{matrix()}\n{text[end:]}", encoding="utf-8")
    return 0


def _of_file(path: Path) -> Iterator[Proof]:
    """Yield what the markers of one file say."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rfc":
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            texts = [word for word in words if isinstance(word, str)]
            if len(texts) != 2 or len(node.args) != 2 or not texts[0].isdigit():
                raise ValueError(f'{written(path)}:{node.lineno}: a marker is rfc("4271", "6.2")')
            yield Proof(int(texts[0]), tuple(texts[1].split(".")), written(path))


def _order(proof: Proof) -> tuple[int, list[tuple[int, str]], str]:
    """Sort sections as a table of contents does: 6.2 before 6.10, numbers before appendices."""
    parts = [(int(part), "") if part.isdigit() else (sys.maxsize, part) for part in proof.section]
    return proof.rfc, parts, proof.file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
