/// The sigmas of flow matching, from 1 for noise to 0 for a clean sample, shifted towards the noise the larger the image
/// is (Esser et al. 2024, section 5.3.2).
///
/// The functions are written for both precisions: what the caller gives is computed with in single, the rest in double.
public enum FlowSigmas {
  /// How a shift is computed. Both are the same function; their last bits differ.
  public enum Form: Sendable, Hashable {
    /// `s·σ/(1 + (s − 1)·σ)`.
    case fixed
    /// `s/(s + (1/σ − 1))`: that of a shift that depends on the image.
    case dynamic
  }

  /// A sigma, shifted.
  public static func shifted<Number: BinaryFloatingPoint>(
    _ sigma: Number, by shift: Double, _ form: Form = .fixed
  ) -> Number {
    switch form {
    case .fixed: Number(shift) * sigma / (1 + Number(shift - 1) * sigma)
    case .dynamic: Number(shift) / (Number(shift) + (1 / sigma - 1))
    }
  }

  /// Descending sigmas, stretched so that the last one is `terminal`.
  public static func stretched<Number: BinaryFloatingPoint>(_ sigmas: [Number], to terminal: Double) -> [Number] {
    guard let last = sigmas.last else { return sigmas }
    let scale = (1 - last) / Number(1 - terminal)
    return sigmas.map { 1 - (1 - $0) / scale }
  }

  /// So many sigmas, evenly between those of the last and the first training timestep, which are in single precision.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - training: The number of training timesteps.
  ///   - shift: The shift of both ends.
  public static func even(_ count: Int, of training: Int, shift: Double) -> [Double] {
    let ends = [Float(1), 1 / Float(training)].map { Double(shifted($0, by: shift)) * Double(training) }
    return linspace64(ends[0], ends[1], count: count).map { $0 / Double(training) }
  }

  /// So many points, as the DPM-Solver family places them: below 1 by one training step, and evenly from there to 0, which
  /// is left out.
  public static func list(_ count: Int, of training: Int, shift: Double) -> SigmaList {
    let alphas = linspace64(1, 1 / Double(training), count: count + 1)
    let sigmas = alphas.dropFirst().reversed().map { shifted(1 - $0, by: shift) }
    return SigmaList(timesteps: sigmas.map { $0 * Double(training) }, sigmas: sigmas)
  }

  /// The points at these sigmas, with the timesteps that they are of, both in single precision.
  ///
  /// - Parameters:
  ///   - sigmas: The sigmas, descending, shares of noise from 1 to 0.
  ///   - timesteps: Other timesteps to give the model.
  ///   - training: The number of training timesteps.
  public static func list(at sigmas: [Double], timesteps: [Double]? = nil, of training: Int) -> SigmaList {
    let sigmas = sigmas.map { Float($0) }
    return SigmaList(
      timesteps: timesteps ?? sigmas.map { Double($0 * Float(training)) }, sigmas: sigmas.map { Double($0) })
  }

  /// The points at these sigmas, the last of which is where the run ends; all are in single precision.
  public static func list(through sigmas: [Double], of training: Int) -> SigmaList {
    let list = list(at: sigmas, of: training)
    return SigmaList(timesteps: list.timesteps.dropLast(), sigmas: list.sigmas)
  }

  /// The points at these sigmas, the last of which is where the run ends, with times that go from 0 for noise to 1.
  public static func list(forwardsThrough sigmas: [Float]) -> SigmaList {
    SigmaList(timesteps: sigmas.dropLast().map { Double(1 - $0) }, sigmas: sigmas.map { Double($0) })
  }

  /// So many sigmas evenly from 1 to 0, shifted, in single precision; those that then are equal are there once.
  public static func distinctEven(_ count: Int, shift: Double) -> [Float] {
    let sigmas = linspace(1, 0, count: count).map { shifted($0, by: shift) }
    return sigmas.indices.filter { $0 == 0 || sigmas[$0] != sigmas[$0 - 1] }.map { sigmas[$0] }
  }

  /// So many sigmas evenly from 1 to 0, which is left out.
  public static func even(_ count: Int) -> [Double] { torchLinspace(1, 0, count: count + 1).dropLast() }

  /// So many sigmas evenly from 1 to that of the first training step, which is left out.
  public static func even(_ count: Int, of training: Int) -> [Double] {
    Array(linspace64(1, 1 / Double(training), count: count + 1).dropLast())
  }

  /// The points of given sigmas, shifted.
  ///
  /// - Parameters:
  ///   - sigmas: The sigmas before they are shifted, descending, shares of noise from 1 to 0.
  ///   - training: The number of training timesteps.
  ///   - shift: How far they are shifted towards noise; 1 leaves them as they are.
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

extension SigmaList {
  /// The same walk from the clean end to the noise, with the shares of signal and noise exchanged (`invert_sigmas`).
  public func inverted(of training: Int) -> SigmaList {
    FlowSigmas.list(at: sigmas.map { Double(1 - Float($0)) }, of: training)
  }
}
