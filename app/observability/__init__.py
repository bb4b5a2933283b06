"""What is told of a running system: figures, logs, ids of requests, traces and vital signs."""
