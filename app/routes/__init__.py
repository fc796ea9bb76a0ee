"""The pages and the API: thin; no route imports another."""
