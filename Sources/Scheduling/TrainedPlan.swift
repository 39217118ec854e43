extension Plan {
  /// A walk along timesteps of the training, in the variance-preserving frame.
  ///
  /// - Parameters:
  ///   - timesteps: The timesteps, descending; -1 is the last of the training.
  ///   - stride: How far behind its timestep a step ends, wherever the next one begins; `nil` to end where that is.
  ///   - schedule: The training.
  ///   - final: Where a step ends that would end before the first training timestep.
  /// - Throws: ``SchedulerError`` with the code `argument` when a timestep is not of the training.
  public init(
    _ timesteps: [Double], stride: Int?, in schedule: NoiseSchedule, endingAt final: NoiseLevel
  ) throws(SchedulerError) {
    let indices = try timesteps.map { timestep throws(SchedulerError) in
      try schedule.index(of: timestep == -1 ? Double(schedule.count - 1) : timestep)
    }
    self.init(
      indices.indices.map { i in
        let next = i + 1 < indices.count ? indices[i + 1] : -1
        let end = stride.map { Int(timesteps[i]) - $0 } ?? next
        return Stage(
          timestep: timesteps[i], from: schedule.level(at: indices[i]), to: end < 0 ? final : schedule.level(at: end))
      })
  }
}

extension Plan {
  /// A walk along timesteps of the training towards the noise: each step arrives at the level of its timestep.
  ///
  /// - Parameters:
  ///   - timesteps: The timesteps, ascending; -1 is the last of the training.
  ///   - stride: How far before its timestep a step starts.
  ///   - schedule: The training.
  ///   - first: Where a step starts that would start before the first training timestep.
  /// - Throws: ``SchedulerError`` with the code `argument` when a timestep is not of the training.
  public static func inverse(
    _ timesteps: [Double], stride: Int, in schedule: NoiseSchedule, startingAt first: NoiseLevel
  ) throws(SchedulerError) -> Plan {
    Plan(
      try timesteps.map { timestep throws(SchedulerError) in
        let end = try schedule.index(of: timestep == -1 ? Double(schedule.count - 1) : timestep)
        let start = Int(timestep) - stride
        return Stage(
          timestep: timestep, from: start < 0 ? first : schedule.level(at: start), to: schedule.level(at: end))
      })
  }

  /// The same walk, where the model sees the timestep that a step starts from: all but the last, and one before the first.
  ///
  /// - Parameters:
  ///   - timesteps: The timesteps of ``inverse(_:stride:in:startingAt:)``.
  ///   - steps: How many steps the training is divided into, at least one.
  ///   - spacing: How the timesteps are spaced; `leading` ones are a whole number apart.
  ///   - schedule: The training.
  ///   - first: Where a step starts that would start before the first training timestep.
  /// - Throws: ``SchedulerError`` with the code `argument` when a step arrives at no timestep of the training.
  public static func rolledInverse(
    _ timesteps: [Double], steps: Int, spacing: TimestepSpacing, in schedule: NoiseSchedule,
    startingAt first: NoiseLevel
  ) throws(SchedulerError) -> Plan {
    guard let earliest = timesteps.first else { return Plan([]) }
    let stride = Double(schedule.count / steps)
    let before = earliest - (spacing == .leading ? stride : Double(schedule.count) / Double(steps))
    return Plan(
      try ([before.rounded(.towardZero)] + timesteps.dropLast()).map { start throws(SchedulerError) in
        let end = try schedule.index(of: start + stride)
        return Stage(
          timestep: start, from: start < 0 ? first : schedule.level(at: Int(start)), to: schedule.level(at: end))
      })
  }
}

extension NoiseSchedule {
  /// The training timestep that a number is.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when it is none.
  public func index(of timestep: Double) throws(SchedulerError) -> Int {
    guard let index = Int(exactly: timestep), betas.indices.contains(index) else {
      throw .argument(
        "the timestep", timestep, wants: "an integer from 0 to \(count - 1)", "use a timestep of the training")
    }
    return index
  }

  /// One more than the last training timestep whose λ is not below a bound (`lambda_min_clipped`).
  public func count(withLambdaAtLeast bound: Double) -> Int {
    count - (0..<count).reversed().prefix { level(at: $0).lambda < bound }.count
  }
}
