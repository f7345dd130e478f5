"""The model: a variational autoencoder of programs, and its neural executor."""
