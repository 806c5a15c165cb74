"""Something that was tried: told, and the end when it did not come out as it should."""

import pytest

from bgpkit_node.demo.checking import expect
from bgpkit_node.demo.report import PlainReport
from bgpkit_node.errors import NodeError


def test_what_passes_goes_on_and_what_fails_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A line with PASS or FAIL each; the sentence of the end says what it was."""
    expect(PlainReport(), "the sky is blue", passed=True)
    with pytest.raises(NodeError, match=r"^not as it should be: the sky is green$"):
        expect(PlainReport(), "the sky is green", passed=False)
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()] == [
        "PASS the sky is blue",
        "FAIL the sky is green",
    ]
