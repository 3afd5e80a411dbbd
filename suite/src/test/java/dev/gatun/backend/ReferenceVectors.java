package dev.gatun.backend;

import static dev.gatun.backend.Elements.add;
import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** Operations on whole tensors, columns and rows. */
final class ReferenceVectors implements Parts.Vectors, Parts.Columns, Parts.Argmax {
  @Override
  public void copy(Tensor from, Tensor to) {
    for (long i = 0; i < from.size(); i++) {
      put(to, i, at(from, i));
    }
  }

  @Override
  public void fill(Tensor x, double value) {
    for (long i = 0; i < x.size(); i++) {
      put(x, i, value);
    }
  }

  @Override
  public void axpy(double alpha, Tensor x, Tensor y) {
    for (long i = 0; i < x.size(); i++) {
      add(y, i, alpha * at(x, i));
    }
  }

  @Override
  public void scale(double alpha, Tensor x) {
    for (long i = 0; i < x.size(); i++) {
      put(x, i, alpha * at(x, i));
    }
  }

  @Override
  public double dot(Tensor x, Tensor y) {
    double sum = 0;
    for (long i = 0; i < x.size(); i++) {
      sum += at(x, i) * at(y, i);
    }
    return sum;
  }

  @Override
  public void addDot(double alpha, Tensor x, Tensor y, Tensor sum) {
    add(sum, 0, alpha * dot(x, y));
  }

  @Override
  public long firstNonFinite(Tensor x) {
    for (long i = 0; i < x.size(); i++) {
      if (!Double.isFinite(at(x, i))) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    for (long row = 0; row < from.rows(); row++) {
      for (long j = 0; j < count; j++) {
        put(to, row, toColumn + j, at(from, row, fromColumn + j));
      }
    }
  }

  @Override
  public void argmaxRows(Tensor x, Tensor indices) {
    for (long r = 0; r < x.rows(); r++) {
      int best = 0;
      for (int c = 1; c < x.cols(); c++) {
        best = at(x, r, c) > at(x, r, best) ? c : best;
      }
      put(indices, r, best);
    }
  }
}
