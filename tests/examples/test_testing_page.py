"""The page of the laboratory: its programs run, and it names what the package offers."""

import re
import runpy
from pathlib import Path

from structlog.testing import capture_logs

import bgpkit.testing
from bgpkit.testing import LinkConditions
from tests.support.sources import PROJECT

PAGE = (PROJECT / "bgpkit" / "testing" / "README.md").read_text(encoding="utf-8")


def test_the_programs_of_the_page_run_one_after_the_other(tmp_path: Path) -> None:
    """The python blocks, put together in their order, run, and their assertions hold."""
    programs = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(programs) == 4
    whole = tmp_path / "page.py"
    whole.write_text("\n".join(programs), encoding="utf-8")
    with capture_logs():
        runpy.run_path(str(whole))


def test_every_condition_of_a_link_stands_on_the_page() -> None:
    """In the table of what can go wrong, and nothing else does."""
    table = PAGE.partition("| field of `LinkConditions` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) == set(LinkConditions.__dataclass_fields__)


def test_every_tool_on_the_page_is_there() -> None:
    """What the first table names is what the package offers."""
    table = PAGE.partition("|---|---|\n")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([\w.]+)`", row.split("|")[1])}
    assert named - {"strategies"} <= set(bgpkit.testing.__all__)
