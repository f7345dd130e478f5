"""One search for a program."""
