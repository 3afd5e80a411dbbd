// Matrix products, with operands rounded as the compute type says.
#include <cstdint>

#include "cublas.h"

using namespace gatun::fake;

namespace {

using Sgemm = void(
    int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
using Dgemm = void(
    int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *,
    int);

// A matrix by columns as it is stored; op(A) is read through operation.
struct Operand {
  const void *memory;
  int type;
  int operation;
  int leading;
  long long rows, cols;  // as stored

  Operand(
      const void *memory, int type, int operation, int leading, long long rows, long long cols)
      : memory(memory),
        type(type),
        operation(operation),
        leading(leading),
        rows(operation == OP_N ? rows : cols),
        cols(operation == OP_N ? cols : rows) {}

  bool fits() const {
    return (operation == OP_N || operation == OP_T) && rows >= 0 && cols >= 0 &&
           leading >= std::max(1ll, rows);
  }

  std::size_t element() const { return type == R_64F ? 8 : type == R_32F ? 4 : 2; }

  const void *checked(long long offset, const std::string &name) const {
    auto at = static_cast<const unsigned char *>(memory) + offset * element();
    require_device(at, extent(rows, cols, leading) * element(), name);
    return at;
  }
};

// What keeps the real cuBLAS from its fastest kernels on tensor cores, a bit for each operand: its
// columns have no multiple of 16 bytes, they do not start at multiples of 16 bytes from each other,
// nor does the first ("Tensor Core Usage" in cuBLAS's documentation).
int misaligned(const Operand &a, const Operand &b, const Operand &c) {
  constexpr std::size_t ALIGNMENT = 16;
  int bits = 0, bit = 1;
  auto require = [&](std::size_t bytes) {
    bits |= bytes % ALIGNMENT == 0 ? 0 : bit;
    bit *= 2;
  };
  for (const Operand *it : {&a, &b, &c}) {
    require(it->rows * it->element());
    require(it->leading * it->element());
    require(reinterpret_cast<std::uintptr_t>(it->memory));
  }
  return bits;
}

float of_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// To 10 stored bits of significand, to nearest, ties away from zero: cvt.rna.tf32.f32.
float rounded_to_tf32(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7f800000u) == 0x7f800000u) {
    return value;
  }
  return of_bits((bits + 0x1000u) & ~0x1fffu);
}

// The elements of an operand as the multiplier reads them, dense.
std::vector<float> rounded(const Operand &operand, const void *memory) {
  std::vector<float> values(operand.rows * operand.cols);
  for (long long j = 0; j < operand.cols; j++) {
    for (long long i = 0; i < operand.rows; i++) {
      long long at = j * operand.leading + i;
      values[j * operand.rows + i] =
          operand.type == R_16BF
              ? of_bits(static_cast<std::uint32_t>(static_cast<const std::uint16_t *>(memory)[at]) << 16)
              : rounded_to_tf32(static_cast<const float *>(memory)[at]);
    }
  }
  return values;
}

bool supported(int a, int b, int c, int compute) {
  switch (compute) {
    case COMPUTE_32F:
    case COMPUTE_32F_PEDANTIC:
      return a == b && (a == R_32F || a == R_16BF) && c == R_32F;
    case COMPUTE_32F_FAST_TF32:
      return a == R_32F && b == R_32F && c == R_32F;
    case COMPUTE_64F:
    case COMPUTE_64F_PEDANTIC:
      return a == R_64F && b == R_64F && c == R_64F;
    default:
      return false;
  }
}

struct Product {
  int m, n, k;
  Operand a, b;
  Operand c;  // its operation is N
  int compute;
  Scalar alpha, beta;

  // Computes one product, at an offset in elements from each operand.
  void run(long long at_a, long long at_b, long long at_c) const {
    auto left = a.checked(at_a, "A");
    auto right = b.checked(at_b, "B");
    auto sum = const_cast<void *>(c.checked(at_c, "C"));
    double alpha = this->alpha.get("alpha");
    double beta = this->beta.get("beta");
    if (m == 0 || n == 0) {
      return;
    }
    int op_a = cblas_op(a.operation), op_b = cblas_op(b.operation);
    if (c.type == R_64F) {
      cblas<double, Dgemm>("gemm")(
          COLUMNS, op_a, op_b, m, n, k, alpha, static_cast<const double *>(left), a.leading,
          static_cast<const double *>(right), b.leading, beta, static_cast<double *>(sum),
          c.leading);
    } else if (a.type == R_16BF || compute == COMPUTE_32F_FAST_TF32) {
      auto x = rounded(a, left), y = rounded(b, right);
      single(op_a, op_b, alpha, x.data(), a.rows, y.data(), b.rows, beta, sum);
    } else {
      single(
          op_a, op_b, alpha, static_cast<const float *>(left), a.leading,
          static_cast<const float *>(right), b.leading, beta, sum);
    }
  }

  void single(
      int op_a, int op_b, double alpha, const float *x, long long lda, const float *y,
      long long ldb, double beta, void *sum) const {
    cblas<float, Sgemm>("gemm")(
        COLUMNS, op_a, op_b, m, n, k, static_cast<float>(alpha), x,
        std::max(1, static_cast<int>(lda)), y, std::max(1, static_cast<int>(ldb)),
        static_cast<float>(beta), static_cast<float *>(sum), c.leading);
  }
};

int multiply(
    const Cublas &handle, const std::string &name, const Product &product, int batches = 1,
    long long stride_a = 0, long long stride_b = 0, long long stride_c = 0) {
  if (!product.a.fits() || !product.b.fits() || !product.c.fits() || batches < 0) {
    return CUBLAS_INVALID_VALUE;
  }
  if (!supported(product.a.type, product.b.type, product.c.type, product.compute)) {
    return CUBLAS_NOT_SUPPORTED;
  }
  return run(handle, name, [=] {
    for (long long i = 0; i < batches; i++) {
      product.run(i * stride_a, i * stride_b, i * stride_c);
    }
  });
}

}  // namespace

GATUN_API int cublasGemmStridedBatchedEx(
    Cublas *handle, int op_a, int op_b, int m, int n, int k, const void *alpha, const void *a,
    int type_a, int lda, long long stride_a, const void *b, int type_b, int ldb,
    long long stride_b, const void *beta, void *c, int type_c, int ldc, long long stride_c,
    int batches, int compute, int) {
  if (int status = usable(handle)) {
    return status;
  }
  bool is_double = type_c == R_64F;
  return multiply(
      *handle, "cublasGemmStridedBatchedEx",
      {m, n, k, {a, type_a, op_a, lda, m, k}, {b, type_b, op_b, ldb, k, n},
       {c, type_c, OP_N, ldc, m, n}, compute, {*handle, alpha, is_double},
       {*handle, beta, is_double}},
      batches, stride_a, stride_b, stride_c);
}

GATUN_API int cublasGemmEx(
    Cublas *handle, int op_a, int op_b, int m, int n, int k, const void *alpha, const void *a,
    int type_a, int lda, const void *b, int type_b, int ldb, const void *beta, void *c, int type_c,
    int ldc, int compute, int) {
  if (int status = usable(handle)) {
    return status;
  }
  bool is_double = type_c == R_64F;
  Product product{
      m, n, k, {a, type_a, op_a, lda, m, k}, {b, type_b, op_b, ldb, k, n},
      {c, type_c, OP_N, ldc, m, n}, compute, {*handle, alpha, is_double},
      {*handle, beta, is_double}};
  std::string line = "cublasGemmEx";
  for (long long value : {m, n, k, type_a, lda, type_b, ldb, type_c, ldc}) {
    line += " " + std::to_string(value);
  }
  line += product.beta.get("beta") == 0 ? " 0" : " 1";
  for (const void *memory : {a, b}) {
    line += " " + std::to_string(reinterpret_cast<std::uintptr_t>(memory));
  }
  for (int value : {op_a, op_b, misaligned(product.a, product.b, product.c)}) {
    line += " " + std::to_string(value);
  }
  trace(line);
  return multiply(*handle, "cublasGemmEx", product);
}

GATUN_API int cublasDgemm_v2(
    Cublas *handle, int op_a, int op_b, int m, int n, int k, const double *alpha, const double *a,
    int lda, const double *b, int ldb, const double *beta, double *c, int ldc) {
  if (int status = usable(handle)) {
    return status;
  }
  return multiply(
      *handle, "cublasDgemm",
      {m, n, k, {a, R_64F, op_a, lda, m, k}, {b, R_64F, op_b, ldb, k, n},
       {c, R_64F, OP_N, ldc, m, n}, COMPUTE_64F, {*handle, alpha, true}, {*handle, beta, true}});
}
