// The operations of a graph on the host, one after the other.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cudnn.h"

using namespace gatun::fake;

namespace {

constexpr int DIMENSIONS = 4;
using Index = std::int64_t[DIMENSIONS];

enum Mode { ADD = 0, MUL = 1, DIV = 6, SUB = 9, EXP = 13, LOG = 15, GREATER_OR_EQUAL = 303,
            GENERATE_INDEX = 501, SELECT = 601 };
enum Operator { SUM = 0, LARGEST = 3 };

[[noreturn]] void fail(const std::string &text) {
  throw Failure{LAUNCH_FAILED_STATUS, "cuDNN: " + text};
}

float rounded(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7fffffffu) <= 0x7f800000u) {
    bits += 0x7fffu + ((bits >> 16) & 1u);
  }
  bits &= 0xffff0000u;
  std::memcpy(&x, &bits, sizeof bits);
  return x;
}

// Elements of a tensor by their offsets: of its own if it is virtual, else in device memory.
class Elements {
 public:
  Elements(const Descriptor &tensor, const std::map<std::int64_t, void *> &pointers)
      : id(tensor.one<std::int64_t>(TENSOR_ID)),
        type(tensor.one<int>(TENSOR_DATA_TYPE)),
        extents(tensor.all<std::int64_t>(TENSOR_EXTENTS)),
        strides(tensor.all<std::int64_t>(TENSOR_STRIDES)) {
    if (extents.size() != DIMENSIONS || strides.size() != DIMENSIONS) {
      fail("tensor " + std::to_string(id) + " has not four extents and strides");
    }
    std::int64_t last = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      last += (extents[d] - 1) * strides[d];
    }
    if (tensor.one<unsigned char>(TENSOR_VIRTUAL)) {
      own.assign(last + 1, std::numeric_limits<float>::quiet_NaN());
      return;
    }
    auto found = pointers.find(id);
    if (found == pointers.end()) {
      fail("tensor " + std::to_string(id) + " has no pointer");
    }
    memory = found->second;
    if (!tensor.one<unsigned char>(TENSOR_BY_VALUE)) {
      std::size_t element = type == DATA_BFLOAT16 ? 2 : 4;
      require_device(memory, (last + 1) * element, "cuDNN: tensor " + std::to_string(id));
    }
  }

  // Extents of 1 repeat; where there are fewer heads, each is shared by neighbours.
  std::int64_t offset(const Index &index, const std::vector<std::int64_t> &of) const {
    std::int64_t at = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      at += index[d] / (of[d] / extents[d]) * strides[d];
    }
    return at;
  }

  float get(std::int64_t at) const {
    if (memory == nullptr) {
      return own[at];
    }
    if (type != DATA_BFLOAT16) {
      return static_cast<const float *>(memory)[at];
    }
    std::uint32_t bits = std::uint32_t{static_cast<const std::uint16_t *>(memory)[at]} << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  void set(std::int64_t at, float value) {
    float stored = type == DATA_BFLOAT16 ? rounded(value) : value;
    if (memory == nullptr) {
      own[at] = stored;
    } else if (type != DATA_BFLOAT16) {
      static_cast<float *>(memory)[at] = stored;
    } else {
      std::uint32_t bits;
      std::memcpy(&bits, &stored, sizeof bits);
      static_cast<std::uint16_t *>(memory)[at] = static_cast<std::uint16_t>(bits >> 16);
    }
  }

  const std::int64_t id;
  const int type;
  const std::vector<std::int64_t> extents, strides;

 private:
  std::vector<float> own{};
  void *memory = nullptr;
};

template <typename Visit>
void each(const std::vector<std::int64_t> &extents, Visit visit) {
  Index i;
  for (i[0] = 0; i[0] < extents[0]; i[0]++) {
    for (i[1] = 0; i[1] < extents[1]; i[1]++) {
      for (i[2] = 0; i[2] < extents[2]; i[2]++) {
        for (i[3] = 0; i[3] < extents[3]; i[3]++) {
          visit(i);
        }
      }
    }
  }
}

class Interpreter {
 public:
  explicit Interpreter(const std::map<std::int64_t, void *> &pointers) : pointers(pointers) {}

  void run(const Descriptor &operation) {
    switch (operation.type) {
      case MATMUL_OPERATION: return matmul(operation);
      case POINTWISE_OPERATION: return pointwise(operation);
      case REDUCTION_OPERATION: return reduce(operation);
      case RESHAPE_OPERATION: return reshape(operation);
      default: fail("no operation has type " + std::to_string(operation.type));
    }
  }

 private:
  Elements &elements(const Descriptor &operation, int attribute) {
    auto tensor = operation.one<const Descriptor *>(attribute);
    auto id = tensor->one<std::int64_t>(TENSOR_ID);
    auto found = known.find(id);
    return found != known.end() ? found->second
                                : known.emplace(id, Elements(*tensor, pointers)).first->second;
  }

  void matmul(const Descriptor &operation) {
    auto &a = elements(operation, MATMUL_A), &b = elements(operation, MATMUL_B);
    auto &c = elements(operation, MATMUL_C);
    const auto depth = a.extents[3];
    if (b.extents[2] != depth || a.extents[2] != c.extents[2] || b.extents[3] != c.extents[3]) {
      fail("the matrices of a product do not fit");
    }
    auto of_a = c.extents, of_b = c.extents;
    of_a[3] = of_b[2] = depth;
    each(c.extents, [&](const Index &i) {
      float sum = 0;
      for (std::int64_t k = 0; k < depth; k++) {
        const Index row = {i[0], i[1], i[2], k}, column = {i[0], i[1], k, i[3]};
        // Tensor cores take bfloat16, whatever the type of a virtual operand says.
        sum += rounded(a.get(a.offset(row, of_a))) * rounded(b.get(b.offset(column, of_b)));
      }
      c.set(c.offset(i, c.extents), sum);
    });
  }

  void pointwise(const Descriptor &operation) {
    auto function = operation.one<const Descriptor *>(POINTWISE_FUNCTION);
    const int mode = function->one<int>(POINTWISE_MODE);
    auto &x = elements(operation, POINTWISE_X), &y = elements(operation, POINTWISE_Y);
    const bool binary = operation.has(POINTWISE_B), ternary = operation.has(POINTWISE_T);
    const auto axis =
        mode == GENERATE_INDEX ? function->one<std::int64_t>(POINTWISE_AXIS) : std::int64_t{0};
    Elements *b = binary ? &elements(operation, POINTWISE_B) : nullptr;
    Elements *t = ternary ? &elements(operation, POINTWISE_T) : nullptr;
    each(y.extents, [&](const Index &i) {
      const float p = x.get(x.offset(i, y.extents));
      const float q = binary ? b->get(b->offset(i, y.extents)) : 0;
      const bool r = ternary && t->get(t->offset(i, y.extents)) != 0;
      y.set(y.offset(i, y.extents),
            mode == GENERATE_INDEX ? static_cast<float>(i[axis]) : value(mode, p, q, r));
    });
  }

  static float value(int mode, float p, float q, bool r) {
    switch (mode) {
      case ADD: return p + q;
      case SUB: return p - q;
      case MUL: return p * q;
      case DIV: return p / q;
      case EXP: return std::exp(p);
      case LOG: return std::log(p);
      case GREATER_OR_EQUAL: return p >= q;
      case SELECT: return r ? p : q;
      default: fail("the fake knows no elementwise mode " + std::to_string(mode));
    }
  }

  void reduce(const Descriptor &operation) {
    const int op =
        operation.one<const Descriptor *>(REDUCTION_FUNCTION)->one<int>(REDUCTION_OPERATOR);
    if (op != SUM && op != LARGEST) {
      fail("the fake knows no reduction " + std::to_string(op));
    }
    auto &x = elements(operation, REDUCTION_X), &y = elements(operation, REDUCTION_Y);
    std::map<std::int64_t, float> results;
    each(x.extents, [&](const Index &i) {
      const float v = x.get(x.offset(i, x.extents));
      auto [at, fresh] = results.try_emplace(y.offset(i, x.extents), v);
      if (!fresh) {
        at->second = op == SUM ? at->second + v : std::max(at->second, v);
      }
    });
    for (auto [at, v] : results) {
      y.set(at, v);
    }
  }

  // The same elements at the same offsets, which other strides find in another order.
  void reshape(const Descriptor &operation) {
    auto &x = elements(operation, RESHAPE_X), &y = elements(operation, RESHAPE_Y);
    each(x.extents, [&](const Index &i) {
      const auto at = x.offset(i, x.extents);
      y.set(at, x.get(at));
    });
  }

  const std::map<std::int64_t, void *> &pointers;
  std::map<std::int64_t, Elements> known{};
};

}  // namespace

void gatun::fake::interpret(
    const Descriptor &graph, const std::map<std::int64_t, void *> &pointers) {
  Interpreter interpreter(pointers);
  for (auto operation : graph.all<const Descriptor *>(GRAPH_OPERATIONS)) {
    interpreter.run(*operation);
  }
}

std::int64_t gatun::fake::bytes_of_scores(const Descriptor &graph) {
  int products = 0;
  std::int64_t bytes = 0;
  for (auto operation : graph.all<const Descriptor *>(GRAPH_OPERATIONS)) {
    if (operation->type == MATMUL_OPERATION) {
      std::int64_t elements = 2;
      for (auto extent : operation->one<const Descriptor *>(MATMUL_C)->all<std::int64_t>(
               TENSOR_EXTENTS)) {
        elements *= extent;
      }
      bytes = std::max(bytes, elements);
      products++;
    }
  }
  return products < 3 ? 0 : bytes;
}
