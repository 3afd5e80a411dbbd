package dev.gatun.experiment;

/**
 * A run that a claim will ask for. Equal for claims that share a sweep, which then runs it once.
 *
 * @param sweep that runs it
 * @param <S> the experiment's settings
 */
public record PlannedRun<S extends RunSetting>(Sweep<S> sweep, S setting) {}
