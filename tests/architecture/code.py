"""The program's own source, parsed: what the tests of its architecture look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "dialogs", "server")
GENERATED = "server.migrations.versions"
"""Migrations are written down once and then never change."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """One file of the program."""

    name: str
    path: Path
    tree: ast.Module

    def place(self, node: ast.AST) -> str:
        """Where something stands, to click on."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the three packages, migrations' versions apart."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    found = (Module(_name(path), path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)
    return tuple(module for module in found if not module.name.startswith(GENERATED))


def of_package(package: str) -> list[Module]:
    """The modules of one package."""
    return [module for module in modules() if module.name.split(".")[0] == package]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def walk_named(module: Module) -> tuple[tuple[str, ast.AST], ...]:
    """Every node with the full name of the innermost class or function that it stands in ("server.app.BodyLimit.__call__")."""
    return tuple(_walk(module.tree, module.name))


def _walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        inner = f"{name}.{child.name}" if isinstance(child, Function | ast.ClassDef) else name
        yield inner, child
        yield from _walk(child, inner)
