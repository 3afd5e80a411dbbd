package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cuda.CudaBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a small cuBLAS call costs the host through the bindings, and from C.
 *
 * @param nanos through the bindings
 * @param fromC the same calls from C, empty where it could not be measured
 * @param skipped why it could not
 */
public record CallCost(double nanos, Optional<Double> fromC, String skipped) {

  /** Measures it; empty for a backend without cuBLAS. */
  public static Optional<CallCost> measure(Backend backend) {
    if (!(backend instanceof CudaBackend cuda)) {
      return Optional.empty();
    }
    double nanos = cuda.cublasCallNanos();
    try {
      return Optional.of(new CallCost(nanos, Optional.of(fromC(cuda.libraryFiles())), ""));
    } catch (IOException e) {
      return Optional.of(new CallCost(nanos, Optional.empty(), e.getMessage()));
    }
  }

  /** Compiles the C program with the machine's own compiler and runs it. */
  private static double fromC(List<Path> libraries) throws IOException {
    Path folder = Files.createTempDirectory("gatun-call");
    Path source = folder.resolve("cublas_call.c");
    Path program = folder.resolve("cublas_call");
    try (InputStream in = CallCost.class.getResourceAsStream("cublas_call.c")) {
      Files.copy(in, source);
      output(List.of("cc", "-O2", "-o", program.toString(), source.toString(), "-ldl"));
      var command = new ArrayList<>(List.of(program.toString()));
      libraries.forEach(file -> command.add(file.toString()));
      return Double.parseDouble(output(command).strip());
    } finally {
      Files.deleteIfExists(source);
      Files.deleteIfExists(program);
      Files.delete(folder);
    }
  }

  private static String output(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(
            command.getFirst() + ": " + output.lines().findFirst().orElse("failed"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
    return output;
  }

  /** In one line. */
  public String inWords() {
    return fromC
        .map(c ->
            "cuBLAS call: %.0f ns through the bindings, %.0f ns from C, %.0f ns more"
                .formatted(nanos, c, nanos - c))
        .orElseGet(() ->
            "cuBLAS call: %.0f ns through the bindings; SKIPPED from C: %s"
                .formatted(nanos, skipped));
  }

  /** For JSON; null where it could not be measured. */
  public Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("bindings", nanos);
    json.put("c", fromC.orElse(null));
    return json;
  }
}
