"""Feeds: a file of any shape in, `NetworkProgram`s out. What a layout is, what is refused, how it is streamed."""
