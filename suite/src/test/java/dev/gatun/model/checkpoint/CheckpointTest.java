package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointTest {
  @TempDir Path folder;

  static Stream<String> models() {
    return TinyModels.CONFIGS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("models")
  void savedModelIsLoadedWithEqualConfigurationAndValues(String name) {
    try (Backend backend = ReferenceBackend.open();
        LanguageModel saved = TinyModels.rough(backend, TinyModels.CONFIGS.get(name), 3)) {
      Checkpoint.save(saved, folder);
      try (LanguageModel loaded = Checkpoint.load(folder, backend)) {
        assertEquals(saved.config(), loaded.config());
        assertArrayEquals(
            backend.toDoubles(saved.parameters().values()),
            backend.toDoubles(loaded.parameters().values()));
      }
    }
  }

  @Test
  void fixtureSavedAgainHasTheTensorsOfTheOriginal() {
    Fixture fixture = Fixture.of("gpt2-tiny");
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = fixture.load(backend)) {
      Checkpoint.save(model, folder);
    }
    try (SafetensorsFile original =
            SafetensorsFile.open(fixture.folder().resolve("model.safetensors"));
        SafetensorsFile again = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
      assertEquals(original.names(), again.names());
      for (String name : original.names()) {
        assertEquals(original.shape(name), again.shape(name), name);
        assertArrayEquals(original.doubles(name), again.doubles(name), name);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama-tiny | \"llama\" | \"mamba\" | unknown architecture 'mamba'",
        "llama-tiny | \"default\" | \"yarn\" | rope_parameters.rope_type is yarn, which is not",
        "llama-tiny | \"default\" | \"llama3\" | rope_parameters.factor is missing",
        "llama-tiny | \"attention_bias\": false | \"attention_bias\": true | q_proj.bias' is"
            + " missing",
        "qwen3-tiny | full_attention | sliding_attention | layer_types is [\"sliding_attention\"",
        "qwen3-tiny | full_attention | chunked_attention | layer_types is [\"chunked_attention\"",
        "qwen2-window | \"sliding_attention\", | | full_attention or sliding_attention for each of"
            + " 3",
        "neox-tiny | \"gelu\" | \"silu\" | hidden_act is silu, which is not supported; gelu_new,"
            + " gelu",
        "neox-tiny | 0.25 | 1.25 | fraction must be above 0 and at most 1, not 1.25",
        "neox-tiny | GPTNeoXForCausalLM | GPTJForCausalLM | architectures is [\"GPTJForCausalLM\"]",
        "neox-tiny | \"is_decoder\": false | \"rope_theta\": 5 | not all of these can hold",
        "olmo2-tiny | \"pad_token_id\": 0 | \"pad_token_id\": 193 | padding token, 193, is outside",
        "olmo2-tiny | \"use_cache\": true | \"clip_qkv\": 8 | clip_qkv is 8, a field that Gatun"
            + " does",
        "opt-narrow | \"word_embed_proj_dim\": 10 | \"word_embed_proj_dim\": 17 | must be narrower"
            + " than the width, 16, and not 17",
        "opt-narrow | \"word_embed_proj_dim\": 10 | \"word_embed_proj_dim\": 16 | asks for [31,"
            + " 16]",
        "opt-narrow | \"do_layer_norm_before\": false | \"do_layer_norm_before\": true |"
            + " final_layer_norm",
        "smollm3-window | full_attention | sliding_attention | in just the layers without rotary",
        "smollm3-window | \"use_sliding_window\": true | \"use_sliding_window\": false |"
            + " full_attention in every layer without sliding_window",
        "phi3-long | \"short_factor\": [ | \"short_factor\": [ 2.0, | has 4 short and 3 long"
            + " factors for 3 pairs",
        "phi3-long | 9.75 | -1.0 | long factor must be positive, not -1.0",
        "olmo-clipped | \"clip_qkv\": 0.3 | \"clip_qkv\": 0.0 | clipped at a positive number",
        "gpt2-tiny | \"scale_attn_weights\": true | \"scale_attn_weights\": 1 | is 1, not true or",
        "llama-tiny | \"hidden_size\": 32, | | but config.json asks for [223, 4096]",
        "llama-tiny | \"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | 4 heads cannot",
        "llama-tiny | \"intermediate_size\": 96 | \"intermediate_size\": 97 | asks for [97, 32]",
        "gpt2-tiny | \"n_head\": 4 | \"n_head\": 5 | width 32 is not divisible by 5 heads",
        "gpt2-tiny | gelu_new | tanh | activation_function is tanh",
        "gpt2-tiny | \"n_layer\": 2 | \"n_layer\": 1 | belongs to no parameter",
        "gpt2-tiny | \"n_layer\": 2 | \"n_layer\": 3 | is missing",
      })
  void unsupportedCheckpointIsRefusedInOneLine(
      String fixture, String text, String replacement, String problem) throws IOException {
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(Fixture.of(fixture).folder().resolve(file), folder.resolve(file));
    }
    String config = Files.readString(folder.resolve("config.json"));
    assertTrue(config.contains(text));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace(text, replacement == null ? "" : replacement));
    try (Backend backend = ReferenceBackend.open()) {
      SafetensorsException e =
          assertThrows(SafetensorsException.class, () -> Checkpoint.load(folder, backend));
      assertTrue(e.getMessage().contains(problem), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
      assertEquals(0, backend.memoryUse().bytes());
    }
  }
}
