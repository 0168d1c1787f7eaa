"""Measures how well messages are understood and dangers caught: `make evaluate`, `make evaluate-safety`."""
