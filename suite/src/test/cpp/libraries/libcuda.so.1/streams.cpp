// Streams, events and graphs.
#include "driver.h"

using namespace gatun::fake;

namespace {

Event *event(Driver &driver, void *handle) {
  auto event = static_cast<Event *>(handle);
  return driver.events.count(event) ? event : nullptr;
}

// Whether every node comes, directly or not, before what the stream captures next.
bool joined(const Graph &graph, const std::set<std::size_t> &last) {
  std::set<std::size_t> before = last;
  for (std::size_t i = graph.size(); i-- > 0;) {
    if (!before.count(i)) {
      return false;
    }
    before.insert(graph[i].after.begin(), graph[i].after.end());
  }
  return true;
}

}  // namespace

GATUN_API int cuStreamCreate(void **stream, unsigned flags) {
  GATUN_CALL;
  if (flags > 1) {
    return driver.answer(INVALID_VALUE, "cuStreamCreate: unknown flags");
  }
  *stream = driver.new_stream(flags == 0);
  return SUCCESS;
}

GATUN_API int cuStreamDestroy_v2(void *handle) {
  GATUN_CALL;
  Stream *stream = driver.stream(handle);
  if (handle == nullptr || stream == nullptr) {
    return driver.answer(INVALID_HANDLE, "cuStreamDestroy: no such stream");
  }
  if (stream->capture) {
    return driver.answer(STREAM_CAPTURE_UNSUPPORTED, "cuStreamDestroy of a capturing stream");
  }
  int status = driver.finish(*stream);
  driver.streams.erase(stream);
  return status;
}

GATUN_API int cuStreamSynchronize(void *handle) {
  GATUN_CALL;
  Stream *stream = driver.stream(handle);
  if (stream == nullptr) {
    return driver.answer(INVALID_HANDLE, "cuStreamSynchronize: no such stream");
  }
  if (stream->capture) {
    return driver.refuse(*stream, "cuStreamSynchronize");
  }
  if (int status = driver.unless_default(stream, "cuStreamSynchronize")) return status;
  return driver.finish(*stream);
}

GATUN_API int cuStreamWaitEvent(void *handle, void *awaited, unsigned) {
  GATUN_CALL;
  Stream *stream = driver.stream(handle);
  Event *it = event(driver, awaited);
  if (stream == nullptr || it == nullptr) {
    return driver.answer(INVALID_HANDLE, "cuStreamWaitEvent: no such stream or event");
  }
  if (int status = driver.unless_default(stream, "cuStreamWaitEvent")) return status;
  auto capture = it->capture.lock();
  if (!capture) {
    if (stream->capture) {
      stream->capture->invalidated = true;
      return driver.answer(
          STREAM_CAPTURE_ISOLATION, "cuStreamWaitEvent: the event is not of the capture");
    }
    if (it->mark) {
      stream->queue.push_back({"cuStreamWaitEvent", nullptr, it->mark});
    }
    return SUCCESS;
  }
  // A stream that waits for a captured event joins the capture.
  if (!stream->capture) {
    stream->capture = capture;
    stream->captures_by_itself = false;
    capture->streams.insert(stream);
  }
  stream->last.insert(it->last.begin(), it->last.end());
  return SUCCESS;
}

GATUN_API int cuEventCreate(void **handle, unsigned flags) {
  GATUN_CALL;
  auto created = new Event;
  created->timed = (flags & 2) == 0;
  driver.events.insert(created);
  *handle = created;
  return SUCCESS;
}

GATUN_API int cuEventDestroy_v2(void *handle) {
  GATUN_CALL;
  Event *it = event(driver, handle);
  if (it == nullptr) {
    return driver.answer(INVALID_HANDLE, "cuEventDestroy: no such event");
  }
  driver.events.erase(it);
  return SUCCESS;
}

GATUN_API int cuEventRecord(void *handle, void *stream_handle) {
  GATUN_CALL;
  Event *it = event(driver, handle);
  Stream *stream = driver.stream(stream_handle);
  if (it == nullptr || stream == nullptr) {
    return driver.answer(INVALID_HANDLE, "cuEventRecord: no such stream or event");
  }
  if (int status = driver.unless_default(stream, "cuEventRecord")) return status;
  it->captured = stream->capture != nullptr;
  it->capture = stream->capture;
  it->last = stream->last;
  it->mark = it->captured ? nullptr : driver.mark(*stream);
  return SUCCESS;
}

GATUN_API int cuEventSynchronize(void *handle) {
  GATUN_CALL;
  Event *it = event(driver, handle);
  if (it == nullptr) {
    return driver.answer(INVALID_HANDLE, "cuEventSynchronize: no such event");
  }
  if (it->captured) {
    return driver.answer(CAPTURED_EVENT, "cuEventSynchronize");
  }
  return it->mark ? driver.pass(*it->mark) : SUCCESS;
}

GATUN_API int cuEventElapsedTime(float *milliseconds, void *from, void *to) {
  GATUN_CALL;
  Event *first = event(driver, from);
  Event *second = event(driver, to);
  if (first == nullptr || second == nullptr || !first->timed || !second->timed) {
    return driver.answer(INVALID_HANDLE, "cuEventElapsedTime: no such event, or not a timed one");
  }
  if (first->captured || second->captured) {
    return driver.answer(CAPTURED_EVENT, "cuEventElapsedTime");
  }
  if (!first->mark || !second->mark) {
    return driver.answer(INVALID_HANDLE, "cuEventElapsedTime of an event that was not recorded");
  }
  if (!first->mark->passed || !second->mark->passed) {
    return 600;  // not ready: nobody waited for them
  }
  *milliseconds =
      static_cast<float>(second->mark->milliseconds - first->mark->milliseconds);
  return SUCCESS;
}

GATUN_API int cuStreamBeginCapture_v2(void *handle, int mode) {
  GATUN_CALL;
  Stream *stream = driver.stream(handle);
  if (handle == nullptr || stream == nullptr || stream->capture || mode < 0 || mode > 2) {
    return driver.answer(
        handle == nullptr ? STREAM_CAPTURE_UNSUPPORTED : INVALID_VALUE,
        "cuStreamBeginCapture: not a stream that can be captured");
  }
  stream->capture = std::make_shared<Capture>(Capture{mode, std::this_thread::get_id()});
  stream->capture->streams.insert(stream);
  stream->captures_by_itself = true;
  stream->last.clear();
  return SUCCESS;
}

GATUN_API int cuStreamEndCapture(void *handle, void **graph) {
  GATUN_CALL;
  *graph = nullptr;
  Stream *stream = driver.stream(handle);
  if (stream == nullptr || !stream->capture) {
    return driver.answer(INVALID_VALUE, "cuStreamEndCapture: the stream is not capturing");
  }
  if (!stream->captures_by_itself) {
    return driver.answer(STREAM_CAPTURE_UNMATCHED, "cuStreamEndCapture");
  }
  auto capture = stream->capture;
  bool all_joined = joined(capture->nodes, stream->last);
  for (Stream *captured : capture->streams) {
    captured->capture = nullptr;
    captured->last.clear();
  }
  if (capture->invalidated) {
    return driver.answer(STREAM_CAPTURE_INVALIDATED, "cuStreamEndCapture: the capture was lost");
  }
  if (!all_joined) {
    return driver.answer(
        STREAM_CAPTURE_UNJOINED, "cuStreamEndCapture: the stream has not waited for all others");
  }
  auto recorded = std::make_shared<Graph>(std::move(capture->nodes));
  driver.graphs[recorded.get()] = recorded;
  *graph = recorded.get();
  return SUCCESS;
}

GATUN_API int cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long) {
  GATUN_CALL;
  auto found = driver.graphs.find(static_cast<Graph *>(graph));
  if (found == driver.graphs.end()) {
    return driver.answer(INVALID_VALUE, "cuGraphInstantiate: no such graph");
  }
  *executable = new char;  // an address of its own
  driver.executables[*executable] = found->second;
  return SUCCESS;
}

GATUN_API int cuGraphLaunch(void *executable, void *stream) {
  GATUN_CALL;
  auto found = driver.executables.find(executable);
  if (found == driver.executables.end()) {
    return driver.answer(INVALID_VALUE, "cuGraphLaunch: no such executable graph");
  }
  auto graph = found->second;
  if (driver.tracing != Driver::OFF) {
    driver.trace += "graph " + std::to_string(graph->size()) + "\n";
  }
  return driver.submit(driver.stream(stream), "graph", [graph, &driver] { driver.run(*graph); });
}

GATUN_API int cuGraphExecDestroy(void *executable) {
  GATUN_CALL;
  return driver.executables.erase(executable)
             ? SUCCESS
             : driver.answer(INVALID_VALUE, "cuGraphExecDestroy: no such executable graph");
}

GATUN_API int cuGraphDestroy(void *graph) {
  GATUN_CALL;
  return driver.graphs.erase(static_cast<Graph *>(graph))
             ? SUCCESS
             : driver.answer(INVALID_VALUE, "cuGraphDestroy: no such graph");
}
