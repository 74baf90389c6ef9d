"""Orders of both sides of the trade: quotations to customers, and requests to suppliers.

What holds of both is written once: completing, numbering and writing them, confirming, planning what moves,
changing with a trace, giving up, returns. A `Side` says in what they differ.
"""
