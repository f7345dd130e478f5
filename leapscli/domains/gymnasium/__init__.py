"""Any Gymnasium environment, with actions that have names and perceptions that a user's file defines."""
