internal import CKernels

/// A run along the stretches of a ``PolicyFlow``.
///
/// It is no ``Sampler``, for the model's output is as many times as wide as the sample as there are predictions for a stretch. Like
/// one it is a value that can be copied, encoded and continued, and a step that throws changes nothing.
///
/// ```swift
/// for t in sampler.timesteps { x = try sampler.step(model(x, t), t, x).prevSample }
/// ```
public struct PolicySampler: Sendable, Hashable, Codable {
  /// The timesteps to give the model, in order.
  public var timesteps: [Double] { walk.timesteps }
  /// The sigma at each of them, and 0.
  public var sigmas: [Float] { policy.sigmas(of: times) + [0] }
  /// What is integrated.
  public let policy: PolicyFlow
  /// The index of the next timestep; their number when the run has ended.
  public var position: Int { walk.position }
  private let times: [Float]
  private var walk: Walk

  /// A run of so many steps.
  ///
  /// - Parameters:
  ///   - policy: The small steps that a policy takes within one of the run.
  ///   - steps: How many steps, at least one.
  ///   - training: The number of training timesteps, which a sigma of 1 is the last of.
  ///   - lastScale: The length of the last stretch as a share of the others'.
  /// - Throws: ``SchedulerError`` with the code `argument` when there are no steps.
  public init(_ policy: PolicyFlow, steps: Int, of training: Int, lastScale: Double) throws(SchedulerError) {
    guard steps >= 1 else {
      throw .argument("steps", steps, wants: "an integer of at least 1", "ask for at least one step")
    }
    self.policy = policy
    times = PolicyFlow.times(steps, lastScale: lastScale)
    walk = Walk(policy.sigmas(of: times).map { Double($0 * Float(training)) })
  }

  private enum CodingKeys: CodingKey { case policy, times, walk }

  /// Reads a run that was paused.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    policy = try container.decode(PolicyFlow.self, forKey: .policy)
    times = try container.decode([Float].self, forKey: .times)
    walk = try container.decode(Walk.self, forKey: .walk)
    guard times.count == walk.timesteps.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .times, in: container, debugDescription: "there are not as many times as timesteps")
    }
  }

  /// Whether every step has been made.
  public var isFinished: Bool { walk.isFinished }

  /// Begins the run at a later timestep, with a sample that has its noise.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` once a step has been made, and when there is no such timestep.
  public mutating func begin(at index: Int) throws(SchedulerError) {
    try walk.begin(at: index)
  }

  /// Advances a sample by one stretch.
  ///
  /// - Parameters:
  ///   - output: What the model predicts for the stretch; its shape is the sample's, with all predictions, that for the end
  ///     of the stretch first, behind each other on the last axis.
  ///   - timestep: The next of ``timesteps``, or any of them for the first step.
  ///   - sample: The sample.
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn, `shape` when the tensors do not
  ///   fit.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor
  ) throws(SchedulerError) -> SchedulerOutput {
    let first = walk.hasStarted || isFinished ? nil : timesteps.firstIndex(of: timestep)
    let index = first ?? position
    try walk.check(timestep, at: index)
    let width = sample.shape[sample.shape.count - 1]
    let output = try output.expecting(sample.shape.dropLast() + [width * policy.gridCount], as: "model's output")
    let weights = policy.weights(from: times[index], to: index + 1 < times.count ? times[index + 1] : nil)
    walk.advance(past: index)
    return SchedulerOutput(prevSample: Self.sum(sample, output, weights, width: width))
  }

  /// The sample with its change, token by token.
  private static func sum(_ sample: Tensor, _ output: Tensor, _ weights: [Double], width: Int) -> Tensor {
    Tensor(shape: sample.shape) { out in
      sample.withUnsafePointer { x in
        output.withUnsafePointer { y in
          var terms = [Term(weight: 1, source: x)] + weights.map { Term(weight: $0, source: y) }
          for first in stride(from: 0, to: sample.count, by: width) {
            terms[0].source = x + first
            for k in weights.indices { terms[k + 1].source = y + first * weights.count + k * width }
            terms.withUnsafeBufferPointer { combine($0, into: out + first, 0..<width) }
          }
        }
      }
    }
  }
}
