"""questionnaires/ read, checked and resolved: everything between the authors’ files and the catalogue."""
