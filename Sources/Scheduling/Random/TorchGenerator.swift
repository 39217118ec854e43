/// The random generator of torch on a CPU: the same seed gives the same numbers, bit for bit.
///
/// It is a value: a copy goes on from where the original is, independently. Encoded and decoded it goes on likewise.
///
/// ```swift
/// var generator = TorchGenerator(seed: 0)
/// let noise = Tensor.randn([1, 4, 64, 64], using: &generator)   // torch.randn((1, 4, 64, 64), generator=…)
/// ```
public struct TorchGenerator: NoiseGenerator, Sendable, Hashable {
  /// The seed that the stream began with.
  public let seed: UInt64
  /// Which of torch's two transforms makes Gaussian draws of uniform ones.
  public let transform: GaussianTransform
  private var engine: MersenneTwister
  /// The second of the last pair of Gaussian draws that were made one by one.
  private var cachedNormal: Double?

  /// The stream of a seed, as `torch.Generator().manual_seed(seed)` begins it.
  ///
  /// - Parameters:
  ///   - seed: From -2⁶³ to below 2⁶⁴; a negative one is that plus 2⁶⁴. Only the low 32 bits make a difference, as in
  ///     torch.
  ///   - transform: `vectorized` for the numbers of torch on x86 with AVX2, `plain` for those of other processors.
  public init(seed: some BinaryInteger, transform: GaussianTransform = .vectorized) {
    (self.seed, self.transform) = (UInt64(truncatingIfNeeded: seed), transform)
    engine = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
  }

  /// Unit Gaussian draws: `torch.randn` in single precision.
  ///
  /// Sixteen or more come in blocks of sixteen from uniform draws in single precision; when the last block is not full,
  /// the last sixteen are drawn afresh. Fewer than sixteen are made one by one in double precision and rounded, in pairs,
  /// of which the second may be left for the next call.
  public mutating func randn(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { fillNormal($0, count: shape.reduce(1, *)) }
  }

  /// Uniform draws from [0, 1): `torch.rand` in single precision.
  public mutating func rand(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { fillUniform($0, count: shape.reduce(1, *)) }
  }

  /// So many draws from the integers of a range: `torch.randint`.
  public mutating func randint(_ range: Range<Int>, count: Int) -> [Int] {
    precondition(!range.isEmpty, "A draw from no integers at all.")
    let width = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
    return (0..<count).map { _ in
      let draw = width < 1 << 28 ? UInt64(engine.next()) : engine.next64()
      return range.lowerBound &+ Int(truncatingIfNeeded: draw % width)
    }
  }

  private mutating func fillUniform(_ elements: UnsafeMutablePointer<Float>, count: Int) {
    engine.draw(count) { elements[$0] = Float($1 & 0xFF_FFFF) * 0x1p-24 }
  }

  private mutating func fillNormal(_ elements: UnsafeMutablePointer<Float>, count: Int) {
    let length = GaussianTransform.blockLength
    guard count >= length else {
      for index in 0..<count { elements[index] = Float(normal()) }
      return
    }
    fillUniform(elements, count: count)
    transform.transform(elements, blocks: count / length)
    if count % length != 0 {
      fillUniform(elements + count - length, count: length)
      transform.transform(elements + count - length, blocks: 1)
    }
  }

  /// One draw from the unit Gaussian in double precision.
  private mutating func normal() -> Double {
    if let cached = cachedNormal {
      cachedNormal = nil
      return cached
    }
    let (u, v) = (uniform(), uniform())
    let (radius, angle) = ((-2 * log1p(-v)).squareRoot(), 2 * Double.pi * u)
    cachedNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// One draw from the unit exponential in double precision.
  mutating func exponential() -> Double { -log1p(-uniform()) }

  private mutating func uniform() -> Double { Double(engine.next64() & (1 << 53 - 1)) * 0x1p-53 }
}

extension TorchGenerator: Codable {
  private enum CodingKeys: String, CodingKey { case seed, transform, state, position, cachedNormal }

  /// Writes the stream's position, so that it goes on bit for bit.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seed, forKey: .seed)
    try container.encode(transform, forKey: .transform)
    try container.encode(engine.state, forKey: .state)
    try container.encode(engine.position, forKey: .position)
    try container.encodeIfPresent(cachedNormal?.bitPattern, forKey: .cachedNormal)
  }

  /// Reads a stream that was written.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    seed = try container.decode(UInt64.self, forKey: .seed)
    transform = try container.decode(GaussianTransform.self, forKey: .transform)
    let state = try container.decode([UInt32].self, forKey: .state)
    let position = try container.decode(Int.self, forKey: .position)
    guard let engine = MersenneTwister(state: state, position: position) else {
      throw DecodingError.dataCorruptedError(forKey: .state, in: container, debugDescription: "not a generator's state")
    }
    self.engine = engine
    cachedNormal = try container.decodeIfPresent(UInt64.self, forKey: .cachedNormal).map(Double.init(bitPattern:))
  }
}
