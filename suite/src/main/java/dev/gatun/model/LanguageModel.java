package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.HeadScores;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * A decoder-only language model: backbone, head and their parameters. Buffers are kept from call to
 * call, so a model belongs to one thread at a time.
 */
public final class LanguageModel implements AutoCloseable {
  private final Backend backend;
  private final TransformerConfig config;
  private final TensorScope scope;
  private final Parameters parameters;
  private final Transformer backbone;
  private final Head head;
  private final RepeatedPass gradientPass;
  private Optional<Targets> targetBuffer = Optional.empty();
  private long targetGeneration;

  /** Targets of a batch on the device, [N] I32. */
  private record Targets(TensorScope scope, Tensor tensor) {}

  /** A model whose parameters are all zero, to be filled from a checkpoint. */
  public LanguageModel(Backend backend, TransformerConfig config) {
    this(backend, config, HeadBackward.EXACT);
  }

  private LanguageModel(Backend backend, TransformerConfig config, HeadBackward backward) {
    this.backend = backend;
    this.config = config;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.parameters = new Parameters(backend, scope, new ParameterLayout(config));
      this.backbone = opened.own(new Transformer(backend, config, parameters));
      this.head = opened.own(ModelHead.of(backend, config, parameters, backward));
      this.gradientPass = new RepeatedPass(backend);
      opened.keep();
    }
  }

  /**
   * A new model, initialised as GPT-2: weights and embeddings N(0, 0.02²), projections into the
   * residual stream N(0, 0.02²/(2·layers)), norms 1, biases 0.
   *
   * @param source of normal numbers; each parameter has the stream of its name
   */
  public static LanguageModel initialise(
      Backend backend, TransformerConfig config, NormalSource source) {
    return initialise(backend, config, HeadBackward.EXACT, source);
  }

  /**
   * A new model, initialised as above, whose head has another backward pass.
   *
   * @throws IllegalArgumentException if the head's form has no such backward pass
   */
  public static LanguageModel initialise(
      Backend backend, TransformerConfig config, HeadBackward backward, NormalSource source) {
    try (var opened = new CloseStack()) {
      LanguageModel model = opened.own(new LanguageModel(backend, config, backward));
      model.parameters.initialise(source);
      opened.keep();
      return model;
    }
  }

  /**
   * Gives the head the bias of its logits, which is 0 until then: one fixed at log-unigram is not
   * trained.
   *
   * @param bias [V]
   * @throws IllegalArgumentException if its head has none
   */
  public void setOutputBias(double[] bias) {
    backend.write(bias, parameters.value(parameters.layout().names().headBias()));
  }

  public Backend backend() {
    return backend;
  }

  public TransformerConfig config() {
    return config;
  }

  /** Its parameters and their gradients. */
  public Parameters parameters() {
    return parameters;
  }

  public Head head() {
    return head;
  }

  /**
   * scale·Σ losses of a batch, accumulating the gradient of that into every parameter.
   *
   * @param batch token ids; its targets are −1 where there is none
   * @param scale usually 1/number of targets
   * @param tap sees the logit gradient
   * @throws IllegalArgumentException if ids or extents do not fit the model
   */
  public double lossAndGradients(Batch batch, double scale, BlockVisitor tap) {
    Tensor targets = load(batch);
    Runnable pass = () -> accumulateGradients(targets, scale, tap);
    if (tap == BlockVisitor.NONE) {
      gradientPass.run(() -> form(batch, scale), pass);
    } else {
      pass.run();
    }
    return scale * head.lossSum(targets.size());
  }

  /** Tokens and targets for the next training pass; its targets on the device. */
  private Tensor load(Batch batch) {
    Tensor targets = upload(batch.targets());
    backbone.load(batch.inputs(), batch.batch(), batch.length());
    head.prepare(targets);
    return targets;
  }

  private void accumulateGradients(Tensor targets, double scale, BlockVisitor tap) {
    Tensor hidden = backbone.forward();
    head.gradients(hidden, targets, scale, backbone.hiddenGradient(), tap);
    backbone.backward();
  }

  private RepeatedPass.Form form(Batch batch, double scale) {
    return new RepeatedPass.Form(batch.batch(), batch.length(), scale, generation());
  }

  /**
   * A pass for gradients that is run on many batches, and recorded with what comes before and after
   * it. Nothing of it is read to the host.
   *
   * @param loss F64 [1], to which scale·Σ losses of a batch are added
   * @param before what is done before each pass
   * @param after what is done after it; both keep the rules of {@link Backend#record}
   */
  public TrainingPass trainingPass(Tensor loss, Runnable before, Runnable after) {
    return new TrainingPass(loss, before, after);
  }

  /** See {@link #trainingPass}; to be closed before what its operations use. */
  public final class TrainingPass implements AutoCloseable {
    private final RepeatedPass repeated = new RepeatedPass(backend);
    private final Tensor loss;
    private final Runnable before;
    private final Runnable after;

    private TrainingPass(Tensor loss, Runnable before, Runnable after) {
      this.loss = loss;
      this.before = before;
      this.after = after;
    }

    /** Accumulates the gradient of scale·Σ losses of a batch into every parameter. */
    public void run(Batch batch, double scale) {
      Tensor targets = load(batch);
      repeated.run(
          () -> form(batch, scale),
          () -> {
            before.run();
            accumulateGradients(targets, scale, BlockVisitor.NONE);
            head.addLossSum(scale, targets.size(), loss);
            after.run();
          });
    }

    @Override
    public void close() {
      repeated.close();
    }
  }

  /** How often a buffer that a training pass uses was replaced. */
  private long generation() {
    return backbone.generation() + head.generation() + targetGeneration;
  }

  /** Loss and top-1 accuracy of a batch; no gradient is changed. */
  public HeadScores evaluate(Batch batch) {
    HeadInputs at = headInputs(batch);
    return head.scores(at.hidden(), at.targets());
  }

  /** Hidden states [batch·length, E], the head's inputs; valid until the next evaluation pass. */
  public Tensor hiddenStates(int[] inputs, int batch, int length) {
    return hiddenStates(inputs, batch, length, LayerVisitor.NONE);
  }

  /** As above; the visitor sees the residual stream on its way there. */
  public Tensor hiddenStates(int[] inputs, int batch, int length, LayerVisitor visitor) {
    return backbone.evaluate(inputs, batch, length, visitor);
  }

  /** What the head sees of a batch; valid until the next pass of this model. */
  public HeadInputs headInputs(Batch batch) {
    Tensor onDevice = upload(batch.targets());
    Tensor hidden = hiddenStates(batch.inputs(), batch.batch(), batch.length());
    long contexts = Arrays.stream(batch.targets()).filter(t -> t >= 0).count();
    return new HeadInputs(hidden, onDevice, contexts);
  }

  /** The gradient [batch·length, E] of the hidden states in the last {@link #lossAndGradients}. */
  public Tensor hiddenGradient() {
    return backbone.hiddenGradient();
  }

  private Tensor upload(int[] targets) {
    for (int target : targets) {
      if (target < -1 || target >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "target %s is outside the model's vocabulary of %s"
                .formatted(target, config.vocabulary()));
      }
    }
    if (targetBuffer.filter(t -> t.tensor.size() == targets.length).isEmpty()) {
      freeTargets();
      targetGeneration++;
      try (var opened = new CloseStack()) {
        TensorScope targetScope = opened.own(backend.newScope());
        targetBuffer =
            Optional.of(
                new Targets(targetScope, targetScope.zeros(ElementType.I32, targets.length)));
        opened.keep();
      }
    }
    Tensor tensor = targetBuffer.orElseThrow().tensor;
    backend.write(targets, tensor);
    return tensor;
  }

  private void freeTargets() {
    targetBuffer.ifPresent(t -> t.scope.close());
    targetBuffer = Optional.empty();
  }

  @Override
  public void close() {
    gradientPass.close();
    head.close();
    backbone.close();
    freeTargets();
    scope.close();
  }
}
