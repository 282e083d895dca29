"""Activations as pictures: `curves` reads the numbers, `numerical` checks slopes, the others draw."""
