/// The share of signal and of noise in a sample: `x = alpha·x₀ + sigma·ε`.
///
/// The frames in use differ only in how the two numbers are tied together: `alpha² + sigma² = 1` in the
/// variance-preserving frame, `alpha = 1` in Karras's (the variance explodes), and `alpha + sigma = 1` for flow matching.
/// A solver that is written in terms of both numbers serves all three.
public struct NoiseLevel: Sendable, Hashable, Codable {
  /// The weight of the clean sample.
  public var alpha: Double
  /// The standard deviation of the noise.
  public var sigma: Double

  /// A level with these two weights.
  public init(alpha: Double, sigma: Double) { (self.alpha, self.sigma) = (alpha, sigma) }

  /// A sample without noise.
  public static let clean = NoiseLevel(alpha: 1, sigma: 0)

  /// Half the logarithm of the signal-to-noise ratio, `log(alpha/sigma)`; `+∞` for a clean sample.
  public var lambda: Double { (alpha > Self.noSignal ? log(alpha) : -.infinity) - log(sigma) }

  /// ``lambda``, with every number of its computation rounded to single precision.
  var roundedLambda: Double {
    Double(Float(log(Double(Float(alpha)))) - Float(log(Double(Float(sigma)))))
  }

  /// The level of the variance-preserving frame as it comes out of its ratio, with every number rounded to single precision;
  /// in other frames the rounded level.
  var inSinglePrecision: NoiseLevel {
    guard alpha != 1, alpha + sigma != 1 else {
      return NoiseLevel(alpha: Double(Float(alpha)), sigma: Double(Float(sigma)))
    }
    let ratio = Float(ratio)
    let alpha = 1 / (ratio * ratio + 1).squareRoot()
    return NoiseLevel(alpha: Double(alpha), sigma: Double(ratio * alpha))
  }

  /// The noise-to-signal ratio, `sigma/alpha`: Karras's sigma, whatever the frame.
  public var ratio: Double { sigma / alpha }

  /// The weight of the signal where there is none, which can still be divided by.
  private static let noSignal = 1e-60

  /// The variance-preserving level whose signal keeps the share `cumulativeAlpha`, the ᾱ of DDPM, of the variance.
  ///
  /// Where nothing is kept the signal's weight is still positive, and nothing in single precision: a clean sample that is
  /// predicted there is infinite, as it is in `diffusers`, and clipped as such, and does not take the noise along.
  public static func variancePreserving(cumulativeAlpha: Double) -> Self {
    Self(alpha: max(cumulativeAlpha.squareRoot(), noSignal), sigma: (1 - cumulativeAlpha).squareRoot())
  }

  /// The variance-preserving level with this noise-to-signal ratio.
  public static func variancePreserving(ratio: Double) -> Self {
    let alpha = 1 / (ratio * ratio + 1).squareRoot()
    return Self(alpha: alpha, sigma: ratio * alpha)
  }

  /// The level in Karras's frame, where noise is added to an unscaled signal.
  public static func karras(_ sigma: Double) -> Self { Self(alpha: 1, sigma: sigma) }

  /// The level on the straight line from the signal, at 0, to the noise, at 1.
  public static func flow(_ sigma: Double) -> Self { Self(alpha: 1 - sigma, sigma: sigma) }

  /// The level at an angle of TrigFlow (Lu and Song 2024, arXiv 2410.11081), from 0 for a clean sample to π/2 for noise, which
  /// has the deviation of clean samples.
  public static func trigonometric(angle: Double, dataDeviation: Double) -> Self {
    Self(alpha: cos(angle), sigma: dataDeviation * sin(angle))
  }
}

/// How the two numbers of a ``NoiseLevel`` are tied together, given one of them.
public enum Frame: String, Sendable, Hashable, Codable {
  /// `alpha² + sigma² = 1`.
  case variancePreserving
  /// `alpha = 1`.
  case karras
  /// `alpha + sigma = 1`.
  case flow

  /// The level of this frame for an entry of a list of sigmas: the noise-to-signal ratio in the first two, the noise's
  /// own share in the last.
  public func level(_ sigma: Double) -> NoiseLevel {
    switch self {
    case .variancePreserving: .variancePreserving(ratio: sigma)
    case .karras: .karras(sigma)
    case .flow: .flow(sigma)
    }
  }
}
