package dev.gatun.claims.theorem;

import dev.gatun.claims.theorem.LossGap.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimises by limited-memory BFGS (Nocedal and Wright, <i>Numerical Optimization</i>, algorithm
 * 7.5) with steps halved until Armijo's condition holds. Pairs without positive curvature are left
 * out, so that every direction descends; the value never rises.
 */
final class Minimisation {
  private static final int MEMORY = 20;
  private static final double ARMIJO = 1e-4;
  private static final int MOST_HALVINGS = 40;

  /** A function with its gradient. */
  @FunctionalInterface
  interface Objective {
    Value at(double[] point);
  }

  /**
   * Where it ended.
   *
   * @param gap least value found
   * @param gradientRatio norm of its gradient over that at the start
   * @param relativeDecrease by how much the last tenth of the steps lowered the value, relative to
   *     it
   * @param steps taken
   */
  record Result(double gap, double gradientRatio, double relativeDecrease, int steps) {}

  private record Pair(double[] step, double[] change, double curvature) {}

  private final Objective objective;
  private final Deque<Pair> pairs = new ArrayDeque<>();

  Minimisation(Objective objective) {
    this.objective = objective;
  }

  /**
   * Goes down from a point.
   *
   * @param mostSteps after which it ends at the latest
   * @param gradientRatio of the gradient to that at the start at which it ends
   */
  Result from(double[] start, int mostSteps, double gradientRatio) {
    double[] point = start.clone();
    Value value = objective.at(point);
    double[] values = new double[mostSteps + 1];
    values[0] = value.gap();
    double first = norm(value.gradient());
    int steps = 0;
    while (steps < mostSteps && norm(value.gradient()) > gradientRatio * first) {
      double[] direction = direction(value.gradient());
      double slope = dot(direction, value.gradient());
      double length = pairs.isEmpty() ? Math.min(1, 1 / norm(value.gradient())) : 1;
      double[] next = null;
      Value there = null;
      for (int halving = 0; halving < MOST_HALVINGS; halving++) {
        double[] trial = moved(point, direction, length);
        Value found = objective.at(trial);
        if (found.gap() <= value.gap() + ARMIJO * length * slope) {
          next = trial;
          there = found;
          break;
        }
        length /= 2;
      }
      if (next == null) {
        break; // Rounding leaves no step that descends.
      }
      remember(point, next, value.gradient(), there.gradient());
      point = next;
      value = there;
      steps++;
      values[steps] = value.gap();
    }
    int tenth = Math.max(0, steps - Math.max(1, steps / 10));
    double decrease = value.gap() == 0 ? 0 : (values[tenth] - value.gap()) / value.gap();
    double ratio = first == 0 ? 0 : norm(value.gradient()) / first;
    return new Result(value.gap(), ratio, decrease, steps);
  }

  private double[] direction(double[] gradient) {
    double[] q = gradient.clone();
    double[] alphas = new double[pairs.size()];
    int i = 0;
    for (Pair pair : pairs) {
      alphas[i] = dot(pair.step, q) / pair.curvature;
      add(q, pair.change, -alphas[i]);
      i++;
    }
    if (!pairs.isEmpty()) {
      Pair latest = pairs.peekFirst();
      double scale = latest.curvature / dot(latest.change, latest.change);
      for (int k = 0; k < q.length; k++) {
        q[k] *= scale;
      }
    }
    Iterator<Pair> oldestFirst = pairs.descendingIterator();
    while (oldestFirst.hasNext()) {
      Pair pair = oldestFirst.next();
      i--;
      add(q, pair.step, alphas[i] - dot(pair.change, q) / pair.curvature);
    }
    for (int k = 0; k < q.length; k++) {
      q[k] = -q[k];
    }
    return q;
  }

  private void remember(double[] from, double[] to, double[] before, double[] after) {
    double[] step = moved(to, from, -1);
    double[] change = moved(after, before, -1);
    double curvature = dot(step, change);
    if (curvature > 1e-12 * norm(step) * norm(change)) {
      pairs.addFirst(new Pair(step, change, curvature));
      if (pairs.size() > MEMORY) {
        pairs.removeLast();
      }
    }
  }

  private static double[] moved(double[] x, double[] direction, double length) {
    double[] y = x.clone();
    add(y, direction, length);
    return y;
  }

  private static void add(double[] x, double[] y, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] += factor * y[i];
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }
}
