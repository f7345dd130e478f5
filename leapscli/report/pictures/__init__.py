"""Worlds and episodes as PNG and GIF."""
