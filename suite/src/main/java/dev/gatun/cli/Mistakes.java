package dev.gatun.cli;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns what went wrong into one line on standard error and exit code 2. A programming error keeps
 * its stack trace: it is ours to mend, not the user's; {@code GATUN_DEBUG=1} shows every trace.
 */
final class Mistakes implements IParameterExceptionHandler, IExecutionExceptionHandler {
  @Override
  public int handleParseException(ParameterException mistake, String[] args) {
    CommandLine command = mistake.getCommandLine();
    String line = firstLine(mistake.getMessage());
    if (mistake instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        line += "; did you mean " + String.join(" or ", suggestions) + "?";
      }
    }
    say(
        command,
        "%s (`%s --help` lists what there is)"
            .formatted(line, command.getCommandSpec().qualifiedName()));
    return Gatun.USER_ERROR;
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
    command.getErr().println(command.getColorScheme().errorText("gatun: " + line));
  }
}
