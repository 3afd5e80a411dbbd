// Descriptors of the fake cuDNN: what was set is kept as it came, and read when a plan is run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "openblas.h"

namespace gatun::fake {

// Of cudnn_graph.h.
enum CudnnStatus { CUDNN_SUCCESS = 0, CUDNN_BAD_PARAM = 2000, CUDNN_NOT_SUPPORTED = 3000,
                   CUDNN_INTERNAL_ERROR = 4000, CUDNN_EXECUTION_FAILED = 5000 };
enum CudnnData { DATA_FLOAT = 0, DATA_INT32 = 4, DATA_BFLOAT16 = 9, DATA_BOOLEAN = 11 };
enum CudnnType { TYPE_HANDLE = 0, TYPE_BOOLEAN = 2, TYPE_INT64 = 3, TYPE_VOID_PTR = 6,
                 TYPE_DESCRIPTOR = 15 };
enum DescriptorType {
  POINTWISE = 0, ENGINE = 2, ENGINE_CONFIGURATION = 3, ENGINE_QUERY = 4, EXECUTION_PLAN = 5,
  POINTWISE_OPERATION = 13, OPERATION_GRAPH = 15, VARIANT_PACK = 16, TENSOR = 17, MATMUL = 18,
  MATMUL_OPERATION = 19, REDUCTION = 21, REDUCTION_OPERATION = 22, RESHAPE_OPERATION = 31,
};
enum Attribute {
  POINTWISE_MODE = 0, POINTWISE_AXIS = 9,
  QUERY_MODE = 200, QUERY_GRAPH = 201, QUERY_RESULTS = 202,
  CONFIGURATION_ENGINE = 300,
  PLAN_HANDLE = 400, PLAN_CONFIGURATION = 401, PLAN_WORKSPACE = 402,
  POINTWISE_FUNCTION = 750, POINTWISE_X = 751, POINTWISE_B = 752, POINTWISE_Y = 753,
  POINTWISE_T = 758,
  GRAPH_HANDLE = 800, GRAPH_OPERATIONS = 801,
  TENSOR_DATA_TYPE = 901, TENSOR_EXTENTS = 902, TENSOR_STRIDES = 903, TENSOR_ID = 906,
  TENSOR_VIRTUAL = 907, TENSOR_BY_VALUE = 908,
  PACK_IDS = 1000, PACK_POINTERS = 1001, PACK_WORKSPACE = 1003,
  ENGINE_NOTES = 1303,
  MATMUL_A = 1520, MATMUL_B = 1521, MATMUL_C = 1522, MATMUL_FUNCTION = 1523,
  REDUCTION_OPERATOR = 1600, REDUCTION_X = 1610, REDUCTION_Y = 1611, REDUCTION_FUNCTION = 1612,
  RESHAPE_X = 2200, RESHAPE_Y = 2201,
};

struct Cudnn {
  static constexpr int ALIVE = 0x6e6e6475;
  int alive = ALIVE;
  void *stream = nullptr;
};

// The engines that the fake proposes for every graph, the fastest first. The first is noted to be
// not deterministic. The second is, too, as its small workspace tells, and no note.
enum Engine { NOTED_ENGINE, SMALL_ENGINE, DETERMINISTIC_ENGINE, ENGINES };

struct Descriptor {
  static constexpr int ALIVE = 0x64736372;
  int alive = ALIVE;
  int type = 0;
  bool finished = false;
  int engine = 0;
  std::map<int, std::vector<unsigned char>> attributes{};

  template <typename T>
  std::vector<T> all(int attribute) const {
    auto found = attributes.find(attribute);
    if (found == attributes.end()) {
      return {};
    }
    auto begin = reinterpret_cast<const T *>(found->second.data());
    return {begin, begin + found->second.size() / sizeof(T)};
  }

  // The first value of an attribute that must be there.
  template <typename T>
  T one(int attribute) const {
    auto values = all<T>(attribute);
    if (values.empty()) {
      throw Failure{LAUNCH_FAILED_STATUS, "cuDNN: a descriptor of type " + std::to_string(type) +
                                              " lacks attribute " + std::to_string(attribute)};
    }
    return values.front();
  }

  bool has(int attribute) const { return attributes.count(attribute) > 0; }
};

// Runs the graph's operations, in order, in f32 on the host; tensors of bfloat16 are rounded,
// virtual ones as well.
void interpret(const Descriptor &graph, const std::map<std::int64_t, void *> &pointers);

// What a pass over all scores takes as bfloat16, or 0 in a graph that multiplies fewer than three
// times: only a backward pass keeps the gradients of scores.
std::int64_t bytes_of_scores(const Descriptor &graph);

}  // namespace gatun::fake
