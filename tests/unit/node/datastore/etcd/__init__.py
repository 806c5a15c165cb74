"""Tests of etcd as a datastore, as far as they need no etcd."""
