"""What a person wrote, compared with the struct it is to become."""

import msgspec
import pytest

from bgpkit_node.resources.bgp_configuration import BGPConfiguration
from bgpkit_node.resources.felix_configuration import FelixConfiguration
from bgpkit_node.resources.node import Node
from bgpkit_node.resources.part import Part
from bgpkit_node.resources.policy_fields import StagedAction
from bgpkit_node.resources.policy_rule import IPVersion
from bgpkit_node.resources.service import Service
from bgpkit_node.resources.shape import ShapeReader
from bgpkit_node.resources.staged_network_policy import StagedNetworkPolicy
from bgpkit_node.resources.tier import Tier
from bgpkit_node.resources.yaml_lines import Mapping, Scalar, Sequence, read_trees


def _read(text: str, kind: type[Part]) -> tuple[object, list[tuple[str, str, int]]]:
    (tree,) = read_trees(text)
    assert isinstance(tree, Mapping | Scalar | Sequence)
    reader = ShapeReader()
    return reader.read(tree, msgspec.inspect.type_info(kind), "", 1), reader.faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("metadata: {name: a}\nspce: {}", ("spce", "unknown field; did you mean spec?", 2)),
        ("metadata: {name: a}\nzzz: {}", ("zzz", "unknown field; known are metadata, spec", 2)),
        ("metadata: {name: a}\nspec: {zzz: 1}", ("spec.zzz", "unknown field", 2)),
        ("metadata: {}", ("metadata.name", "is required", 1)),
        ("metadata:\nspec: {}", ("metadata", "is required", 1)),
        ("metadata: {name: 1}", ("metadata.name", "takes a text, not 1: put it in quotes", 1)),
        ("metadata: {name: [a]}", ("metadata.name", "takes one value, not a list", 1)),
        ("metadata: a", ("metadata", "takes a mapping, not 'a'", 1)),
        ("metadata:\n  name: a\n  labels: [a]", ("metadata.labels", "takes a mapping, not a list", 3)),
        (
            "metadata:\n  name: a\n  labels:\n    b: true",
            ("metadata.labels.b", "takes a text, not true: put it in quotes", 4),
        ),
        (
            "metadata:\n  name: a\n  labels:\n    b:",
            ("metadata.labels.b", "takes a text, not nothing: put it in quotes", 4),
        ),
        ("metadata: {name: a}\nspec:\n  listenPort: 0", ("spec.listenPort", "must be between 1 and 65535, not 0", 3)),
        ("metadata: {name: a}\nspec: {listenPort: 1.5}", ("spec.listenPort", "takes a whole number, not 1.5", 2)),
        ("metadata: {name: a}\nspec: {listenPort: '1'}", ("spec.listenPort", "takes a whole number, not '1'", 2)),
        ("metadata: {name: a}\nspec: {listenPort: yes}", ("spec.listenPort", "takes a number, not yes", 2)),
        (
            "metadata: {name: a}\nspec: {listenPort: 0x10}",
            ("spec.listenPort", "takes a whole decimal number, not 0x10", 2),
        ),
        (
            "metadata: {name: a}\nspec: {bindMode: none}",
            ("spec.bindMode", "must be one of None, NodeIP, not 'none'", 2),
        ),
        ("metadata: {name: a}\nspec: {communities: {}}", ("spec.communities", "takes a list, not a mapping", 2)),
        (
            "metadata: {name: a}\nspec:\n  communities:\n  - {name: a, value: '1:1'}\n  - {value: '1:1'}",
            ("spec.communities[1].name", "is required", 5),
        ),
        (
            "metadata: {name: a}\nspec: {communities: [{name: '', value: '1:1'}]}",
            ("spec.communities[0].name", "cannot be empty", 2),
        ),
        (
            f"metadata: {{name: a}}\nspec: {{communities: [{{name: a, value: '{'1' * 41}'}}]}}",
            ("spec.communities[0].value", "takes at most 40 characters, not 41", 2),
        ),
        (
            f"metadata: {{name: a}}\nspec: {{prefixAdvertisements: [{{cidr: x, communities: [{'a,' * 51}]}}]}}",
            ("spec.prefixAdvertisements[0].communities", "takes at most 50 items, not 51", 2),
        ),
        ("metadata: {name: a}\nspec: {asNumber: true}", ("spec.asNumber", "takes a number, not true", 2)),
        ("metadata: {name: a}\nspec: {asNumber: 0}", ("spec.asNumber", "must be between 1 and 4294967295, not 0", 2)),
    ],
)
def test_a_misfit_is_named_with_field_and_line(text: str, fault: tuple[str, str, int]) -> None:
    """One of every way in which a value can miss its place."""
    assert _read(text, BGPConfiguration)[1] == [fault]


def test_all_misfits_are_found_at_once() -> None:
    """What fits is kept, what does not is left out; a required value that does not fit takes its struct along."""
    plain, faults = _read(
        "metadata: {name: a, x: 1}\nspec:\n  bgp: {asNumber: x, ipv4Address: 10.0.0.1}\n  orchRefs: [{nodeName: a}]",
        Node,
    )
    assert [field for field, _, _ in faults] == ["metadata.x", "spec.bgp.asNumber", "spec.orchRefs[0].orchestrator"]
    assert plain == {"metadata": {"name": "a"}, "spec": {"bgp": {"ipv4Address": "10.0.0.1"}}}
    plain, _ = _read("metadata: {name: [a]}\nspec: {}", Node)
    assert plain is msgspec.UNSET


@pytest.mark.parametrize("written", ["1.10", "'1.10'", "65546", "'65546'"])
def test_an_as_number_may_be_dotted(written: str) -> None:
    """Also without quotes, where YAML alone would make 1.1 of it."""
    plain, faults = _read(f"metadata: {{name: a}}\nspec: {{asNumber: {written}}}", BGPConfiguration)
    assert (plain, faults) == ({"metadata": {"name": "a"}, "spec": {"asNumber": 65546}}, [])


@pytest.mark.parametrize(("written", "value"), [("true", True), ("yes", True), ("off", False), ("False", False)])
def test_truth_is_what_yaml_takes_it_for(written: str, value: bool) -> None:
    """YAML 1.1 has several words for it."""
    plain, _ = _read(f"metadata: {{name: a}}\nspec: {{nodeToNodeMeshEnabled: {written}}}", BGPConfiguration)
    assert plain == {"metadata": {"name": "a"}, "spec": {"nodeToNodeMeshEnabled": value}}


@pytest.mark.parametrize(("written", "value"), [("80", 80), ("80:90", "80:90"), ("'80'", "80"), ("http", "http")])
def test_a_value_may_be_a_number_or_a_text(written: str, value: int | str) -> None:
    """Whichever it looks like; each with its own limits."""
    text = f"metadata: {{name: a}}\nspec: {{natPortRange: {written}, kubeNodePortRanges: [{written}]}}"
    plain, faults = _read(text, FelixConfiguration)
    spec = {"natPortRange": value, "kubeNodePortRanges": [value]}
    assert (plain, faults) == ({"metadata": {"name": "a"}, "spec": spec}, [])


def test_null_stands_for_a_field_left_out() -> None:
    """As programs write it: creationTimestamp: null."""
    plain, faults = _read("metadata: {name: a, creationTimestamp: null, labels: ~}\nspec:", Node)
    assert (plain, faults) == ({"metadata": {"name": "a"}}, [])


def test_a_time_without_quotes_is_a_text() -> None:
    """YAML would make a date of it."""
    plain, _ = _read("metadata: {name: a, creationTimestamp: 2026-01-02T03:04:05Z}", Node)
    assert plain == {"metadata": {"name": "a", "creationTimestamp": "2026-01-02T03:04:05Z"}}


def test_managed_fields_are_passed_over() -> None:
    """Resources that come out of Kubernetes go in."""
    plain, faults = _read("metadata: {name: a, managedFields: [{manager: kubectl, fieldsV1: {a: [1]}}]}", Node)
    assert (plain, faults) == ({"metadata": {"name": "a"}}, [])


@pytest.mark.parametrize(
    ("text", "order"),
    [("100", 100), ("-1", -1), ("10.5", 10.5), ("1_0.5", 10.5), ("1.0e+3", 1000.0), ("1e3", 1000.0), ("", None)],
)
def test_a_number_may_have_a_fraction(text: str, order: float | None) -> None:
    """Where the field takes one; a whole one stays whole."""
    plain, faults = _read(f"metadata: {{name: a}}\nspec: {{order: {text}}}", Tier)
    tier = msgspec.convert(plain, Tier)
    assert faults == []
    assert tier.spec.order == order
    assert isinstance(tier.spec.order, type(order))


@pytest.mark.parametrize("text", ["first", "'10'", "yes", "[1]", "10:20"])
def test_a_text_is_no_number(text: str) -> None:
    """Nor is a time of day."""
    _, faults = _read(f"metadata: {{name: a}}\nspec: {{order: {text}}}", Tier)
    assert [field for field, _, _ in faults] == ["spec.order"]


@pytest.mark.parametrize(
    ("text", "sentence"), [("NaN", "takes a number, not 'NaN'"), ("1e999", "takes a decimal number")]
)
def test_what_is_no_number_is_said_as_the_field_takes_one(text: str, sentence: str) -> None:
    """One with a fraction, here; and what is too large for one is none."""
    for field in (f"{{order: {text}}}", f'{{"order": {text}}}'):
        ((name, fault, _),) = _read(f"metadata: {{name: a}}\nspec: {field}", Tier)[1]
        assert (name, fault.startswith(sentence)) == ("spec.order", True)


def test_a_choice_of_numbers_is_taken_as_written() -> None:
    """And an empty text stands for a choice that is left out."""
    rule = "{action: Allow, ipVersion: 6}"
    plain, faults = _read(f"metadata: {{name: a}}\nspec: {{stagedAction: '', ingress: [{rule}]}}", StagedNetworkPolicy)
    policy = msgspec.convert(plain, StagedNetworkPolicy)
    assert faults == []
    assert policy.spec.ingress[0].ip_version is IPVersion.V6
    assert policy.spec.staged_action is StagedAction.SET
    _, faults = _read("metadata: {name: a}\nspec: {ingress: [{action: ''}]}", StagedNetworkPolicy)
    assert [text for _, text, _ in faults] == ["must be one of Allow, Deny, Log, Pass, not an empty text"]


def test_fields_that_are_of_no_use_are_passed_over_where_kubernetes_has_many() -> None:
    """At every depth; one that looks like a field of use is a slip."""
    text = "metadata: {name: a}\nspec:\n  sessionAffinity: None\n  ports: [{port: 80, zzz: {a: [1]}}]\n  %s: x\nzzz: 1"
    plain, faults = _read(text % "topologyKeys", Service)
    assert (plain, faults) == ({"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}, [])
    assert _read(text % "externalIp", Service)[1] == [
        ("spec.externalIp", "unknown field; did you mean externalIPs?", 5)
    ]
