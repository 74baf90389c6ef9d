{"version": "1.0", "title": "Crate labels", "depends": ["crate>=1.0"]}
