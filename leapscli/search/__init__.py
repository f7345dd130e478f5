"""Searchers for the program of highest return, in the latent space and in program space, behind one ask/tell shape."""
