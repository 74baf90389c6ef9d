"""What stands beside a record: its history, notes, files and mails."""
