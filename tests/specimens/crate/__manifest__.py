{"version": "1.0", "title": "Crates", "summary": "Things in crates, for the tests of the host."}
