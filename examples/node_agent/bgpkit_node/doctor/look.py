"""What one node has measured of another, for people and for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bgpkit_node.diagnosis import Between, Probe, Reply

HEADER: Final = ("FROM", "TO", "ROUND TRIP", "PATH MTU", "BGP", "VXLAN", "IPIP", "POD")
_NOT_ASKED: Final = "not asked"
_WORDS: Final = {
    Reply.ACCEPTED: "open",
    Reply.REFUSED: "passes",
    Reply.SILENCE: "silent",
    Reply.NO_WAY: "no way",
}


@dataclass(frozen=True, slots=True)
class Look:
    """An ordered pair of nodes, and what came back."""

    source: str
    between: Between

    @property
    def where(self) -> str:
        """The pair in words."""
        return f"{self.source} -> {self.between.node}"

    @property
    def row(self) -> Sequence[str]:
        """The cells under :data:`HEADER`."""
        between, path = self.between, self.between.path
        if path is None:
            trip, mtu = "lost" if between.pings else _NOT_ASKED, "-"
        else:
            trip = f"{path.seconds * 1000:.2f} ms"
            mtu = str(path.mtu) if path.mtu == path.link_mtu else f"{path.mtu} of {path.link_mtu}"
        pod = "-" if between.pod_answers is None else "answers" if between.pod_answers else "silent"
        words = map(_word, (between.bgp, between.vxlan, between.ipip))
        return (self.source, between.node, trip, mtu, *words, pod)

    @property
    def plain(self) -> dict[str, object]:
        """What is printed as JSON; null for what could not be asked."""
        between, path = self.between, self.between.path
        return {
            "from": self.source,
            "to": between.node,
            "reached": path is not None if between.pings else None,
            "roundTripMs": None if path is None else round(path.seconds * 1000, 3),
            "pathMtu": None if path is None else path.mtu,
            "linkMtu": None if path is None else path.link_mtu,
            "bgp": between.bgp.reply.value,
            "vxlan": between.vxlan.reply.value,
            "ipip": None if between.ipip is None else between.ipip.reply.value,
            "pod": between.pod or None,
            "podAnswers": between.pod_answers,
        }


def _word(found: Probe | None) -> str:
    return _NOT_ASKED if found is None else _WORDS[found.reply]
