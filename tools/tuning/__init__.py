"""Trains the upper layers of the sentence encoder on this library's own samples and examples: `python -m tools.tuning`.

A developer's tool: it takes an hour on two cores and needs the extra `tuning` (JAX). What comes of it,
`content/models/encoder.npz`, is committed; afterwards `connexions content learn` learns everything else anew.
"""
