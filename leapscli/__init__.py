"""LEAPS: programs as policies, found in a learned program space."""
