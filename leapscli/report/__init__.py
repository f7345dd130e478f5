"""What people look at: terminal views, pictures, plots."""
