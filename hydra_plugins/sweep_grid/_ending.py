"""How the process's last sweep ended: Hydra drops what a sweeper returns.

A module of its own: Hydra executes those of plugins anew, with new classes in them, but for those that begin with a _.
"""

from sweep.errors import Exit

exit_code = Exit.OK
