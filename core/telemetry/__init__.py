"""What an operator sees of a running Bincard: log lines, metrics, and whether it is well."""
