"""Recipe files and overrides as plain values that remember where each came from.

YAML (yaml12.py) is read through its node tree, which knows the line of every key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from leapscli.errors import RecipeError, brief
from leapscli.yaml12 import Loader, compose

Key = tuple[str, ...]
Place = Callable[[yaml.Node], str]  # where a node stands, as shown in messages


@dataclass
class Layer:
    """Nested values, and for every key path the text that says where it stands: `file:line` or `--set key`."""

    label: str
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def place(self, key: Key) -> str:
        """The line of `key`, or of the closest key around it."""
        while key and key not in self.places:
            key = key[:-1]
        return self.places.get(key, self.label)


def read_yaml(path: Path, label: str) -> Layer:
    """The values of a recipe file. Raises RecipeError when it cannot be read or is not YAML."""

    def place(node: yaml.Node) -> str:
        return f"{label}:{node.start_mark.line + 1}"

    try:
        loader, node = compose(path.read_text(encoding="utf-8-sig"))
        layer = Layer(label)
        if node is None:
            return layer
        if not isinstance(node, yaml.MappingNode):
            raise RecipeError(f"{place(node)}: a recipe is `key: value` lines")
        layer.values = _value(loader, node, (), layer, place)
        return layer
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecipeError(f"{label}:{line}: {_what(error)}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise RecipeError(f"{label}: not YAML: {' '.join(str(error).split())}") from None
    except OSError as error:
        raise RecipeError(f"{label}: cannot be read: {error.strerror}") from None


def _what(error: yaml.MarkedYAMLError) -> str:
    """The problem with a value, or with the text around it."""
    return f"{'' if isinstance(error, yaml.constructor.ConstructorError) else 'not YAML: '}{error.problem}"


def _value(loader: Loader, node: yaml.Node, key: Key, layer: Layer, place: Place) -> Any:
    """One node as a plain value; notes the places of the keys below it, and keys that cannot be."""
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*key, str(i)), layer, place) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    values: dict[str, Any] = {}
    for name_node, value_node in node.value:
        name = str(name_node.value) if isinstance(name_node, yaml.ScalarNode) else ""
        if problem := _refused(name, values):
            layer.problems.append(f"{place(name_node)}: {'.'.join((*key, brief(name)[1:-1]))}: {problem}")
            continue
        layer.places[(*key, name)] = place(name_node)
        values[name] = _value(loader, value_node, (*key, name), layer, place)
    return values


def _refused(name: str, values: dict[str, Any]) -> str | None:
    """The reason why `name` cannot be a key beside those of `values`."""
    if name == "<<":
        return "YAML 1.2 has no merge keys; write the settings out"
    return "written twice" if name in values else None if name else "a key is a word"


def read_overrides(overrides: Sequence[str]) -> Layer:
    """`key.sub=value` texts as a layer; values are YAML (`[0.8, 0.1, 0.1]`, `1e-3`, `45m`)."""
    layer = Layer("--set")
    for text in overrides:
        name, equals, value = text.partition("=")
        key = tuple(part.strip() for part in name.split("."))
        if not equals or not all(key):
            hint = "write it as key=value, as in seed=7 or optimizer.lr=1e-3"
            layer.problems.append(f"--set {brief(text)[1:-1]}: {hint}")
            continue
        layer.places[key] = f"--set {'.'.join(key)}"
        _put(layer.values, key, _override(value, key, layer))
    return layer


def _override(text: str, key: Key, layer: Layer) -> Any:
    """The value of an override; what YAML cannot read is a text."""
    try:
        loader, node = compose(text)
        return _value(loader, node, key, layer, lambda _: layer.places[key]) if node else None
    except (yaml.YAMLError, ValueError):
        return text


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
