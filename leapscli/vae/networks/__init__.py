"""The networks: encoder, decoder, neural executor."""
