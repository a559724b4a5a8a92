"""Check digits and number structures. Pure arithmetic on strings without separators; no searching, no context."""

from collections import Counter

# Lengths of the IBAN by country (SWIFT IBAN registry).
IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
    "VG": 24, "XK": 20,
}  # fmt: skip

# Area numbers of the German pension insurers (VKVV).
RVNR_AREAS = frozenset(
    [2, 3, 4, *range(8, 22), 23, 24, 25, 26, 28, 29, 38, 39, 40, *range(42, 45), *range(48, 62), *range(63, 67), 68, 69,
     *range(78, 83), 89]
)  # fmt: skip


def _cross(value: int) -> int:
    return value // 10 + value % 10


def iban(value: str) -> bool:
    """ISO 13616 with the country's length and ISO 7064 mod 97-10. A number of zeros only is a template."""
    if len(value) != IBAN_LENGTH.get(value[:2], 0) or not value[2:4].isdigit() or not value[4:].strip("0"):
        return False
    return int("".join(str(int(c, 36)) for c in value[4:] + value[:4])) % 97 == 1


def tax_id(value: str) -> bool:
    """Identifikationsnummer (§ 139b AO): one digit twice or three times, ISO 7064 mod 11,10."""
    if value[0] == "0":
        return False
    counts = sorted(Counter(value[:10]).values(), reverse=True)
    if counts[0] not in (2, 3) or counts[1] > 1 or any(3 * d in value[:10] for d in set(value)):
        return False
    return mod_11_10(value)


def mod_11_10(value: str) -> bool:
    """ISO 7064 mod 11,10 over all but the last digit."""
    product = 10
    for digit in value[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(value[-1])


def social_insurance(value: str, *, strict: bool = True) -> bool:
    """Versicherungsnummer of the pension insurance, 12 characters (VKVV); `strict` asks for a known area number."""
    if strict and int(value[:2]) not in RVNR_AREAS:
        return False
    digits = f"{value[:8]}{ord(value[8]) - 64:02d}{value[9:11]}"
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    return sum(_cross(int(d) * w) for d, w in zip(digits, weights, strict=True)) % 10 == int(value[11])


def health_insurance(value: str) -> bool:
    """Krankenversichertennummer, its 10 fixed characters."""
    digits = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    return sum(_cross(int(d) * w) for d, w in zip(digits, (1, 2) * 5, strict=True)) % 10 == int(value[9])


def icao(value: str) -> bool:
    """ICAO 9303 weights 7-3-1 over all but the last character, which is the check digit."""
    total = sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(value[:-1]))
    return value[-1].isdigit() and total % 10 == int(value[-1])


def luhn(value: str) -> bool:
    """Luhn formula of payment cards (ISO/IEC 7812-1)."""
    total = 0
    for index, char in enumerate(reversed(value)):
        digit = int(char) * (1 + index % 2)
        total += _cross(digit)
    return total % 10 == 0


def card(value: str) -> bool:
    """A payment card number: a known issuer prefix with its length, and Luhn."""
    size = len(value)
    known = (
        (value[0] == "4" and size in (13, 16, 19))
        or (size == 16 and ("51" <= value[:2] <= "55" or "2221" <= value[:4] <= "2720"))
        or (size == 15 and value[:2] in ("34", "37"))
        or (size == 14 and (value[:2] in ("36", "38", "39") or "300" <= value[:3] <= "305"))
        or (size in (16, 19) and (value[:4] == "6011" or value[:2] in ("62", "64", "65") or value[:2] == "35"))
        or (size in (16, 18, 19) and value[:4] in ("5018", "5020", "5038", "6304", "6759", "6761", "6763", "6799"))
    )
    return known and size != 13 and len(set(value)) > 1 and luhn(value)
