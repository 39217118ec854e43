/// The sigmas of flow matching, from 1 for noise to 0 for a clean sample, shifted towards the noise the larger the image
/// is (Esser et al. 2024, section 5.3.2).
public enum FlowSigmas {
  /// `shift·σ/(1 + (shift − 1)·σ)`.
  public static func shifted(_ sigma: Double, by shift: Double) -> Double { shift * sigma / (1 + (shift - 1) * sigma) }

  /// So many points, as the DPM-Solver family places them: below 1 by one training step, and evenly from there to 0, which
  /// is left out.
  public static func list(_ count: Int, of training: Int, shift: Double) -> SigmaList {
    let alphas = linspace64(1, 1 / Double(training), count: count + 1)
    let sigmas = alphas.dropFirst().reversed().map { shifted(1 - $0, by: shift) }
    return SigmaList(timesteps: sigmas.map { $0 * Double(training) }, sigmas: sigmas)
  }

  /// The shift of an exponential time shift (`mu`).
  public static func shift(ofExponent mu: Double) -> Double { exp(mu) }

  /// The level at a training timestep.
  public static func level(at timestep: Double, of training: Int) -> NoiseLevel { .flow(timestep / Double(training)) }
}
