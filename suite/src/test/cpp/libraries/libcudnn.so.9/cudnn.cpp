// cuDNN's handle and its backend API, whose plans are interpreted. It says nothing of what the real
// library accepts: CudnnPlansIT asks that one.
#include "cudnn.h"

#include <cstring>
#include <memory>
#include <set>

using namespace gatun::fake;

namespace {

constexpr int VERSION[] = {9, 24, 0};
constexpr int NONDETERMINISTIC = 4, TENSOR_CORE = 0;  // notes of engines
constexpr std::int64_t SMALL_WORKSPACE = 256;

thread_local std::string last_error;

int refuse(int status, const std::string &why) {
  last_error = why;
  return status;
}

std::size_t bytes_of(int type) {
  return type == TYPE_BOOLEAN || type == 24 ? 1
         : type == TYPE_INT64 || type == TYPE_VOID_PTR || type == TYPE_DESCRIPTOR ||
                 type == TYPE_HANDLE
             ? 8
             : 4;
}

bool alive(const Cudnn *handle) { return handle != nullptr && handle->alive == Cudnn::ALIVE; }

bool alive(const Descriptor *descriptor) {
  return descriptor != nullptr && descriptor->alive == Descriptor::ALIVE;
}

const Descriptor *graph_of(const Descriptor &configuration) {
  return configuration.one<const Descriptor *>(QUERY_GRAPH);
}

std::int64_t workspace_of(const Descriptor &plan) {
  auto configuration = plan.one<const Descriptor *>(PLAN_CONFIGURATION);
  return configuration->engine == DETERMINISTIC_ENGINE
             ? bytes_of_scores(*graph_of(*configuration)) + SMALL_WORKSPACE
             : SMALL_WORKSPACE;
}

// Fills the descriptors that the caller made with the engines' configurations.
std::int64_t propose(const Descriptor &query, std::int64_t most, Descriptor **room) {
  for (int engine = 0; engine < ENGINES && engine < most; engine++) {
    room[engine]->engine = engine;
    room[engine]->finished = true;
    room[engine]->attributes[QUERY_GRAPH] = query.attributes.at(QUERY_GRAPH);
  }
  return ENGINES;
}

}  // namespace

GATUN_API std::size_t cudnnGetVersion() {
  return VERSION[0] * 10000 + VERSION[1] * 100 + VERSION[2];
}

GATUN_API int cudnnGetProperty(int type, int *value) {
  if (type < 0 || type > 2) {
    return CUDNN_BAD_PARAM;
  }
  *value = VERSION[type];
  return CUDNN_SUCCESS;
}

GATUN_API const char *cudnnGetErrorString(int status) {
  return status == CUDNN_SUCCESS         ? "CUDNN_STATUS_SUCCESS"
         : status == CUDNN_BAD_PARAM     ? "CUDNN_STATUS_BAD_PARAM"
         : status == CUDNN_NOT_SUPPORTED ? "CUDNN_STATUS_NOT_SUPPORTED"
         : status == CUDNN_INTERNAL_ERROR ? "CUDNN_STATUS_INTERNAL_ERROR"
         : status == CUDNN_EXECUTION_FAILED ? "CUDNN_STATUS_EXECUTION_FAILED"
                                            : "CUDNN_STATUS_UNRECOGNIZED";
}

GATUN_API void cudnnGetLastErrorString(char *message, std::size_t size) {
  if (size > 0) {
    std::strncpy(message, last_error.c_str(), size - 1);
    message[size - 1] = 0;
  }
}

GATUN_API int cudnnCreate(Cudnn **handle) {
  if (lost()) {
    return refuse(CUDNN_INTERNAL_ERROR, "the device is lost");
  }
  *handle = new Cudnn;
  return CUDNN_SUCCESS;
}

GATUN_API int cudnnDestroy(Cudnn *handle) {
  if (!alive(handle)) {
    return refuse(CUDNN_BAD_PARAM, "this is no handle");
  }
  // Not freed: a stale handle must stay unknown.
  handle->alive = 0;
  return lost() ? refuse(CUDNN_INTERNAL_ERROR, "the device is lost") : CUDNN_SUCCESS;
}

GATUN_API int cudnnSetStream(Cudnn *handle, void *stream) {
  if (!alive(handle)) {
    return refuse(CUDNN_BAD_PARAM, "this is no handle");
  }
  handle->stream = stream;
  return CUDNN_SUCCESS;
}

GATUN_API int cudnnBackendCreateDescriptor(int type, Descriptor **descriptor) {
  *descriptor = new Descriptor;
  (*descriptor)->type = type;
  return CUDNN_SUCCESS;
}

GATUN_API int cudnnBackendDestroyDescriptor(Descriptor *descriptor) {
  if (!alive(descriptor)) {
    return refuse(CUDNN_BAD_PARAM, "this is no descriptor");
  }
  descriptor->alive = 0;
  descriptor->attributes.clear();
  return CUDNN_SUCCESS;
}

GATUN_API int cudnnBackendSetAttribute(
    Descriptor *descriptor, int attribute, int type, std::int64_t count, const void *values) {
  if (!alive(descriptor) || descriptor->finished) {
    return refuse(CUDNN_BAD_PARAM, "attributes are set before a descriptor is finished");
  }
  if (type == TYPE_DESCRIPTOR) {
    for (std::int64_t i = 0; i < count; i++) {
      auto other = static_cast<Descriptor *const *>(values)[i];
      if (!alive(other) || !other->finished) {
        return refuse(CUDNN_BAD_PARAM, "a descriptor is used before it is finished");
      }
    }
  }
  auto begin = static_cast<const unsigned char *>(values);
  descriptor->attributes[attribute].assign(begin, begin + count * bytes_of(type));
  return CUDNN_SUCCESS;
}

GATUN_API int cudnnBackendFinalize(Descriptor *descriptor) {
  if (!alive(descriptor) || descriptor->finished) {
    return refuse(CUDNN_BAD_PARAM, "a descriptor is finished once");
  }
  if ((descriptor->type == OPERATION_GRAPH && !descriptor->has(GRAPH_HANDLE)) ||
      (descriptor->type == EXECUTION_PLAN && !descriptor->has(PLAN_HANDLE))) {
    return refuse(CUDNN_BAD_PARAM, "the handle is not set");
  }
  if (descriptor->type == EXECUTION_PLAN && lost()) {
    return refuse(CUDNN_INTERNAL_ERROR, "the device is lost");
  }
  descriptor->finished = true;
  return CUDNN_SUCCESS;
}

GATUN_API int cudnnBackendGetAttribute(
    Descriptor *descriptor, int attribute, int, std::int64_t most, std::int64_t *count,
    void *values) {
  if (!alive(descriptor) || !descriptor->finished) {
    return refuse(CUDNN_BAD_PARAM, "attributes are read of a finished descriptor");
  }
  auto room = static_cast<Descriptor **>(values);
  *count = 1;
  switch (attribute) {
    case QUERY_RESULTS:
      *count = propose(*descriptor, most, room);
      return CUDNN_SUCCESS;
    case CONFIGURATION_ENGINE:
      room[0]->engine = descriptor->engine;
      room[0]->finished = true;
      return CUDNN_SUCCESS;
    case ENGINE_NOTES:
      *static_cast<int *>(values) =
          descriptor->engine == NOTED_ENGINE ? NONDETERMINISTIC : TENSOR_CORE;
      return CUDNN_SUCCESS;
    case PLAN_WORKSPACE:
      *static_cast<std::int64_t *>(values) = workspace_of(*descriptor);
      return CUDNN_SUCCESS;
    default:
      return refuse(
          CUDNN_NOT_SUPPORTED, "the fake tells no attribute " + std::to_string(attribute));
  }
}

GATUN_API int cudnnBackendExecute(Cudnn *handle, Descriptor *plan, Descriptor *pack) {
  if (!alive(handle) || !alive(plan) || !alive(pack) || !plan->finished || !pack->finished) {
    return refuse(CUDNN_BAD_PARAM, "handle, plan and operands are not ready");
  }
  auto configuration = plan->one<const Descriptor *>(PLAN_CONFIGURATION);
  auto graph = graph_of(*configuration);
  const auto workspace = workspace_of(*plan);
  if (configuration->engine == NOTED_ENGINE ||
      (configuration->engine == SMALL_ENGINE && bytes_of_scores(*graph) > 0)) {
    return refuse(CUDNN_NOT_SUPPORTED, "this plan adds up in any order");
  }
  auto ids = pack->all<std::int64_t>(PACK_IDS);
  auto pointers = pack->all<void *>(PACK_POINTERS);
  if (ids.size() != pointers.size() || std::set(ids.begin(), ids.end()).size() != ids.size()) {
    return refuse(CUDNN_BAD_PARAM, "every id has one pointer");
  }
  std::map<std::int64_t, void *> operands;
  // What is given by value is read now, as the real library does.
  auto scalars = std::make_shared<std::map<std::int64_t, float>>();
  for (std::size_t i = 0; i < ids.size(); i++) {
    operands[ids[i]] = is_device(pointers[i], 1)
                           ? pointers[i]
                           : &((*scalars)[ids[i]] = *static_cast<const float *>(pointers[i]));
  }
  auto room = pack->one<void *>(PACK_WORKSPACE);
  int status = submit(handle->stream, "cudnnBackendExecute", [=] {
    constexpr int POISON = 0xff;
    require_device(room, workspace, "cuDNN: the workspace");
    std::memset(room, POISON, workspace);
    (void)scalars;
    interpret(*graph, operands);
  });
  return status == 0 ? CUDNN_SUCCESS
                     : refuse(CUDNN_EXECUTION_FAILED, "the stream does not take it");
}
