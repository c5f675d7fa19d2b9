"""What a person types to, and sees of, a command in the terminal.

``command`` is what the commands that read a store have in common, ``guard`` turns whatever is raised into one message
and a documented exit code, ``interruption`` is Ctrl-C and SIGTERM, ``terminal`` prints as a sweep
goes on, ``conclusion`` at its end, ``quiet`` and ``as_json`` what programs want of it.
"""
