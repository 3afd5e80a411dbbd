package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.StepReport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The training runs of an experiment, several at once if the context has backends for that. Claims
 * share a sweep, so that each setting runs once; a finished run is stored at once and found again
 * after an interrupt. Evidence comes in the order of the settings and has the same bytes, times
 * apart, however many runs went on at once and on however many threads.
 *
 * @param <S> the experiment's settings
 */
public final class Sweep<S extends RunSetting> {
  private final String name;
  private final RunBody<S> body;
  private final Map<String, Evidence> finished = new ConcurrentHashMap<>();

  /**
   * An experiment.
   *
   * @param name fit for a folder, and no other experiment's
   * @param body what each run does
   */
  public Sweep(String name, RunBody<S> body) {
    this.name = name;
    this.body = body;
  }

  public String name() {
    return name;
  }

  /** These settings as what {@link Claim#trainings} returns. */
  public List<PlannedRun<?>> plan(List<S> settings) {
    return settings.stream().<PlannedRun<?>>map(s -> new PlannedRun<>(this, s)).toList();
  }

  /**
   * The evidence of one run for each setting, in their order: run now, earlier, or before an
   * interrupt. The claim of each run is the experiment's name; {@link SweepEvidence} hands it over
   * to a claim.
   *
   * @param claim that asks, for progress
   * @throws IllegalArgumentException if two settings have the same id
   * @throws RunsTakenException if other processes have taken some of the runs; all others are
   *     finished then, and stored
   * @throws java.util.concurrent.CancellationException if the listener throws it; other runs stop
   *     at their next step, and finished ones are stored
   */
  public List<Evidence> run(ClaimContext context, String claim, List<S> settings) {
    requireDistinct(settings);
    var pass = new Pass(context, settings, new SweepProgress(context, claim, settings));
    return pass.run();
  }

  /** Whether {@link #run} would find the setting's run finished. */
  boolean isFinished(ClaimContext context, S setting) {
    String configuration = RunConfiguration.of(context, setting);
    return finished.containsKey(configuration)
        || stored(context, setting).isFinished(configuration);
  }

  /** How long a run takes, from its first steps; nothing of them is kept. */
  RunTiming time(ClaimContext context, Backend backend, S setting) {
    return RunTiming.settled(body, setting, backend, context);
  }

  private StoredRun stored(ClaimContext context, S setting) {
    return new StoredRun(context.unfinished().resolve(name).resolve(setting.id()));
  }

  private void requireDistinct(List<S> settings) {
    Set<String> ids = new LinkedHashSet<>();
    for (S setting : settings) {
      if (!ids.add(setting.id())) {
        throw new IllegalArgumentException(
            "experiment %s has two settings %s; give them different arms"
                .formatted(name, setting.id()));
      }
    }
  }

  /** One call of {@link Sweep#run}: workers take the settings one by one. */
  private final class Pass {
    private final ClaimContext context;
    private final List<S> settings;
    private final SweepProgress progress;
    private final Evidence[] evidence;
    private final AtomicInteger next = new AtomicInteger();
    private final FirstFailure failure = new FirstFailure();
    private final Queue<StoredRun> taken = new ConcurrentLinkedQueue<>();

    private Pass(ClaimContext context, List<S> settings, SweepProgress progress) {
      this.context = context;
      this.settings = settings;
      this.progress = progress;
      this.evidence = new Evidence[settings.size()];
    }

    private List<Evidence> run() {
      int jobs = context.jobs().map(JobBackends::jobs).orElse(1);
      if (jobs == 1) {
        work(context.backend());
      } else {
        try (ExecutorService workers = Executors.newFixedThreadPool(jobs)) {
          for (int job = 0; job < jobs; job++) {
            int number = job;
            workers.execute(() -> workOnOwnBackend(number));
          }
        }
      }
      failure.rethrow();
      if (!taken.isEmpty()) {
        throw new RunsTakenException(List.copyOf(taken));
      }
      return Arrays.asList(evidence);
    }

    private void workOnOwnBackend(int job) {
      try (Backend backend = context.jobs().orElseThrow().open(job)) {
        work(backend);
      } catch (RuntimeException | Error e) {
        failure.set(e);
      }
    }

    private void work(Backend backend) {
      try {
        for (int i = next.getAndIncrement(); i < settings.size(); i = next.getAndIncrement()) {
          failure.check();
          try {
            evidence[i] = once(backend, settings.get(i));
            progress.finished(settings.get(i));
          } catch (RunsTakenException e) {
            taken.addAll(e.runs());
          }
        }
      } catch (RuntimeException | Error e) {
        failure.set(e);
      }
    }

    private Evidence once(Backend backend, S setting) {
      String configuration = RunConfiguration.of(context, setting);
      Evidence known = finished.get(configuration);
      if (known == null) {
        known =
            stored(context, setting)
                .findOr(configuration, () -> measure(backend, setting, configuration));
        finished.put(configuration, known);
      }
      return known;
    }

    private EvidenceBuilder measure(Backend backend, S setting, String configuration) {
      long started = System.nanoTime();
      var builder = new EvidenceBuilder();
      RunRecorder recorder =
          builder.begin(
              name + "/" + setting.id(),
              name,
              setting.arm(),
              context.tier().label(),
              backend.device().kind(),
              setting.seed(),
              configuration);
      body.run(setting, environment(backend, setting, configuration), recorder);
      recorder.finish((System.nanoTime() - started) * 1e-9);
      return builder;
    }

    private RunEnvironment environment(Backend backend, S setting, String configuration) {
      return new RunEnvironment() {
        @Override
        public Backend backend() {
          return backend;
        }

        @Override
        public TokenizedCorpus tokens(int vocabulary) {
          return context.tokens(vocabulary);
        }

        @Override
        public String configuration() {
          return configuration;
        }

        @Override
        public Path workFolder() {
          return stored(context, setting).folder().resolve("work");
        }

        @Override
        public void report(StepReport step) {
          failure.check();
          progress.stepped(setting, step);
        }
      };
    }
  }
}
