"""The studio: a local page to write programs on, with the engine behind it."""
