"""dialogs is a function of what it is given: no clock, no chance, no input or output, no library of anybody else's."""

from __future__ import annotations

import ast

from tests.architecture.code import Module, of_package

ALLOWED = {
    "__future__",
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "itertools",
    "json",
    "re",
    "string",
    "typing",
    "unicodedata",
    "zoneinfo",
}
FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}
FORBIDDEN_METHODS = {"now", "utcnow", "today", "fromtimestamp", "read_text", "write_text", "read_bytes", "write_bytes"}


def imported(module: Module) -> list[tuple[str, str]]:
    """(place, name) of every import."""
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found += [(module.place(node), alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((module.place(node), "." if node.level else str(node.module)))
    return found


def test_imports_only_listed_parts_of_the_standard_library() -> None:
    wrong = [
        (place, name)
        for module in of_package("dialogs")
        for place, name in imported(module)
        if name not in ALLOWED and name.split(".")[0] != "dialogs"
    ]
    assert not wrong


def calls(module: Module) -> list[tuple[str, str]]:
    """(place, name) of every call that reaches outside: built-in functions, and methods that ask a clock or a file."""
    found = [(module.place(node), node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    functions = [(place, call.id) for place, call in found if isinstance(call, ast.Name)]
    methods = [(place, call.attr) for place, call in found if isinstance(call, ast.Attribute)]
    return [pair for pair in functions if pair[1] in FORBIDDEN_CALLS] + [
        pair for pair in methods if pair[1] in FORBIDDEN_METHODS
    ]


def test_asks_no_clock_and_touches_nothing_outside() -> None:
    assert not [pair for module in of_package("dialogs") for pair in calls(module)]


def test_the_checks_see_what_they_look_for() -> None:
    tree = ast.parse("import random\nfrom datetime import datetime\nprint(datetime.now())\n")
    module = Module("dialogs.bad", of_package("dialogs")[0].path, tree)
    assert [name for _, name in imported(module)] == ["random", "datetime"]
    assert {name for _, name in calls(module)} == {"print", "now"}
