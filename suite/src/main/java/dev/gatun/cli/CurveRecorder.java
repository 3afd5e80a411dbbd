package dev.gatun.cli;

import dev.gatun.model.head.HeadScores;
import dev.gatun.results.CurvePoint;
import dev.gatun.results.Provenance;
import dev.gatun.results.StepSpeed;
import dev.gatun.results.TrainingCurve;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the curve of a training run. It is written before each checkpoint, so that it never lacks a
 * step that a checkpoint has; a resumed run drops the steps that its checkpoint has not.
 */
final class CurveRecorder implements TrainingListener {
  private final TrainingCurve curve;
  private final Provenance provenance;
  private final List<CurvePoint> points = new ArrayList<>();
  private final List<StepSpeed> speeds = new ArrayList<>();

  CurveRecorder(TrainingCurve curve, Provenance provenance) {
    this.curve = curve;
    this.provenance = provenance;
  }

  /**
   * Goes on from a stored curve.
   *
   * @param step of the checkpoint that the run resumes from
   * @throws dev.gatun.results.UnreadableResultsException if the curve is damaged
   */
  void resumeAfter(long step) {
    if (curve.exists()) {
      points.addAll(curve.points().stream().filter(point -> point.step() <= step).toList());
      speeds.addAll(curve.speeds().stream().filter(speed -> speed.step() <= step).toList());
    }
  }

  @Override
  public void stepFinished(StepReport report) {
    points.add(
        new CurvePoint(
            report.step(),
            report.step() * report.tokens(),
            report.loss(),
            report.learningRate(),
            report.gradientNorm(),
            Double.NaN,
            Double.NaN));
    speeds.add(
        new StepSpeed(report.step(), report.nanosElapsed() * 1e-9, report.tokensPerSecond()));
  }

  @Override
  public void evaluated(long step, HeadScores scores) {
    points.add(points.removeLast().evaluated(scores.meanLoss(), scores.accuracy()));
  }

  @Override
  public void checkpointDue(Trainer trainer) {
    write();
  }

  @Override
  public void ended(Trainer trainer, Outcome outcome) {
    write();
  }

  /** Stores what is there. */
  void write() {
    curve.write(points, speeds, provenance);
  }
}
