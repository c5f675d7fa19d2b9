"""Hydra's private names, all of them: what the next Hydra may change stands here alone.

Imports stay inside the functions: ``--help`` needs the parser and nothing else.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override
    from hydra.core.utils import JobReturn
    from omegaconf import DictConfig

FILE_READER = "hydra._internal.core_plugins.file_config_source"
"""The module of Hydra that reads files, with the file's path in a local ``full_path``."""


def arguments_parser() -> ArgumentParser:
    """The parser of Hydra's command lines."""
    from hydra._internal.utils import get_args_parser

    return get_args_parser()


def apply_overrides(overrides: Sequence["Override"], config: "DictConfig") -> None:
    """Set plain values in ``config`` as Hydra does: through its types, with its error texts."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl

    ConfigLoaderImpl._apply_overrides_to_config(list(overrides), config)


def value_text(value: Any) -> str:
    """``value``, one that Hydra's parser gave or could give, written so that the parser gives it again."""
    from hydra.core.override_parser.types import Override

    text: str = Override._get_value_element_as_str(value)
    return text


def unparsed_value(override: "Override") -> Any:
    """The value of ``override`` before interpolations and quotes are resolved."""
    return override._value


def returned(job: "JobReturn") -> Any:
    """What a job returned or raised; the public name raises it again."""
    return job._return_value


NOT_OF_TEXT = ("int", "float", "bool", "range", "interval")
"""Functions of Hydra's grammar that make numbers of what they are given."""


def lone_numbers(word: str) -> Iterator[tuple[str, str, slice]]:
    """Each value in the override ``word`` that is a number, true or false for Hydra.

    Its full key comes out, its text, and where that stands with the spaces around it.

    Raises
    ------
    HydraException : ``word`` is none in Hydra's grammar.
    """
    from antlr4 import ParserRuleContext
    from hydra.core.override_parser.overrides_visitor import HydraErrorListener
    from hydra.grammar.gen.OverrideLexer import CommonTokenStream, InputStream, OverrideLexer
    from hydra.grammar.gen.OverrideParser import OverrideParser

    def values(node: ParserRuleContext, key: str) -> Iterator[tuple[str, str, slice]]:
        if isinstance(node, OverrideParser.PrimitiveContext):
            signs = [leaf.symbol for leaf in node.getChildren() if leaf.symbol.type != OverrideLexer.WS]
            if len(signs) == 1 and signs[0].type in (OverrideLexer.INT, OverrideLexer.FLOAT, OverrideLexer.BOOL):
                yield key, signs[0].text, slice(node.start.start, node.stop.stop + 1)
            return
        if isinstance(node, OverrideParser.FunctionContext) and node.ID().getText() in NOT_OF_TEXT:
            return
        if isinstance(node, OverrideParser.DictKeyValuePairContext):
            key = f"{key}.{node.dictKey().getText().strip()}"
        name = None
        for child in node.getChildren():
            if isinstance(child, ParserRuleContext) and name != "reverse":
                yield from values(child, key)
            name = child.ID().getText() if isinstance(child, OverrideParser.ArgNameContext) else None

    listener = HydraErrorListener()
    lexer = OverrideLexer(InputStream(word))
    parser = OverrideParser(CommonTokenStream(lexer))
    for each in (lexer, parser):
        each.removeErrorListeners()
        each.addErrorListener(listener)
    override = parser.override()
    if override.value() is not None:
        yield from values(override.value(), override.key().packageOrGroup().getText())


def yaml_loader(text: str) -> Any:
    """A loader of ``text`` that reads YAML as omegaconf does."""
    from omegaconf._utils import get_yaml_loader

    return get_yaml_loader()(text)
