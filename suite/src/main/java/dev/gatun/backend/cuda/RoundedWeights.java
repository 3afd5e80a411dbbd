package dev.gatun.backend.cuda;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The weights that are kept a second time, as bfloat16. AdamW writes both, so that no product has
 * to round them; what else writes the weights makes their copy stale, and the next product renews
 * it.
 */
final class RoundedWeights {
  /** Elements of 16 bytes of bfloat16: where the operands of products start. */
  static final int ALIGNMENT = 8;

  private final List<Copy> copies = new ArrayList<>();

  /** The copy of one buffer of weights. */
  static final class Copy {
    private final Tensor weights;
    private final Tensor rounded;

    /** Whether the copy is of what the weights hold. */
    boolean isFresh = true;

    private boolean wasFresh;

    /**
     * A copy of weights that are 0.
     *
     * @param rounded room for two bfloat16 in each I32, all 0 too: Gatun has no tensors of 16 bits
     */
    Copy(Tensor weights, Tensor rounded) {
      this.weights = weights;
      this.rounded = rounded;
    }

    /** Says that what comes next writes a part of the weights and of their copy alike. */
    void beforeBothAreWritten() {
      wasFresh = isFresh;
    }

    /** Says that this was done: the copy is as fresh as before. */
    void bothWereWritten() {
      isFresh = wasFresh;
    }

    Tensor weights() {
      return weights;
    }

    Tensor rounded() {
      return rounded;
    }

    /** The copy of a part that {@link #find} has found here. */
    Tensor of(Tensor part) {
      long offset = offset(part);
      return rounded.slice(offset / 2, Math.ceilDiv(part.size(), 2));
    }

    /** Elements before this part; others have an offset that is outside. */
    private long offset(Tensor part) {
      return (part.memory().address() - begin()) / Float.BYTES;
    }

    private long begin() {
      return weights.memory().address();
    }

    private long end() {
      return begin() + weights.byteSize();
    }
  }

  void add(Copy copy) {
    copies.add(copy);
  }

  void remove(Copy copy) {
    copies.remove(copy);
  }

  List<Copy> all() {
    return copies;
  }

  /** The copy that has this tensor from a multiple of {@link #ALIGNMENT} on. */
  Optional<Copy> find(Tensor x) {
    long from = x.memory().address();
    return x.type() != ElementType.F32
        ? Optional.empty()
        : copies.stream()
            .filter(it -> from >= it.begin() && from + x.byteSize() <= it.end())
            .filter(it -> it.offset(x) % ALIGNMENT == 0)
            .findFirst();
  }

  /** The bytes from one address up to another may change. */
  void written(long from, long to) {
    for (Copy copy : copies) {
      if (from < copy.end() && to > copy.begin()) {
        copy.isFresh = false;
      }
    }
  }
}
