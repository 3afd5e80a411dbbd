package dev.gatun.cli;

import dev.gatun.io.NearestName;
import dev.gatun.tensor.Holding;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns what went wrong into one line on standard error and exit code 2. A programming error keeps
 * its stack trace: it is ours to mend, not the user's; {@code GATUN_DEBUG=1} shows every trace.
 */
final class Mistakes
    implements IParameterExceptionHandler, IExecutionExceptionHandler, IExecutionStrategy {
  /**
   * Runs the command. What the machine lacks is told in one line, as a mistake of the user is. With
   * {@code -Dgatun.leaks=true} a command fails that leaves native memory or handles behind.
   */
  @Override
  public int execute(ParseResult parsed) {
    CommandLine command = parsed.commandSpec().commandLine();
    Set<Holding> before = Holding.now();
    try {
      int code = new RunLast().execute(parsed);
      return leavesNothing(command, before) ? code : Gatun.USER_ERROR;
    } catch (LinkageError | OutOfMemoryError e) {
      throw new ExecutionException(command, e.toString(), new IllegalArgumentException(lack(e), e));
    } catch (ExecutionException e) {
      leavesNothing(command, before);
      throw e;
    }
  }

  private static boolean leavesNothing(CommandLine command, Set<Holding> before) {
    List<Holding> left = Holding.now().stream().filter(h -> !before.contains(h)).toList();
    if (!left.isEmpty()) {
      say(
          command,
          "the command leaves %s behind: %s%s"
              .formatted(
                  left.size() == 1 ? "something" : left.size() + " things",
                  left.getFirst(),
                  left.size() == 1 ? "" : ", and others"));
    }
    return left.isEmpty();
  }

  private static String lack(Error error) {
    return error instanceof OutOfMemoryError
        ? "out of memory (%s); free some, or set JAVA_TOOL_OPTIONS=-Xmx<more>"
            .formatted(error.getMessage())
        : "a native library cannot be loaded (%s); the folder for temporary files (java.io.tmpdir), %s, must exist and have room"
            .formatted(error.getMessage(), System.getProperty("java.io.tmpdir"));
  }

  @Override
  public int handleParseException(ParameterException mistake, String[] args) {
    CommandLine command = mistake.getCommandLine();
    String line =
        mistake instanceof UnmatchedArgumentException unmatched
            ? describe(unmatched)
            : firstLine(mistake.getMessage())
                .replaceFirst("is not an? (long|int)$", "is no number");
    say(
        command,
        "%s (`%s --help` lists what there is)"
            .formatted(line, command.getCommandSpec().qualifiedName()));
    return Gatun.USER_ERROR;
  }

  private static String describe(UnmatchedArgumentException mistake) {
    CommandLine command = mistake.getCommandLine();
    String argument = mistake.getUnmatched().getFirst().replaceFirst("=.*", "");
    if (argument.startsWith("-")) {
      return "there is no option "
          + argument
          + NearestName.hint(argument, command.getCommandSpec().optionsMap().keySet());
    }
    return command.getSubcommands().isEmpty()
        ? "'%s' is one argument too many".formatted(argument)
        : "there is no command '%s'%s"
            .formatted(argument, NearestName.hint(argument, command.getSubcommands().keySet()));
  }

  @Override
  public int handleExecutionException(
      Exception exception, CommandLine command, ParseResult parseResult) {
    say(command, describe(exception));
    if (isOurs(exception) || System.getenv("GATUN_DEBUG") != null) {
      exception.printStackTrace(command.getErr());
    }
    return Gatun.USER_ERROR;
  }

  private static boolean isOurs(Exception exception) {
    return exception instanceof NullPointerException
        || exception instanceof IndexOutOfBoundsException
        || exception instanceof ClassCastException
        || exception instanceof IllegalStateException
            && !(exception instanceof CancellationException);
  }

  private static String describe(Throwable exception) {
    return switch (exception) {
      case UncheckedIOException unchecked -> describe(unchecked.getCause());
      case NoSuchFileException missing -> missing.getFile() + ": there is no such file";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileSystemException failed -> firstLine(failed.getMessage());
      default -> {
        String message = exception.getMessage();
        yield message == null ? exception.toString() : firstLine(message);
      }
    };
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static void say(CommandLine command, String line) {
    command.getErr().println("gatun: " + line);
    command.getErr().flush();
  }
}
