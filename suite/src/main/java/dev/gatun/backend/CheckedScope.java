package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** A device's scope under the rules of all devices. */
final class CheckedScope implements TensorScope {
  private final TensorScope scope;
  private final RecordingGuard guard;
  private boolean closed;

  CheckedScope(TensorScope scope, RecordingGuard guard) {
    this.scope = scope;
    this.guard = guard;
  }

  @Override
  public Tensor zeros(ElementType type, long... extents) {
    check("zeros", type, extents);
    return scope.zeros(type, extents);
  }

  @Override
  public Tensor weights(ElementType type, long... extents) {
    check("weights", type, extents);
    return scope.weights(type, extents);
  }

  private void check(String operation, ElementType type, long... extents) {
    guard.refuseInside(operation);
    if (closed) {
      throw new IllegalStateException("the tensor scope is closed");
    }
    Shape shape = Shape.of(extents);
    if (shape.size() > Long.MAX_VALUE / type.byteSize()) {
      throw new IllegalArgumentException("too many bytes in " + type + shape);
    }
  }

  @Override
  public void close() {
    guard.refuseInside("closing a scope");
    if (!closed) {
      closed = true;
      scope.close();
    }
  }
}
