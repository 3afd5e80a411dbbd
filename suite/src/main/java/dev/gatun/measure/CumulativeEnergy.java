package dev.gatun.measure;

/**
 * Shares of an energy in the first components.
 *
 * @param shares of the first 1, 2, … components, the last being 1
 */
record CumulativeEnergy(double[] shares) {

  /** From the energies of the components, which are not negative and not all zero. */
  static CumulativeEnergy of(double[] energies) {
    double[] sums = new double[energies.length];
    double sum = 0;
    for (int i = 0; i < energies.length; i++) {
      sum += energies[i];
      sums[i] = sum;
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= sum;
    }
    return new CumulativeEnergy(sums);
  }

  int size() {
    return shares.length;
  }

  double first(int k) {
    return shares[k - 1];
  }

  /** The fewest leading components with at least a share. */
  int components(double share) {
    int k = 1;
    while (k < shares.length && first(k) < share) {
      k++;
    }
    return k;
  }
}
