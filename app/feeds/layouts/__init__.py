"""What one parsed record of a network says, as a `NetworkProgram`. Pure, raw: the normaliser alone interprets.

One module per network; the live connectors use the same functions as the feeds. A record that lacks its id or its
name still becomes a `NetworkProgram`, which the normaliser then rejects with the reason.
"""
