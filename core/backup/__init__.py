"""One file that holds everything: the database and the contents of all attachments."""
