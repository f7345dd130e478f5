"""The Karel language: objects for people, arrays of token ids for bulk work."""
