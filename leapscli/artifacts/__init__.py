"""The store: what each stage hands to the next."""
