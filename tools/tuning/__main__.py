"""`python -m tools.tuning`: trains the encoder's upper layers and writes `content/models/encoder.npz`."""

from __future__ import annotations

import argparse
from pathlib import Path

from server.answers.finding.encoder import TUNING, file_fingerprint, keep_tuning
from server.answers.loader import load_content
from tools.tuning import train
from tools.tuning.lessons import lessons
from tools.tuning.pieces import Cutter
from tools.tuning.weights import model_path, tensors_of

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Trains and writes; about an hour on two cores."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--content", type=Path, default=ROOT / "content", help="the content folder")
    parser.add_argument("--epochs", type=float, default=2.0, help="how often every text is learnt from")
    parser.add_argument("--rate", type=float, default=6e-5, help="the step of learning at its height")
    parser.add_argument("--most", type=int, help="learn from so many texts only, to try it out")
    chosen = parser.parse_args()
    taught = lessons(load_content(chosen.content))[: chosen.most]
    cutter = Cutter(ROOT / "var" / "tuning")
    model = model_path().read_bytes()
    tensors = tensors_of(model)
    kept = train.shelves(model, tensors, [cutter.cut(lesson.text) for lesson in taught])
    print(f"{len(taught)} texts, {len(kept)} widths", flush=True)
    layers = train.tuned_layers(model, tensors, kept, train.targets(taught), chosen.epochs, chosen.rate)
    keep_tuning(chosen.content / TUNING, train.tuning_of(layers, tensors, file_fingerprint(model_path())))
    print("written; now: connexions content learn")


if __name__ == "__main__":
    main()
