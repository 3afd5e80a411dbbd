package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.backend.cpu.DirectCalls;
import dev.gatun.backend.cpu.DirectCalls.Cut;
import dev.gatun.io.Ordered;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Gatun's matrix products beside the BLAS library called directly, in turn in one process: the
 * library on its own threads, and one call per thread on the rows or the columns of the result.
 *
 * <p>With {@code -p device=cuda} Gatun's products alone, which are calls of cuBLAS.
 *
 * <p>Arguments: {@code --threads n}, {@code --rounds n}, {@code --out file} and products, such as
 * {@code NN-512x512x512} (transposes, then M x N x K, in f32 and f64), {@code f32-NT-2048x1024x256}
 * or {@code f64-syrk-2048x16384}. Without products, those of the training steps.
 */
public final class MatrixProductBenchmark {
  private static final List<String> PRODUCTS =
      List.of(
          "NN-512x512x512",
          "NN-2048x2048x2048",
          "NT-2048x1024x256",
          "NT-512x8192x768",
          "NN-512x768x8192",
          "TN-8192x768x512",
          "NT-128x8192x32",
          "NT-8192x96x32",
          "NN-2048x128x4096",
          "TN-50257x768x512",
          "NT-512x50257x768",
          "f64-syrk-2048x16384",
          "NN-128x128x128",
          "NT-8x8192x768",
          "NN-8x768x8192",
          "NT-8x50257x768");

  /**
   * A turn repeats its product for about this long, once untimed and once timed: a single small
   * product is lost in noise, and a processor that has just rested is slow at first.
   */
  private static final double TURN_SECONDS = 0.06;

  private String device = BenchmarkDevice.CPU;
  private int threads = CpuBackend.defaultThreads();
  private int rounds = 11;
  private Path out;
  private final List<String> products = new ArrayList<>();

  private MatrixProductBenchmark(String[] arguments) {
    for (var rest = Arrays.asList(arguments).iterator(); rest.hasNext(); ) {
      switch (rest.next()) {
        case "-p" -> device = rest.next().replaceFirst("^device=", "");
        case "--threads" -> threads = Integer.parseInt(rest.next());
        case "--rounds" -> rounds = Integer.parseInt(rest.next());
        case "--out" -> out = Path.of(rest.next());
        case String product -> products.add(product);
      }
    }
  }

  /** Measures and prints. */
  public static void main(String[] arguments) {
    new MatrixProductBenchmark(arguments).run();
  }

  private void run() {
    try (Backend backend = BenchmarkDevice.open(device, threads);
        var library = new DirectCalls(threads)) {
      System.out.printf(
          "%s, %d threads%n%s%n", backend.device().name(), threads, backend.device().libraries());
      System.out.printf(
          "%-26s %9s %9s %9s %9s   %s%n",
          "GFLOP/s, best", "Gatun", "own", "rows", "columns", "Gatun / library: best, median");
      var json = new ArrayList<Map<String, Object>>();
      for (String name : products.isEmpty() ? PRODUCTS : products) {
        for (String typed : typed(name)) {
          try (var product = new Product(typed, backend, library)) {
            Map<String, double[]> rates = rates(product);
            System.out.println(row(typed, rates));
            rates.forEach(
                (way, values) -> json.add(entry(backend.device(), typed, way, values, rates)));
            if (out != null) {
              BenchmarkFile.write(json, out);
            }
          }
        }
      }
    }
  }

  /** A product that names no type is measured in both. */
  private static List<String> typed(String name) {
    return name.startsWith("f32-") || name.startsWith("f64-")
        ? List.of(name)
        : List.of("f32-" + name, "f64-" + name);
  }

  /** GFLOP/s of each way, round by round. */
  private Map<String, double[]> rates(Product product) {
    var rates = new LinkedHashMap<String, double[]>();
    product.ways().keySet().forEach(way -> rates.put(way, new double[rounds]));
    int repeats = repeats(product.ways().get("gatun"));
    for (int round = -2; round < rounds; round++) {
      for (var way : product.ways().entrySet()) {
        way.getValue().seconds(repeats);
        double seconds = way.getValue().seconds(repeats) / repeats;
        if (round >= 0) {
          rates.get(way.getKey())[round] = product.flops() / seconds * 1e-9;
        }
      }
    }
    return rates;
  }

  private static int repeats(Way way) {
    way.seconds(3);
    return Math.clamp((long) (TURN_SECONDS / (way.seconds(3) / 3)), 1, 10_000);
  }

  private static String row(String name, Map<String, double[]> rates) {
    var row = new StringBuilder(String.format(Locale.ROOT, "%-26s", name));
    for (String way : List.of("gatun", "own threads", "rows", "columns")) {
      row.append(
          rates.containsKey(way)
              ? String.format(Locale.ROOT, " %9.1f", best(rates.get(way)))
              : " ".repeat(10));
    }
    if (rates.size() == 1) {
      return row.toString();
    }
    double[] ratios = ratios(rates);
    return row.append(String.format(Locale.ROOT, "   %.3f %.3f", ratios[0], ratios[1])).toString();
  }

  /** Gatun over the library's best way: best against best, and the median of the rounds. */
  private static double[] ratios(Map<String, double[]> rates) {
    double[] ours = rates.get("gatun");
    double best = 0;
    var ratios = new double[ours.length];
    Arrays.fill(ratios, Double.POSITIVE_INFINITY);
    for (var way : rates.entrySet()) {
      if (!way.getKey().equals("gatun")) {
        best = Math.max(best, best(way.getValue()));
        for (int round = 0; round < ours.length; round++) {
          ratios[round] = Math.min(ratios[round], ours[round] / way.getValue()[round]);
        }
      }
    }
    Arrays.sort(ratios);
    return new double[] {best(ours) / best, ratios[ratios.length / 2]};
  }

  private static double best(double[] rates) {
    return Arrays.stream(rates).max().orElseThrow();
  }

  /** In the layout of JMH's results. */
  private static Map<String, Object> entry(
      DeviceDescription device,
      String product,
      String way,
      double[] values,
      Map<String, double[]> rates) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("product", product);
    parameters.put("way", way);
    parameters.put("device", device.name());
    parameters.putAll(device.libraries());
    if (way.equals("gatun") && rates.size() > 1) {
      parameters.put("ratioOfBests", ratios(rates)[0]);
      parameters.put("medianRatio", ratios(rates)[1]);
    }
    List<Double> raw = Arrays.stream(values).boxed().toList();
    var entry = new LinkedHashMap<String, Object>();
    entry.put("benchmark", MatrixProductBenchmark.class.getName());
    entry.put("mode", "thrpt");
    entry.put("threads", device.threads());
    entry.put("params", parameters);
    entry.put(
        "primaryMetric",
        Ordered.map(
            Map.entry("score", Measurement.median(raw)),
            Map.entry("scoreUnit", "GFLOP/s"),
            Map.entry("rawData", List.of(raw))));
    return entry;
  }

  /** A way to make a product. */
  private interface Way {
    /** Makes it again and again. */
    double seconds(int times);

    static Way of(Backend backend, Runnable product) {
      return times -> {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
          product.run();
        }
        BenchmarkDevice.await(backend);
        return (System.nanoTime() - start) * 1e-9;
      };
    }
  }

  /** A product of random matrices, and the ways to make it. */
  private static final class Product implements AutoCloseable {
    private final TensorScope scope;
    private final Backend backend;
    private final double flops;
    private final Map<String, Way> ways = new LinkedHashMap<>();

    Product(String name, Backend backend, DirectCalls library) {
      this.backend = backend;
      this.scope = backend.newScope();
      String[] parts = name.split("-");
      ElementType type = ElementType.valueOf(parts[0].toUpperCase(Locale.ROOT));
      int[] extents = Stream.of(parts[2].split("x")).mapToInt(Integer::parseInt).toArray();
      if (parts[1].equals("syrk")) {
        Tensor a = random(type, extents[0], extents[1]);
        Tensor c = scope.zeros(type, extents[0], extents[0]);
        flops = (double) extents[0] * extents[0] * extents[1];
        ways.put("gatun", Way.of(backend, () -> backend.syrk(Transpose.NO, a, 0, c)));
        if (isOnCpu(backend)) {
          own(library, () -> library.syrk(a, c));
        }
        return;
      }
      int m = extents[0];
      int n = extents[1];
      int k = extents[2];
      Transpose ta = parts[1].charAt(0) == 'T' ? Transpose.YES : Transpose.NO;
      Transpose tb = parts[1].charAt(1) == 'T' ? Transpose.YES : Transpose.NO;
      Tensor a = ta == Transpose.NO ? random(type, m, k) : random(type, k, m);
      Tensor b = tb == Transpose.NO ? random(type, k, n) : random(type, n, k);
      Tensor c = scope.zeros(type, m, n);
      flops = 2.0 * m * n * k;
      ways.put("gatun", Way.of(backend, () -> backend.gemm(ta, tb, 1, a, b, 0, c)));
      if (!isOnCpu(backend)) {
        return;
      }
      ways.put("rows", Way.of(backend, () -> library.gemm(Cut.ROWS, ta, tb, a, b, c)));
      ways.put("columns", Way.of(backend, () -> library.gemm(Cut.COLUMNS, ta, tb, a, b, c)));
      own(library, () -> library.gemm(Cut.NONE, ta, tb, a, b, c));
    }

    private static boolean isOnCpu(Backend backend) {
      return backend.device().kind().equals(BenchmarkDevice.CPU);
    }

    private void own(DirectCalls library, Runnable product) {
      Way way = Way.of(backend, product);
      ways.put("own threads", times -> library.withOwnThreads(() -> way.seconds(times)));
    }

    private Tensor random(ElementType type, int rows, int cols) {
      Tensor tensor = scope.zeros(type, rows, cols);
      var random = new Random(1);
      for (int row = 0; row < rows; row++) {
        backend.write(random.doubles(cols, -1, 1).toArray(), tensor.rows(row, 1));
      }
      return tensor;
    }

    double flops() {
      return flops;
    }

    Map<String, Way> ways() {
      return ways;
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
