"""What is minimised: the problem that readings pose to a model. The wall around everything that is of one model.

``problem`` says what a problem is (its parameters, start, loss, spread, least loss and theory), ``choice`` which one a
``task`` poses on readings that ``prepared`` has made ready. ``line``, ``linear`` and ``logistic`` are the problems,
with their losses as tensor maths beside them. ``quadratic`` and ``convexity`` are what theory knows of a loss,
``local`` what the end of a run says where that is too little, and ``fit`` what a model looks like among its readings.
"""
