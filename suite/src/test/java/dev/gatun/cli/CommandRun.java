package dev.gatun.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A command that was run in this process: its exit code, and what it printed. */
record CommandRun(int code, String out, String err) {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Runs {@code gatun} with these arguments, strings or paths. */
  static CommandRun of(Object... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Gatun.commandLine(new PrintWriter(out), new PrintWriter(err))
            .execute(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
    return new CommandRun(code, out.toString(), err.toString());
  }

  /** Evidence of the two claims that take no time. */
  static CommandRun publishedClaims(Path folder) {
    return of("reproduce", "B1", "B2", "--out", folder);
  }

  /** Standard output, which must be one JSON object and nothing else. */
  JsonNode json() {
    return STRICT.readTree(out);
  }
}
