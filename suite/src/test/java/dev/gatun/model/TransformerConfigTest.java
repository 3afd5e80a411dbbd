package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.io.Json;
import org.junit.jupiter.api.Test;

class TransformerConfigTest {
  /** As the reference evidence has it: a key more, and no stored run could be compared. */
  private static final String STORED =
      """
      {"family":"GPT2","vocabulary":512,"width":16,"layers":1,"heads":4,"keyValueHeads":4,\
      "headWidth":4,"mlpWidth":64,"contextLength":1,"positions":{"is":"Learned","offset":0},\
      "blockForm":"NORM_BEFORE","norm":"LAYER","normEpsilon":1.0E-5,"queryKeyNorm":"NONE",\
      "activation":"GELU_TANH","biases":{"queryKeyValue":true,"attentionOutput":true,"mlp":true},\
      "attentionForm":{"scoreVariance":4.0,"byLayer":false,"scoreCap":null,"others":\
      {"layers":[],"positions":{"is":"None"},"window":null}},"embeddingScale":1.0,\
      "logitCap":null,"paddingToken":null,"head":{"form":"linear","tied":false,"bias":"NONE",\
      "biased":false},"tied":false}\
      """;

  @Test
  void asJsonAModelHasNoKeyThatStoredRunsLack() {
    TransformerConfig config =
        TransformerConfig.gpt2(512, 16, 1, 4, 1).withHead(new HeadForm.Linear(false));
    assertEquals(STORED, Json.line(config));
  }

  @Test
  void rowsOfQueriesKeysAndValuesFitAnInt() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> TransformerConfig.llama(512, 1 << 30, 1, 4, 4, 8, 1));
    assertTrue(e.getMessage().contains("too wide"), e.getMessage());
  }

  @Test
  void asJsonAModelHasWhatSetsItApart() {
    assertTrue(Json.line(TinyModels.CONFIGS.get("opt narrow")).contains("\"narrowEmbedding\":4"));
    assertTrue(Json.line(TinyModels.CONFIGS.get("olmo clipped")).contains("\"clip\":0.75"));
  }
}
