"""Workers, mail server, network, clocks and database in one process and in simulated time.

What happens follows from a seed: ``python -m tests.simulation --seed N --trace``. See
docs/verification.md.
"""
