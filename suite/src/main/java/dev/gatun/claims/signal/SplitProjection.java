package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.HeadProjection;
import dev.gatun.spectrum.HeadSubspace;
import dev.gatun.tensor.Tensor;

/** What one head lets through of a logit gradient G, of its signal and of its label noise. */
final class SplitProjection implements AutoCloseable {
  private final HeadSubspace subspace;
  private final HeadProjection gradient;
  private final HeadProjection signal;
  private final HeadProjection noise;

  /**
   * For a head.
   *
   * @param headWeights W [V, D], F32 or F64; copied
   */
  SplitProjection(Backend backend, Tensor headWeights) {
    this.subspace = new HeadSubspace(backend, headWeights);
    this.gradient = new HeadProjection(backend, subspace);
    this.signal = new HeadProjection(backend, subspace);
    this.noise = new HeadProjection(backend, subspace);
  }

  HeadSubspace subspace() {
    return subspace;
  }

  /** Adds the next rows of G and of its parts; not kept, not changed. */
  void add(GradientSplit.Rows rows) {
    gradient.add(rows.gradient());
    signal.add(rows.signal());
    noise.add(rows.noise());
  }

  /** Of all rows added so far. */
  Parts result() {
    return new Parts(gradient.result(), signal.result(), noise.result());
  }

  /** What is kept of G, of (P − P*)/N and of (P* − Y)/N. */
  record Parts(GradientProjection gradient, GradientProjection signal, GradientProjection noise) {

    /** ‖(P − P*)/N‖²/‖G‖². */
    double signalEnergy() {
      return energy(signal) / energy(gradient);
    }

    /** ‖(P* − Y)/N‖²/‖G‖². */
    double noiseEnergy() {
      return energy(noise) / energy(gradient);
    }

    /** What is left of ‖G‖², twice the product of the two parts over it: 0 in expectation. */
    double crossEnergy() {
      return 1 - signalEnergy() - noiseEnergy();
    }

    /** The signal's destroyed energy over that of G. */
    double signalOfDestroyed() {
      return signalEnergy() * Math.pow(signal.destroyedNorm() / gradient.destroyedNorm(), 2);
    }

    /** The signal's kept energy over that of G. */
    double signalOfKept() {
      return signalEnergy() * Math.pow(signal.keptNorm() / gradient.keptNorm(), 2);
    }

    private static double energy(GradientProjection part) {
      return part.gradientNorm() * part.gradientNorm();
    }
  }

  @Override
  public void close() {
    noise.close();
    signal.close();
    gradient.close();
    subspace.close();
  }
}
