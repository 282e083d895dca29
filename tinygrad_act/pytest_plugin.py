"""`pytest_plugins = ["tinygrad_act.pytest_plugin"]` in the top conftest.py. See `check/pytest_plugin.py`."""

from .check.pytest_plugin import assert_gradients, pytest_terminal_summary

__all__ = ["assert_gradients", "pytest_terminal_summary"]
