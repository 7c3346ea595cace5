"""The worker: claims due mail, checks that it still holds, sends it and records the result.

Several workers can run at once, in the app and as a service: the lease on a notification keeps two
of them from sending the same mail (N8). `retry` is pure and decides what an outcome means; `loop`
is the main loop.
"""
