"""An explanation as a whole: its best path and its text."""

from dataclasses import replace

from bgpkit import IPV4_UNICAST
from bgpkit.speaker import Explanation, Forwarding
from bgpkit_rib import DecisionStep
from tests.unit.speaker.test_explained_text import EXPORT, PATH

LOST = replace(PATH, peer="192.0.2.9", step=DecisionStep.ORIGIN, lost_to="192.0.2.7")
WHOLE = Explanation(
    family=IPV4_UNICAST,
    destination="10.0.0.0/8",
    paths=(PATH, LOST),
    exports=(EXPORT,),
    forwarding=Forwarding(installed=False, text="no route"),
)


def test_the_best_path_is_found() -> None:
    """The one with that step; none where there is none."""
    assert WHOLE.best is PATH
    assert replace(WHOLE, paths=(LOST,)).best is None


def test_the_text_tells_of_paths_forwarding_and_peers_in_this_order() -> None:
    """After a line that sums up."""
    lines = [line for line in str(WHOLE).splitlines() if not line.startswith(" ")]
    assert lines == [
        "10.0.0.0/8 (ipv4-unicast): 2 paths, the best is from 192.0.2.7.",
        "From 192.0.2.7 (external): the best.",
        "From 192.0.2.9 (external): lost to 192.0.2.7: worse origin.",
        "Forwarding: not in use; no route.",
        "To 192.0.2.8: the path from 192.0.2.7.",
    ]
    first = str(replace(WHOLE, paths=(LOST,))).splitlines()[0]
    assert first == "10.0.0.0/8 (ipv4-unicast): 1 path, none may be chosen."
