"""From raw records to rows: batches, staging, one merge a run, and what each run did."""
