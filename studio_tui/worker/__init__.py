"""The worker: claim what is due, check it once more, send it, write what became of it.

Several may run at once, in the app and as a service: the lease on a notification keeps them apart
(N8). What to do about an outcome is decided in `retry`, as values; `loop` is the loop.
"""
