"""The service: serves questionnaires, keeps answers, draws reports."""
