"""Commands of `python -m tinygrad_act` that take more than a few lines."""
