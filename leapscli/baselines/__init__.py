"""Baselines: networks trained by PPO, and decision trees, on the tasks of programs. Needs the extra `baselines`."""
