"""A model of which every step's gradient is known."""

import keras
import torch


class WatchedModel(keras.Model):
    """Its `fit` also reports `gradient_norm`: the mean length of an epoch's gradients before they are clipped."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.gradient_norm = keras.metrics.Mean(name="gradient_norm")

    def train_step(self, data):
        """Keras' own, which also keeps the length of the gradient."""
        x, y = data
        self.zero_grad()
        answers = self(x, training=True) if self._call_has_training_arg else self(x)
        loss = self.compute_loss(x, y, answers)
        self._loss_tracker.update_state(loss, sample_weight=len(x))
        loss.backward()
        weights = self.trainable_weights
        gradients = [weight.value.grad for weight in weights]
        squares = sum(float(gradient.square().sum()) for gradient in gradients if gradient is not None)
        self.gradient_norm.update_state(squares**0.5)
        with torch.no_grad():
            self.optimizer.apply(gradients, weights)
        return {**self.compute_metrics(x, y, answers), "gradient_norm": self.gradient_norm.result()}
