"""Trains the digit recogniser on synthetic speech, measures it on voices and speeds it has not heard, describes it."""
