"""Models and losses as a user says them, and as torch has them. It knows nothing of points, plans or stores.

``spec`` is what is said: a class or function with its arguments.
"""
