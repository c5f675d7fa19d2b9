"""What omegaconf reads, parsed once a text: to parse ``conf/`` and Hydra's own is a fifth of most commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import yaml
from omegaconf.grammar_parser import parse


@contextmanager
def parsed_once() -> Iterator[None]:
    """Meanwhile, YAML and values with interpolations are parsed once; what is refused is refused anew, by its file."""
    said: dict[str, Any] = {}

    def load(stream: Any, Loader: Any) -> Any:
        text = stream if isinstance(stream, str) else stream.read()
        if text not in said:
            if text is not stream:
                stream.seek(0)
            said[text] = yaml.load(stream, Loader)
        return deepcopy(said[text])

    values = cache(parse)
    with (
        patch("omegaconf.omegaconf.yaml", SimpleNamespace(**vars(yaml) | {"load": load})),
        patch("omegaconf.base.parse", values),
        patch("omegaconf._utils.parse", values),
    ):
        yield
