"""Returned mail (N15): its interpretation, and the mailboxes that it is fetched from."""
