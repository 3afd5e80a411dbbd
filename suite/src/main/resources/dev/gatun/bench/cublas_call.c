/* What a cuBLAS call costs the host from C: the same series of calls as Gatun's, for comparison.
   Arguments: the files of the CUDA driver and of the libraries that cuBLAS needs, cuBLAS last.
   Prints nanoseconds per call, the least of many series. */
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

enum { WORKSPACE = 32 << 20, N = 16, CALLS = 64, SERIES = 400, R_32F = 0, COMPUTE_32F_PEDANTIC = 69, GEMM_DEFAULT = -1 };

static void *last;

static void *symbol(const char *name) {
  void *found = dlsym(last, name);
  if (!found) fprintf(stderr, "%s\n", dlerror());
  return found;
}

static double nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int count, char **files) {
  for (int i = 1; i < count; i++)
    if (!(last = dlopen(files[i], RTLD_NOW | RTLD_GLOBAL))) return fprintf(stderr, "%s\n", dlerror()), 1;
  last = RTLD_DEFAULT;
  int (*init)(unsigned) = symbol("cuInit");
  int (*retain)(void **, int) = symbol("cuDevicePrimaryCtxRetain");
  int (*current)(void *) = symbol("cuCtxSetCurrent");
  int (*allocate)(unsigned long long *, size_t) = symbol("cuMemAlloc_v2");
  int (*synchronise)(void) = symbol("cuCtxSynchronize");
  int (*create)(void **) = symbol("cublasCreate_v2");
  int (*set_workspace)(void *, void *, size_t) = symbol("cublasSetWorkspace_v2");
  int (*gemm)(void *, int, int, int, int, int, const void *, const void *, int, int, const void *, int,
      int, const void *, void *, int, int, int, int) = symbol("cublasGemmEx");
  void *context, *handle;
  unsigned long long memory, workspace;
  if (init(0) || retain(&context, 0) || current(context) || allocate(&memory, 3 * 4 * N * N) ||
      allocate(&workspace, WORKSPACE) || create(&handle) || set_workspace(handle, (void *)workspace, WORKSPACE))
    return fprintf(stderr, "no GPU\n"), 1;
  char *a = (char *)memory, *b = a + 4 * N * N, *c = b + 4 * N * N;
  float one = 1, zero = 0;
  double least = 1e30;
  for (int s = 0; s < SERIES; s++) {
    double start = nanos();
    for (int i = 0; i < CALLS; i++)
      if (gemm(handle, 0, 0, N, N, N, &one, a, R_32F, N, b, R_32F, N, &zero, c, R_32F, N,
              COMPUTE_32F_PEDANTIC, GEMM_DEFAULT))
        return fprintf(stderr, "cublasGemmEx answered an error\n"), 1;
    double taken = (nanos() - start) / CALLS;
    if (taken < least) least = taken;
    synchronise();
  }
  printf("%f\n", least);
  return 0;
}
