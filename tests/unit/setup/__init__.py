"""The unit tests of setup/bgpkit_setup."""
