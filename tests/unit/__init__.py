"""Tests of single modules, one test module for each source module."""
