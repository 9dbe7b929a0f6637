"""The neutral page that leaving goes to: a small converter of everyday units that truly works."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final


@dataclass(frozen=True, slots=True)
class Conversion:
    """One way to convert: result = (amount + `before`) * `factor` + `after`. The label needs no translation."""

    key: str
    label: str
    unit: str
    factor: Decimal
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)

    def convert(self, amount: Decimal) -> Decimal:
        """The amount in the other unit, rounded to two places."""
        return ((amount + self.before) * self.factor + self.after).quantize(Decimal("0.01"))


CONVERSIONS: Final = (
    Conversion("miles", "mi → km", "km", Decimal("1.609344")),
    Conversion("km", "km → mi", "mi", 1 / Decimal("1.609344")),
    Conversion("cm", "cm → in", "in", 1 / Decimal("2.54")),
    Conversion("inches", "in → cm", "cm", Decimal("2.54")),
    Conversion("kg", "kg → lb", "lb", 1 / Decimal("0.45359237")),
    Conversion("pounds", "lb → kg", "kg", Decimal("0.45359237")),
    Conversion("c", "°C → °F", "°F", Decimal("1.8"), after=Decimal(32)),
    Conversion("f", "°F → °C", "°C", 1 / Decimal("1.8"), before=Decimal(-32)),
)
LARGEST: Final = Decimal("1e12")


def find(key: str) -> Conversion:
    """The conversion by its key; the first one for an unknown key."""
    return next((c for c in CONVERSIONS if c.key == key), CONVERSIONS[0])


def read_amount(text: str) -> Decimal | None:
    """The number somebody typed, with a point or a comma; None when it is none, or beyond any use."""
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) <= LARGEST else None


def result(amount_text: str, key: str) -> str:
    """What "10" miles are ("16.09 km"); empty when there is nothing to convert."""
    amount = read_amount(amount_text)
    if amount is None:
        return ""
    conversion = find(key)
    number = f"{conversion.convert(amount):f}"
    return f"{number.rstrip('0').rstrip('.')} {conversion.unit}"
