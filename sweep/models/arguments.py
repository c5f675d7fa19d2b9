"""Whether a class or function takes the arguments that a spec has for it, told with its signature where it does not."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sweep.errors import BadInput, nearest

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
PLACED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def check(
    call: Callable[..., Any], target: str, places: Sequence[Any], names: Mapping[str, Any], part: bool, key: str
) -> None:
    """Refuse arguments that ``call`` does not take; where Python knows no signature of it, it will say so itself.

    Parameters
    ----------
    target : its dotted name.
    places, names : arguments by place and by name.
    part : whether more may come later.
    key : where it is asked for, for messages.

    Raises
    ------
    BadInput : naming the argument, with the signature.
    """
    try:
        signature = _signature(call)
    except (ValueError, TypeError):
        return
    parameters = list(signature.parameters.values())
    shown = _shown(target.rpartition(".")[2], signature)
    known = [each.name for each in parameters if each.kind in NAMED]
    open_ended = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)
    strange = [name for name in names if name not in known and not open_ended]
    if strange:
        near = nearest(strange[0], known)
        step = f"did you mean {key}.{near}?" if near else "leave it out"
        raise BadInput(f"{key}.{strange[0]}: {target} takes no {strange[0]}", shown, step)
    most = sum(each.kind in PLACED for each in parameters)
    if len(places) > most and not any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters):
        what = f"{key}._args_: {len(places)} values, and {target} takes {most} by place"
        raise BadInput(what, shown, "give fewer, or by name")
    placed = [each.name for each in parameters if each.kind in PLACED][: len(places)]
    twice = next((name for name in names if name in placed and name in known), None)
    if twice:
        raise BadInput(f"{key}.{twice}: stands in {key}._args_, too", shown, "leave one of them out")
    lacking = [
        each.name
        for each in parameters
        if each.kind in (*PLACED, *NAMED) and each.default is each.empty and each.name not in {*placed, *names}
    ]
    if lacking and not part:
        named = all(name in known for name in lacking)
        step = f"add {' '.join(f'{key}.{name}=…' for name in lacking)}" if named else f"give {key}._args_=[…]"
        raise BadInput(f"{key}: {target} needs {', '.join(lacking)}", shown, step)


def check_takes(call: Callable[..., Any], count: int, target: str, what: str, key: str) -> None:
    """Refuse ``call`` where it cannot be called with ``count`` values by place, which are ``what``.

    Raises
    ------
    BadInput : with the signature.
    """
    try:
        signature = inspect.signature(call)
    except (ValueError, TypeError):
        return
    try:
        signature.bind(*range(count))
    except TypeError:
        shown = _shown(target.rpartition(".")[2], signature)
        raise BadInput(f"{key}: {shown} does not take {what}", f"a function of {what}", "give another one") from None


def _signature(call: Callable[..., Any]) -> inspect.Signature:
    import torch

    if inspect.isclass(call) and call.__init__ is torch.nn.Module.__init__:
        return inspect.Signature()  # It takes whatever comes, and then refuses it.
    with suppress(Exception):  # Names in annotations may not be there, as those for type checkers alone.
        return inspect.signature(call, eval_str=True)
    return inspect.signature(call)


def _shown(name: str, signature: inspect.Signature) -> str:
    text = str(signature.replace(return_annotation=inspect.Signature.empty))
    return name + re.sub(r" at 0x[0-9a-f]+", "", text)
