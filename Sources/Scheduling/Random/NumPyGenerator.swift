/// NumPy's older random generator, `numpy.random.RandomState`: the same seed gives the same numbers, bit for bit.
///
/// Gaussian draws are made in double precision, in pairs by Marsaglia's polar method, of which the second is kept for the
/// next call, and then rounded.
public struct NumPyGenerator: NoiseGenerator, Sendable, Hashable, Codable {
  /// The seed that the stream began with.
  public let seed: UInt32
  private var engine: MersenneTwister
  private var cachedNormal: Double?

  /// The stream of a seed, as `numpy.random.RandomState(seed)` begins it.
  public init(seed: UInt32) {
    self.seed = seed
    engine = MersenneTwister(seed: seed)
  }

  /// Unit Gaussian draws: `RandomState.randn`, rounded to single precision.
  public mutating func randn(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { elements in
      for index in 0..<shape.reduce(1, *) { elements[index] = Float(normal()) }
    }
  }

  /// Uniform draws from [0, 1): `RandomState.rand`, rounded to single precision.
  public mutating func rand(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { elements in
      for index in 0..<shape.reduce(1, *) { elements[index] = Float(uniform()) }
    }
  }

  private mutating func normal() -> Double {
    if let cached = cachedNormal {
      cachedNormal = nil
      return cached
    }
    while true {
      let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = x * x + y * y
      guard square < 1, square != 0 else { continue }
      let scale = (-2 * log(square) / square).squareRoot()
      cachedNormal = scale * x
      return scale * y
    }
  }

  /// 53 bits of two draws.
  private mutating func uniform() -> Double {
    let (high, low) = (Double(engine.next() >> 5), Double(engine.next() >> 6))
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }
}
