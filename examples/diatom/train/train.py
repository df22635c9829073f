"""Trains a small classifier of diatom pictures with nothing but Python 3's standard library.

    train.py --data set/results/train --model model.json

Every picture becomes a few numbers that do not change when the valve is turned or moved: how large and how long it
is, how it is bent, how its parts lie around its middle, how its texture varies. A softmax regression learns the rest.
It is an example to try the whole way with; put your own train.py in its place.
"""

import argparse
import json
import math
import os
import random
import struct
import sys
import zlib


def read_png(path):
    """Returns (width, height, rows of grey bytes) of an 8-bit PNG that is not interlaced."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise SystemExit(f"{path}: this example reads PNG only")
    at, packed, palette = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if depth != 8 or interlaced:
                raise SystemExit(f"{path}: this example reads 8-bit PNGs without interlacing")
        elif kind == b"PLTE":
            palette = body
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    raw, stride = zlib.decompress(packed), width * channels
    rows, before = [], bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        row = unfilter(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, channels)
        before = row
        # Green alone is close enough to grey for what follows.
        grey = row[1::channels] if channels >= 3 else row[::channels]
        rows.append(bytes(palette[3 * value + 1] for value in grey) if palette else bytes(grey))
    return width, height, rows


def unfilter(kind, row, above, step):
    """Undoes one of the five filters of PNG's section 9, in place."""
    if kind == 1:
        for i in range(step, len(row)):
            row[i] = (row[i] + row[i - step]) & 255
    elif kind == 2:
        for i, up in enumerate(above):
            row[i] = (row[i] + up) & 255
    elif kind == 3:
        for i, up in enumerate(above):
            left = row[i - step] if i >= step else 0
            row[i] = (row[i] + (left + up) // 2) & 255
    elif kind == 4:
        for i, up in enumerate(above):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            guess = left + up - corner
            best = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
            row[i] = (row[i] + best[2]) & 255
    return row


BINS = 8


def features(path, step=2):
    """Numbers that describe the valve on a picture, whatever way it lies."""
    width, height, rows = read_png(path)
    grey = [row[::step] for row in rows[::step]]
    w, h = len(grey[0]), len(grey)
    # The empty field is what most of the picture is; each row has its own, for the light is uneven.
    field = [sorted(row)[w // 2] for row in grey]
    points = []
    for y in range(1, h - 1):
        for x in range(1, w - 1):
            off = abs(grey[y][x] - field[y])
            if off > 22:
                points.append((x, y, off))
    if len(points) < 20:
        return [0.0] * (BINS * 2 + 7)
    total = sum(off for _, _, off in points)
    cx = sum(x * off for x, _, off in points) / total
    cy = sum(y * off for _, y, off in points) / total
    xx = sum((x - cx) ** 2 * off for x, _, off in points) / total
    yy = sum((y - cy) ** 2 * off for _, y, off in points) / total
    xy = sum((x - cx) * (y - cy) * off for x, y, off in points) / total
    middle, spread = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
    long, short = middle + spread, max(middle - spread, 0.01)
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    cos, sin = math.cos(angle), math.sin(angle)
    along, across = math.sqrt(long), math.sqrt(short)
    profile, widths, counts = [0.0] * BINS, [0.0] * BINS, [0] * BINS
    bend = lean = 0.0
    for x, y, off in points:
        u = ((x - cx) * cos + (y - cy) * sin) / along
        v = ((y - cy) * cos - (x - cx) * sin) / along
        bend += off * u * v * (1 if u * u > 1 else -1)
        lean += off * u**3
        # Poles are not told apart: bins run from the middle outwards.
        cell = min(int(abs(u) / 2.2 * BINS), BINS - 1)
        profile[cell] += off
        widths[cell] += abs(v) * off
        counts[cell] += off
    widths = [value / count if count else 0.0 for value, count in zip(widths, counts)]
    texture = sum(abs(grey[y][x] - grey[y][x + 1]) + abs(grey[y][x] - grey[y + 1][x]) for x, y, _ in points)
    shape = [
        math.log(long / short),
        math.log(len(points)),
        len(points) / (along * across),
        abs(bend) / total,
        abs(lean) / total,
        total / len(points) / 20,
        texture / len(points) / 20,
    ]
    return shape + [value / total * BINS for value in profile] + [value * 4 for value in widths]


def pictures(folder):
    """Yields (class, path) of every picture of a folder by class, in a fixed order."""
    for name in sorted(os.listdir(folder)):
        inside = os.path.join(folder, name)
        for file in sorted(os.listdir(inside)) if os.path.isdir(inside) else []:
            yield name, os.path.join(inside, file)


def scores(model, values):
    """Softmax over the classes."""
    scaled = [(v - m) / s for v, m, s in zip(values, model["mean"], model["scale"])] + [1.0]
    sums = [sum(w * v for w, v in zip(weights, scaled)) for weights in model["weights"]]
    top = max(sums)
    powers = [math.exp(value - top) for value in sums]
    return scaled, [value / sum(powers) for value in powers]


def train(samples, epochs, rate, seed):
    classes = sorted({name for name, _ in samples})
    columns = list(zip(*(values for _, values in samples)))
    mean = [sum(column) / len(column) for column in columns]
    scale = [math.sqrt(sum((v - m) ** 2 for v in column) / len(column)) or 1.0 for column, m in zip(columns, mean)]
    model = {"classes": classes, "mean": mean, "scale": scale, "weights": [[0.0] * (len(mean) + 1) for _ in classes]}
    order = random.Random(seed)
    for epoch in range(epochs):
        order.shuffle(samples)
        step = rate / (1 + epoch / 20)
        for name, values in samples:
            scaled, shares = scores(model, values)
            for index, weights in enumerate(model["weights"]):
                error = shares[index] - (1.0 if classes[index] == name else 0.0)
                for i, value in enumerate(scaled):
                    weights[i] -= step * (error * value + 0.001 * weights[i])
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    samples = [(name, features(path)) for name, path in pictures(args.data)]
    if not samples:
        sys.exit(f"{args.data} has no pictures")
    model = train(samples, args.epochs, args.rate, args.seed)
    with open(args.model, "w") as file:
        json.dump(model, file)
    right = sum(model["classes"][max(range(len(s)), key=s.__getitem__)] == name for name, s in ((n, scores(model, v)[1]) for n, v in samples))
    print(f"{len(samples)} pictures of {len(model['classes'])} classes; {right / len(samples):.1%} of them learnt")


if __name__ == "__main__":
    main()
