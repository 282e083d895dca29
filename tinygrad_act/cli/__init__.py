"""The command line, and the formulas that a user types."""
