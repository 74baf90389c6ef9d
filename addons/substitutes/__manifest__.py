{
    "version": "0.1.0",
    "title": "Substitutes",
    "summary": "Parts that stand in for others: what a short line may take, and what each customer took.",
    "category": "Trade",
    "depends": ["accounting>=0.1", "partners>=0.1", "products>=0.1", "sales>=0.1", "stock>=0.1"],
}
