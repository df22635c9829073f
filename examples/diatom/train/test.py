"""Tests what train.py made on pictures it has not seen.

    test.py --data set/results/test --model model.json --out evaluation.json
"""

import argparse
import json

from train import features, pictures, scores


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    with open(args.model) as file:
        model = json.load(file)
    classes = model["classes"]
    confusion = {name: {other: 0 for other in classes} for name in classes}
    for name, path in pictures(args.data):
        shares = scores(model, features(path))[1]
        confusion[name][classes[shares.index(max(shares))]] += 1
    total = sum(sum(row.values()) for row in confusion.values())
    right = sum(confusion[name][name] for name in classes)
    evaluation = {
        "accuracy": right / total,
        "chance": 1 / len(classes),
        "pictures": total,
        "recall": {name: row[name] / max(1, sum(row.values())) for name, row in confusion.items()},
        "confusion": confusion,
    }
    with open(args.out, "w") as file:
        json.dump(evaluation, file, indent=2)
    print(f"{right} of {total} pictures named right")


if __name__ == "__main__":
    main()
