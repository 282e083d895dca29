"""Expressions as trees, and how they are spelled."""
