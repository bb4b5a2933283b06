"""One module per network: its categories, places, units and habits."""
