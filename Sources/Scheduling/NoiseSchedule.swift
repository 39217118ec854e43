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
  /// ᾱ in double precision, where the reference has it so.
  private var unroundedAlphas: [Double]?

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
  ///   - curve: How β grows.
  ///   - start: The first β of the linear curves and the sigmoid; the others do not have it.
  ///   - end: The last one.
  ///   - count: The number of training timesteps.
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
    .variancePreserving(cumulativeAlpha: unroundedAlphas?[timestep] ?? Double(cumulativeAlphas[timestep]))
  }

  /// Karras's sigma after each training step, ascending: √((1 − ᾱ)/ᾱ).
  public var sigmas: [Float] { cumulativeAlphas.map { ((1 - $0) / $0).squareRoot() } }

  /// The same schedule with all signal-to-noise ratios divided by a number: the larger what is generated, the more noise it
  /// takes to hide it (Esser et al. 2024, section 5.3.2; CogVideoX, Yang et al. 2024, arXiv 2408.06072).
  ///
  /// - Parameters:
  ///   - ratio: What the ratios are divided by, above 0.
  ///   - endsInNoise: Whether the roots of ᾱ are then shifted and scaled so that the last training step leaves no signal.
  ///   - curve: The curve in double precision, which ᾱ then has throughout; `nil` for single precision. The βs stay as they are.
  public func dividingSignalToNoise(
    by ratio: Double, endsInNoise: Bool, unrounded curve: UnroundedCurve? = nil
  ) -> NoiseSchedule {
    var schedule = self
    if let curve {
      let alphas = Self.divided(curve.cumulativeAlphas(count: count), by: ratio, endsInNoise: endsInNoise)
      (schedule.unroundedAlphas, schedule.cumulativeAlphas) = (alphas, alphas.map { Float($0) })
    } else {
      schedule.cumulativeAlphas = Self.divided(cumulativeAlphas, by: ratio, endsInNoise: endsInNoise)
    }
    return schedule
  }

  private static func divided<Number: BinaryFloatingPoint>(
    _ alphas: [Number], by ratio: Double, endsInNoise: Bool
  ) -> [Number] {
    let alphas = alphas.map { $0 / (Number(ratio) + Number(1 - ratio) * $0) }
    guard endsInNoise else { return alphas }
    let roots = alphas.map { $0.squareRoot() }
    let (first, last) = (roots[0], roots[roots.count - 1])
    let scale = first / (first - last)
    return roots.map { ($0 - last) * scale }.map { $0 * $0 }
  }

  /// The curve of βs whose root grows linearly, in double precision.
  public struct UnroundedCurve: Sendable {
    private let start, end: Double

    /// The curve from a first β to a last one.
    public init(from start: Double, to end: Double) { (self.start, self.end) = (start, end) }

    func cumulativeAlphas(count: Int) -> [Double] {
      var product = 1.0
      return torchLinspace(start.squareRoot(), end.squareRoot(), count: count).map { root in
        product *= 1 - root * root
        return product
      }
    }
  }

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

/// torch.linspace in single precision.
func linspace(_ start: Double, _ end: Double, count: Int) -> [Float] {
  torchLinspace(Float(start), Float(end), count: count)
}

/// torch.linspace in either precision.
func torchLinspace<Number: BinaryFloatingPoint>(_ start: Number, _ end: Number, count: Int) -> [Number] {
  guard count > 1 else { return [start] }
  return (0..<count).map { torchLinspace(start, end, count: count, at: $0) }
}

/// One of at least two such numbers: from the nearer end, by a fused multiply-add.
func torchLinspace<Number: BinaryFloatingPoint>(
  _ start: Number, _ end: Number, count: Int, at index: Int
) -> Number {
  let step = (end - start) / Number(count - 1)
  return index < count / 2
    ? start.addingProduct(step, Number(index)) : end.addingProduct(-step, Number(count - index - 1))
}
