"""What is minimised: readings, and the problem that they pose to a model. The wall around everything that is of a line.

``problem`` says what a problem is (its parameters, start, loss, spread, least loss and theory), ``line`` is the first
of them, ``line_tensors`` its loss as tensor maths, and ``choice`` chooses. ``quadratic`` is what theory knows of a loss
around its optimum, ``fit`` what a fitted model looks like among the readings. ``readings`` holds data, ``sources``
finds it by settings; ``table_file`` reads a file as a ``table``, and ``table_readings`` takes columns out of that.
"""
