"""Mail that comes back (N15): what it says, and where it is fetched from."""
