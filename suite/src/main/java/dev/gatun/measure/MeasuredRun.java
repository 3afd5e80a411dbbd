package dev.gatun.measure;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.io.Json;
import dev.gatun.model.TransformerConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** All that the numbers of a measured checkpoint depend on, in the layout of other runs. */
public record MeasuredRun(
    Experiment experiment,
    String corpus,
    String corpusSha256,
    String tokenizer,
    String device,
    String mathMode,
    Map<String, String> libraries,
    List<String> notes) {

  /** What is measured. */
  public sealed interface Experiment permits Measurement, OfGivenHead {}

  /**
   * The head of a stored checkpoint.
   *
   * @param checkpoint name of the model
   * @param stage of training that its name states
   * @param step of training that its name states; empty if none is
   * @param batch sequences
   * @param length tokens of each
   */
  public record Measurement(
      String checkpoint,
      String checkpointSha256,
      Optional<String> stage,
      OptionalLong step,
      TransformerConfig model,
      int batch,
      int length,
      long seed)
      implements Experiment {}

  /**
   * A head of any model, on its hidden states.
   *
   * @param checkpoint name of the file of its weights
   * @param checkpointSha256 of both files
   */
  public record OfGivenHead(
      String checkpoint,
      String checkpointSha256,
      Optional<String> stage,
      OptionalLong step,
      long vocabulary,
      long width,
      int contexts,
      long seed)
      implements Experiment {}

  /**
   * On a text.
   *
   * @param notes on how the checkpoint was read
   */
  public MeasuredRun(
      Measurement experiment,
      TokenBatch text,
      String tokenizer,
      DeviceDescription device,
      List<String> notes) {
    this(
        experiment,
        text.name(),
        text.sha256(),
        tokenizer,
        device.name(),
        device.mathMode(),
        device.libraries(),
        notes);
  }

  public String configuration() {
    return Json.line(this);
  }
}
