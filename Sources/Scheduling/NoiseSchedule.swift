/// How much noise each training step adds: the βs of DDPM, by the name of the curve they follow.
public enum BetaSchedule: String, Sendable, Hashable, Codable, CaseIterable {
  /// β grows linearly (Ho et al. 2020).
  case linear
  /// √β grows linearly: latent diffusion, and so Stable Diffusion.
  case scaledLinear = "scaled_linear"
  /// ᾱ follows a squared cosine (Nichol and Dhariwal 2021, equation 17).
  case squaredCosine = "squaredcos_cap_v2"
  /// ᾱ falls exponentially.
  case exponential = "exp"
  /// The log-SNR follows a Laplace distribution.
  case laplace
  /// β follows a sigmoid (GeoDiff, Xu et al. 2022).
  case sigmoid
}

/// The noise that a model was trained with: a table over the training timesteps.
///
/// The tables are `Float`, rounded exactly where torch rounds them, because a difference in the last bit of ᾱ shows in
/// every sample. Everything that is derived for a single step is `Double`.
public struct NoiseSchedule: Sendable, Hashable, Codable {
  /// The share of the variance that each training step replaces by noise.
  public let betas: [Float]
  /// ᾱ: the share of the variance that is still signal after each training step.
  public private(set) var cumulativeAlphas: [Float]

  /// The schedule of given βs.
  public init(betas: [Float]) {
    self.betas = betas
    // torch accumulates in double precision and rounds every element.
    var product = 1.0
    cumulativeAlphas = betas.map { beta in
      product *= Double(1 - beta)
      return Float(product)
    }
  }

  /// The schedule of `count` training steps along a curve.
  ///
  /// - Parameters:
  ///   - start: The first β of the linear curves and the sigmoid; the others do not have it.
  ///   - end: The last one.
  public init(_ curve: BetaSchedule, from start: Double, to end: Double, count: Int) {
    switch curve {
    case .linear: self.init(betas: linspace(start, end, count: count))
    case .scaledLinear:
      self.init(betas: linspace(start.squareRoot(), end.squareRoot(), count: count).map { $0 * $0 })
    case .sigmoid:
      let (low, range) = (Float(start), Float(end - start))
      self.init(betas: linspace(-6, 6, count: count).map { Float(1 / (1 + exp(-Double($0)))) * range + low })
    case .squaredCosine: self.init(count: count) { t in pow(cos((t + 0.008) / 1.008 * Double.pi / 2), 2) }
    case .exponential: self.init(count: count) { t in exp(-12 * t) }
    case .laplace:
      self.init(count: count) { t in
        let logSNR = -0.5 * (t < 0.5 ? 1 : -1) * log(1 - 2 * abs(0.5 - t) + 1e-6)
        let snr = exp(logSNR)
        return (snr / (1 + snr)).squareRoot()
      }
    }
  }

  /// The schedule whose ᾱ follows a curve over [0, 1], no β being above 0.999.
  private init(count: Int, cumulativeAlpha curve: (Double) -> Double) {
    let steps = Double(count)
    self.init(
      betas: (0..<count).map { i in Float(min(1 - curve(Double(i + 1) / steps) / curve(Double(i) / steps), 0.999)) })
  }

  /// The number of training timesteps.
  public var count: Int { betas.count }

  /// The variance-preserving level after training step `timestep`.
  public func level(at timestep: Int) -> NoiseLevel {
    .variancePreserving(cumulativeAlpha: Double(cumulativeAlphas[timestep]))
  }

  /// Karras's sigma after each training step, ascending: √((1 − ᾱ)/ᾱ).
  public var sigmas: [Float] { cumulativeAlphas.map { ((1 - $0) / $0).squareRoot() } }

  /// The same schedule, shifted and scaled so that the last training step leaves no signal at all
  /// (Lin et al. 2023, algorithm 1).
  ///
  /// - Parameter remainder: The last ᾱ, for classes that cannot work with 0.
  public func rescaledToZeroTerminalSNR(leaving remainder: Float = 0) -> NoiseSchedule {
    let roots = cumulativeAlphas.map { $0.squareRoot() }
    let (first, last) = (roots[0], roots[roots.count - 1])
    let scale = first / (first - last)
    let bars = roots.map { root in
      let shifted = (root - last) * scale
      return shifted * shifted
    }
    var schedule = NoiseSchedule(betas: bars.indices.map { i in 1 - (i == 0 ? bars[0] : bars[i] / bars[i - 1]) })
    if remainder > 0 { schedule.cumulativeAlphas[schedule.count - 1] = remainder }
    return schedule
  }
}

/// torch.linspace in single precision: from both ends, by a fused multiply-add.
func linspace(_ start: Double, _ end: Double, count: Int) -> [Float] {
  guard count > 1 else { return [Float(start)] }
  return (0..<count).map { linspace(start, end, count: count, at: $0) }
}

/// One of at least two such numbers.
func linspace(_ start: Double, _ end: Double, count: Int, at index: Int) -> Float {
  let (start, end) = (Float(start), Float(end))
  let step = (end - start) / Float(count - 1)
  return index < count / 2
    ? start.addingProduct(step, Float(index)) : end.addingProduct(-step, Float(count - index - 1))
}
