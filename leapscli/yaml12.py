"""YAML 1.2 (core schema, section 10.3) for recipes, `--set` and manifests, read with PyYAML's safe loader.

PyYAML resolves plain scalars as YAML 1.1 did: `0300` is 192, `1:30` is 90, `off` is false, `1e3` is text, `2026-01-01`
a date. Here they are 300, text, text, 1000.0, text. Tags beyond the core schema (`!!timestamp`, `!!binary`, `!!set`)
and YAML 1.1's merge key `<<` mean nothing; a key written twice is an error.

What is dumped is quoted wherever either version would take a text for something else, so that both read it back.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import yaml
from yaml import YAMLError

from leapscli.errors import brief

__all__ = ["Loader", "YAMLError", "compose", "dump", "load", "load_written"]

MOST_VALUES = 100_000  # in a document, aliases written out: what nests aliases in aliases holds billions
MOST_DEPTH = 100  # of values in values; libyaml composes recursively, and overflows the stack of C at some ten thousand
MOST_DIGITS = 100  # of a whole number; Python takes seconds, or refuses, to print very long ones
_TAG = "tag:yaml.org,2002:"
_FIRST = "-+.0123456789"  # what a number begins with
# Section 10.3.2: tag, plain scalars that have it, their first characters.
_CORE = (
    ("null", r"null|Null|NULL|~|", [*"nN~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", [*_FIRST]),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", [*_FIRST]),
)
# Of those, what YAML 1.1 reads alike: a manifest of either version holds no other number unquoted.
_SHARED = (
    *_CORE[:2],
    ("int", r"[-+]?(0|[1-9][0-9]*)", [*_FIRST]),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+][0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", [*_FIRST]),
)
_CONSTRUCTED = [_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map")]

Resolvers = dict[str, list[tuple[str, re.Pattern[str]]]]
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _resolvers(schema: tuple[tuple[str, str, list[str]], ...], also: Resolvers | None = None) -> Resolvers:
    """The types of plain scalars by their first character: PyYAML's lookup table."""
    table = {first: [*entries] for first, entries in (also or {}).items()}
    for tag, pattern, firsts in schema:
        for first in firsts:
            table.setdefault(first, []).append((_TAG + tag, re.compile(f"(?:{pattern})$")))
    return table


class Loader(_Safe):  # type: ignore[misc]
    """PyYAML's safe loader under YAML 1.2's core schema."""

    yaml_implicit_resolvers: ClassVar = _resolvers(_CORE)
    yaml_constructors: ClassVar = {tag: _Safe.yaml_constructors[tag] for tag in _CONSTRUCTED}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys differ."""
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            raise _problem(node, "a key is written twice")
        return found

    def construct_int(self, node: yaml.ScalarNode) -> int:
        """Decimal, with leading zeros or not; `0o17` and `0x1F`."""
        text = str(self.construct_scalar(node))
        if len(text) > MOST_DIGITS:
            raise _problem(node, f"a number of {len(text):,} digits")
        try:
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        except ValueError:  # tagged `!!int` by hand
            raise _problem(node, "no whole number") from None

    def construct_float(self, node: yaml.ScalarNode) -> float:
        """`1e3` and `.inf`."""
        text = str(self.construct_scalar(node)).lower()
        try:
            return float(text.replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            raise _problem(node, "no number") from None

    def construct_bool(self, node: yaml.ScalarNode) -> bool:
        """`true` and `false`."""
        text = str(self.construct_scalar(node)).lower()
        if text not in ("true", "false"):
            raise _problem(node, "neither true nor false")
        return text == "true"

    def construct_undefined(self, node: yaml.Node) -> Any:
        """No tag of another schema."""
        raise _problem(node, f"the tag {brief(node.tag.replace(_TAG, '!!'))[1:-1]} means nothing here")


for _name in ("int", "float", "bool"):
    Loader.add_constructor(_TAG + _name, getattr(Loader, f"construct_{_name}"))
Loader.add_constructor(None, Loader.construct_undefined)


class _WrittenLoader(Loader):
    """Reads what `dump` wrote, and what was dumped as YAML 1.1, where `08` and `1e3` stand for texts."""

    yaml_implicit_resolvers: ClassVar = _resolvers(_SHARED)


class _Dumper(_SafeDumper):  # type: ignore[misc]
    """PyYAML's safe dumper, which quotes what YAML 1.1 or 1.2 would take for something else, and makes no aliases."""

    yaml_implicit_resolvers: ClassVar = _resolvers(_CORE, _SafeDumper.yaml_implicit_resolvers)

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """A text; what is no character, as from a file name in no encoding, is spelled out."""
        node: yaml.ScalarNode = self.represent_str(data.encode(errors="backslashreplace").decode())
        return node

    def ignore_aliases(self, data: Any) -> bool:
        """Always: a value is written wherever it stands."""
        return True


_Dumper.add_representer(str, _Dumper.represent_text)


def compose(text: str | bytes, loader: type[Loader] = Loader) -> tuple[Loader, yaml.Node | None]:
    """The tree of nodes of one document, None where it is empty, and the loader that constructs their values.

    Raises yaml.YAMLError: no YAML, several documents, nested too deeply, or aliases that make it too large or endless.
    """
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise _problem(event, "nested too deeply")
    reader = loader(text)
    root = reader.get_single_node()
    waiting, seen = [root] if root else [], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > MOST_VALUES:
            raise _problem(node, f"more than {MOST_VALUES:,} values, or an alias that holds itself")
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return reader, root


def load(text: str | bytes) -> Any:
    """The value of a YAML 1.2 document. Raises yaml.YAMLError."""
    return _construct(*compose(text))


def load_written(text: str | bytes) -> Any:
    """The value of a document that `dump`, or PyYAML as it is, wrote. Raises yaml.YAMLError."""
    return _construct(*compose(text, _WrittenLoader))


def dump(values: Any, width: int = 120) -> str:
    """Plain values as YAML that both 1.1 and 1.2 read back as they are; the order of keys is kept."""
    text: str = yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=width)
    return text


def _construct(loader: Loader, root: yaml.Node | None) -> Any:
    return loader.construct_document(root) if root else None


def _problem(place: yaml.Node | yaml.Event, what: str) -> yaml.MarkedYAMLError:
    mark: Any = place.start_mark  # of C or of Python
    return yaml.constructor.ConstructorError(None, None, what, mark)
