"""Believable, seeded `NetworkProgram`s of five networks, in each network's own categories, units and habits."""
