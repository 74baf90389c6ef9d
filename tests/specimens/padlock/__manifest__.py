{
    "version": "1.0",
    "title": "Padlock",
    "summary": "Locks received moves, as an addon that agrees prices with suppliers would.",
    "depends": ["purchasing"],
}
