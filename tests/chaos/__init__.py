"""Damage, kills and odd environments, tried at random: `make chaos` prints a table of what held.

A try runs commands in a forked process. It holds if that ends by itself within a minute, without a signal, a traceback
or an unexpected error, with no more than a screen of text, and, where damage was not sealed by a fitting manifest,
with the result of the intact workspace or an error.
"""
