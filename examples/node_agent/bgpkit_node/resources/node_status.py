"""What a CalicoNodeStatus reports of a node: its daemon, its sessions and its routes."""

from enum import Enum

import msgspec

from bgpkit_node.resources.part import Part


class AgentState(Enum):
    """Whether the BGP daemon does its work."""

    READY = "Ready"
    NOT_READY = "NotReady"


class SessionState(Enum):
    """The state of a session. RFC 4271, section 8.2.2."""

    IDLE = "Idle"
    CONNECT = "Connect"
    ACTIVE = "Active"
    OPEN_SENT = "OpenSent"
    OPEN_CONFIRM = "OpenConfirm"
    ESTABLISHED = "Established"
    CLOSE = "Close"


class PeerOrigin(Enum):
    """What asks for a session: the mesh, a BGPPeer for some nodes, or one for all."""

    MESH = "NodeMesh"
    NODE = "NodePeer"
    GLOBAL = "GlobalPeer"


class RouteOrigin(Enum):
    """What a route is learned from."""

    KERNEL = "Kernel"
    STATIC = "Static"
    DIRECT = "Direct"
    MESH = "NodeMesh"
    PEER = "BGPPeer"


class RouteUse(Enum):
    """Whether a route forwards packets."""

    FIB = "FIB"
    RIB = "RIB"


class BGPDaemonStatus(Part, frozen=True, kw_only=True):
    """The daemon of one IP version; times are RFC 3339 texts."""

    state: AgentState | None = None
    version: str = ""
    router_id: str = msgspec.field(default="", name="routerID")
    last_boot_time: str = ""
    last_reconfiguration_time: str = ""


class AgentStatus(Part, frozen=True, kw_only=True):
    """The daemons of a node."""

    bird_v4: BGPDaemonStatus | None = None
    bird_v6: BGPDaemonStatus | None = None


class PeerStatus(Part, frozen=True, kw_only=True):
    """One session."""

    peer_ip: str = msgspec.field(default="", name="peerIP")
    type: PeerOrigin | None = None
    state: SessionState | None = None
    since: str = ""


class BGPStatus(Part, frozen=True, kw_only=True):
    """The sessions of a node."""

    number_established_v4: int
    number_not_established_v4: int
    number_established_v6: int
    number_not_established_v6: int
    peers_v4: tuple[PeerStatus, ...] = ()
    peers_v6: tuple[PeerStatus, ...] = ()


class LearnedFrom(Part, frozen=True, kw_only=True):
    """Where a route is from; with the peer's address when it is from one."""

    source_type: RouteOrigin | None = None
    peer_ip: str = msgspec.field(default="", name="peerIP")


class RouteStatus(Part, frozen=True, kw_only=True):
    """One route."""

    type: RouteUse | None = None
    destination: str = ""
    gateway: str = ""
    interface: str = ""
    learned_from: LearnedFrom | None = None


class RoutesStatus(Part, frozen=True, kw_only=True):
    """The routes of a node."""

    routes_v4: tuple[RouteStatus, ...] = ()
    routes_v6: tuple[RouteStatus, ...] = ()
