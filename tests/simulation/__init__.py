"""Workers, mail server, network, clocks and database in one process and in simulated time.

A seed determines all events: ``python -m tests.simulation --seed N --trace``. See
docs/verification.md.
"""
