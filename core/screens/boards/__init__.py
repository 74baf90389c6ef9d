"""Dashboards: figures and charts that lead to the documents behind them."""
