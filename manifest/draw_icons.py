"""Draws the icons of the app package and of Outlook's ribbon: a calm capital A whose crossbar is a clear line of text.

Run it after changing the drawing (`python -m manifest.draw_icons`); the PNG files are part of the repository.
Needs Pillow, which only development has.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

ICONS = Path(__file__).parent / "icons"
BLUE = (31, 78, 121, 255)
AMBER = (242, 184, 75, 255)
WHITE = (255, 255, 255, 255)
CLEAR = (255, 255, 255, 0)
RIBBON_SIZES = (16, 32, 64, 80, 128)

# Drawn this many times larger and then made smaller, which smooths the edges.
_FINE = 16
# The letter in a square of side 1: apex, feet, crossbar.
_APEX = (0.5, 0.0)
_FEET = ((0.06, 1.0), (0.94, 1.0))
_BAR = ((0.26, 0.70), (0.74, 0.70))
_STROKE = 0.17


def _line(draw: ImageDraw.ImageDraw, ends: list[tuple[float, float]], width: float, colour: tuple[int, ...]) -> None:
    draw.line(ends, fill=colour, width=round(width), joint="curve")
    for x, y in ends:
        draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)


def _letter(image: Image.Image, box: float, bar: tuple[int, ...]) -> None:
    """The letter in white, its crossbar in `bar`, in a centred square that takes `box` of the picture's side."""
    draw = ImageDraw.Draw(image)
    side = image.width * box
    width = side * _STROKE
    left = (image.width - side) / 2
    # The strokes are half a width thicker than the points they go through.
    top, height = left + width / 2, side - width

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return left + point[0] * side, top + point[1] * height

    _line(draw, [at(_BAR[0]), at(_BAR[1])], width, bar)
    _line(draw, [at(_FEET[0]), at(_APEX), at(_FEET[1])], width, WHITE)


def _small(image: Image.Image, size: int) -> Image.Image:
    return image.reduce(image.width // size)


def _tile(size: int) -> Image.Image:
    """The letter on a blue tile with round corners, transparent around it."""
    image = Image.new("RGBA", (size * _FINE, size * _FINE), CLEAR)
    edge = image.width - 1
    ImageDraw.Draw(image).rounded_rectangle((0, 0, edge, edge), radius=image.width * 0.2, fill=BLUE)
    # Small icons need a larger letter to stay readable.
    _letter(image, 0.68 if size <= 32 else 0.6, AMBER)
    return _small(image, size)


def _full(size: int) -> Image.Image:
    """The letter on blue up to the edge: Teams rounds the corners itself and shows the middle 120 of 192 pixels."""
    image = Image.new("RGBA", (size * _FINE // 2, size * _FINE // 2), BLUE)
    _letter(image, 0.56, AMBER)
    return _small(image, size).convert("RGB")


def _outline(size: int) -> Image.Image:
    """The letter in white on transparent; Teams colours it."""
    image = Image.new("RGBA", (size * _FINE, size * _FINE), CLEAR)
    _letter(image, 0.84, WHITE)
    small = _small(image, size)
    # Making it smaller may tint half-transparent pixels; only white is allowed.
    alpha = small.getchannel("A")
    white = Image.new("RGBA", small.size, WHITE)
    white.putalpha(alpha)
    return white


def pictures() -> dict[str, Image.Image]:
    """All icons by their file name."""
    drawn = {"color.png": _full(192), "outline.png": _outline(32), "color32.png": _tile(32)}
    return drawn | {f"icon-{size}.png": _tile(size) for size in RIBBON_SIZES}


def main() -> int:
    """Write the icons."""
    ICONS.mkdir(exist_ok=True)
    for name, image in pictures().items():
        image.save(ICONS / name, optimize=True)
        print(ICONS / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
