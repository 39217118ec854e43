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
  /// The noise that a step adds over an interval, in units of its deviation.
  ///
  /// - Parameters:
  ///   - shape: The length of every axis.
  ///   - interval: The interval, for the solvers whose noise belongs to one. Independent draws unless said otherwise; a
  ///     ``BrownianTree`` gives overlapping intervals what they have in common.
  mutating func randn(_ shape: [Int], over interval: NoiseInterval?) -> Tensor
  /// The number of samples that it draws for, when that is fixed; `nil` unless said otherwise.
  var sampleCount: Int? { get }
}

/// The sigmas between which a step adds noise.
public struct NoiseInterval: Sendable, Hashable, Codable {
  /// Where the step starts, and where it arrives.
  public var from, to: Double

  /// An interval.
  public init(from: Double, to: Double) { (self.from, self.to) = (from, to) }

  /// The interval of a stage, in terms of noise-to-signal ratios.
  init(_ stage: Stage) { self.init(from: stage.start.ratio, to: stage.end.ratio) }
}

extension NoiseGenerator {
  /// Independent draws.
  public mutating func randn(_ shape: [Int], over interval: NoiseInterval?) -> Tensor { randn(shape) }
  /// Any number of samples.
  public var sampleCount: Int? { nil }

  /// Refuses to draw for another number of samples than it can.
  func check(sampleCount: Int) throws(SchedulerError) {
    guard let count = self.sampleCount, count != sampleCount else { return }
    throw SchedulerError(
      .noise, "the generator draws for \(count) samples, not for \(sampleCount)", "pass a generator for each sample")
  }
}
