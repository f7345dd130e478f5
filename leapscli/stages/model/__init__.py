"""Stages for a trained model: load, evaluate, plot, walk, import."""
