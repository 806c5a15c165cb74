"""Types of fields that several kinds have; their limits are checked when a document is read."""

from typing import Annotated

import msgspec

from bgpkit_node.resources.address_text import MAX_AS_NUMBER

AsNumber = Annotated[int, msgspec.Meta(ge=1, le=MAX_AS_NUMBER, extra={"as_number": True})]
"""An AS number; written in a document it may be dotted, as ``1.10``."""

PeerAsNumber = Annotated[int, msgspec.Meta(ge=0, le=MAX_AS_NUMBER, extra={"as_number": True})]
"""An AS number where 0 stands for none."""

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
"""A TCP port."""

RoutePriority = Annotated[int, msgspec.Meta(ge=1, le=2147483646)]
"""The metric of a route in the kernel."""

InterfaceName = Annotated[str, msgspec.Meta(max_length=15)]
"""The name of a network interface."""

NodeName = Annotated[str, msgspec.Meta(max_length=253)]
"""The name of a Node."""

ProtocolName = int | str
"""An IP protocol by number or name."""

SelectorText = Annotated[str, msgspec.Meta(max_length=1024)]
"""The text of a selector."""
