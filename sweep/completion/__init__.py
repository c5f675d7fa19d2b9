"""What tab completes of a line that begins with ``sweep``: verbs, keys, values, names of sweeps.

A shell's script (``sweep.bash``, ``sweep.zsh``, ``sweep.fish``) asks ``sweep completion query SHELL LINE``. ``line``
takes the line apart, ``run_words`` and ``store_words`` say what may stand at its end, ``answer`` writes that for the
shell. Every tab is a process of its own: nothing heavy is imported, nothing is written, and no error is shown.
"""
