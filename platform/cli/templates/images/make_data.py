"""Draws pictures to begin with: `python make_data.py` writes data/circle, data/square and data/triangle."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

EACH = 60
SIZE = 24
random = np.random.default_rng(1)


def drawn(shape: str) -> Image.Image:
    image = Image.new("L", (SIZE, SIZE), int(random.integers(0, 60)))
    radius = random.integers(5, 10)
    x, y = random.integers(radius, SIZE - radius, 2)
    box = [x - radius, y - radius, x + radius, y + radius]
    ink = int(random.integers(140, 256))
    draw = ImageDraw.Draw(image)
    if shape == "circle":
        draw.ellipse(box, fill=ink)
    elif shape == "square":
        draw.rectangle(box, fill=ink)
    else:
        draw.polygon([(x, y - radius), (x - radius, y + radius), (x + radius, y + radius)], fill=ink)
    return image


for shape in ("circle", "square", "triangle"):
    folder = Path("data", shape)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(EACH):
        drawn(shape).save(folder / f"{number:03}.png")
print(f"{3 * EACH} pictures in data")
