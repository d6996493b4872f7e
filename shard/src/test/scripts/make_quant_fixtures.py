#!/usr/bin/env python3
"""Writes the fixtures by which dequantisation is tested: for each tensor type a small matrix of
random, valid blocks as they stand in a GGUF file, and what PyPI's gguf makes of them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install gguf numpy
    /tmp/venv/bin/python shard/src/test/scripts/make_quant_fixtures.py [TYPE ...]

gguf cannot quantise to K types, so the blocks are random bytes with finite scales, extreme ones
(largest, smallest, subnormal, zero, negative) among them. Every element of such a block is exact in
float32 or rounded once, so the reference is the real value rounded once.

Format of quants/TYPE.bin, little-endian: int32 rows, int32 columns, int32 bytes of the blocks;
the blocks, row by row; float32 [rows, columns]. The class QuantFixtures reads it.
Last run with gguf 0.19.0 and numpy 2.4: the output depends on the seed below and on nothing else.
"""

import struct
import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize

SEED = 20250703
ROWS = 3
COLUMNS = 1280  # five K blocks, and across a segment's border at 1024

# Where f16 scales stand in a block; other types are treated by name below.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0],
}
DEFAULT = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"]
# Largest, smallest normal, largest and smallest subnormal, of both signs, and zero.
EXTREME_F16 = [0x7BFF, 0xFBFF, 0x0400, 0x8400, 0x03FF, 0x83FF, 0x0001, 0x8001, 0x0000]
EXTREME_BF16 = [0x7F7F, 0xFF7F, 0x0080, 0x8080, 0x007F, 0x807F, 0x0001, 0x8001, 0x0000]
EXTREME_F32 = [0x7F7FFFFF, 0xFF7FFFFF, 0x00800000, 0x007FFFFF, 0x00000001, 0x80000001, 0]


def finite(random, count, bits, exponent, extreme):
    """Random bit patterns that are neither NaN nor infinite, extreme ones first."""
    patterns = random.integers(0, 1 << bits, count, dtype=np.uint64)
    patterns[(patterns & exponent) == exponent] ^= 1 << (exponent.bit_length() - 1)
    few = min(len(extreme), count // 2)
    patterns[:few] = extreme[:few]
    return random.permutation(patterns)


def blocks(name, random):
    """The raw bytes of a [ROWS, COLUMNS] matrix."""
    elements, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    count = ROWS * COLUMNS // elements
    if name == "F32":
        return finite(random, count, 32, 0x7F800000, EXTREME_F32).astype("<u4").tobytes()
    if name == "F16":
        return finite(random, count, 16, 0x7C00, EXTREME_F16).astype("<u2").tobytes()
    if name == "BF16":
        return finite(random, count, 16, 0x7F80, EXTREME_BF16).astype("<u2").tobytes()
    raw = random.integers(0, 256, (count, size), dtype=np.uint8)
    if name == "MXFP4":
        raw[:, 0] = random.integers(1, 255, count)  # 255 is NaN
        return raw.tobytes()
    for at in SCALES[name]:
        scales = finite(random, count, 16, 0x7C00, EXTREME_F16).astype("<u2")
        raw[:, at : at + 2] = scales.view(np.uint8).reshape(count, 2)
    return raw.tobytes()


def main():
    folder = Path(__file__).resolve().parents[1] / "resources/org/weft/shard/gguf/quants"
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or DEFAULT:
        kind = GGMLQuantizationType[name]
        random = np.random.default_rng([SEED, int(kind)])
        raw = blocks(name, random)
        rows = np.frombuffer(raw, np.uint8).reshape(ROWS, -1)
        values = {"F32": "<f4", "F16": "<f2"}
        if name in values:
            reference = rows.view(values[name]).astype("<f4")
        else:
            reference = dequantize(rows, kind).astype("<f4")
        assert reference.shape == (ROWS, COLUMNS) and np.isfinite(reference).all(), name
        header = struct.pack("<iii", ROWS, COLUMNS, len(raw))
        (folder / f"{name}.bin").write_bytes(header + raw + reference.tobytes())
        print(f"{name:8} {len(raw):6} bytes, largest {np.abs(reference).max():.3g}")


main()
