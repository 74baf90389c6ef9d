"""Amounts in Chinese capitals, which nobody alters with a pen: 壹 for 一.

Rules of the People's Bank of China on writing bills: digits in groups of four with 万 and 亿; one 零 for
zeros between digits, none for those at the end of a group; 整 where there are no 分. Examples: 1,409.50 is
人民币壹仟肆佰零玖元伍角整, 16,409.02 is 人民币壹万陆仟肆佰零玖元零贰分.
"""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万")
#: What stands before the amount; currencies without a name here are told by their code.
NAMES = {
    "CNY": "人民币",
    "USD": "美元",
    "EUR": "欧元",
    "HKD": "港币",
    "JPY": "日元",
    "GBP": "英镑",
    "TWD": "新台币",
    "SGD": "新加坡元",
    "CHF": "瑞士法郎",
}


def capitals(amount: Decimal, currency: str) -> str:
    """An amount of up to 16 digits before the point and two behind it; 负 before what is below zero."""
    sign = "负" if amount < 0 else ""
    whole, cents = divmod(int(abs(amount) * 100), 100)
    return NAMES.get(currency, f"{currency} ") + sign + _whole(whole, cents) + _cents(cents, whole)


def _whole(number: int, cents: int) -> str:
    if not number:
        return "" if cents else "零元"
    words, pending, fours = "", False, _fours(number)
    for place, group in reversed(list(enumerate(fours))):
        if not group:
            pending = True
            continue
        # A zero stands between this group and the one before where either leaves its place empty.
        gap = words and (pending or group < 1000)
        # What is ten thousand times 亿 says so where no 亿 of its own follows.
        unit = GROUPS[place] + ("亿" if place == 3 and not fours[2] else "")
        words += ("零" if gap else "") + _group(group) + unit
        pending = False
    return words + "元"


def _fours(number: int) -> list[int]:
    """The groups of four digits, the lowest first."""
    found = []
    while number:
        number, group = divmod(number, 10_000)
        found.append(group)
    return found


def _group(group: int) -> str:
    words, pending = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if pending and words else "") + DIGITS[digit] + PLACES[place]
        pending = not digit
    return words


def _cents(cents: int, whole: int) -> str:
    tens, ones = divmod(cents, 10)
    if not cents:
        return "整"
    if not tens:
        return f"{'零' if whole else ''}{DIGITS[ones]}分"
    return f"{DIGITS[tens]}角" + (f"{DIGITS[ones]}分" if ones else "整")
