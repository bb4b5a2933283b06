"""Processes of ours: who started whom, whether each still works, how they are asked to stop."""
