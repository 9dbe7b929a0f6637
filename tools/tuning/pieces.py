"""Texts as the numbers of their pieces, cut by the wheel's own code: it is compiled with one function more that shows them."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.answers.finding.semantic import readable
from tools.tuning.weights import model_path

MOST: Final = 4096
SHOWN: Final = """
int e5_pieces(e5_model *model, const char *text, int *out, int most) {
    out[0] = model->tok.bos;
    int count = tok_content(&model->tok, text, out + 1, most - 2);
    out[count + 1] = model->tok.eos;
    return count + 2;
}
"""


class Cutter:
    """Cuts texts as the encoder does, with the mark of a question before them. Needs a C compiler; `made_in` holds the build."""

    def __init__(self, made_in: Path) -> None:
        """Raises CalledProcessError when the code cannot be compiled."""
        model = model_path()
        made_in.mkdir(parents=True, exist_ok=True)
        (made_in / "e5.h").write_bytes(model.with_name("e5.h").read_bytes())
        source = made_in / "cutter.c"
        source.write_text(model.with_name("e5.c").read_text() + SHOWN)
        library = made_in / "cutter.so"
        subprocess.run(["cc", "-O2", "-march=native", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)  # noqa: S603, S607
        self._code = ctypes.CDLL(str(library))
        self._code.e5_load.restype = ctypes.c_void_p
        self._model = ctypes.c_void_p(self._code.e5_load(str(model).encode()))
        self._room = (ctypes.c_int * MOST)()

    def cut(self, text: str) -> Sequence[int]:
        """The numbers of a text's pieces, first and last the marks of beginning and end."""
        count = self._code.e5_pieces(self._model, f"query: {readable(text)}".encode(), self._room, MOST)
        return self._room[:count]
