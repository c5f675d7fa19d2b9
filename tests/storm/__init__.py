"""Spoil what sweep reads and where it writes, one thing a try, and look how each command ends."""
