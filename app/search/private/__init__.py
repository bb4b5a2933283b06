"""What only the holder of a key is told of programs: how accounts stand to them, tags of one's own, the shortlist.

None of it is in the index. A process holds the ids of programs per value, and a search is narrowed and counted by them.
"""
