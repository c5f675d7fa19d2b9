"""Readings: where they come from, and what they are once read. In come settings of ``data``, out go ``readings``.

``sources`` chooses: values that are ``made``, or a user's file. ``table_file`` finds by its first bytes whether that is
text (``csv_file``), Parquet or ``.npz``, and makes a ``table`` of it; ``table_readings`` takes the columns out that
``columns`` says are asked for, their cells numbers or missing (``cells``), or ``labels`` of classes. ``csv_looks`` and
``other_form`` say what a file looks like that cannot be used, and with which settings it can.
"""
