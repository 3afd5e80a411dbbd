package dev.gatun.cli;

import dev.gatun.io.Ordered;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.natives.StandardError;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code gatun} command. */
@Command(
    name = "gatun",
    description = "Reproduces what is measured about the output layer of language models.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {
      DoctorCommand.class,
      ClaimsCommand.class,
      ReproduceCommand.class,
      VerifyCommand.class,
      MeasureCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      JoinCommand.class,
      TrainCommand.class,
      ExportCommand.class,
      ExportCsvCommand.class,
      BenchCommand.class,
      SelftestCommand.class,
      GenerateCompletion.class,
      HelpCommand.class
    })
public final class Gatun implements Runnable {
  /** Exit code: a claim was not reproduced, or machines differ. */
  static final int CLAIM_FAILED = 1;

  /** Exit code: a mistake in the input. */
  static final int USER_ERROR = 2;

  private static final Map<String, String> EXIT_CODES =
      Ordered.map(
          Map.entry("0", "everything asked for was done"),
          Map.entry("1", "a verdict flipped, a metric changed, or machines differ"),
          Map.entry("2", "a mistake in the input; one line says which, and how to correct it"),
          Map.entry("130", "interrupted by Ctrl-C; one line says how to go on"),
          Map.entry("143", "the same, by SIGTERM"));

  @Spec private CommandSpec spec;

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    Optional.ofNullable(Integer.getInteger("gatun.stderr")).ifPresent(StandardError::leadTo);
    // Messages of every room show numbers as the files do.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(commandLine(out, err).execute(args));
  }

  /** The command line, writing to the given streams. */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    var gatun = new CommandLine(new Gatun());
    gatun
        .getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new VersionProvider()));
    Stream.concat(Stream.of(gatun), gatun.getSubcommands().values().stream())
        .map(command -> command.getCommandSpec().usageMessage())
        .forEach(help -> help.exitCodeListHeading("%nExit codes:%n").exitCodeList(EXIT_CODES));
    gatun
        .getSubcommands()
        .get("measure")
        .getCommandSpec()
        .usageMessage()
        .footerHeading("%nArchitectures:%n")
        .footer(
            "  "
                + Arrays.stream(Family.values())
                    .map(Family::label)
                    .collect(Collectors.joining(", ")));
    return gatun
        .setOut(out)
        .setErr(err)
        .setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.colours()))
        .setExecutionStrategy(new Mistakes())
        .setParameterExceptionHandler(new Mistakes())
        .setExecutionExceptionHandler(new Mistakes());
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
