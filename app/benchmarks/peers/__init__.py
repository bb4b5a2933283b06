"""Other search engines over the same programs, words, filters and facets, each set up as its makers advise."""
