"""Output on terminals and in logs."""
