"""Gradients against numbers: the checker, accuracy, declaring an activation, samples."""
