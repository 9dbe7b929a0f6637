"""YAML with the line of every value, read so that words stay words.

`no`, `9` and `2026-11-22` are text here, not False, a number or a date: phrase lists are full of such words, and the
schema says which fields are anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The data of one document, the line of each value by its path, and what could not be read as (line, message)."""

    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    faults: tuple[tuple[int, str], ...] = ()

    def line(self, *path: str | int) -> int:
        """The line of the value at a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Words(yaml.CSafeLoader):
    """Composes nodes; only null is special."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (overrides the parent's table)


_NULLS = frozenset({"", "~", "null"})


class _Reader:
    """Turns nodes into data and notes where each came from."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.lines: dict[Path, int] = {}
        self.faults: list[tuple[int, str]] = []

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, self._line(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, i)) for i, child in enumerate(node.value)]
        is_plain = not getattr(node, "style", None)
        return None if is_plain and node.value in _NULLS else str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in data:
                self.faults.append((self._line(key), f"'{name}' stands twice"))
            self.lines[*path, name] = self._line(key)
            data[name] = self.read(value, (*path, name))
        return data

    def _line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self.first_line


def read_yaml(text: str, first_line: int = 1) -> Marked:
    """The document in a text whose first line is `first_line` of its file. Never raises: what is wrong is in `faults`."""
    try:
        node = yaml.compose(text, Loader=_Words)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        return Marked(None, faults=((line, f"this is not YAML: {error.problem or error.context}"),))
    except yaml.YAMLError as error:
        return Marked(None, faults=((first_line, f"this is not YAML: {str(error).splitlines()[0]}"),))
    if node is None:
        return Marked(None, faults=((first_line, "this is empty"),))
    reader = _Reader(first_line)
    data = reader.read(node, ())
    return Marked(data, reader.lines, tuple(reader.faults))
