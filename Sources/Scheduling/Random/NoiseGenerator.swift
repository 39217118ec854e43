/// A source of unit Gaussian noise.
///
/// Solvers never see one: a sampler draws at most once per step, the shape of the model's output, and passes the noise
/// on. What a seed means is the generator's affair; `diffusers` draws from torch's.
public protocol NoiseGenerator {
  /// Independent draws from the unit Gaussian, in row-major order.
  ///
  /// - Parameter shape: The length of every axis, each at least 1. The first is the batch: a generator with a stream for
  ///   each sample has as many streams.
  mutating func randn(_ shape: [Int]) -> Tensor
  /// The number of samples that it draws for, when that is fixed; `nil` unless said otherwise.
  var sampleCount: Int? { get }
}

extension NoiseGenerator {
  /// Any number of samples.
  public var sampleCount: Int? { nil }
}
