package dev.gatun.experiment;

import dev.gatun.experiment.Twin.Numbers;
import dev.gatun.io.TomlFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What {@code results/twins.toml} says: how near runs of Gatun and their twins are. */
public record Twins(List<Stored> twins) {
  private static final Path FILE = Path.of("..", "results", "twins.toml");
  private static final TomlFile<Twins> TOML =
      new TomlFile<>(Twins.class, IllegalStateException::new);

  /** Keeps a copy of the list. */
  public Twins {
    twins = List.copyOf(twins);
  }

  /**
   * A run and its twin.
   *
   * @param trains what is trained
   * @param reason why they may be so far apart as they may
   * @param measured date
   */
  public record Stored(
      String claim,
      String run,
      String trains,
      String reason,
      String measured,
      String python,
      String torch,
      List<Agreement> numbers) {

    /** The same, with what was measured now. */
    Stored with(Numbers here, Numbers there) {
      return new Stored(
          claim,
          run,
          trains,
          reason,
          LocalDate.now(ZoneOffset.UTC).toString(),
          there.versions().get("python"),
          there.versions().get("torch"),
          numbers.stream().map(number -> number.with(here, there)).toList());
    }

    /** What is further apart than it may be, in words. */
    public List<String> disagreements(Numbers here, Numbers there) {
      return numbers.stream()
          .map(number -> number.with(here, there))
          .filter(number -> !number.agrees())
          .map(number ->
              "%s of %s: %s apart, more than %s"
                  .formatted(number.name, run, number.apart, number.within))
          .toList();
    }
  }

  /**
   * How near one kind of number is.
   *
   * @param points how often it was compared: over the steps, places or ranks
   * @param gatun the last of Gatun's
   * @param pytorch the last of the twin's
   * @param apart greatest difference
   * @param within most that it may be
   */
  public record Agreement(
      String name, int points, double gatun, double pytorch, double apart, double within) {
    private Agreement with(Numbers here, Numbers there) {
      List<Double> own = here.numbers().get(name);
      List<Double> others = there.numbers().get(name);
      if (own.size() != others.size()) {
        throw new IllegalStateException(
            "%s: %s here and %s there".formatted(name, own.size(), others.size()));
      }
      double most =
          IntStream.range(0, own.size())
              .mapToDouble(i -> Math.abs(own.get(i) - others.get(i)))
              .max()
              .orElseThrow();
      return new Agreement(name, own.size(), own.getLast(), others.getLast(), most, within);
    }

    public boolean agrees() {
      return apart <= within;
    }
  }

  public static Twins stored() {
    try {
      return TOML.parse(FILE.toString(), Files.readString(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is stored of a claim's run. */
  public Stored of(String claim) {
    return twins.stream().filter(twin -> twin.claim().equals(claim)).findFirst().orElseThrow();
  }

  /** Stores what was measured now in place of what is there. */
  public static void store(String claim, Numbers here, Numbers there) {
    String text =
        stored().twins().stream()
            .map(twin -> text(twin.claim().equals(claim) ? twin.with(here, there) : twin))
            .collect(
                Collectors.joining(
                    "",
                    "# Runs of Gatun that PyTorch trained again: TwinIT. results/README.md explains"
                        + " the keys.\n",
                    ""));
    try {
      Files.writeString(FILE, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Stored twin) {
    return """

    [[twins]]
    claim = "%s"
    run = "%s"
    trains = "%s"
    reason = "%s"
    measured = "%s"
    python = "%s"
    torch = "%s"
    numbers = [
    %s]
    """
        .formatted(
            twin.claim,
            twin.run,
            twin.trains,
            twin.reason,
            twin.measured,
            twin.python,
            twin.torch,
            twin.numbers.stream().map(Twins::text).collect(Collectors.joining()));
  }

  private static String text(Agreement n) {
    return "  { name = \"%s\", points = %s, gatun = %s, pytorch = %s, apart = %s, within = %s },\n"
        .formatted(n.name, n.points, n.gatun, n.pytorch, n.apart, n.within);
  }
}
