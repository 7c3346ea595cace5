"""Services for pushes: create, assign, remind, close."""
