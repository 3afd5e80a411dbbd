package dev.gatun.cli;

import dev.gatun.data.CorpusChoice;
import dev.gatun.measure.CheckpointMeter;
import dev.gatun.measure.TokenBatch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What stored checkpoints are measured on, and how they are read. */
final class MeasuredTextOptions {
  private static final int LONGEST = 512;
  private static final int FEWEST_CONTEXTS = 1024;
  private static final int MOST_CONTEXTS = 8192;

  @Option(
      names = "--text",
      paramLabel = "<path>",
      description = {
        "A text file or a folder of them, cut by the model's tokenizer; may be given several",
        "times. Default: the code that comes with Gatun; of `gatun reproduce`, the prose."
      })
  private List<Path> texts = List.of();

  @Option(
      names = "--tokens",
      paramLabel = "<file>",
      description =
          "Token ids in place of a text: safetensors with an int64 tensor 'tokens' [B, T].")
  private Path tokens;

  @Option(
      names = "--bos",
      paramLabel = "<when>",
      converter = NamedValues.BeginningTokens.class,
      completionCandidates = NamedValues.BeginningTokens.class,
      description = {
        "Whether each sequence of a text begins with a token of its own: ${COMPLETION-CANDIDATES}.",
        "Default: auto, where tokenizer.json puts one before a text."
      })
  private BeginningToken beginning;

  @Option(
      names = "--ignore-field",
      paramLabel = "<name>",
      description = {
        "Pass over a field of config.json that Gatun does not know, as num_things or",
        "rope_scaling.thing; may be given several times. The logits must not depend on it."
      })
  private Set<String> ignoredFields = Set.of();

  @Option(
      names = "--contexts",
      paramLabel = "<n>",
      description = {
        "Contexts cut from each text, about. Default: 3 times the widest model's width,",
        "at least 1,024 and at most 8,192."
      })
  private Integer contexts;

  @Option(
      names = "--length",
      paramLabel = "<n>",
      description = "Tokens per sequence cut from a text. Default: 512, or the model's context.")
  private Integer length;

  /** The option that was given, for a message; empty if none was. */
  Optional<String> given() {
    return Stream.of(
            Map.entry("--text", !texts.isEmpty()),
            Map.entry("--tokens", tokens != null),
            Map.entry("--bos", beginning != null),
            Map.entry("--ignore-field", !ignoredFields.isEmpty()),
            Map.entry("--contexts", contexts != null),
            Map.entry("--length", length != null))
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  boolean nameText() {
    return tokens != null || !texts.isEmpty();
  }

  /** Finds out whether the options fit each other. */
  void requireConsistent() {
    if (tokens != null && !texts.isEmpty()) {
      throw new IllegalArgumentException("--tokens and --text exclude each other; leave one out");
    }
    if (tokens != null && (contexts != null || length != null || beginning != null)) {
      throw new IllegalArgumentException(
          "--tokens are measured as they are; leave %s out"
              .formatted(contexts != null ? "--contexts" : length != null ? "--length" : "--bos"));
    }
    if (contexts != null && (contexts < 1 || contexts > CheckpointMeter.MOST_CONTEXTS)) {
      throw new IllegalArgumentException(
          "--contexts %s: take 1 to %s".formatted(contexts, CheckpointMeter.MOST_CONTEXTS));
    }
    if (length != null && length < 2) {
      throw new IllegalArgumentException(
          "--length %s: at least 2 is needed, a token and the next".formatted(length));
    }
  }

  /** The folders, of which nothing but their configurations is read. */
  List<StoredCheckpoint> checkpoints(List<Path> folders) {
    return StoredCheckpoint.of(folders, ignoredFields);
  }

  /**
   * The texts.
   *
   * @param otherwise read where no text is named
   */
  MeasuredTexts read(
      List<StoredCheckpoint> checkpoints, CorpusChoice otherwise, long seed, Console console) {
    return console.saying(
        "reading what is measured on", () -> texts(checkpoints, otherwise, seed, console));
  }

  private MeasuredTexts texts(
      List<StoredCheckpoint> checkpoints, CorpusChoice otherwise, long seed, Console console) {
    if (tokens != null) {
      return MeasuredTexts.given(tokens, seed);
    }
    int context =
        checkpoints.stream().mapToInt(c -> c.config().contextLength()).min().orElseThrow();
    int width = checkpoints.stream().mapToInt(c -> c.config().embeddingWidth()).max().orElseThrow();
    int wanted = length == null ? LONGEST : length;
    if (length != null && length > context) {
      console.note(
          "gatun: --length %s is cut to %s, the context of the model".formatted(length, context));
    }
    int all = contexts == null ? Math.clamp(3L * width, FEWEST_CONTEXTS, MOST_CONTEXTS) : contexts;
    return MeasuredTexts.read(
        texts,
        otherwise,
        new MeasuredTexts.Size(all, Math.max(2, Math.min(wanted, context))),
        beginning == null ? BeginningToken.AUTO : beginning,
        seed);
  }

  /** The sequences of each text for each model, all of which the model can take. */
  static Map<StoredCheckpoint, List<TokenBatch>> fitting(
      List<StoredCheckpoint> checkpoints, MeasuredTexts texts) {
    Map<StoredCheckpoint, List<TokenBatch>> batches = new LinkedHashMap<>();
    checkpoints.forEach(checkpoint -> batches.put(checkpoint, fitting(checkpoint, texts)));
    return batches;
  }

  private static List<TokenBatch> fitting(StoredCheckpoint checkpoint, MeasuredTexts texts) {
    List<TokenBatch> batches = texts.of(checkpoint);
    for (TokenBatch batch : batches) {
      try {
        CheckpointMeter.requireMeasurable(checkpoint.config(), batch);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s cannot be measured on %s: %s"
                .formatted(checkpoint.name(), batch.name(), e.getMessage()),
            e);
      }
    }
    return batches;
  }
}
