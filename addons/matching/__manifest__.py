{
    "version": "0.1.0",
    "title": "Matching",
    "summary": "Reads a partner's list in any layout, assigns its lines to ours, and says why.",
    "category": "Ground floor",
    "depends": [],
}
