"""Copying from Kubernetes' API into the datastore, as Calico's kube-controllers do: labels, policies, services.

``copier`` is the one mechanism; what becomes of a kind stands in ``copiers``. The API is only read, and of the
datastore nothing is deleted but what was made here.
"""

from bgpkit_node.controllers.controllers import Controllers, ControllersOptions

__all__ = ["Controllers", "ControllersOptions"]
