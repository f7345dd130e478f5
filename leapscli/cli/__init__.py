"""The command line: one file a command, which parses, calls one stage and shows."""
