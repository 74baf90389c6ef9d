{
    "version": "1.0",
    "title": "Tally",
    "summary": "Puts a column on moves and rules on reservation, as orders would.",
    "depends": ["stock"],
}
