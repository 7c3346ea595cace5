"""Services for Today, the list of what needs the user."""
