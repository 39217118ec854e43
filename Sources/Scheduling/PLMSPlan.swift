extension Plan {
  /// A walk of ``PLMS`` along timesteps of the training.
  ///
  /// - Parameters:
  ///   - timesteps: The timesteps, descending.
  ///   - warmsUp: Whether the first three intervals are crossed by Runge–Kutta's method. Otherwise the first one is
  ///     crossed twice.
  ///   - stride: The length of an interval, wherever the next one begins; `nil` to end where that is.
  ///   - schedule: The training.
  ///   - final: Where a step ends that would end before the first training timestep.
  /// - Returns: The plan, and how many of its stages are Runge–Kutta's.
  /// - Throws: ``SchedulerError`` with the code `argument` when a timestep is not of the training.
  public static func pseudoNumerical(
    _ timesteps: [Double], warmingUp warmsUp: Bool, stride: Int?, in schedule: NoiseSchedule, endingAt final: NoiseLevel
  ) throws(SchedulerError) -> (plan: Plan, warmUp: Int) {
    let intervals = warmsUp ? max(0, min(4, timesteps.count) - 1) : 0
    var stages: [Stage] = []
    func add(_ timestep: Int, from start: Int, to end: Int) throws(SchedulerError) {
      let levels = try [timestep, start, end].map { t throws(SchedulerError) in
        t < 0 ? final : schedule.level(at: try schedule.index(of: Double(t)))
      }
      stages.append(Stage(timestep: Double(timestep), level: levels[0], from: levels[1], to: levels[2]))
    }
    let points = timesteps.map { Int($0) }
    // The halves are counted from both ends, which is not the same where the stride is not the distance.
    for (start, end) in zip(points.prefix(intervals), points.dropFirst()) {
      let half = (stride ?? start - end) / 2
      try add(start, from: start, to: start - half)
      try add(end + half, from: start, to: end + half)
      try add(end + half, from: start, to: end)
      try add(end, from: start, to: end)
    }
    for index in points.indices.dropFirst(intervals) {
      let (point, next) = (points[index], index + 1 < points.count ? points[index + 1] : -1)
      if index == 1, !warmsUp { try add(point, from: stride.map { point + $0 } ?? points[0], to: point) }
      try add(point, from: point, to: stride.map { point - $0 } ?? next)
    }
    return (Plan(stages), 4 * intervals)
  }
}
