package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.data.BytePairs;
import dev.gatun.data.ByteTokenizer;
import dev.gatun.data.Corpus;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.data.Tokenizer;
import dev.gatun.results.ResultsFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * What claims run with. Claims of one command share a context, and with it the experiments and the
 * corpus that several of them read.
 */
public final class ClaimContext {
  private final Backend backend;
  private final Optional<JobBackends> jobs;
  private final Tier tier;
  private final Seeds seeds;
  private final Supplier<Corpus> corpus;
  private final ProgressListener listener;
  private final Path output;
  private final Map<Integer, TokenizedCorpus> tokens = new ConcurrentHashMap<>();
  private final AtomicReference<BytePairs> pairs = new AtomicReference<>();

  /**
   * One run at a time, on the backend.
   *
   * @param seeds that experiments train from
   * @param corpus read when a claim first trains
   * @param listener is told how work goes on
   * @param output folder of the command; finished parts of unfinished claims are kept below it
   */
  public ClaimContext(
      Backend backend,
      Tier tier,
      Seeds seeds,
      Supplier<Corpus> corpus,
      ProgressListener listener,
      Path output) {
    this(backend, Optional.empty(), tier, seeds, corpus, listener, output);
  }

  /**
   * Several runs at once.
   *
   * @param jobs backends of the runs; empty for one run at a time, on the backend
   */
  public ClaimContext(
      Backend backend,
      Optional<JobBackends> jobs,
      Tier tier,
      Seeds seeds,
      Supplier<Corpus> corpus,
      ProgressListener listener,
      Path output) {
    this.backend = backend;
    this.jobs = jobs;
    this.tier = tier;
    this.seeds = seeds;
    this.corpus = corpus;
    this.listener = listener;
    this.output = output;
  }

  public Backend backend() {
    return backend;
  }

  /** Backends of runs that go on at once; empty for one run at a time, on {@link #backend}. */
  Optional<JobBackends> jobs() {
    return jobs;
  }

  public Tier tier() {
    return tier;
  }

  public Seeds seeds() {
    return seeds;
  }

  /** The first seed. */
  public long seed() {
    return seeds.first();
  }

  public Supplier<Corpus> corpus() {
    return corpus;
  }

  /** The text to train on, cut by {@link #tokenizer}: once for all that ask. */
  public TokenizedCorpus tokens(int vocabulary) {
    return tokens.computeIfAbsent(
        vocabulary, size -> TokenizedCorpus.of(corpus.get(), tokenizer(size)));
  }

  /**
   * What cuts the text into so many tokens: bytes for 256, else a byte-pair encoding that is
   * learned from its training part.
   *
   * @throws dev.gatun.data.UnusableCorpusException if the text has too few words for that
   */
  public Tokenizer tokenizer(int vocabulary) {
    if (vocabulary == ByteTokenizer.VOCABULARY) {
      return new ByteTokenizer();
    }
    return pairs
        .updateAndGet(known -> known == null ? new BytePairs(corpus.get()) : known)
        .tokenizer(vocabulary);
  }

  /**
   * Where finished parts of unfinished claims are kept, for a command that is run again after an
   * interrupt; to be deleted once the evidence of all claims is written.
   */
  public Path unfinished() {
    return new ResultsFolder(output).unfinished();
  }

  /**
   * Deletes what {@link #unfinished} holds: to be called when the evidence of all claims is
   * written, so that the next command measures anew.
   */
  public void discardUnfinished() {
    StoredRun.discardAll(unfinished());
  }

  /** Tells the listener. */
  public void report(Progress progress) {
    listener.progressed(progress);
  }
}
