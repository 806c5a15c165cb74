"""Tests of what recognises flannel and plans to leave it."""
