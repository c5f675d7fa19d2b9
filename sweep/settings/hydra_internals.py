"""Hydra's private names: what the next Hydra may change stands here, and in ``hydra_memory`` what is remembered.

Imports stay inside the functions: ``--help`` needs the parser and nothing else.
"""

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.version import __version__

if TYPE_CHECKING:
    from hydra.core.config_loader import ConfigLoader
    from hydra.core.override_parser.types import Override
    from hydra.core.utils import JobReturn
    from omegaconf import DictConfig

FILE_READER = "hydra._internal.core_plugins.file_config_source"
"""The module of Hydra that reads files, with the file's path in a local ``full_path``."""


def arguments_parser() -> ArgumentParser:
    """The parser of Hydra's command lines, which tells our version, and of no flag that is refused or has a verb."""
    from hydra._internal.utils import get_args_parser

    parser = get_args_parser()
    ours = {
        "--version": {"version": f"sweep {__version__}", "help": "Show the version and exit"},
        "--experimental-rerun": {"help": SUPPRESS},
        "--shell-completion": {"help": SUPPRESS},
    }
    for action in parser._actions:
        for flag in action.option_strings:
            vars(action).update(ours.get(flag, {}))
    return parser


def offer(choices: Callable[[str], Sequence[str]]) -> None:
    """Let the completion of a command line offer all ``choices`` of a key, of which Hydra knows the one it has."""
    from hydra.plugins.completion_plugin import CompletionPlugin

    known = CompletionPlugin._get_matches

    def matches(config: Any, word: str) -> list[str]:
        key, equals, begun = word.partition("=")
        listed, comma, last = begun.rpartition(",")
        offered = [choice for choice in choices(key) if choice.startswith(last)] if equals else []
        return [f"{key}={listed}{comma}{choice}" for choice in offered] or known(config, word)

    CompletionPlugin._get_matches = staticmethod(matches)  # type: ignore[method-assign]


def apply_overrides(overrides: Sequence["Override"], config: "DictConfig") -> None:
    """Set plain values in ``config`` as Hydra does: through its types, with its error texts."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl

    ConfigLoaderImpl._apply_overrides_to_config(list(overrides), config)


def is_group(loader: "ConfigLoader", key: str) -> bool:
    """Whether ``key`` names a group of files; the loader's own answer takes a copy of all that it knows each time."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl

    assert isinstance(loader, ConfigLoaderImpl)
    return bool(loader.repository.get_group_options(key))


def files_of(loader: "ConfigLoader", config: "DictConfig") -> Iterator[tuple[Path, str]]:
    """The files that ``loader`` has composed ``config`` from, each with the key that its own are below.

    Where that is not remembered it is found anew, which takes more than half as long as to compose.
    """
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    hydra = config.hydra
    last, listed = getattr(loader, "composed", (None, []))
    if last is not config:
        words: Any = OmegaConf.to_container(hydra.overrides, resolve=False)  # One may hold an interpolation.
        overrides = [*words["hydra"], *words["task"]]
        listed = loader.compute_defaults_list(hydra.job.config_name, overrides, RunMode.MULTIRUN).defaults
    folders = [Path(source.path) for source in hydra.runtime.config_sources if source.schema == "file"]
    for default in listed:
        files = (folder / f"{default.config_path}.yaml" for folder in folders)
        file = next((file for file in files if file.is_file()), None)
        if file is not None:
            yield file, default.package or ""


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
    from hydra.core.override_parser.overrides_visitor import HydraErrorListener

    lexing: Any = import_module("hydra.grammar.gen.OverrideLexer")
    parsing: Any = import_module("hydra.grammar.gen.OverrideParser")
    signs, forms = lexing.OverrideLexer, parsing.OverrideParser

    def values(node: Any, key: str) -> Iterator[tuple[str, str, slice]]:
        if isinstance(node, forms.PrimitiveContext):
            leaves = [leaf.symbol for leaf in node.getChildren() if leaf.symbol.type != signs.WS]
            if len(leaves) == 1 and leaves[0].type in (signs.INT, signs.FLOAT, signs.BOOL):
                yield key, leaves[0].text, slice(node.start.start, node.stop.stop + 1)
            return
        if isinstance(node, forms.FunctionContext) and node.ID().getText() in NOT_OF_TEXT:
            return
        if isinstance(node, forms.DictKeyValuePairContext):
            key = f"{key}.{node.dictKey().getText().strip()}"
        name = None
        for child in node.getChildren():
            if isinstance(child, parsing.ParserRuleContext) and name != "reverse":
                yield from values(child, key)
            name = child.ID().getText() if isinstance(child, forms.ArgNameContext) else None

    listener = HydraErrorListener()
    lexer = signs(lexing.InputStream(word))
    parser = forms(lexing.CommonTokenStream(lexer))
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


@contextmanager
def own_hydra() -> Iterator[None]:
    """A Hydra that is not initialised, whatever the caller does with it; afterwards the caller's is as it was.

    Hydra, its store of configurations and omegaconf's resolvers are one a process. Plugins are looked for once.
    """
    import hydra.conf  # noqa: F401 - It registers what is Hydra's own, once a process.
    from hydra._internal.sources_registry import SourcesRegistry
    from hydra.core.config_store import ConfigStore
    from hydra.core.plugins import Plugins
    from hydra.core.singleton import Singleton
    from omegaconf.basecontainer import BaseContainer

    import hydra_plugins

    groups, resolvers = ConfigStore.instance().repo, dict(BaseContainer._resolvers)
    instances, shared = dict(Singleton._instances), {Plugins, SourcesRegistry}
    for each in instances.keys() - {ConfigStore, *shared}:
        del Singleton._instances[each]
    known = _found.get(place := tuple(hydra_plugins.__path__)) if Plugins not in instances else None
    own, found = known or (groups["hydra"], {})
    # A caller's own names may be ours, as config is; below hydra stands what it finds of plugins, too.
    ConfigStore.instance().repo = {"hydra": _copied(own)}
    Singleton._instances.update(found)
    try:
        yield
    finally:
        if Plugins not in instances and shared <= Singleton._instances.keys():
            _found[place] = ConfigStore.instance().repo["hydra"], {each: Singleton._instances[each] for each in shared}
        ConfigStore.instance().repo = groups
        kept: list[tuple[Any, Any]] = [(Singleton._instances, instances), (BaseContainer._resolvers, resolvers)]
        for now, before in kept:
            now.clear()
            now.update(before)


_found: dict[tuple[str, ...], tuple[dict[str, Any], dict[Any, Any]]] = {}
"""Of callers who have no plugins of Hydra themselves: by their folders, what they register, and who knows them."""


def _copied(groups: dict[str, Any]) -> dict[str, Any]:
    return {name: _copied(below) if isinstance(below, dict) else below for name, below in groups.items()}
