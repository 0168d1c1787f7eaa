"""Starts things: training, the servers, and all of them together on one machine."""
