/**
 * The output layers: from hidden states to the loss and its gradients, with the logits in chunks of
 * bounded size. A head is made of weights on a {@link dev.gatun.backend.Backend}, and knows neither
 * the model that it ends nor where the weights come from.
 */
package dev.gatun.model.head;
