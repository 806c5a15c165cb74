"""Who watches the paths to a configuration's peers."""

from bgpkit.bfd import BfdClient, BfdService
from bgpkit.configuration.configuration import Configuration


def liveness_detector(configuration: Configuration) -> BfdClient | BfdService | None:
    """Return what watches paths as ``[bfd]`` says, to be entered before the speaker; None where there is no [bfd]."""
    settings = configuration.bfd
    if settings is None:
        return None
    if settings.socket:
        return BfdClient(configuration.path.parent / settings.socket)
    return BfdService(listen=settings.listen) if settings.listen else BfdService()
