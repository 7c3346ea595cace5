"""What needs somebody: the first screen."""
