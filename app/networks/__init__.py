"""Live networks: one client below one connector each, pulls that go on after a crash, and their health."""
