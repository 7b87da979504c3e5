"""Proof that nothing calls out: the whole program runs where there is no network, and every attempt is written down."""
