"""A question to one node and its answer, which travel as annotations of a CalicoNodeStatus."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from bgpkit_node.resources import CalicoNodeStatus, CalicoNodeStatusSpec, Metadata

PREFIX: Final = "bgpkit-node-question-"
"""What the names of questions begin with: whoever finds one that is old may remove it."""
QUESTION: Final = "bgpkit-node/question"
ANSWER: Final = "bgpkit-node/answer"
CUT: Final = "bgpkit-node/cut"
"""What a report leaves out, as a sentence; without it the report is whole."""
_ASKED: Final = "bgpkit-node/asked"
KEPT: Final = timedelta(seconds=60)
"""How long an answered question is kept for whoever asked it."""
LARGEST: Final = 1 << 20
"""Octets that an answer may have: etcd refuses requests of 1.5 MiB."""


def question_to(node: str, name: str, question: Mapping[str, object], now: datetime) -> CalicoNodeStatus:
    """Return the resource that asks ``node``; ``question`` is what its agent's socket takes, too."""
    annotations = {QUESTION: msgspec.json.encode(question).decode(), _ASKED: now.isoformat(timespec="seconds")}
    return CalicoNodeStatus(
        metadata=Metadata(name=name, annotations=annotations),
        spec=CalicoNodeStatusSpec(node=node, update_period_seconds=0),
    )


def asked_in(resource: CalicoNodeStatus) -> dict[str, object] | None:
    """Return the question in a resource; None when there is none that can be read."""
    return _read(resource, QUESTION)


def answer_in(resource: CalicoNodeStatus) -> dict[str, object] | None:
    """Return the answer in a resource; None when there is none yet."""
    return _read(resource, ANSWER)


def is_left_over(resource: CalicoNodeStatus, now: datetime) -> bool:
    """Tell whether a resource is a question that nobody waits for any more."""
    if not resource.name.startswith(PREFIX):
        return False
    try:
        asked = datetime.fromisoformat(resource.metadata.annotations.get(_ASKED, ""))
    except ValueError:
        return True
    return now - (asked if asked.tzinfo is not None else asked.replace(tzinfo=UTC)) > 2 * KEPT


def written_answer(answer: Mapping[str, object]) -> str:
    """Return an answer as it is written; one that is too large becomes an error that says so."""
    text = msgspec.json.encode(answer)
    if len(text) > LARGEST:
        text = msgspec.json.encode({"error": f"the answer has {len(text)} octets, more than a datastore takes"})
    return text.decode()


def _read(resource: CalicoNodeStatus, key: str) -> dict[str, object] | None:
    text = resource.metadata.annotations.get(key)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except msgspec.DecodeError:
        return None
