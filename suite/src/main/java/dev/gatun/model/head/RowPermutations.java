package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Small matrices [count, K] of numbers per context and part of a head, in other orders: exact
 * copies, by gathering single elements. Tables for each count are made when first asked for.
 */
final class RowPermutations implements AutoCloseable {
  private final Backend backend;
  private final int parts;
  private final TensorScope scope;
  private final Map<Long, Tables> tables = new LinkedHashMap<>();

  /** Each [count·K] I32. */
  private record Tables(Tensor byContext, Tensor byPart, Tensor repeat) {}

  /** For K parts. */
  RowPermutations(Backend backend, int parts) {
    this.backend = backend;
    this.parts = parts;
    this.scope = backend.newScope();
  }

  /** From [K, count] to [count, K]. */
  void byContext(long count, Tensor from, Tensor to) {
    gather(from, tables(count).byContext, to);
  }

  /** From [count, K] to [K, count]. */
  void byPart(long count, Tensor from, Tensor to) {
    gather(from, tables(count).byPart, to);
  }

  /** From [count] to K equal columns [count, K]. */
  void repeat(long count, Tensor from, Tensor to) {
    gather(from, tables(count).repeat, to);
  }

  private void gather(Tensor from, Tensor ids, Tensor to) {
    backend.embedding(from.reshape(from.size(), 1), ids, to.reshape(to.size(), 1));
  }

  private Tables tables(long count) {
    return tables.computeIfAbsent(count, n -> make(Math.toIntExact(n)));
  }

  private Tables make(int count) {
    int[] byContext = new int[count * parts];
    int[] byPart = new int[count * parts];
    int[] repeat = new int[count * parts];
    Arrays.setAll(byContext, i -> i % parts * count + i / parts);
    Arrays.setAll(byPart, i -> i % count * parts + i / count);
    Arrays.setAll(repeat, i -> i / parts);
    return new Tables(ids(byContext), ids(byPart), ids(repeat));
  }

  private Tensor ids(int[] values) {
    Tensor tensor = scope.zeros(ElementType.I32, values.length);
    backend.write(values, tensor);
    return tensor;
  }

  @Override
  public void close() {
    scope.close();
  }
}
