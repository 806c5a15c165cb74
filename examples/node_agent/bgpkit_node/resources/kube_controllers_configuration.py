"""KubeControllersConfiguration: what Calico's controllers do; kept for them, and honoured by nothing here."""

from collections.abc import Iterator
from enum import Enum
from math import inf
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_duration, check_selector, check_text
from bgpkit_node.resources.field_types import SelectorText
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_annotations, check_label, check_metadata, check_name
from bgpkit_node.resources.part import Part

_SEVERITIES: Final = ("Debug", "Info", "Warning", "Error", "Fatal", "None")
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
"""A TCP port; 0 for none."""


class Switch(Enum):
    """Whether something is done."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


class AssignIPs(Enum):
    """Which services of type LoadBalancer get addresses."""

    ALL_SERVICES = "AllServices"
    REQUESTED_SERVICES_ONLY = "RequestedServicesOnly"


class HostEndpointTemplate(Part, frozen=True, kw_only=True):
    """Host endpoints that are made for nodes, beside the default one."""

    generate_name: str = ""
    interface_cidrs: tuple[str, ...] = msgspec.field(default=(), name="interfaceCIDRs")
    interface_pattern: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    annotations: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    node_selector: SelectorText = ""


class AutoHostEndpoints(Part, frozen=True, kw_only=True):
    """Whether nodes get host endpoints, and which."""

    auto_create: Switch | None = None
    create_default_host_endpoint: Switch | None = None
    templates: tuple[HostEndpointTemplate, ...] = ()


class Controller(Part, frozen=True, kw_only=True):
    """One controller, and how often it looks at everything."""

    reconciler_period: str | None = None


class NodeController(Controller, frozen=True, kw_only=True):
    """The controller of nodes: labels, host endpoints, addresses that leaked."""

    sync_labels: Switch | None = None
    host_endpoint: AutoHostEndpoints | None = None
    leak_grace_period: str | None = None


class LoadBalancerController(Controller, frozen=True, kw_only=True):
    """The controller of addresses of services."""

    assign_ips: AssignIPs | None = msgspec.field(default=None, name="assignIPs")


class Controllers(Part, frozen=True, kw_only=True):
    """Which controllers run; one that is left out does not."""

    node: NodeController | None = None
    policy: Controller | None = None
    workload_endpoint: Controller | None = None
    service_account: Controller | None = None
    namespace: Controller | None = None
    load_balancer: LoadBalancerController | None = None


class KubeControllersConfigurationSpec(Part, frozen=True, kw_only=True):
    """What is wanted of the controllers."""

    log_severity_screen: str = ""
    health_checks: Switch | None = None
    prometheus_metrics_port: Port | None = None
    debug_profile_port: Port | None = None
    etcd_v3_compaction_period: str | None = msgspec.field(default=None, name="etcdV3CompactionPeriod")
    controllers: Controllers | None = None


class KubeControllersConfigurationStatus(Part, frozen=True, kw_only=True):
    """What the controllers report: what they run with, and what their environment says."""

    running_config: KubeControllersConfigurationSpec | None = None
    environment_vars: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class KubeControllersConfiguration(Resource, frozen=True, kw_only=True):
    """What Calico's controllers do; there is one, named ``default``."""

    kind: ClassVar[str] = "KubeControllersConfiguration"
    spec: KubeControllersConfigurationSpec = KubeControllersConfigurationSpec()
    status: KubeControllersConfigurationStatus | None = None


def check_kube_controllers_configuration(resource: KubeControllersConfiguration) -> Iterator[Fault]:
    """Yield what is wrong with one configuration."""
    yield from check_metadata(resource.metadata)
    spec = resource.spec
    if spec.log_severity_screen and spec.log_severity_screen.capitalize() not in _SEVERITIES:
        text = f"must be one of {', '.join(_SEVERITIES)}, not {spec.log_severity_screen!r}"
        yield Fault("spec.logSeverityScreen", text)
    yield from check_duration("spec.etcdV3CompactionPeriod", spec.etcd_v3_compaction_period, 0, inf)
    controllers = spec.controllers or Controllers()
    for name in msgspec.structs.fields(Controllers):
        one: Controller | None = getattr(controllers, name.name)
        if one is not None:
            field = f"spec.controllers.{name.encode_name}.reconcilerPeriod"
            yield from check_duration(field, one.reconciler_period, 0, inf)
    if controllers.node is not None:
        field = "spec.controllers.node"
        yield from check_duration(f"{field}.leakGracePeriod", controllers.node.leak_grace_period, 0, inf)
        host_endpoints = controllers.node.host_endpoint or AutoHostEndpoints()
        for index, template in enumerate(host_endpoints.templates):
            yield from _check_template(f"{field}.hostEndpoint.templates[{index}]", template)


def _check_template(field: str, template: HostEndpointTemplate) -> Iterator[Fault]:
    if template.generate_name:
        yield from check_name(f"{field}.generateName", template.generate_name)
    for index, text in enumerate(template.interface_cidrs):
        yield from check_text(f"{field}.interfaceCIDRs[{index}]", text or "(empty)", parse_interface)
    yield from check_selector(f"{field}.nodeSelector", template.node_selector)
    yield from check_annotations(f"{field}.annotations", template.annotations)
    for key, value in template.labels.items():
        for fault in check_label(key, value):
            yield Fault(fault.field.replace("metadata.labels", f"{field}.labels", 1), fault.text)


def warn_kube_controllers_configuration(resource: KubeControllersConfiguration) -> Iterator[str]:
    """Yield that nothing here acts on it."""
    yield f"{resource} is kept for Calico's controllers: bgpkit-node controllers go on as without it"


_NAME: Final[Column[KubeControllersConfiguration]] = Column("NAME", lambda one, _: one.name)

KUBE_CONTROLLERS_CONFIGURATION: Final[ResourceKind[KubeControllersConfiguration]] = ResourceKind(
    name="KubeControllersConfiguration",
    plural="kubecontrollersconfigurations",
    aliases=frozenset({"kubecontrollersconfig"}),
    type=KubeControllersConfiguration,
    narrow=(_NAME,),
    wide=(_NAME,),
    check=check_kube_controllers_configuration,
    warn=warn_kube_controllers_configuration,
)
