"""Profiles: rules and labels of the endpoints that name them."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.profile import PROFILE, Profile, ProfileSpec, check_profile


def _fields(spec: dict[str, Any]) -> list[str]:
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "Profile", "metadata": {"name": "kns.a"}, "spec": spec}
    try:
        load_documents(json.dumps(whole), "profile.yaml")
    except InvalidResourcesError as error:
        return [each.field for each in error.errors]
    return []


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"labelsToApply": {"a b": "c"}}, "spec.labelsToApply"),
    ({"labelsToApply": {"a": "b c"}}, "spec.labelsToApply.a"),
    ({"ingress": [{"action": "Allow", "protocol": "x"}]}, "spec.ingress[0].protocol"),
    ({"egress": [{"action": "Allow", "http": {}}]}, "spec.egress[0].http"),
    ({"types": ["Ingress"]}, "spec.types"),
]


@pytest.mark.parametrize(("spec", "field"), _REFUSED)
def test_what_a_profile_cannot_say_is_refused_by_field(spec: dict[str, Any], field: str) -> None:
    """Its rules are those of policies."""
    assert _fields(spec) == [field]


def test_a_profile_gives_labels() -> None:
    """That of a namespace gives those of the namespace."""
    profile = Profile(metadata=Metadata(name="kns.a"), spec=ProfileSpec(labels_to_apply={"pcns.x": "y", "pcns.a": "b"}))
    assert not list(check_profile(profile))
    assert [column.cell(profile, 0) for column in PROFILE.wide] == ["kns.a", "pcns.a=b,pcns.x=y"]
