package dev.gatun.selftest;

import dev.gatun.io.Resources;
import dev.gatun.selftest.Commands.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The machine's Python, if it has one: where its packages keep NVIDIA's libraries, and whether it
 * has PyTorch.
 *
 * @param libraries the folder of the packages {@code nvidia-…}
 * @param torch PyTorch's version
 */
record Python(String command, Optional<Path> libraries, Optional<String> torch) {
  private static final double SECONDS = 20;

  /** Prints a line for each: the folder, the version. Importing PyTorch would take seconds. */
  private static final String QUESTION =
      """
      import importlib.metadata, importlib.util
      nvidia = importlib.util.find_spec("nvidia")
      if nvidia is not None: print("nvidia", list(nvidia.submodule_search_locations)[0])
      if importlib.util.find_spec("torch") is not None: print("torch", importlib.metadata.version("torch"))
      """;

  /** The first {@code python3} on the path. */
  static Optional<Python> find(Commands commands) {
    try {
      Ending ending = commands.run("python", List.of("python3", "-c", QUESTION), Map.of(), SECONDS);
      return ending.isGood() ? Optional.of(of(ending.printed())) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty(); // There is none.
    }
  }

  private static Python of(List<String> lines) {
    return new Python("python3", answer(lines, "nvidia ").map(Path::of), answer(lines, "torch "));
  }

  private static Optional<String> answer(List<String> lines, String start) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()))
        .findFirst();
  }

  /**
   * Does each piece of work once, so that what PyTorch compiles for it is in its cache.
   *
   * @param works the peer's names
   */
  void warm(Commands commands, Path work, List<String> works, String math, double seconds)
      throws IOException {
    Path requests = work.resolve("warm.jsonl");
    Files.write(
        requests,
        works.stream()
            .map(name ->
                """
                {"work": "%s", "device": "cuda", "math": "%s", "threads": 1}\
                """
                    .formatted(name, math))
            .toList());
    List<String> shell =
        List.of(
            "sh",
            "-c",
            "exec \"$0\" -c \"$1\" <\"$2\"",
            command,
            Resources.text("/dev/gatun/bench/peer.py"),
            requests.toString());
    commands.run("warm", shell, Map.of(), seconds);
  }
}
