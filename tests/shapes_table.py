"""The JSON shapes that ``docs/json.md`` documents.

They are derived from the source of the functions that build them and from the types of their
arguments. ``python -m tests.documents`` regenerates them; a test compares them with the output of
commands.
"""

import ast
import importlib
import inspect
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

MODULES = tuple(
    f"studio_tui.cli.{feature}.shapes"
    for feature in (
        *("activity", "audiences", "conversations", "outbox", "people", "pushes", "ssh"),
        *("system", "templates", "today"),
    )
)
_UNKNOWN = "any"
_OTHERS = "others: see [commands.md](commands.md)"
_SIMPLE = {str: "text", int: "number", float: "number", bool: "true or false"}
_CALLS = {
    **dict.fromkeys(("len", "sum"), "number"),
    "str": "text",
    "iso": "instant or null",
    "bool": "true or false",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a shape: its path (``users[].login``) and the kind of its value."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShapeTable:
    """The keys of the object that one function builds."""

    name: str
    about: str
    keys: tuple[Key, ...]


def every_shape() -> dict[str, ShapeTable]:
    """Return the shapes of all public functions that build an object, by function name."""
    found: dict[str, ShapeTable] = {}
    reader = _Reader([importlib.import_module(module) for module in MODULES])
    for name, function in reader.functions.items():
        if not name.startswith("_") and (keys := reader.keys(name)):
            found[name] = ShapeTable(name, _about(function), tuple(keys))
    return found


def _about(function: ast.FunctionDef) -> str:
    """Return what an object describes: the docstring of ``function`` without its verb."""
    text = " ".join((ast.get_docstring(function) or "").split())
    text = text.removeprefix("Return ").removeprefix("the JSON of ").replace(", and of ", ", and ")
    return text[:1].upper() + text[1:]


def in_markdown() -> str:
    """Return a heading, a sentence and a table for each shape."""
    return "\n".join(line for _, shape in sorted(every_shape().items()) for line in _table(shape))


def _table(shape: ShapeTable) -> Iterator[str]:
    yield f"## {shape.name.replace('_', ' ').capitalize()}\n\n{shape.about}\n"
    yield "| key | value |\n| --- | --- |"
    yield from (f"| `{key.path}` | {key.kind} |" for key in shape.keys)
    yield ""


class _Unqualified(ast.NodeTransformer):
    """Replaces ``people_shapes.user`` by ``user``: function names are unique across modules."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Drop the module of a qualified name."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id.endswith("_shapes"):
            return ast.Name(node.attr, node.ctx)
        return node


class _Reader:
    """Derives shapes from the syntax trees of modules."""

    def __init__(self, modules: Sequence[types.ModuleType]) -> None:
        self._names: dict[str, Any] = {}
        self._reading: list[str] = []
        self.functions: dict[str, ast.FunctionDef] = {}
        for module in modules:
            self._names |= _names_in(module)
            tree = _Unqualified().visit(ast.parse(inspect.getsource(module)))
            found = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
            assert not found.keys() & self.functions.keys()
            self.functions |= found

    def keys(self, name: str, prefix: str = "") -> list[Key]:
        """Return the keys of the object that a function returns; empty if it returns no object."""
        if name in self._reading:
            # The object contains objects of its own kind.
            return [Key(f"{prefix}…", "the same again")]
        self._reading.append(name)
        try:
            return self._keys(self.functions[name], prefix)
        finally:
            self._reading.pop()

    def _keys(self, function: ast.FunctionDef, prefix: str) -> list[Key]:
        known = {
            each.arg: self._annotated(each.annotation)
            for each in (*function.args.args, *function.args.kwonlyargs)
        }
        returned = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
        assigned = [each for each in function.body if isinstance(each, ast.Assign)]
        for each in assigned:
            self._assign(each, known)
        for value in reversed(returned):
            if found := self._object(value, known, prefix):
                return found
        return []

    def _makes_object(self, name: str) -> bool:
        returns = self.functions[name].returns if name in self.functions else None
        return returns is not None and "Shape" in ast.unparse(returns)

    def _assign(self, statement: ast.Assign, known: dict[str, Any]) -> None:
        [target], value = statement.targets, statement.value
        pairs = (
            zip(target.elts, value.elts, strict=True)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            else [(target, value)]
        )
        for each, of in pairs:
            if isinstance(each, ast.Name):
                is_object = isinstance(of, ast.Call) and (
                    isinstance(of.func, ast.Name) and self._makes_object(of.func.id)
                )
                known[each.id] = of if is_object else self._type(of, known)

    def _object(self, node: ast.expr | None, known: dict[str, Any], prefix: str) -> list[Key]:
        match node:
            case ast.Dict():
                return [
                    key
                    for name, value in zip(node.keys, node.values, strict=True)
                    for key in self._entry(name, value, known, prefix)
                ]
            case ast.Call(func=ast.Name(id="asdict"), args=[of]):
                return _fields(self._type(of, known), prefix)
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                return self.keys(name, prefix)
            case ast.Name(id=name) if isinstance(known.get(name), ast.AST):
                return self._object(known[name], known, prefix)
            case ast.IfExp():
                return self._object(node.body, known, prefix)
            case ast.BoolOp():
                return self._object(node.values[0], known, prefix)
            case ast.ListComp():
                return self._object(node.elt, known | self._looped(node, known), prefix)
            case _:
                return []

    def _entry(
        self, name: ast.expr | None, value: ast.expr, known: dict[str, Any], prefix: str
    ) -> Iterator[Key]:
        if name is None:
            yield from self._object(value, known, prefix) or [Key(f"{prefix}…", _OTHERS)]
            return
        if not isinstance(name, ast.Constant):
            yield Key(f"{prefix}…", self._kind(value, known))
            return
        path = f"{prefix}{name.value!s}"
        kind = self._kind(value, known)
        is_list = kind.startswith("list")
        shape = self._shape_called(value)
        if shape and not shape.startswith("_"):
            yield Key(path, kind)
            return
        inner = self._object(value, known, f"{path}[]." if is_list else f"{path}.")
        yield Key(path, kind)
        yield from inner

    def _shape_called(self, node: ast.expr) -> str:
        """Return the function that builds this object or these objects; empty if none does."""
        match node:
            case ast.Call(func=ast.Name(id=name)) if self._makes_object(name):
                return name
            case ast.ListComp(elt=elt):
                return self._shape_called(elt)
            case ast.IfExp(body=body, orelse=orelse):
                return self._shape_called(body) or self._shape_called(orelse)
            case _:
                return ""

    def _kind(self, node: ast.expr, known: dict[str, Any]) -> str:
        """Describe the value of an expression in words."""
        shape = self._shape_called(node)
        name = f"[{shape.replace('_', ' ')}](#{shape.replace('_', '-')})" if shape else "object"
        if shape.startswith("_"):
            name = "object"
        match node:
            case ast.ListComp():
                inner = known | self._looped(node, known)
                return f"list of {name if shape else self._kind(node.elt, inner)}"
            case ast.IfExp():
                kinds = (self._kind(node.body, known), self._kind(node.orelse, known))
                return (
                    _either(*(kind for part in kinds for kind in part.split(" or null")))
                    if "null" not in "".join(kinds)
                    else _or_null(kinds)
                )
            case ast.Call(func=ast.Name(id=called)) if called in self.functions:
                return self._of_function(called, name)
            case ast.Dict() | ast.DictComp() | ast.Call(func=ast.Name(id="asdict")):
                return "object"
            case ast.List(elts=[]):
                return "list"
            case ast.Constant(value=None):
                return "null"
            case ast.BoolOp(op=ast.Or(), values=[first, ast.Constant(value=None)]):
                return _or_null((self._kind(first, known), "null"))
            case _:
                return _in_words(self._type(node, known))

    def _of_function(self, called: str, name: str) -> str:
        returns = ast.unparse(self.functions[called].returns or ast.Constant(None))
        kind = {"list[str]": "list of text", "bool": "true or false", "str": "text"}.get(returns)
        if kind is None:
            kind = f"list of {name}" if returns.startswith("list") else name
            if not self._makes_object(called):
                kind = self._returned(called)
        return f"{kind} or null" if "None" in returns and "null" not in kind else kind

    def _returned(self, called: str) -> str:
        return (
            "list of object"
            if "list" in ast.unparse(self.functions[called].returns or ast.Constant(None))
            else _UNKNOWN
        )

    def _looped(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        known: dict[str, Any],
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in node.generators:
            if isinstance(each.target, ast.Name):
                found[each.target.id] = _element(self._type(each.iter, known | found))
        return found

    def _type(self, node: ast.expr, known: Mapping[str, Any]) -> Any:
        """Return the type of an expression, or a description that `_in_words` accepts instead."""
        match node:
            case ast.Name(id=name):
                return known.get(name, self._names.get(name))
            case ast.Constant(value=value):
                return type(value)
            case ast.Attribute(value=of, attr=attr):
                return _attribute(self._type(of, known), attr)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return bool
            case ast.BoolOp(values=values):
                return self._type(values[0], known) if isinstance(node.op, ast.Or) else bool
            case ast.BinOp():
                return self._type(node.left, known)
            case ast.JoinedStr():
                return str
            case ast.IfExp():
                kinds = (self._kind(node.body, dict(known)), self._kind(node.orelse, dict(known)))
                return _or_null(kinds)
            case ast.Call():
                return self._called(node, known)
            case ast.Subscript(value=of):
                return _element(self._type(of, known))
            case _:
                return None

    def _called(self, node: ast.Call, known: Mapping[str, Any]) -> Any:
        match node.func:
            case ast.Attribute(attr="isoformat", value=of):
                found = _plain(self._type(of, known))
                return "instant" if found is datetime else "day"
            case ast.Attribute(attr="get"):
                return int
            case ast.Attribute(value=of, attr=attr):
                return _returns(_attribute(self._type(of, known), attr))
            case ast.Name(id="list" | "sorted" | "tuple" | "set"):
                return self._type(node.args[0], known)
            case ast.Name(id=name) if name in _CALLS:
                return _CALLS[name]
            case ast.Name(id=name) if name in self.functions:
                return self._kind(node, dict(known))
            case ast.Name(id=name):
                return _returns(self._names.get(name))
            case _:
                return None

    def _annotated(self, annotation: ast.expr | None) -> Any:
        if annotation is None:
            return None
        try:
            return eval(ast.unparse(annotation), dict(self._names))
        except NameError:
            return None


def _names_in(module: types.ModuleType) -> dict[str, Any]:
    """Return the names of a module with their values, including those imported for types only."""
    names = dict(vars(module))
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            source = importlib.import_module(node.module)
            names |= {each.asname or each.name: getattr(source, each.name) for each in node.names}
    return names


def _plain(of: Any) -> Any:
    """Return a type without its “or None”."""
    if isinstance(of, types.UnionType) or typing.get_origin(of) is typing.Union:
        return next((each for each in typing.get_args(of) if each is not type(None)), None)
    return of


def _attribute(of: Any, name: str) -> Any:
    of = _plain(of)
    found = inspect.getattr_static(of, name, None) if isinstance(of, type) else None
    if isinstance(found, property) and found.fget:
        return _hints(found.fget).get("return")
    if inspect.isfunction(found):
        return found
    return _hints(of).get(name) if isinstance(of, type) else None


def _returns(of: Any) -> Any:
    if isinstance(of, type):
        return of
    return _hints(of).get("return") if callable(of) else None


def _hints(of: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(of)
    except (NameError, TypeError):
        return {}


def _element(of: Any) -> Any:
    arguments = [each for each in typing.get_args(_plain(of)) if each is not Ellipsis]
    return arguments[0] if arguments else None


def _fields(of: Any, prefix: str) -> list[Key]:
    """Return the keys that ``asdict`` makes of a dataclass, with those of nested dataclasses."""
    of = _plain(of)
    if not is_dataclass(of):
        return []
    hints, found = _hints(of), list[Key]()
    for each in fields(of):
        hint, path = hints.get(each.name), f"{prefix}{each.name}"
        found.append(Key(path, _in_words(hint)))
        is_list = typing.get_origin(_plain(hint)) in (list, tuple, Sequence)
        inner = _element(hint) if is_list else hint
        found += _fields(inner, f"{path}[]." if is_list else f"{path}.")
    return found


def _in_words(of: Any) -> str:
    """Describe a type in words; return a string unchanged."""
    if isinstance(of, str):
        return of
    if of is type(None):
        return "null"
    if of in _SIMPLE:
        return _SIMPLE[of]
    if isinstance(of, types.UnionType) or typing.get_origin(of) is typing.Union:
        return _or_null(tuple(_in_words(each) for each in typing.get_args(of)))
    origin = typing.get_origin(of)
    if origin is not None:
        inner = _in_words(_element(of))
        is_list = isinstance(origin, type) and not issubclass(origin, Mapping)
        return f"list of {inner}" if is_list else "object"
    if isinstance(of, type):
        if issubclass(of, Enum):
            return ", ".join(f"`{each.value}`" for each in of)
        if issubclass(of, datetime):
            return "instant"
        if issubclass(of, date):
            return "day"
        return next((word for base, word in _SIMPLE.items() if issubclass(of, base)), "object")
    return _UNKNOWN


def _or_null(kinds: Sequence[str]) -> str:
    others = [part.removesuffix(" or null") for part in kinds if part != "null"]
    is_null = len(others) < len(kinds) or any(part.endswith(" or null") for part in kinds)
    return _either(*others) + (" or null" if is_null else "")


def _either(*kinds: str) -> str:
    return " or ".join(dict.fromkeys(filter(None, kinds)))
