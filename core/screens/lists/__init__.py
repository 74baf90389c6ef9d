"""Lists: what is asked for, its SQL, its page, its files and the views that users keep."""
