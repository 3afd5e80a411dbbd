package dev.gatun.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs benchmarks by JMH, with its arguments; {@code -p device=cpu,cuda} chooses what is measured.
 * {@code products} as the first argument runs {@link MatrixProductBenchmark}.
 */
public final class Benchmarks {
  private static final int USER_ERROR = 2;

  private Benchmarks() {}

  /** Exits with 0 if all went well; what is wrong with the arguments or the device is a line. */
  public static void main(String[] arguments) {
    try {
      if (arguments.length > 0 && arguments[0].equals("products")) {
        MatrixProductBenchmark.main(Arrays.copyOfRange(arguments, 1, arguments.length));
      } else {
        run(arguments);
      }
    } catch (CommandLineOptionException | RunnerException | IOException | RuntimeException e) {
      System.err.println("benchmarks: " + e.getMessage().lines().findFirst().orElseThrow());
      System.exit(USER_ERROR);
    }
  }

  private static void run(String[] arguments)
      throws CommandLineOptionException, RunnerException, IOException {
    var options = new CommandLineOptions(arguments);
    if (options.shouldHelp()) {
      options.showHelp();
      return;
    }
    Collection<String> devices =
        options.getParameter("device").orElse(List.of(BenchmarkDevice.CPU));
    // Else each benchmark would say the same in a stack trace of its own.
    devices.forEach(device -> BenchmarkDevice.open(device, 0).close());
    var runner = new Runner(options);
    if (options.shouldList()) {
      runner.list();
    } else {
      runner.run();
    }
  }
}
