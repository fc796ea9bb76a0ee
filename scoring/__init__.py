"""The rules: questionnaires, answers, scores, recommendations, reports. Pure: reads no file, no clock, no environment."""
