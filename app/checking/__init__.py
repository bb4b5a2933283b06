"""Whether the merchants' links of programs answer: asked politely, judged over days, marked in the programs."""
