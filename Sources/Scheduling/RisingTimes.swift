/// The times of a run from noise, near 0, to a clean sample at 1, in single precision.
public enum RisingTimes: String, Sendable, Hashable, Codable, CaseIterable {
  /// The closer together the cleaner, evenly in the logarithm of what is left.
  case log
  /// The squares of even numbers.
  case power

  /// The first time, which is not 0, for there the score is undefined.
  private static let first = 1e-3

  /// The times of so many steps, by their index; that of the end is the number of steps.
  private func times(_ count: Int) -> (Int) -> Float {
    switch self {
    case .power:
      return { index in
        let root = torchLinspace(Float(Self.first.squareRoot()), 1, count: count + 1, at: index)
        return root * root
      }
    case .log:
      // The exponent of the end is that of the start, as upstream has it; both ends are then moved to where they belong.
      let rest = { (index: Int) in 1 - Self.logspace(-2, Self.first, count: count + 1, at: count - index) }
      let offset = rest(0) - Float(Self.first)
      let largest = rest(count) - offset
      return { index in (rest(index) - offset) / largest }
    }
  }

  /// The times of so many steps, of which the last ones are finer than the others, by their index.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when there are too few steps for that.
  private func times(_ count: Int, fine: Int, factor: Int) throws(SchedulerError) -> (Int) -> Float {
    guard fine > 0 else { return times(count) }
    let coarse = count - (factor - 1) * fine
    guard coarse >= fine else {
      throw .argument(
        "steps", count, wants: "at least \(fine) times \(factor)", "ask for more steps, or for fewer that are finer")
    }
    let (times, first) = (times(coarse * factor), coarse - fine)
    return { index in times(index < first ? index * factor : first * factor + index - first) }
  }

  /// The times of so many steps, of which the last ones are finer than the others, with the end.
  ///
  /// - Parameters:
  ///   - count: The number of steps.
  ///   - fine: How many of them are finer.
  ///   - factor: By how much, at most a thousand.
  ///   - start: What part of a longer run is made: from this time on, or nearly so. All of it unless given.
  /// - Throws: ``SchedulerError`` with the code `argument` when there are too few steps for that.
  public func times(
    _ count: Int, fine: Int, factor: Int, from start: Double? = nil
  ) throws(SchedulerError) -> [Float] {
    guard let start else { return (0...count).map(try times(count, fine: fine, factor: factor)) }
    let dense = max(count * 100, 1000)
    let time = try times(dense, fine: fine, factor: factor)
    let before = (0...dense).first { time($0) >= Float(start - 1e-6) } ?? dense
    let whole = Int((Double(count * dense) / Double(max(dense - before, 1))).rounded(.toNearestOrEven))
    return (whole - count...whole).map(try times(whole, fine: fine, factor: factor))
  }

  /// A power of ten as `torch.logspace` has it: exponents in double precision, but for how far the ends are from each other.
  private static func logspace(_ start: Double, _ end: Double, count: Int, at index: Int) -> Float {
    let step = Double(Float(end) - Float(start)) / Double(count - 1)
    let isEarly = index < count / 2
    return Float(
      pow(10, isEarly ? start + step * Double(index) : Double(Float(end)) - step * Double(count - 1 - index)))
  }
}

extension Plan {
  /// A walk along times that are shares of the signal, the last of which it ends at.
  public init(rising times: [Float]) {
    let levels = times.map { NoiseLevel(alpha: Double($0), sigma: 1 - Double($0)) }
    self.init(
      zip(levels, levels.dropFirst()).map { start, end in Stage(timestep: start.alpha, from: start, to: end) })
  }
}
