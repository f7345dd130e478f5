"""Vectors → programs: the decoder run freely, within the grammar."""
