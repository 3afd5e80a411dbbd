package dev.gatun.measure;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.io.Json;
import dev.gatun.model.TransformerConfig;
import java.util.Map;

/** All that the numbers of a measured checkpoint depend on, in the layout of other runs. */
public record MeasuredRun(
    Measurement experiment,
    String corpus,
    String corpusSha256,
    String tokenizer,
    String device,
    String mathMode,
    Map<String, String> libraries) {

  /**
   * What is measured.
   *
   * @param checkpoint name of the model
   * @param batch sequences
   * @param length tokens of each
   */
  public record Measurement(
      String checkpoint,
      String checkpointSha256,
      long step,
      TransformerConfig model,
      int batch,
      int length,
      long seed) {}

  /** On a text. */
  public MeasuredRun(
      Measurement experiment, TokenBatch text, String tokenizer, DeviceDescription device) {
    this(
        experiment,
        text.name(),
        text.sha256(),
        tokenizer,
        device.name(),
        device.mathMode(),
        device.libraries());
  }

  public String configuration() {
    return Json.line(this);
  }
}
