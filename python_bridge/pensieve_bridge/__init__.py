"""Pensieve's token engine: conversation in, tokens out, over a Unix socket (protocol: D03)."""
