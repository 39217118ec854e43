/// What a model predicts, or what a solver integrates.
public enum Prediction: Sendable, Hashable, Codable {
  /// The noise ε in the sample.
  case noise
  /// The clean sample x₀.
  case data
  /// The noise ε, negated.
  case negatedNoise
  /// The score of the noisy samples, the gradient of their log density: `−ε/σ`.
  case score
  /// The velocity `α·ε − σ·x₀` of the variance-preserving frame (Salimans and Ho 2022).
  case velocity
  /// The direction from signal to noise, `ε − x₀`: flow matching and rectified flow.
  case flow
  /// The direction from noise to signal, `x₀ − ε`.
  case negatedFlow
  /// The flow at a level that is not flow matching's, read as `diffusers` does: `x₀ = x − (σ/α)·output`, and the noise is
  /// `(x − α·x₀)/(σ/α)`.
  case unscaledFlow
  /// The velocity at a level that is not variance-preserving, read as if it were: `x₀ = α·x − σ·output`.
  case unscaledVelocity
  /// The velocity `cos(t)·z − sin(t)·x₀` of TrigFlow (Lu and Song 2024, arXiv 2410.11081), where α is `cos(t)` and σ is
  /// `sin(t)` times the deviation of clean samples, which z has, too.
  case trigonometric(dataDeviation: Double)
  /// A network inside Karras's preconditioning (Karras et al. 2022, table 1): `x₀ = c_skip·x + c_out·output`.
  ///
  /// The sign is that of `c_out`: 1 in the paper, -1 where the network predicts a velocity. `c_skip` and `c_out` may be
  /// in single precision.
  case preconditioned(dataDeviation: Double, sign: Double, isRounded: Bool = false)
  /// A consistency model (Song et al. 2023, arXiv 2303.01469, appendix C): preconditioned so that it is the identity at the
  /// smallest sigma.
  case consistency(dataDeviation: Double, smallestSigma: Double)

  /// The weights `(a, b)` with which `a·x + b·output` is the clean sample x₀.
  public func weightsOfData(at level: NoiseLevel) -> (sample: Double, output: Double) {
    let (alpha, sigma) = (level.alpha, level.sigma)
    switch self {
    case .noise: return (1 / alpha, -sigma / alpha)
    case .negatedNoise: return (1 / alpha, sigma / alpha)
    case .score: return (1 / alpha, sigma * sigma / alpha)
    case .data: return (0, 1)
    case .velocity:
      let square = alpha * alpha + sigma * sigma
      return (alpha / square, -sigma / square.squareRoot())
    case .flow: return (1 / (alpha + sigma), -sigma / (alpha + sigma))
    case .negatedFlow: return (1 / (alpha + sigma), sigma / (alpha + sigma))
    case .unscaledFlow: return (1, -level.ratio)
    case .unscaledVelocity: return (alpha, -sigma)
    case .trigonometric(let deviation): return (alpha, -sigma / deviation)
    case .preconditioned(let deviation, let sign, true):
      let (sigma, deviation, sign) = (Float(sigma), Float(deviation), Float(sign))
      let square = sigma * sigma + deviation * deviation
      return (Double(1 / square * (deviation * deviation)), Double(sign * sigma * deviation / square.squareRoot()))
    case .preconditioned(let deviation, let sign, false):
      // In Karras's frame the sample is x/α.
      let ratio = level.ratio
      let square = ratio * ratio + deviation * deviation
      return (deviation * deviation / square / alpha, sign * ratio * deviation / square.squareRoot())
    case .consistency(let deviation, let smallest):
      let (above, variance) = (sigma - smallest, deviation * deviation)
      return (
        variance / (above * above + variance), above * deviation / (sigma * sigma + variance).squareRoot()
      )
    }
  }

  /// The weights and the divisor with which `(a·x + b·output)/d` is the clean sample, where every operation is rounded.
  func roundedData(at level: NoiseLevel) -> (sample: Double, output: Double, divisor: Double) {
    switch self {
    case .noise: return (1, -level.sigma, level.alpha)
    case .velocity where level.alpha == 1:
      let sigma = Float(level.sigma)
      let square = sigma * sigma + 1
      return (Double(1 / square), Double(-sigma / square.squareRoot()), 1)
    // In the variance-preserving frame, where `alpha² + sigma²` is 1 but for its rounding.
    case .velocity: return (level.alpha, -level.sigma, 1)
    default:
      let (a, b) = weightsOfData(at: level)
      return (a, b, 1)
    }
  }

  /// The weights `(a, b)` with which `a·x + b·output` is what a solver integrates.
  public func weights(to target: Target, at level: NoiseLevel) -> (sample: Double, output: Double) {
    let (alpha, sigma) = (level.alpha, level.sigma)
    switch (target, self) {
    case (.noise, .noise): return (0, 1)
    case (.noise, .velocity):
      let square = alpha * alpha + sigma * sigma
      return (sigma / square, alpha / square.squareRoot())
    case (.noise, .unscaledVelocity): return (sigma, alpha)
    case (.noise, .unscaledFlow): return ((1 - alpha) / level.ratio, alpha)
    case (.noise, .flow): return (1 / (alpha + sigma), alpha / (alpha + sigma))
    case (.noise, .negatedFlow): return (1 / (alpha + sigma), -alpha / (alpha + sigma))
    case (.noise, _):
      let (a, b) = weightsOfData(at: level)
      return ((1 - alpha * a) / sigma, -alpha * b / sigma)
    case (.data, _): return weightsOfData(at: level)
    }
  }

  /// How large a weight of the output makes it as large as the sample that a step ends at.
  func largestWeight(from level: NoiseLevel, to end: NoiseLevel) -> Double {
    let size = max(end.alpha, end.sigma)
    return self == .score ? size * level.sigma : size
  }

  /// The level at which a clean sample is turned into noise.
  func levelOfNoise(at level: NoiseLevel) -> NoiseLevel {
    self == .unscaledFlow ? NoiseLevel(alpha: level.alpha, sigma: level.ratio) : level
  }

  /// What a solver integrates; every model output is converted to it.
  public enum Target: String, Sendable, Hashable, Codable {
    /// The clean sample x₀.
    case data
    /// The noise ε.
    case noise
  }
}
