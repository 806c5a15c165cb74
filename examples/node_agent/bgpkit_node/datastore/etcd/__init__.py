"""etcd behind the datastore's port (EtcdDatastore); loading it takes a moment, as gRPC does."""

from bgpkit_node.datastore.etcd.store import EtcdDatastore

__all__ = ["EtcdDatastore"]
