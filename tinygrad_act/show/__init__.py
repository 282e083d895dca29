"""Graphs, activations and programs as pictures, pages, words and cards."""
