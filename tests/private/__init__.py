"""What is private of programs: relations, notes, the shortlist."""
