package dev.gatun.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
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
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything asked for was done, no claim failed",
      "1:a claim was not reproduced",
      "2:a mistake in the input; one line says which, and the mend"
    },
    subcommands = {
      DoctorCommand.class,
      ClaimsCommand.class,
      ReproduceCommand.class,
      VerifyCommand.class,
      ReportCommand.class,
      TrainCommand.class,
      GenerateCompletion.class,
      HelpCommand.class
    })
public final class Gatun implements Runnable {
  /** Exit code: a claim was not reproduced. */
  static final int CLAIM_FAILED = 1;

  /** Exit code: a mistake in the input. */
  static final int USER_ERROR = 2;

  @Spec private CommandSpec spec;

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(commandLine(out, err).execute(args));
  }

  /** The command line, writing to the given streams. */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return new CommandLine(new Gatun())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new Mistakes())
        .setExecutionExceptionHandler(new Mistakes());
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
