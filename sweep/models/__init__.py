"""Models and losses as a user says them, and as torch has them. It knows nothing of points, plans or stores.

``spec`` is what is said: a class or function with its arguments. ``importing`` finds what a dotted name names, and
``build`` makes a module or a loss of a spec. ``code`` is a fingerprint of the source behind one, for which ``places``
says whose a file is; ``permitted`` says which names a store may have called. ``mlp`` is the perceptron that sweep
ships, ``losses`` are its losses. ``trial`` finds what a module is before anything trains, ``rows`` computes many rows
of parameters at once, in a ``tile`` in which each has its place, and ``promise`` tries whether bits depend on company.
"""
