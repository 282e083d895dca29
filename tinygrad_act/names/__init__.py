"""NumPy's and SciPy's functions on Values, made of operations."""
