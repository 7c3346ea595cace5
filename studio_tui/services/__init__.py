"""What one can do with the Studio, a folder per feature.

Every service takes the `Studio` and the `Actor` who asks; says whether they may (A2); checks what
was entered; and writes it with its activity (A3) and its notifications (N1) in one transaction.
What it returns are frozen values.
"""
