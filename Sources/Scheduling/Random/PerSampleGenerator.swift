/// A generator for each sample of a batch, so that a sample does not depend on those beside it: what `diffusers` does
/// with a list of generators.
public struct PerSampleGenerator<Generator: NoiseGenerator>: NoiseGenerator {
  /// The generators, in the order of the samples.
  public var generators: [Generator]

  /// A generator for a batch of as many samples.
  public init(_ generators: [Generator]) { self.generators = generators }

  /// As many samples as there are generators.
  public var sampleCount: Int? { generators.count }

  /// Every sample from its own generator, as a batch of one.
  ///
  /// The first axis must have as many samples as there are generators; another number is a programming mistake and traps.
  public mutating func randn(_ shape: [Int]) -> Tensor { randn(shape, over: nil) }

  /// Every sample's noise over an interval from its own generator.
  public mutating func randn(_ shape: [Int], over interval: NoiseInterval?) -> Tensor {
    precondition(
      shape[0] == generators.count, "\(generators.count) generators cannot draw a batch of \(shape[0]) samples.")
    let rows = generators.indices.map { generators[$0].randn([1] + shape.dropFirst(), over: interval).elements }
    return Tensor(trusted: Array(rows.joined()), shape: shape)
  }
}

extension PerSampleGenerator: Sendable where Generator: Sendable {}
extension PerSampleGenerator: Equatable where Generator: Equatable {}
extension PerSampleGenerator: Hashable where Generator: Hashable {}
extension PerSampleGenerator: Encodable where Generator: Encodable {}
extension PerSampleGenerator: Decodable where Generator: Decodable {}

extension PerSampleGenerator<TorchGenerator> {
  /// A generator for each of these seeds.
  public init(seeds: [some BinaryInteger], transform: GaussianTransform = .vectorized) {
    self.init(seeds.map { TorchGenerator(seed: $0, transform: transform) })
  }
}
