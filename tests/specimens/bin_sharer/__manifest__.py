{
    "version": "1.0",
    "title": "Bin sharer",
    "summary": "Offers what shares a bin, hides what is too thick, and puts house brands first.",
    "depends": ["substitutes"],
}
