"""Where the agents keep what they share: a port (Datastore) and the embedded store behind it (SqliteDatastore)."""

from bgpkit_node.datastore.port import Datastore, Delete, KeyValue, Operation, Put, Unchanged, WatchEvent
from bgpkit_node.datastore.read_and_watch import read_and_watch
from bgpkit_node.datastore.sqlite import SqliteDatastore

__all__ = [
    "Datastore",
    "Delete",
    "KeyValue",
    "Operation",
    "Put",
    "SqliteDatastore",
    "Unchanged",
    "WatchEvent",
    "read_and_watch",
]
