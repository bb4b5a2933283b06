"""Programs of one's own: written here, one by one, under the network `direct`."""
