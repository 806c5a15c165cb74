"""The programs in the READMEs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
READMES = [
    path.relative_to(PROJECT).as_posix()
    for pattern in ("README.md", "fsm/README.md", "examples/**/README.md")
    for path in sorted(PROJECT.glob(pattern))
    if "```python\n" in path.read_text(encoding="utf-8")
]


def test_the_readmes_have_programs() -> None:
    """The root README and that of the examples show how to use the library."""
    assert {"README.md", "examples/README.md"} <= set(READMES)


@pytest.mark.parametrize("readme", READMES)
def test_the_programs_of_a_readme_run_one_after_the_other(readme: str, tmp_path: Path) -> None:
    """The python blocks, put together in their order, run to their end, in a process without this checkout's folder."""
    text = (PROJECT / readme).read_text(encoding="utf-8")
    whole = tmp_path / "readme.py"
    whole.write_text("\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-W", "error", str(whole)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, "")


def test_the_programs_of_the_root_readme_are_short() -> None:
    """Each fits a glance: the first has twelve lines that are not blank, the others a few more."""
    programs = re.findall(r"^```python\n(.*?)^```$", (PROJECT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    lengths = [len([line for line in program.splitlines() if line.strip()]) for program in programs]
    assert (lengths[0] <= 12, max(lengths) <= 16) == (True, True)
