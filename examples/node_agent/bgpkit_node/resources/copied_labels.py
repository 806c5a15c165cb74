"""Labels of Kubernetes' objects on resources that others write too: what was copied is remembered beside them."""

from collections.abc import Mapping
from typing import Final

import msgspec

from bgpkit_node.resources.metadata import Metadata

KUBE_LABELS: Final = "projectcalico.org/kube-labels"
"""Annotation with the labels that were copied, as JSON; Calico's controllers keep it on Nodes."""


def with_copied(metadata: Metadata, labels: Mapping[str, str]) -> Metadata:
    """Return ``metadata`` with the ``labels`` that Kubernetes has now.

    What it had before and has no more goes, unless somebody has set another value since; labels that were never
    copied stay.
    """
    before = remembered(metadata)
    kept = {key: value for key, value in metadata.labels.items() if before.get(key) != value or key in labels}
    annotations = dict(metadata.annotations)
    if labels or before:
        annotations[KUBE_LABELS] = msgspec.json.encode(dict(sorted(labels.items()))).decode()
    return msgspec.structs.replace(metadata, labels={**kept, **labels}, annotations=annotations)


def remembered(metadata: Metadata) -> Mapping[str, str]:
    """Return the labels that were copied last; none when what is remembered cannot be read."""
    try:
        return msgspec.json.decode(metadata.annotations.get(KUBE_LABELS, "{}"), type=dict[str, str])
    except msgspec.MsgspecError:
        return {}
