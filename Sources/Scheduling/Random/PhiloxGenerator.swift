/// The random generator of torch on CUDA, Philox 4×32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
/// 3"), on any processor.
///
/// Every element has a counter of its own, so a stream is a seed and the number of calls that were made. The numbers are
/// those of the device to the last bits of its fast logarithm, sine and cosine, for tensors that it fills in one pass: those
/// with at most as many elements as it runs threads.
public struct PhiloxGenerator: NoiseGenerator, Sendable, Hashable, Codable {
  /// The seed that the stream began with.
  public let seed: UInt64
  /// The number of calls that were made.
  public private(set) var offset: UInt32 = 0

  /// The stream of a seed, as `torch.Generator("cuda").manual_seed(seed)` begins it.
  public init(seed: some BinaryInteger) { self.seed = UInt64(truncatingIfNeeded: seed) }

  /// Unit Gaussian draws: `torch.randn` on CUDA, in single precision.
  public mutating func randn(_ shape: [Int]) -> Tensor {
    let offset = offset
    self.offset &+= 1
    return Tensor(shape: shape) { elements in
      for index in 0..<shape.reduce(1, *) {
        let word = UInt64(index)
        let counter = SIMD4(offset, 0, UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
        elements[index] = Self.normal(Self.mixed(counter, seed))
      }
    }
  }

  /// The first of two Gaussian draws that a block makes (Box and Muller), as `curand` makes it.
  private static func normal(_ block: SIMD4<UInt32>) -> Float {
    let u = (Double(block[0]) + 0.5) * 0x1p-32
    let angle = (Double(block[1]) + 0.5) * 0x1p-32 * 2 * Double.pi
    return Float((-2 * log(u)).squareRoot() * sin(angle))
  }

  /// Ten rounds of Philox.
  private static func mixed(_ counter: SIMD4<UInt32>, _ seed: UInt64) -> SIMD4<UInt32> {
    var (block, key) = (counter, (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    for _ in 0..<10 {
      let (first, second) = (UInt64(block[0]) * 0xD251_1F53, UInt64(block[2]) * 0xCD9E_8D57)
      let (low, high) = (UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: second))
      block = SIMD4(
        UInt32(second >> 32) ^ block[1] ^ key.0, high, UInt32(first >> 32) ^ block[3] ^ key.1, low)
      key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
    }
    return block
  }
}
