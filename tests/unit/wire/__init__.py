"""Unit tests of the octet codec."""
