"""For your own test suites: `from tinygrad_act.testing import assert_gradients`. See `check/testing.py`."""

from .check.testing import assert_gradients

__all__ = ["assert_gradients"]
