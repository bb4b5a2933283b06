"""Which of my links earn: addresses in, the programs of their merchants on all networks out, the best paid first."""
