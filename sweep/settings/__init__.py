"""What a user may set: from the command line and ``conf/`` to typed, checked settings. The only room that
asks Hydra what was meant.

``schema`` has the types, ``keys`` what each key means and may be, ``by_key`` finds a value by its key. ``composition``
goes from Hydra's configurations to settings, ``grammar`` writes values so that Hydra reads them back, ``refusals`` says
in our words what Hydra refuses and ``unreadable_file`` which file it could not read, ``help_page`` is ``--help``.
``verbs`` are the first words of a command line, ``conf_files`` where the files of ``conf/`` are.
Hydra's private names stand in ``hydra_internals`` and ``hydra_memory`` alone.
"""
