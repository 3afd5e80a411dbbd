package dev.gatun.model.head;

import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.ParameterNames;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The log-probabilities of every head for one hidden state, as its formula says it. */
record HeadFormula(LanguageModel model) {

  double[] logProbabilities(double[] h) {
    return switch (model.config().head()) {
      case HeadForm.Linear _ -> logSoftmax(biased(product(weights(), h)));
      case HeadForm.Factorised _ ->
          logSoftmax(
              product(named(ParameterNames.HEAD_A), product(named(ParameterNames.HEAD_B), h)));
      case HeadForm.Sigsoftmax _ ->
          logSoftmax(
              Arrays.stream(product(weights(), h))
                  .map(z -> z - Math.log1p(Math.exp(-z)))
                  .toArray());
      case HeadForm.MixtureOfSoftmaxes(int components) -> mixture(h, components);
      case HeadForm.MultipleHidden(int vectors) -> multiple(h, vectors);
      case HeadForm.ClassFactored(int classes) -> factored(h, classes);
    };
  }

  private double[] biased(double[] logits) {
    if (model.config().outputBias() == OutputBias.NONE) {
      return logits;
    }
    double[] bias = named("lm_head.bias");
    return IntStream.range(0, logits.length).mapToDouble(v -> logits[v] + bias[v]).toArray();
  }

  private double[] mixture(double[] h, int components) {
    double[] logPrior = logSoftmax(product(named(ParameterNames.HEAD_PRIOR), h));
    double[][] terms = new double[components][];
    for (int k = 0; k < components; k++) {
      double prior = logPrior[k];
      double[] logP = logSoftmax(product(weights(), vector(h, k)));
      terms[k] = Arrays.stream(logP).map(l -> l + prior).toArray();
    }
    return logSumExpOver(terms);
  }

  private double[] multiple(double[] h, int vectors) {
    return logSoftmax(
        logSumExpOver(
            IntStream.range(0, vectors)
                .mapToObj(k -> product(weights(), vector(h, k)))
                .toArray(double[][]::new)));
  }

  private double[] factored(double[] h, int classes) {
    double[] logClass = logSoftmax(product(named(ParameterNames.HEAD_CLASSES), h));
    double[] words = product(weights(), h);
    int size = words.length / classes;
    double[] result = new double[words.length];
    for (int c = 0; c < classes; c++) {
      double[] within = logSoftmax(Arrays.copyOfRange(words, c * size, (c + 1) * size));
      for (int i = 0; i < size; i++) {
        result[c * size + i] = logClass[c] + within[i];
      }
    }
    return result;
  }

  private double[] vector(double[] h, int k) {
    double[] all = product(named(ParameterNames.HEAD_PROJECTIONS), h);
    return Arrays.stream(all, k * h.length, (k + 1) * h.length).map(Math::tanh).toArray();
  }

  private double[] weights() {
    return named(
        model.config().isTied()
            ? model.parameters().layout().names().tokenEmbedding()
            : "lm_head.weight");
  }

  private double[] named(String name) {
    return model.backend().toDoubles(model.parameters().value(name));
  }

  private static double[] product(double[] matrix, double[] x) {
    double[] y = new double[matrix.length / x.length];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < x.length; j++) {
        y[i] += matrix[i * x.length + j] * x[j];
      }
    }
    return y;
  }

  private static double[] logSumExpOver(double[][] terms) {
    double[] result = new double[terms[0].length];
    for (int v = 0; v < result.length; v++) {
      int at = v;
      result[v] = logSumExp(Arrays.stream(terms).mapToDouble(term -> term[at]).toArray());
    }
    return result;
  }

  private static double[] logSoftmax(double[] x) {
    double sum = logSumExp(x);
    return Arrays.stream(x).map(l -> l - sum).toArray();
  }

  private static double logSumExp(double[] x) {
    double max = Arrays.stream(x).max().orElseThrow();
    return max + Math.log(Arrays.stream(x).map(l -> Math.exp(l - max)).sum());
  }
}
