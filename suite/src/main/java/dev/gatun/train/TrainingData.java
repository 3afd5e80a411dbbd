package dev.gatun.train;

import dev.gatun.data.BatchSource;
import dev.gatun.data.ByteTokenizer;
import dev.gatun.data.Corpus;
import dev.gatun.data.CorpusChoice;
import dev.gatun.data.Gpt2Tokenizer;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.SequentialWindows;
import dev.gatun.data.SpamLang;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.data.Tokenizer;
import dev.gatun.model.HeadForm.OutputBias;
import java.util.Optional;

/**
 * The batches that a configuration asks for.
 *
 * @param training batches by step
 * @param evaluation held-out batches
 * @param name of the corpus, for people
 * @param hash of the corpus' content
 * @param treatment what was left out of the corpus, in words; empty if nothing was
 * @param frequencies of the tokens of the text that is trained on, if it is a text
 */
public record TrainingData(
    BatchSource training,
    EvaluationSet evaluation,
    String name,
    String hash,
    String treatment,
    Optional<TokenFrequencies> frequencies) {

  /**
   * Reads and tokenizes the corpus, or sets up its generator.
   *
   * @throws dev.gatun.data.UnusableCorpusException if the corpus is missing, empty or too small
   * @throws ConfigException if tokenizer and model do not fit
   */
  public static TrainingData open(RunConfig config) {
    Randomness randomness = Randomness.of(config.training().seed());
    return switch (config.data()) {
      case DataConfig.Text text -> text(config, text, randomness);
      case DataConfig.SpamLang _ -> spamLang(config, randomness);
    };
  }

  private static TrainingData text(RunConfig config, DataConfig.Text data, Randomness randomness) {
    int batch = config.training().batch();
    int length = config.training().length();
    Tokenizer tokenizer = tokenizer(data, config.model().vocabulary());
    Corpus corpus =
        new CorpusChoice(
                data.corpus(), data.prefix(), data.byteLimit(), data.validationShare(), false)
            .read(_ -> {});
    TokenizedCorpus tokens = TokenizedCorpus.of(corpus, tokenizer);
    SequentialWindows held = new SequentialWindows(tokens.validation(), batch, length);
    return new TrainingData(
        new RandomWindows(tokens.train(), batch, length, randomness.stream("batches")),
        new EvaluationSet(held, held.batches()),
        corpus.name(),
        tokens.sha256(),
        corpus.treatment(),
        Optional.of(TokenFrequencies.of(tokens, config.model().vocabulary())));
  }

  private static Tokenizer tokenizer(DataConfig.Text data, int vocabulary) {
    try {
      Tokenizer tokenizer =
          data.tokenizer().equals("bytes") ? new ByteTokenizer() : new Gpt2Tokenizer(vocabulary);
      if (tokenizer.vocabulary() > vocabulary) {
        throw new ConfigException(
            "the model's vocabulary of %s is smaller than the %s tokenizer's %s"
                .formatted(vocabulary, tokenizer.name(), tokenizer.vocabulary()));
      }
      return tokenizer;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage(), e);
    }
  }

  /** Held-out sequences come from a stream of their own; symbols are the same. */
  private static TrainingData spamLang(RunConfig config, Randomness randomness) {
    if (config.model().outputBias() == OutputBias.LOG_UNIGRAM) {
      throw new ConfigException(
          "output-bias \"log-unigram\" is taken from a text, and kind \"spamlang\" has none; take"
              + " kind \"text\", or output-bias \"learned\"");
    }
    int vocabulary = config.model().vocabulary();
    int batch = config.training().batch();
    int length = config.training().length();
    return new TrainingData(
        new SpamLang(vocabulary, batch, length, randomness.stream("batches")),
        new EvaluationSet(
            new SpamLang(vocabulary, batch, length, randomness.stream("evaluation")),
            config.training().evaluationBatches()),
        "SpamLang",
        "generated",
        "",
        Optional.empty());
  }
}
