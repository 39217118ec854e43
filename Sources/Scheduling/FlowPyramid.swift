/// The stages of a run of flow matching that grows on its way, each at a higher resolution than the one before it (Jin et al.
/// 2024, arXiv 2410.05954): what part of the training's timesteps each of them walks along.
///
/// A stage starts with more noise than the one before it ended with, for what was enlarged has noise that is correlated; how
/// correlated, `gamma` says. Every stage has sigmas of its own, evenly from 0.999 down.
public struct FlowPyramid: Sendable, Hashable {
  /// The timesteps that each stage starts with and ends before.
  private let ends: [Ends]
  private let training: Int

  private struct Ends: Sendable, Hashable { var first, last: Double }

  /// The sigma that every stage starts with.
  private static let largestSigma = 0.999
  /// The largest timestep of a stage.
  private static let largestTimestep = 999.0

  /// The stages of a training.
  ///
  /// - Parameters:
  ///   - training: The number of training timesteps.
  ///   - shift: The shift of the training's sigmas.
  ///   - bounds: Where stages begin and end, as shares of the training: ascending, from 0 to 1, each below 1 but the last.
  ///   - gamma: How correlated the noise of what was enlarged is.
  /// - Throws: ``SchedulerError`` with the code `configuration` when the training is so short that stages have no length.
  public init(training: Int, shift: Double, bounds: [Double], gamma: Double) throws(SchedulerError) {
    let list = FlowSigmas.list(training, of: training, shift: shift)
    let lengths = zip(bounds, bounds.dropFirst()).enumerated().map { index, bounds in
      let end = Int(bounds.1 * Double(training))
      let start = list.sigmas[Int(bounds.0 * Double(training))]
      let noised = index == 0 ? start : Self.start(after: start, gamma: gamma)
      return noised - (end < training ? list.sigmas[end] : 0)
    }
    let total = lengths.reduce(0, +)
    guard lengths.allSatisfy({ $0 >= 0 }), total > 0, total.isFinite else {
      throw SchedulerError(
        .configuration, "\(training) training timesteps leave nothing of \(lengths.count) stages",
        "set num_train_timesteps to the training's, or use fewer stages")
    }
    /// Where a stage begins, of all the way that the stages go.
    func timestep(before stage: Int) -> Double {
      guard stage < lengths.count else { return list.timesteps[training - 1] }
      let share = stage == 0 ? 0 : lengths[..<stage].reduce(0, +) / total
      return list.timesteps[min(Int(share * Double(training)), training - 1)]
    }
    ends = lengths.indices.map { stage in
      let (first, last) = (min(timestep(before: stage), Self.largestTimestep), timestep(before: stage + 1))
      return Ends(first: first, last: Self.lastPoint(from: first, to: last, count: training))
    }
    self.training = training
  }

  /// The sigma of a stage whose samples were enlarged at another.
  private static func start(after sigma: Double, gamma: Double) -> Double {
    let signal = 1 - sigma
    return 1 - (1 / ((1 + (1 / gamma)).squareRoot() * (1 - signal) + signal)) * signal
  }

  /// The last of so many points evenly between two numbers, the second of which is left out.
  private static func lastPoint(from first: Double, to last: Double, count: Int) -> Double {
    linspace64(first, last, count: count + 1)[count - 1]
  }

  /// The number of stages.
  public var count: Int { ends.count }

  /// So many points of a stage, without the end.
  public func list(_ count: Int, stage: Int) -> SigmaList {
    let smallest = Self.lastPoint(from: Self.largestSigma, to: 0, count: training)
    return SigmaList(
      timesteps: linspace64(ends[stage].first, ends[stage].last, count: count),
      sigmas: linspace64(Self.largestSigma, smallest, count: count))
  }

  /// So many points of a stage whose sigmas are shifted, and whose timesteps then are in proportion to them.
  public func list(_ count: Int, stage: Int, shift: Double) -> SigmaList {
    let (sigmas, ends) = (list(count, stage: stage).sigmas, ends[stage])
    let shifted = sigmas.map { FlowSigmas.shifted($0, by: shift, .dynamic) }
    let (low, high) = (min(ends.first, ends.last), max(ends.first, ends.last))
    return SigmaList(timesteps: shifted.map { low + $0 * (high - low) }, sigmas: shifted)
  }
}

extension Plan {
  /// The run with its end not quite clean, where a method needs the logarithm of the end's sigma.
  public func ending(above sigma: Double) -> Plan {
    var plan = self
    for index in plan.stages.indices where plan.stages[index].end.sigma < sigma { plan.stages[index].end.sigma = sigma }
    return plan
  }
}
