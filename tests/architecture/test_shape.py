"""Sizes that code of this kind keeps, and a docstring for everything public (architecture, section 7)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from statistics import median

from tests.architecture.code import Function, Module, modules

LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10
LONGEST_MODULE = 300


def functions() -> list[tuple[str, int]]:
    """(place and name, lines) of every function."""
    return [
        (f"{module.place(node)} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
    ]


def test_functions_are_short() -> None:
    found = functions()
    assert not [name for name, lines in found if lines > LONGEST_FUNCTION]
    assert median(lines for _, lines in found) <= MEDIAN_FUNCTION


def test_modules_are_short() -> None:
    sizes = {module.name: len(module.path.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert not {name: size for name, size in sizes.items() if size > LONGEST_MODULE}


def public(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Everything public of a module, itself included: classes, functions, methods; nothing inside a function."""
    yield f"{module.place(module.tree)} module", module.tree
    yield from _public(module, module.tree)


def _public(module: Module, parent: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.AST]]:
    for node in parent.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield f"{module.place(node)} {node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from _public(module, node)


LIBRARY_NAMES = {"process_bind_param", "process_result_value"}
"""Methods that SQLAlchemy calls and explains."""


def _is_line_of_protocol(node: ast.AST) -> bool:
    """`def say(self, ...) -> str: ...`: its name says all."""
    body = node.body[0] if isinstance(node, Function) else None
    return isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant) and body.value.value is ...


def test_everything_public_says_what_the_caller_gets() -> None:
    named = [(place, node) for module in modules() for place, node in public(module)]
    assert len(named) > 500, "this is not the whole program"
    silent = [
        place
        for place, node in named
        if isinstance(node, ast.Module | ast.ClassDef | Function)
        and not (ast.get_docstring(node) or "").strip()
        and not _is_line_of_protocol(node)
        and getattr(node, "name", "") not in LIBRARY_NAMES
    ]
    assert not silent
