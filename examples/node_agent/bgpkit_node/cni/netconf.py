"""The network configuration of a CNI call, of which the agent reads these keys. CNI specification 1.1.0, section 1.

Keys of Calico's configuration that have another home here (datastore, logs, policy, kubeconfig) are let pass.
"""

from collections.abc import Mapping
from typing import Final, cast

import msgspec

from bgpkit_node.cni.code import Code
from bgpkit_node.errors import CniError

OUR_IPAM: Final = frozenset({"bgpkit-ipam", "calico-ipam", ""})
"""Values of ``ipam.type`` that mean the agent's own address management."""


class PreviousInterface(msgspec.Struct, frozen=True):
    """One interface of an earlier result; ``sandbox`` is empty on the host's side."""

    name: str
    mac: str = ""
    sandbox: str = ""
    mtu: int = 0


class PreviousAddress(msgspec.Struct, frozen=True):
    """One address of an earlier result; ``interface`` counts in its list of interfaces."""

    address: str
    interface: int | None = None


class PreviousResult(msgspec.Struct, frozen=True):
    """What an earlier plugin, or an earlier call, has answered."""

    interfaces: tuple[PreviousInterface, ...] = ()
    ips: tuple[PreviousAddress, ...] = ()


class ValidAttachment(msgspec.Struct, frozen=True, rename={"container_id": "containerID"}):
    """One attachment that a runtime still has, as GC names it."""

    container_id: str
    ifname: str


class IpamSection(msgspec.Struct, frozen=True):
    """The ``ipam`` section: who gives the addresses, of which families and out of which pools."""

    type: str = ""
    assign_ipv4: bool | str = True
    """Calico's configurations say ``"true"``."""
    assign_ipv6: bool | str = False
    ipv4_pools: tuple[str, ...] = ()
    """Names or CIDRs."""
    ipv6_pools: tuple[str, ...] = ()


class ContainerSettings(msgspec.Struct, frozen=True):
    """The ``container_settings`` section."""

    allow_ip_forwarding: bool = False


class RuntimeConfig(msgspec.Struct, frozen=True, rename={"annotations": "io.kubernetes.cri.pod-annotations"}):
    """What the runtime adds for the capabilities that the configuration declares."""

    ips: tuple[str, ...] = ()
    mac: str = ""
    annotations: dict[str, str] = {}
    """The pod's annotations, from containerd."""


class Label(msgspec.Struct, frozen=True):
    """One label of the pod."""

    key: str
    value: str


class CniArgs(msgspec.Struct, frozen=True):
    """The key ``cni`` of ``args``. CNI conventions, "args in network config"."""

    ips: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()


class Args(msgspec.Struct, frozen=True):
    """The section ``args``."""

    cni: CniArgs = CniArgs()


class NetConf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={
        "cni_version": "cniVersion",
        "previous": "prevResult",
        "runtime": "runtimeConfig",
        "valid_attachments": "cni.dev/valid-attachments",
    },
):
    """A network configuration; keys that are not ours are left to others."""

    name: str
    cni_version: str
    mtu: int = 0
    """0: what the agent says."""
    num_queues: int = 1
    nodename: str = ""
    device_type: str = ""
    conflist: str = ""
    """Path of the file that this configuration stands in, as ``bgpkit-node install`` notes it; for STATUS."""
    policy_setup_timeout_seconds: int = 0
    """How long an ADD waits for the rules of the pod; 0: ten seconds."""
    ipam: IpamSection = IpamSection()
    container_settings: ContainerSettings = ContainerSettings()
    args: Args = Args()
    runtime: RuntimeConfig = RuntimeConfig()
    dns: dict[str, object] = {}
    previous: PreviousResult | None = None
    valid_attachments: tuple[ValidAttachment, ...] | None = None


def read_netconf(config: Mapping[str, object]) -> NetConf:
    """Return the configuration; CniError with code 7 naming the key that is wrong."""
    try:
        netconf = msgspec.convert(_without_nulls(dict(config)), NetConf)
    except msgspec.ValidationError as error:
        msg = "invalid network configuration"
        raise CniError(Code.INVALID_NETWORK_CONFIG, msg, str(error)) from error
    if netconf.ipam.type not in OUR_IPAM:
        msg = f"ipam.type {netconf.ipam.type!r} is not known"
        raise CniError(Code.INVALID_NETWORK_CONFIG, msg, "leave the ipam section out, or say bgpkit-ipam")
    for key, good, must in (
        ("mtu", not netconf.mtu or 68 <= netconf.mtu <= 65535, "0, or 68 to 65535"),
        ("num_queues", 1 <= netconf.num_queues <= 256, "1 to 256"),
        ("device_type", netconf.device_type in {"", "veth"}, "veth"),
        ("ipam.assign_ipv4", netconf.ipam.assign_ipv4 in _SWITCHES, "true or false"),
        ("ipam.assign_ipv6", netconf.ipam.assign_ipv6 in _SWITCHES, "true or false"),
    ):
        if not good:
            raise CniError(Code.INVALID_NETWORK_CONFIG, f"{key} must be {must}", f"it is {_value(config, key)!r}")
    return netconf


def is_on(switch: bool | str) -> bool:
    """Tell what a switch says that may be a JSON string."""
    return switch in {True, "true"}


_SWITCHES: Final = frozenset({True, False, "true", "false"})


def _without_nulls(value: object) -> object:
    """Leave out the keys whose value is null: callers in Go write what is not set as null."""
    if isinstance(value, dict):
        members = cast(dict[str, object], value)
        return {key: _without_nulls(member) for key, member in members.items() if member is not None}
    return value


def _value(config: Mapping[str, object], key: str) -> object:
    value: object = config
    for name in key.split("."):
        value = msgspec.convert(value, dict[str, object]).get(name)
    return value
