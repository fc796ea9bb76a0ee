"""The rules: questionnaires, answers, scores, recommendations, reports. Pure: no file, no clock, no environment."""
