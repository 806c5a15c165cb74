"""Parts of NetworkPolicies of Kubernetes tell what they stand for."""

from ipaddress import ip_network

from bgpkit_node.resources.kubernetes_policy_fields import EgressRule, IPBlock, KubernetesPolicySpec
from bgpkit_node.resources.policy_fields import PolicyType


def test_a_block_is_a_network_without_some_of_its_parts() -> None:
    """Bits behind the prefix do not count."""
    block = IPBlock(cidr="10.1.2.3/8", excepted=("10.1.0.0/16", "10.2.2.2/32"))
    assert block.network == ip_network("10.0.0.0/8")
    assert block.excepted_networks == (ip_network("10.1.0.0/16"), ip_network("10.2.2.2/32"))


def test_a_policy_is_for_what_comes_in_and_for_what_it_has_rules() -> None:
    """Unless it names its types."""
    assert KubernetesPolicySpec().policy_types == (PolicyType.INGRESS,)
    assert KubernetesPolicySpec(egress=(EgressRule(),)).policy_types == (PolicyType.INGRESS, PolicyType.EGRESS)
    spec = KubernetesPolicySpec(policy_types=(PolicyType.EGRESS,))
    assert spec.policy_types == (PolicyType.EGRESS,)
