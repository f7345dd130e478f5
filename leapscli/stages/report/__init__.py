"""Reports: what was made, as a page for a browser."""
