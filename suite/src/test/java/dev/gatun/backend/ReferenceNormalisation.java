package dev.gatun.backend;

import static dev.gatun.backend.Elements.add;
import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** LayerNorm and RMSNorm, as their formulas read. */
final class ReferenceNormalisation implements Parts.LayerNorm, Parts.RmsNorm {
  @Override
  public void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    long d = x.cols();
    for (long n = 0; n < x.rows(); n++) {
      double mu = 0;
      for (long j = 0; j < d; j++) {
        mu += at(x, n, j) / d;
      }
      double variance = 0;
      for (long j = 0; j < d; j++) {
        variance += (at(x, n, j) - mu) * (at(x, n, j) - mu) / d;
      }
      double r = 1 / Math.sqrt(variance + epsilon);
      for (long j = 0; j < d; j++) {
        put(y, n, j, (at(x, n, j) - mu) * r * at(weight, j) + at(bias, j));
      }
      put(mean, n, mu);
      put(rstd, n, r);
    }
  }

  @Override
  public void layerNormBackward(
      Tensor dY,
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor rstd,
      Tensor dX,
      Tensor dWeight,
      Tensor dBias) {
    long d = x.cols();
    for (long n = 0; n < x.rows(); n++) {
      double r = at(rstd, n);
      double meanGradient = 0;
      double meanGradientTimesHat = 0;
      for (long j = 0; j < d; j++) {
        double hat = (at(x, n, j) - at(mean, n)) * r;
        double dHat = at(dY, n, j) * at(weight, j);
        meanGradient += dHat / d;
        meanGradientTimesHat += dHat * hat / d;
        add(dWeight, j, at(dY, n, j) * hat);
        add(dBias, j, at(dY, n, j));
      }
      for (long j = 0; j < d; j++) {
        double hat = (at(x, n, j) - at(mean, n)) * r;
        double dHat = at(dY, n, j) * at(weight, j);
        add(dX, n * d + j, r * (dHat - meanGradient - hat * meanGradientTimesHat));
      }
    }
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    long d = x.cols();
    for (long n = 0; n < x.rows(); n++) {
      double meanSquare = 0;
      for (long j = 0; j < d; j++) {
        meanSquare += at(x, n, j) * at(x, n, j) / d;
      }
      double r = 1 / Math.sqrt(meanSquare + epsilon);
      for (long j = 0; j < d; j++) {
        put(y, n, j, at(x, n, j) * r * at(weight, j));
      }
      put(rstd, n, r);
    }
  }

  @Override
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    long d = x.cols();
    for (long n = 0; n < x.rows(); n++) {
      double r = at(rstd, n);
      double meanGradientTimesHat = 0;
      for (long j = 0; j < d; j++) {
        double hat = at(x, n, j) * r;
        meanGradientTimesHat += at(dY, n, j) * at(weight, j) * hat / d;
        add(dWeight, j, at(dY, n, j) * hat);
      }
      for (long j = 0; j < d; j++) {
        double dHat = at(dY, n, j) * at(weight, j);
        add(dX, n * d + j, r * (dHat - at(x, n, j) * r * meanGradientTimesHat));
      }
    }
  }
}
