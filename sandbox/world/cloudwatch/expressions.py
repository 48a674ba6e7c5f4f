"""Metric math, as far as error rates and the like need it: ``100 * (m1 + m2) / m3``, ``FILL``, ``IF``, ``SUM`` and
friends.

An expression is read by Python's own parser and walked; nothing of it is ever run. Its grammar is that of AWS's metric
math (CloudWatch user guide, "Using math expressions"), without SEARCH, anomaly detection and the like.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence

Row = tuple[float | None, ...]
"""One value per period; ``None`` where nothing was measured."""
Value = float | Row | list[Row]

BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
COMPARED: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FOLDS: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


class ExpressionError(ValueError):
    """The expression cannot be understood; the sentence says why."""


def evaluate(expression: str, rows: Mapping[str, Row], length: int) -> Row:
    """The row that an expression makes of the rows it names, each ``length`` periods long.

    Raises ``ExpressionError``.
    """
    return _Evaluator(rows, length).row(_parsed(expression))


def names(expression: str) -> set[str]:
    """The ids that an expression speaks of; all of them where it says METRICS()."""
    return {node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name)}


def _parsed(expression: str) -> ast.expr:
    spelled = expression.replace("&&", " and ").replace("||", " or ").replace("^", "**")
    spelled = re.sub(r"\bAND\b", "and", re.sub(r"\bOR\b", "or", spelled))
    try:
        return ast.parse(spelled.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"Invalid expression: {expression}") from error


class _Evaluator:
    def __init__(self, rows: Mapping[str, Row], length: int) -> None:
        self._rows = rows
        self._length = length

    def row(self, node: ast.expr) -> Row:
        """A node's value as one row; a number stands in every period."""
        match self._value(node):
            case list():
                raise ExpressionError("The expression must return one time series")
            case tuple() as row:
                return row
            case number:
                return (float(number),) * self._length

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                return self._named(name)
            case ast.List(elts=items):
                return [self.row(item) for item in items]
            case ast.Call(func=ast.Name(id=function), args=arguments):
                return self._called(function.upper(), arguments)
            case _:
                return self._combined(node)

    def _combined(self, node: ast.expr) -> Value:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._each(operator.neg, [operand])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return self._each(BINARY[type(op)], [left, right])
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARED:
                return self._each(COMPARED[type(op)], [left, right])
            case ast.BoolOp(op=op, values=values):
                fold = all if isinstance(op, ast.And) else any
                return self._each(lambda *given: float(fold(given)), values)
            case _:
                raise ExpressionError(f"Unsupported in an expression: {ast.unparse(node)}")

    def _named(self, name: str) -> Row:
        if name not in self._rows:
            raise ExpressionError(f"The expression speaks of {name}, which is not among the metrics")
        return self._rows[name]

    def _each(self, combine: Callable[..., float], nodes: Sequence[ast.expr]) -> Value:
        """Period by period; where one side says nothing, or the division is by zero, there is no value."""
        values = [self._value(node) for node in nodes]
        if all(isinstance(value, float) for value in values):
            return _safe(combine, values) or 0.0
        rows = [self.row(node) for node in nodes]
        return tuple(_safe(combine, column) for column in zip(*rows, strict=True))

    def _called(self, function: str, arguments: Sequence[ast.expr]) -> Value:
        match function, arguments:
            case "METRICS", _:
                return list(self._rows.values())
            case "FILL", [series, filling]:
                return self._filled(series, filling)
            case "IF", [condition, then, *otherwise]:
                return self._either(condition, then, otherwise)
            case (("ABS" | "CEIL" | "FLOOR"), [one]):
                return self._each(_ROUND[function], [one])
            case _, [one] if function in FOLDS:
                return self._folded(FOLDS[function], one)
            case _:
                raise ExpressionError(f"Unsupported function in an expression: {function}")

    def _filled(self, series: ast.expr, filling: ast.expr) -> Row:
        row = self.row(series)
        if isinstance(filling, ast.Name) and filling.id == "REPEAT":
            return _repeated(row)
        others = self.row(filling)
        return tuple(other if value is None else value for value, other in zip(row, others, strict=True))

    def _either(self, condition: ast.expr, then: ast.expr, otherwise: Sequence[ast.expr]) -> Row:
        yes = self.row(then)
        no = self.row(otherwise[0]) if otherwise else (None,) * self._length
        chosen = zip(self.row(condition), yes, no, strict=True)
        return tuple(None if test is None else (one if test else other) for test, one, other in chosen)

    def _folded(self, fold: Callable[[Sequence[float]], float], argument: ast.expr) -> Value:
        """Over several series: period by period. Over one: all of it to one number, as AWS does."""
        value = self._value(argument)
        if isinstance(value, list):
            columns = [[one for one in column if one is not None] for column in zip(*value, strict=True)]
            return tuple(float(fold(column)) if column else None for column in columns)
        real = [one for one in self.row(argument) if one is not None]
        return float(fold(real)) if real else (None,) * self._length


def _safe(combine: Callable[..., float], values: Sequence[Value | None]) -> float | None:
    if any(value is None for value in values):
        return None
    try:
        return float(combine(*values))
    except (ZeroDivisionError, OverflowError):
        return None


def _repeated(row: Row) -> Row:
    last: float | None = None
    filled: list[float | None] = []
    for value in row:
        last = value if value is not None else last
        filled.append(last)
    return tuple(filled)


_ROUND: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": lambda value: float(-(-value // 1)),
    "FLOOR": lambda value: float(value // 1),
}
