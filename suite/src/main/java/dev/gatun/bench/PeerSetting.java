package dev.gatun.bench;

/**
 * One way in which the peer can do a piece of work.
 *
 * @param work the peer's name for it
 * @param device {@code cpu} or {@code cuda}
 * @param math {@code f32}, {@code tf32} or {@code bf16}
 * @param threads threads on the host
 */
public record PeerSetting(String work, String device, String math, int threads) {}
