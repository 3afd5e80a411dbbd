package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadBackward.Curvature;
import dev.gatun.model.head.HeadBackward.Directions;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunConfigurationTest {
  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  /** A setting that has a head, or that its model alone has. */
  private record Setting(String arm, HeadForm head, HeadBackward backward) implements RunSetting {
    @Override
    public long seed() {
      return 1;
    }

    @Override
    public TransformerConfig model() {
      return TransformerConfig.gpt2(64, 8, 1, 2, 4).withHead(head);
    }

    @Override
    public UsualTraining training() {
      return new UsualTraining(1, 1, 0.1, 0);
    }

    @Override
    public OptionalInt corpusVocabulary() {
      return OptionalInt.empty();
    }
  }

  private JsonNode configuration(HeadForm head, HeadBackward backward) {
    return JsonMapper.shared()
        .readTree(RunConfiguration.of(Measured.context(backend), new Setting("a", head, backward)));
  }

  @Test
  void everyHeadIsNamedWithItsSize() {
    for (HeadChoice choice : HeadChoice.all()) {
      JsonNode all = configuration(choice.of(64, 8), HeadBackward.EXACT);
      assertEquals(choice.label(), all.get("head").get("form").stringValue());
      assertEquals(all.get("head"), all.get("experiment").get("head"));
    }
    assertEquals(
        "{\"form\":\"mixture-of-softmaxes\",\"components\":4}",
        configuration(new HeadForm.MixtureOfSoftmaxes(4), HeadBackward.EXACT)
            .get("head")
            .toString());
  }

  @Test
  void headsOfEqualComponentsAreDifferentConfigurations() {
    List<HeadForm> alike =
        List.of(
            new HeadForm.Linear(false),
            new HeadForm.Linear(true),
            new HeadForm.Sigsoftmax(false),
            new HeadForm.Sigsoftmax(true));
    assertEquals(
        4, alike.stream().map(h -> configuration(h, HeadBackward.EXACT)).distinct().count());
  }

  @Test
  void backwardPassesOfEqualComponentsAreDifferentConfigurations() {
    var linear = new HeadForm.Linear(false);
    assertEquals(
        11,
        Stream.of(
                HeadBackward.EXACT,
                new HeadBackward.WithoutOrthogonalPart(),
                new HeadBackward.FrozenHead(),
                new HeadBackward.RankLimited(2),
                new HeadBackward.RankLimited(2, Directions.RANDOM, 1, false),
                new HeadBackward.RankLimited(2, Directions.TRAILING, 1, false),
                new HeadBackward.Preconditioned(Curvature.GRAM, 0.1),
                new HeadBackward.Preconditioned(Curvature.GRAM_AT_RANDOM, 0.1),
                new HeadBackward.Preconditioned(Curvature.SOFTMAX, 0.1),
                new HeadBackward.NarrowForward(2, false),
                new HeadBackward.NarrowForward(2, true))
            .map(backward -> configuration(linear, backward))
            .distinct()
            .count());
  }
}
