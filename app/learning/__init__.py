"""Search that learns: what is searched for, and what operators make of it. `docs/learning.md` is about it."""
