"""Fine-tuning of the voice network on recordings as worse lines would have brought them."""
