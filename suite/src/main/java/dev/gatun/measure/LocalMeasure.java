package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.HeadJacobian;
import dev.gatun.spectrum.JacobianProjection;
import dev.gatun.spectrum.LocalProjection;
import dev.gatun.tensor.Tensor;

/** How a head of any form is measured at some of its contexts. */
@FunctionalInterface
public interface LocalMeasure {
  /** At each context by the Jacobian there. */
  LocalMeasure EXACT = (backend, head, at, rows) -> measure(backend, head, at, rows, rows);

  /**
   * What the head lets through at the contexts of these rows.
   *
   * @param rows of the hidden states, all with a target
   */
  LocalProjection measure(Backend backend, Head head, HeadInputs at, long[] rows);

  /**
   * What Jacobians let through of the gradients of some contexts.
   *
   * @param jacobiansAt for each of the rows, at which one the Jacobian is taken
   */
  static LocalProjection measure(
      Backend backend, Head head, HeadInputs at, long[] rows, long[] jacobiansAt) {
    long width = at.hidden().cols();
    long vocabulary = head.vocabulary();
    try (TensorScope scope = backend.newScope();
        var projection = new JacobianProjection(backend, vocabulary, width, rows.length);
        var jacobian = new HeadJacobian(backend, head, width)) {
      Tensor gradients = scope.zeros(backend.real(), rows.length, vocabulary);
      head.streamGradient(
          at.hidden(),
          at.targets(),
          at.meanScale(),
          (first, chunk) -> {
            for (int i = 0; i < rows.length; i++) {
              if (rows[i] >= first && rows[i] < first + chunk.rows()) {
                backend.copy(chunk.rows(rows[i] - first, 1), gradients.rows(i, 1));
              }
            }
          });
      for (int i = 0; i < rows.length; i++) {
        Tensor there = jacobian.at(at.hidden().rows(jacobiansAt[i], 1));
        projection.add(there, gradients.rows(i, 1));
      }
      return projection.result();
    }
  }
}
