package dev.gatun.experiment;

import dev.gatun.Python;
import dev.gatun.backend.Backend;
import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.io.Json;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.HeadMeter;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Batch;
import dev.gatun.train.LearningRateSchedule;
import dev.gatun.train.StepReport;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder that a run of Gatun leaves for {@code src/test/python/twin.py}, which trains the same
 * again in PyTorch: the settings, the initial weights, the batches and the contexts to measure.
 */
public final class Twin {
  private static final Path SCRIPT = Path.of("src/test/python/twin.py").toAbsolutePath();

  private final Path folder;
  private final Map<String, Object> how = new LinkedHashMap<>();

  /**
   * What was measured, by name: a number for each step or each place.
   *
   * @param versions of Python and PyTorch, by name; none of Gatun
   */
  public record Numbers(Map<String, String> versions, Map<String, List<Double>> numbers) {}

  /** In a folder that is there. */
  public Twin(Path folder) {
    this.folder = folder;
  }

  public Path folder() {
    return folder;
  }

  /** The Python that trains twins; the test that asks is skipped aloud where there is none. */
  public static Python python() {
    return Python.orSkip("GATUN_PYTHON", "torch", "safetensors", "pyarrow");
  }

  /**
   * Trains by Gatun and leaves what a twin needs.
   *
   * @param measured contexts whose loss, accuracy and destroyed norm are taken
   * @param at steps after which they are; 0 is untrained
   */
  public Numbers train(
      Backend backend, RunSetting setting, BatchSource batches, Batch measured, List<Long> at) {
    var environment = new Environment(backend, folder, new ArrayList<>());
    Map<String, List<Double>> numbers = new LinkedHashMap<>();
    var meter = new HeadMeter(HeadMeasures.EXACT, measured, Randomness.of(setting.seed()));
    TrainedModel.run(
        setting,
        environment,
        batches,
        (step, model) -> {
          if (step == 0) {
            Checkpoint.save(model, folder);
          }
          if (at.contains(step)) {
            measure(model, meter, measured, numbers);
          }
        });
    numbers.put("training_loss", environment.losses);
    tell(setting, at);
    List<Batch> all = LongStream.range(0, setting.steps()).mapToObj(batches::batch).toList();
    writeTokens(all, measured);
    return new Numbers(Map.of(), numbers);
  }

  private static void measure(
      LanguageModel model, HeadMeter meter, Batch measured, Map<String, List<Double>> numbers) {
    var evidence = new EvidenceBuilder();
    RunRecorder recorder = evidence.begin("twin", "twin", "twin", "", "", 0, "{}");
    meter.recordProjection(model, 0, recorder);
    recorder.metric("accuracy", 0, model.evaluate(measured).accuracy(), "1");
    for (Metric metric : evidence.build(new Provenance(Map.of())).metrics()) {
      if (List.of("loss", "accuracy", "destroyed_norm").contains(metric.name())) {
        numbers.computeIfAbsent(metric.name(), _ -> new ArrayList<>()).add(metric.value());
      }
    }
  }

  private void tell(RunSetting setting, List<Long> at) {
    TrainingConfig config = setting.training().config(setting.length(), setting.seed());
    tell(config.schedule());
    tell((AdamWSettings) config.optimiser());
    tell("clip_norm", config.clipNorm());
    switch (setting.backward()) {
      case HeadBackward.RankLimited(int rank, Directions directions, int interval, boolean matched)
          when directions == Directions.LEADING && matched -> {
        tell("backward_rank", rank);
        tell("renewed_every", interval);
      }
      case HeadBackward.Exact _ -> {
        tell("backward_rank", setting.model().width());
        tell("renewed_every", 1);
      }
      default -> throw new IllegalArgumentException("twins have no " + setting.backward());
    }
    tell("measured_at", at);
  }

  /** Says how the twin's learning rate goes. */
  public void tell(LearningRateSchedule schedule) {
    tell("steps", schedule.steps());
    tell("peak", schedule.peak());
    tell("warm_up_steps", schedule.warmUpSteps());
    tell("final_share", schedule.finalShare());
  }

  /** Says how the twin's gradients become steps. */
  public void tell(AdamWSettings adam) {
    tell("beta1", adam.beta1());
    tell("beta2", adam.beta2());
    tell("epsilon", adam.epsilon());
    tell("weight_decay", adam.weightDecay());
  }

  /** Says one thing of how the twin trains; returns what was said of it before, null if nothing. */
  public Object tell(String key, Object value) {
    return how.put(key, value);
  }

  /** Leaves the batches that are trained on, which may be none, and the contexts to measure. */
  public void writeTokens(List<Batch> batches, Batch measured) {
    long length = measured.length();
    var tokens = new SafetensorsWriter(Map.of());
    add(tokens, "inputs", length, batches.stream().map(Batch::inputs).toList());
    add(tokens, "targets", length, batches.stream().map(Batch::targets).toList());
    add(tokens, "measured_inputs", length, List.of(measured.inputs()));
    add(tokens, "measured_targets", length, List.of(measured.targets()));
    tokens.write(folder.resolve("tokens.safetensors"));
  }

  private static void add(SafetensorsWriter to, String name, long length, List<int[]> batches) {
    int[] all = batches.stream().flatMapToInt(Arrays::stream).toArray();
    long rows = batches.isEmpty() ? 0 : batches.getFirst().length / length;
    to.addLongs(
        name,
        List.of((long) batches.size(), rows, length),
        (from, count) ->
            Arrays.stream(all, (int) from, (int) from + count).asLongStream().toArray());
  }

  /** What PyTorch makes of the folder. */
  public Numbers trainAgain(Python python) {
    try {
      Files.writeString(folder.resolve("twin.json"), Json.line(how));
      if (python.run(folder, SCRIPT, folder) != 0) {
        throw new IllegalStateException(SCRIPT + " failed; its output is above");
      }
      return JsonMapper.shared()
          .readValue(Files.readString(folder.resolve("numbers.json")), Numbers.class);
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + python.command(), e);
    }
  }

  /** Trains without a corpus of its own, and keeps the loss of every step. */
  private record Environment(Backend backend, Path workFolder, List<Double> losses)
      implements RunEnvironment {
    @Override
    public TokenizedCorpus tokens(int vocabulary) {
      throw new IllegalStateException("the batches are given");
    }

    @Override
    public String configuration() {
      return "{}";
    }

    @Override
    public void report(StepReport step) {
      losses.add(step.loss());
    }
  }
}
