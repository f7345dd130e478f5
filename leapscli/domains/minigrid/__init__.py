"""MiniGrid (Chevalier-Boisvert et al., 2023): rooms with doors, keys, balls and boxes, seen whole and run compiled."""
