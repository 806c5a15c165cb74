"""Leaving flannel: what of a node is flannel's and nothing else, removed in an order, and put back.

::

    settings, conflists, cached_pods    what flannel and the container runtime say in files
    machine     what is read of this machine
    rules, rule_programs    its rules of the packet filter (pure), and the programs that know them
    remains     what of all that is flannel's (pure)
    plan        what is done, in which order, and who does not reach whom meanwhile (pure)
    record      the file in which stands what was removed
    removal, undoing    to the kernel and the files, and back
    outage      how long pods are away
"""

from bgpkit_node.flannel.cached_pods import RUNTIME_CACHE, CachedPod, cached_pods
from bgpkit_node.flannel.conflists import Conflist, Conflists, read_conflists
from bgpkit_node.flannel.machine import Machine, read_machine
from bgpkit_node.flannel.outage import Answering, Outage, PodName, Replies, outages, pinged_address
from bgpkit_node.flannel.plan import Known, Loss, Plan, Removal, plan_of
from bgpkit_node.flannel.record import RECORD, Record, read_record, record_of, write_record
from bgpkit_node.flannel.remains import Device, Pod, Remains, Spared, recognise
from bgpkit_node.flannel.removal import Tell, flanneld, remove
from bgpkit_node.flannel.rules import Rules, Saved
from bgpkit_node.flannel.settings import NET_CONF, SUBNET_ENV, Backend, Settings, read_settings
from bgpkit_node.flannel.undoing import put_back

__all__ = [
    "NET_CONF",
    "RECORD",
    "RUNTIME_CACHE",
    "SUBNET_ENV",
    "Answering",
    "Backend",
    "CachedPod",
    "Conflist",
    "Conflists",
    "Device",
    "Known",
    "Loss",
    "Machine",
    "Outage",
    "Plan",
    "Pod",
    "PodName",
    "Record",
    "Remains",
    "Removal",
    "Replies",
    "Rules",
    "Saved",
    "Settings",
    "Spared",
    "Tell",
    "cached_pods",
    "flanneld",
    "outages",
    "pinged_address",
    "plan_of",
    "put_back",
    "read_conflists",
    "read_machine",
    "read_record",
    "read_settings",
    "recognise",
    "record_of",
    "remove",
    "write_record",
]
