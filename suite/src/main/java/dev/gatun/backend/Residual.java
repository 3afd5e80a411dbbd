package dev.gatun.backend;

import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * A branch that joins the residual stream through a linear layer: sum = residual + x·Wᵀ + bias.
 *
 * @param x [N, K]
 * @param weight W [D, K]
 * @param bias [D]
 * @param residual [N, D], the stream before
 * @param sum [N, D], the stream after
 */
public record Residual(
    Tensor x, Tensor weight, Optional<Tensor> bias, Tensor residual, Tensor sum) {}
