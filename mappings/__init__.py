"""What an affiliate program is, in every medium: record, row, document, parameter. Pure, no I/O."""
