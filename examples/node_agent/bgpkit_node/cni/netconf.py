"""The network configuration of a CNI call, of which the agent reads these keys. CNI specification 1.1.0, section 1."""

from collections.abc import Mapping
from typing import Final

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
    """The ``ipam`` section: who gives the addresses."""

    type: str = ""


class NetConf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={
        "cni_version": "cniVersion",
        "previous": "prevResult",
        "valid_attachments": "cni.dev/valid-attachments",
    },
):
    """A network configuration; keys that are not ours are left to others."""

    name: str
    cni_version: str
    mtu: int = 0
    """0: what the agent says."""
    ipam: IpamSection = IpamSection()
    dns: dict[str, object] = {}
    previous: PreviousResult | None = None
    valid_attachments: tuple[ValidAttachment, ...] | None = None


def read_netconf(config: Mapping[str, object]) -> NetConf:
    """Return the configuration; CniError with code 7 naming the key that is wrong."""
    try:
        netconf = msgspec.convert(dict(config), NetConf)
    except msgspec.ValidationError as error:
        msg = "invalid network configuration"
        raise CniError(Code.INVALID_NETWORK_CONFIG, msg, str(error)) from error
    if netconf.ipam.type not in OUR_IPAM:
        msg = f"ipam.type {netconf.ipam.type!r} is not known"
        raise CniError(Code.INVALID_NETWORK_CONFIG, msg, "leave the ipam section out, or say bgpkit-ipam")
    if netconf.mtu and not 68 <= netconf.mtu <= 65535:
        raise CniError(Code.INVALID_NETWORK_CONFIG, "mtu must be 0, or 68 to 65535", f"it is {netconf.mtu}")
    return netconf
