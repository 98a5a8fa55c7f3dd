"""What runs beside the requests: processes, by the clock or from the command line."""
