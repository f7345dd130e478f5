"""Search: one file a searcher, behind one init/ask/tell shape."""
