"""Kernels of what only Karel has: replay, demonstrations, hashes of behaviour."""
