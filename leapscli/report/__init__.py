"""Output for people: terminal views, pictures, plots."""
