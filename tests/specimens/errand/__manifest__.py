{"version": "1.0", "title": "Errands", "summary": "Jobs that only take time, for the tests of the host."}
