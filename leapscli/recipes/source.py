"""Recipe files and overrides as plain values that remember where each came from.

YAML is read with PyYAML's safe loader only, through its node tree, which knows the line of every key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from leapscli.errors import RecipeError

Key = tuple[str, ...]


class _Loader(yaml.SafeLoader):
    """The safe loader, which also reads `1e-3` as a number (YAML 1.2 does, PyYAML does not)."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d[\d_]*(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


@dataclass
class Layer:
    """Nested values, and for every key path the text that says where it stands: `file:line` or `--set key`."""

    label: str
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def place(self, key: Key) -> str:
        """Where `key`, or the closest key around it, was written."""
        while key and key not in self.places:
            key = key[:-1]
        return self.places.get(key, self.label)


def read_yaml(path: Path, label: str) -> Layer:
    """The values of a recipe file. Raises RecipeError when it cannot be read or is not YAML."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        layer = Layer(label)
        if node is None:
            return layer
        if not isinstance(node, yaml.MappingNode):
            raise RecipeError(f"{label}:{node.start_mark.line + 1}: a recipe is `key: value` lines")
        layer.values = _value(loader, node, (), layer)
        return layer
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecipeError(f"{label}:{line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise RecipeError(f"{label}: not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise RecipeError(f"{label}: nested too deeply for a recipe") from None
    except OSError as error:
        raise RecipeError(f"{label}: cannot be read: {error.strerror}") from None


def _value(loader: _Loader, node: yaml.Node, key: Key, layer: Layer) -> Any:
    """One node as a plain value; notes the lines of the keys below it, and keys written twice."""
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*key, str(i)), layer) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    values: dict[str, Any] = {}
    for name_node, value_node in node.value:
        name = str(name_node.value)
        place = f"{layer.label}:{name_node.start_mark.line + 1}"
        if name in values:
            layer.problems.append(f"{place}: {'.'.join((*key, name))}: written twice")
        layer.places[(*key, name)] = place
        values[name] = _value(loader, value_node, (*key, name), layer)
    return values


def read_overrides(overrides: Sequence[str]) -> Layer:
    """`key.sub=value` texts as a layer; values are YAML (`[0.8, 0.1, 0.1]`, `1e-3`, `45m`)."""
    layer = Layer("--set")
    for text in overrides:
        name, equals, value = text.partition("=")
        key = tuple(part.strip() for part in name.split("."))
        if not equals or not all(key):
            layer.problems.append(f"--set {text}: write it as key=value, as in seed=7 or optimizer.lr=1e-3")
            continue
        try:
            parsed = yaml.load(value, Loader=_Loader)  # a SafeLoader
        except (yaml.YAMLError, ValueError):
            parsed = value
        _put(layer.values, key, parsed)
        layer.places[key] = f"--set {'.'.join(key)}"
    return layer


def _put(values: dict[str, Any], key: Key, value: Any) -> None:
    """Set the value at a nested key; a later one wins."""
    for part in key[:-1]:
        inner = values.get(part)
        if not isinstance(inner, dict):
            inner = values[part] = {}
        values = inner
    values[key[-1]] = value


def merge(*layers: Layer) -> Layer:
    """Later layers win, key by key; nested mappings merge."""
    merged = Layer(layers[0].label)
    for layer in layers:
        _merge_values(merged.values, layer.values)
        merged.places.update(layer.places)
        merged.problems.extend(layer.problems)
    return merged


def _merge_values(into: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        old = into.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            into[name] = dict(old)
            _merge_values(into[name], value)
        else:
            into[name] = value
