"""What nobody sends by accident, sent on purpose: calls, forms and files that are wrong in many ways."""
