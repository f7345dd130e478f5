"""Runs programs in worlds of any domain, compiled."""
