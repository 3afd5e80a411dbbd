package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.train.LearningRateSchedule.Form;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  @Test
  void warmUpRisesInEqualStepsToThePeak() {
    var schedule = new LearningRateSchedule(Form.COSINE, 0.4, 4, 12, 0.1);
    assertEquals(0.1, schedule.at(0), 1e-15);
    assertEquals(0.3, schedule.at(2), 1e-15);
    assertEquals(0.4, schedule.at(3), 1e-15);
  }

  @Test
  void cosineFallsFromThePeakToItsFinalShare() {
    var schedule = new LearningRateSchedule(Form.COSINE, 0.4, 4, 12, 0.1);
    assertEquals(0.4, schedule.at(4), 1e-15);
    assertEquals(0.4 * 0.55, schedule.at(8), 1e-15);
    assertEquals(0.04, schedule.at(12), 1e-15);
  }

  @Test
  void constantStaysAtThePeak() {
    assertEquals(0.2, LearningRateSchedule.constant(0.2, 10).at(9));
  }

  @Test
  void warmUpLongerThanTheRunIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new LearningRateSchedule(Form.CONSTANT, 0.1, 11, 10, 0.1));
  }
}
