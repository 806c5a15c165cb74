"""Properties that hold for whatever hypothesis thinks up."""
