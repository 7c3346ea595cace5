"""Services: the operations of the Studio, in a folder per feature.

Every service accepts the `Studio` and an `Actor`; checks the actor's rights (A2); validates the
input; and writes the change with its activity (A3) and its notifications (N1) in one transaction.
The returned values are frozen.
"""
