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

  /// So many sigmas evenly from 1 to that of the first training step, which is left out.
  public static func even(_ count: Int, of training: Int) -> [Double] {
    Array(linspace64(1, 1 / Double(training), count: count + 1).dropLast())
  }

  /// The points of given sigmas, shifted.
  ///
  /// - Parameters:
  ///   - terminal: Where the last sigma is stretched to, if anywhere.
  ///   - belowOne: Whether a first sigma of 1, where nothing is signal, becomes a little less.
  public static func list(
    _ sigmas: [Double], of training: Int, shift: Double, stretchedTo terminal: Double? = nil, belowOne: Bool = false
  ) -> SigmaList {
    var sigmas = sigmas.map { shifted($0, by: shift) }
    if let terminal { sigmas = stretched(sigmas, to: terminal) }
    if belowOne, abs(sigmas[0] - 1) < 1e-6 { sigmas[0] -= 1e-6 }
    return SigmaList(timesteps: sigmas.map { $0 * Double(training) }, sigmas: sigmas)
  }

  /// The sigmas, with their distances from 1 scaled so that the last one is `terminal`.
  public static func stretched(_ sigmas: [Double], to terminal: Double) -> [Double] {
    let scale = (1 - sigmas[sigmas.count - 1]) / (1 - terminal)
    return sigmas.map { 1 - (1 - $0) / scale }
  }

  /// The points at given noise-to-signal ratios.
  public static func list(ofRatios ratios: [Double], of training: Int) -> SigmaList {
    let sigmas = ratios.map { $0 / ($0 + 1) }
    return SigmaList(timesteps: sigmas.map { $0 * Double(training) }, sigmas: sigmas)
  }

  /// The shift of an exponential time shift (`mu`).
  public static func shift(ofExponent mu: Double) -> Double { exp(mu) }

  /// The level at a training timestep.
  public static func level(at timestep: Double, of training: Int) -> NoiseLevel { .flow(timestep / Double(training)) }
}
