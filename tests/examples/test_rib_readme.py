"""The README's programs."""

import re
import runpy
from pathlib import Path as FilePath
from typing import Final

README: Final = FilePath(__file__).parents[2] / "rib" / "README.md"


def test_the_programs_of_the_readme_run_one_after_the_other(tmp_path: FilePath) -> None:
    """The python blocks, put together in their order, run, and their assertions hold."""
    programs = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(programs) >= 4
    whole = tmp_path / "readme.py"
    whole.write_text("\n".join(programs), encoding="utf-8")
    runpy.run_path(str(whole))
