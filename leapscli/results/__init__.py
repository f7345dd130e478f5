"""Records that stages make and reports show."""
