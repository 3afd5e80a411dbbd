package dev.gatun.model.checkpoint;

import static dev.gatun.backend.ScarceMemory.leavesNothing;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.LayerVisitor;
import dev.gatun.model.ParameterLayout;
import dev.gatun.model.ParameterNames;
import dev.gatun.model.Positions;
import dev.gatun.model.SequencePasses;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.safetensors.HandmadeFile;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StreamedBackboneTest {
  private static final int SEQUENCES = 5;
  private static final int LENGTH = TinyModels.LENGTH;

  @TempDir Path folder;

  static Stream<String> models() {
    return TinyModels.CONFIGS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("models")
  void hiddenStatesAreThoseOfTheWholeModelToTheByte(String name) {
    TransformerConfig config = TinyModels.CONFIGS.get(name);
    int[] tokens = TinyModels.tokens(SEQUENCES * LENGTH, config.vocabulary(), 1);
    try (Backend backend = CpuBackend.open(2);
        LanguageModel model = TinyModels.rough(backend, config, 2)) {
      Checkpoint.save(model, folder);
      for (int atOnce : new int[] {1, 2, SEQUENCES}) {
        assertArrayEquals(
            wholeModel(model, tokens, atOnce), streamed(backend, tokens, config, atOnce));
      }
    }
  }

  private float[] streamed(Backend backend, int[] tokens, TransformerConfig config, int atOnce) {
    long bytes = TrainingMemory.blockPerRow(config) * Float.BYTES * LENGTH * atOnce;
    try (TensorScope scope = backend.newScope();
        StreamedBackbone backbone =
            StreamedBackbone.open(CheckpointFolder.of(folder), backend, bytes)) {
      assertEquals(atOnce, backbone.sequencesAtOnce(LENGTH));
      return backend.toFloats(
          backbone.hiddenStates(scope, tokens, SEQUENCES, LENGTH, LayerVisitor.NONE));
    }
  }

  private static float[] wholeModel(LanguageModel model, int[] tokens, int atOnce) {
    int width = model.config().embeddingWidth();
    float[] states = new float[tokens.length * width];
    for (int first = 0; first < SEQUENCES; first += atOnce) {
      int count = Math.min(atOnce, SEQUENCES - first);
      int[] part = Arrays.copyOfRange(tokens, first * LENGTH, (first + count) * LENGTH);
      float[] hidden = model.backend().toFloats(model.hiddenStates(part, count, LENGTH));
      System.arraycopy(hidden, 0, states, first * LENGTH * width, hidden.length);
    }
    return states;
  }

  @ParameterizedTest
  @MethodSource("models")
  void visitorSeesTheResidualStreamBeforeAndAfterEveryBlock(String name) {
    TransformerConfig config = TinyModels.CONFIGS.get(name);
    int[] tokens = TinyModels.tokens(2 * LENGTH, config.vocabulary(), 1);
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = TinyModels.rough(backend, config, 2);
        TensorScope scope = backend.newScope()) {
      Checkpoint.save(model, folder);
      List<double[]> seen = new ArrayList<>();
      try (StreamedBackbone backbone = StreamedBackbone.open(folder, backend)) {
        backbone.hiddenStates(
            scope,
            tokens,
            2,
            LENGTH,
            (layer, states) -> {
              assertEquals(seen.size(), layer);
              seen.add(backend.toDoubles(states));
            });
      }
      assertEquals(config.layers() + 1, seen.size());
      assertArrayEquals(embeddings(model, tokens), seen.getFirst());
      assertLastNormalisesToTheHiddenStates(model, seen.getLast(), tokens);
      assertTrue(
          !Arrays.equals(seen.get(0), seen.get(1)) && !Arrays.equals(seen.get(1), seen.get(2)));
    }
  }

  private static double[] embeddings(LanguageModel model, int[] tokens) {
    Backend backend = model.backend();
    ParameterNames names = model.parameters().layout().names();
    int width = model.config().width();
    double[] table = tokenEmbedding(model);
    int offset = model.config().positions() instanceof Positions.Learned(int rows) ? rows : 0;
    boolean learned = model.config().positions() instanceof Positions.Learned;
    double[] positions =
        learned
            ? backend.toDoubles(model.parameters().value(names.positionEmbedding()))
            : new double[LENGTH * width];
    double[] sums = new double[tokens.length * width];
    for (int i = 0; i < sums.length; i++) {
      int row = i / width;
      sums[i] =
          model.config().embeddingScale() * table[tokens[row] * width + i % width]
              + positions[(offset + row % LENGTH) * width + i % width];
    }
    return sums;
  }

  /** [V, D], projected into the residual stream where it is narrow. */
  private static double[] tokenEmbedding(LanguageModel model) {
    Backend backend = model.backend();
    ParameterNames names = model.parameters().layout().names();
    Tensor table = model.parameters().value(names.tokenEmbedding());
    if (model.config().narrowEmbedding().isEmpty()) {
      return backend.toDoubles(table);
    }
    try (TensorScope scope = backend.newScope()) {
      Tensor wide = scope.zeros(backend.real(), table.rows(), model.config().width());
      Tensor projection = model.parameters().value(names.inputProjection() + ".weight");
      backend.gemm(Transpose.NO, Transpose.YES, 1, table, projection, 0, wide);
      return backend.toDoubles(wide);
    }
  }

  private static void assertLastNormalisesToTheHiddenStates(
      LanguageModel model, double[] last, int[] tokens) {
    Backend backend = model.backend();
    try (TensorScope scope = backend.newScope();
        var passes = new SequencePasses(backend, model.config(), 2, LENGTH, 2)) {
      Tensor states = scope.zeros(backend.real(), tokens.length, model.config().width());
      Tensor hidden = scope.zeros(backend.real(), tokens.length, model.config().embeddingWidth());
      backend.write(last, states);
      passes.headInputs(model.parameters(), states, hidden);
      assertArrayEquals(
          backend.toDoubles(model.hiddenStates(tokens, 2, LENGTH)), backend.toDoubles(hidden));
    }
  }

  @Test
  void fixturesHiddenStatesAreThoseOfPyTorch() {
    for (String name : Fixture.NAMES) {
      Fixture fixture = Fixture.of(name);
      try (Backend backend = ReferenceBackend.open();
          TensorScope scope = backend.newScope();
          StreamedBackbone backbone = StreamedBackbone.open(fixture.folder(), backend);
          var expected = fixture.expected()) {
        double[] hidden =
            backend.toDoubles(
                backbone.hiddenStates(
                    scope, fixture.tokens(), fixture.batch(), fixture.length(), LayerVisitor.NONE));
        assertArrayEquals(expected.doubles("hidden"), hidden, 1e-5, name);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void shardsOfAnyEncodingAreTheModelOfTheirRoundedWeights(Encoding encoding) throws IOException {
    for (String name : Fixture.GIVEN) {
      Fixture fixture = Fixture.of(name);
      Path original = fixture.folder().resolve("model.safetensors");
      Shards.of(original, encoding)
          .forEach((file, bytes) -> HandmadeFile.write(folder.resolve(file), bytes));
      HandmadeFile.write(
          folder.resolve("config.json"),
          Files.readAllBytes(fixture.folder().resolve("config.json")));
      try (Backend backend = CpuBackend.open(2);
          LanguageModel loaded = Checkpoint.load(folder, backend);
          LanguageModel rounded = fixture.load(backend);
          TensorScope scope = backend.newScope();
          StreamedBackbone backbone = StreamedBackbone.open(folder, backend)) {
        round(rounded, encoding);
        assertArrayEquals(
            backend.toFloats(rounded.parameters().values()),
            backend.toFloats(loaded.parameters().values()),
            name);
        assertArrayEquals(
            backend.toFloats(
                rounded.hiddenStates(fixture.tokens(), fixture.batch(), fixture.length())),
            backend.toFloats(
                backbone.hiddenStates(
                    scope, fixture.tokens(), fixture.batch(), fixture.length(), LayerVisitor.NONE)),
            name);
      }
    }
  }

  private static void round(LanguageModel model, Encoding encoding) {
    Tensor values = model.parameters().values();
    byte[] bytes = encoding.encode(model.backend().toFloats(values));
    float[] rounded = new float[Math.toIntExact(values.size())];
    encoding.decode(MemorySegment.ofArray(bytes), ElementType.F32, MemorySegment.ofArray(rounded));
    model.backend().write(rounded, values);
  }

  @Test
  void noMoreThanOneBlockIsInMemoryAndOfTheEmbeddingOnlyRowsInUse() {
    TransformerConfig config = TransformerConfig.llama(5000, 64, 12, 4, 2, 256, 32);
    try (Backend backend = CpuBackend.open(1)) {
      long model;
      try (LanguageModel whole = TinyModels.initialised(backend, config, 1)) {
        Checkpoint.save(whole, folder);
        model = whole.parameters().values().byteSize();
      }
      try (TensorScope scope = backend.newScope();
          StreamedBackbone backbone = StreamedBackbone.open(folder, backend)) {
        long before = backend.memoryUse().bytes();
        backend.resetPeakMemory();
        Tensor states = backbone.hiddenStates(scope, new int[32], 1, 32, LayerVisitor.NONE);
        long used = backend.memoryUse().peakBytes() - before - states.byteSize();
        assertTrue(used < model / 2, used + " of " + model);
        assertEquals(before + states.byteSize(), backend.memoryUse().bytes());
      }
    }
  }

  static Stream<TransformerConfig> sizes() {
    return Stream.of(
        TransformerConfig.llama(50, 32, 3, 4, 2, 80, 8),
        TinyModels.optNarrow(BlockForm.NORM_BEFORE, 50, 60, 20, 8));
  }

  /** The oracle has no working memory that would count too. */
  @ParameterizedTest
  @MethodSource("sizes")
  void onlyTheStatesAndWhatOneBlockNeedsAreAllocated(TransformerConfig config) {
    int length = 8;
    long rows = (long) SEQUENCES * length;
    try (Backend backend = ReferenceBackend.open()) {
      try (LanguageModel whole = TinyModels.initialised(backend, config, 1)) {
        Checkpoint.save(whole, folder);
      }
      long real = backend.real().byteSize();
      long twoSequences = 2 * length * TrainingMemory.blockPerRow(config) * real;
      try (TensorScope scope = backend.newScope();
          StreamedBackbone backbone =
              StreamedBackbone.open(CheckpointFolder.of(folder), backend, twoSequences)) {
        long before = backend.memoryUse().bytes();
        backend.resetPeakMemory();
        backbone.hiddenStates(scope, new int[(int) rows], SEQUENCES, length, LayerVisitor.NONE);
        long used = (backend.memoryUse().peakBytes() - before) / real;
        // Two sequences pass through a block together, and at the end one.
        long needed = rows * states(config) + 3 * length * buffers(config) + weights(config);
        // Less than half of what one more tensor of the states takes: the rotary tables.
        assertEquals(needed, used, rows * config.width() / 2.0);
      }
    }
  }

  /** Elements for each token of all sequences. */
  private static long states(TransformerConfig config) {
    boolean narrow = config.narrowEmbedding().isPresent();
    return config.embeddingWidth() + (narrow ? config.width() : 0);
  }

  /** Elements for each token of a pass: a block's but its output, and those of the head's input. */
  private static long buffers(TransformerConfig config) {
    boolean narrow = config.narrowEmbedding().isPresent();
    long normalised = narrow ? config.width() : 0;
    long statistics = 2;
    return TrainingMemory.blockPerRow(config)
        - config.width()
        + normalised
        + statistics
        + config.embeddingWidth();
  }

  /** One block's, and what lies before the first and after the last. */
  private static long weights(TransformerConfig config) {
    boolean narrow = config.narrowEmbedding().isPresent();
    return ParameterLayout.ofBlock(config, 0).size()
        + ParameterLayout.ofHeadInput(config).size()
        + (narrow ? ParameterLayout.ofInputProjection(config).size() : 0);
  }

  @TestFactory
  Stream<DynamicTest> aFailedAllocationLeavesNothing() {
    return Stream.of("llama", "gemma2", "opt narrow", "gpt2 mixture")
        .map(name -> leavesNothing(name, (backend, scope) -> stream(name, backend, scope)));
  }

  private void stream(String name, Backend backend, TensorScope scope) {
    TransformerConfig config = TinyModels.CONFIGS.get(name);
    Path checkpoint = folder.resolve(name);
    if (!Files.exists(checkpoint)) {
      try (Backend another = CpuBackend.open(1);
          LanguageModel model = TinyModels.initialised(another, config, 1)) {
        Checkpoint.save(model, checkpoint);
      }
    }
    int[] tokens = TinyModels.tokens(SEQUENCES * 2, config.vocabulary(), 1);
    long twoSequences = 2 * 2 * TrainingMemory.blockPerRow(config) * backend.real().byteSize();
    try (var backbone =
            StreamedBackbone.open(CheckpointFolder.of(checkpoint), backend, twoSequences);
        LanguageModel whole = Checkpoint.load(checkpoint, backend)) {
      backbone.hiddenStates(scope, tokens, SEQUENCES, 2, LayerVisitor.NONE);
      assertEquals(whole.head().vocabulary(), backbone.head().vocabulary());
    }
  }

  @Test
  void headIsConvertedOnceAndHasNoGradients() {
    Fixture fixture = Fixture.of("llama-tied-tiny");
    try (Backend backend = CpuBackend.open(1);
        LanguageModel model = fixture.load(backend);
        TensorScope scope = backend.newScope();
        StreamedBackbone backbone = StreamedBackbone.open(fixture.folder(), backend)) {
      long before = backend.memoryUse().bytes();
      Head head = backbone.head();
      Tensor weights = head.weights(scope);
      long held = ParameterLayout.ofHead(backbone.config()).size() * Float.BYTES;
      assertEquals(before + held, backend.memoryUse().bytes());
      assertSame(head, backbone.head());
      assertEquals(before + held, backend.memoryUse().bytes());
      assertArrayEquals(backend.toFloats(model.head().weights(scope)), backend.toFloats(weights));

      HeadInputs at =
          model.headInputs(
              new Batch(fixture.tokens(), fixture.targets(), fixture.batch(), fixture.length()));
      Tensor dHidden = scope.zeros(ElementType.F32, at.hidden().shape().extents());
      head.hiddenGradients(at.hidden(), at.targets(), 1, dHidden);
      assertTrue(backend.sumOfSquares(dHidden) > 0);
      assertThrows(
          IllegalStateException.class,
          () -> head.gradients(at.hidden(), at.targets(), 1, dHidden, BlockVisitor.NONE));
    }
  }

  @Test
  void headsOfOtherFormsAreWholeOnes() {
    for (String name : List.of("gpt2 factorised", "gpt2 mixture", "gpt2 sigsoftmax")) {
      try (Backend backend = ReferenceBackend.open();
          LanguageModel model = TinyModels.rough(backend, TinyModels.CONFIGS.get(name), 2)) {
        Checkpoint.save(model, folder);
        int[] tokens = TinyModels.tokens(LENGTH, TinyModels.VOCABULARY, 4);
        HeadInputs at = model.headInputs(new Batch(tokens, tokens, 1, LENGTH));
        try (StreamedBackbone backbone = StreamedBackbone.open(folder, backend)) {
          assertEquals(
              model.head().scores(at.hidden(), at.targets()),
              backbone.head().scores(at.hidden(), at.targets()),
              name);
        }
      }
    }
  }

  @Test
  void tokensThatDoNotFitAreRefused() {
    Fixture fixture = Fixture.of("gpt2-tiny");
    try (Backend backend = ReferenceBackend.open();
        TensorScope scope = backend.newScope();
        StreamedBackbone backbone = StreamedBackbone.open(fixture.folder(), backend)) {
      int vocabulary = backbone.config().vocabulary();
      assertThrows(
          IllegalArgumentException.class,
          () -> backbone.hiddenStates(scope, new int[] {vocabulary}, 1, 1, LayerVisitor.NONE));
      assertThrows(
          IllegalArgumentException.class,
          () -> backbone.hiddenStates(scope, new int[3], 2, 2, LayerVisitor.NONE));
    }
  }
}
