/// How the timesteps of a run are picked from those of the training (Lin et al. 2023, table 2).
public enum TimestepSpacing: String, Sendable, Hashable, Codable, CaseIterable {
  /// Evenly from the last training timestep to the first, both included.
  case linspace
  /// Every so many, from the first up; the last ones of the training are left out.
  case leading
  /// Every so many, from the last down.
  case trailing

  /// The timesteps of `count` steps, descending, as DDIM and the Euler family count them.
  ///
  /// With `linspace` they lie between the training's timesteps; some classes round them.
  ///
  /// - Parameters:
  ///   - count: How many steps, at least one.
  ///   - training: The number of training timesteps.
  ///   - offset: Added to every timestep, with `leading` only.
  ///   - overruns: Whether `trailing` may come out one longer than asked for, ending at -1, as it does where the
  ///     reference's stride is rounded down.
  public func timesteps(_ count: Int, of training: Int, offset: Int = 0, overruns: Bool = true) -> [Double] {
    switch self {
    case .linspace: return linspace64(0, Double(training - 1), count: count).reversed()
    case .leading: return (0..<count).reversed().map { Double($0 * (training / count) + offset) }
    case .trailing: return Self.trailing(count, from: training, of: training, overruns)
    }
  }

  /// The same, with `linspace` rounded to training timesteps.
  public func wholeTimesteps(_ count: Int, of training: Int, offset: Int = 0, overruns: Bool = true) -> [Double] {
    timesteps(count, of: training, offset: offset, overruns: overruns).map { $0.rounded(.toNearestOrEven) }
  }

  /// The timesteps that `count` intervals start at, descending, as the DPM-Solver family counts them: one point more, of
  /// which the last is not evaluated. All are rounded.
  ///
  /// - Parameters:
  ///   - count: How many intervals, at least one.
  ///   - training: The number of training timesteps.
  ///   - last: One more than the last training timestep in use, which clipping λ may lower.
  ///   - offset: Added to every timestep, with `leading` only.
  ///   - overruns: Whether `trailing` may come out one longer than asked for.
  public func starts(
    _ count: Int, of training: Int, last: Int, offset: Int = 0, overruns: Bool = true
  ) -> [Double] {
    switch self {
    case .linspace:
      return linspace64(0, Double(last - 1), count: count + 1).map { $0.rounded(.toNearestOrEven) }.reversed()
        .dropLast()
    case .leading: return (1...count).reversed().map { Double($0 * (last / (count + 1)) + offset) }
    case .trailing: return Self.trailing(count, from: last, of: training, overruns)
    }
  }

  /// The timesteps that `count` intervals towards the noise start at, ascending, as the inverse DPM-Solver counts them.
  ///
  /// - Parameters:
  ///   - count: How many intervals, at least one.
  ///   - training: The number of training timesteps.
  ///   - last: One more than the last training timestep in use.
  ///   - offset: Added to every timestep, with `leading` only.
  ///   - overruns: Whether `trailing` may come out one longer than asked for.
  public func inverseStarts(
    _ count: Int, of training: Int, last: Int, offset: Int = 0, overruns: Bool = true
  ) -> [Double] {
    switch self {
    case .linspace:
      return linspace64(0, Double(last - 1), count: count + 1).map { $0.rounded(.toNearestOrEven) }.dropLast()
    case .leading: return (0..<count).map { Double($0 * (last / (count + 1)) + offset) }
    case .trailing: return Self.trailing(count, from: last, of: training, overruns).reversed()
    }
  }

  /// numpy.arange(last, 0, -training/count), whose stride is the rounded difference of its first two elements.
  private static func trailing(_ count: Int, from last: Int, of training: Int, _ overruns: Bool) -> [Double] {
    let stride = Double(training) / Double(count)
    let length = Int((Double(last) / stride).rounded(.up))
    let delta = (Double(last) - stride) - Double(last)
    return (0..<(overruns ? length : min(length, count))).map { i in
      (Double(last) + Double(i) * delta).rounded(.toNearestOrEven) - 1
    }
  }
}

/// numpy.linspace in double precision, both ends included.
func linspace64(_ start: Double, _ end: Double, count: Int) -> [Double] {
  guard count > 1 else { return [start] }
  let step = (end - start) / Double(count - 1)
  return (0..<count).map { i in i == count - 1 ? end : Double(i) * step + start }
}
