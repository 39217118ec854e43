/// The points of a run that are placed by their sigmas: a sigma for each evaluation of the model with the timestep it
/// belongs to.
public struct SigmaList: Sendable, Hashable {
  /// The timesteps to give the model, descending.
  public var timesteps: [Double]
  /// The sigmas, descending; there may be more of them than timesteps.
  public var sigmas: [Double]

  /// A list of points.
  public init(timesteps: [Double], sigmas: [Double]) { (self.timesteps, self.sigmas) = (timesteps, sigmas) }

  /// How a class keeps its timesteps.
  public enum TimestepForm: Sendable, Hashable {
    /// As single-precision numbers.
    case single
    /// As integers, the nearest ones.
    case nearest
    /// As integers, without the fraction.
    case truncated
  }

  /// The list with its timesteps in the form that a class keeps.
  public func timesteps(as form: TimestepForm) -> SigmaList {
    let timesteps = timesteps.map { timestep in
      switch form {
      case .single: Double(Float(timestep))
      case .nearest: timestep.rounded(.toNearestOrEven)
      case .truncated: timestep.rounded(.towardZero)
      }
    }
    return SigmaList(timesteps: timesteps, sigmas: sigmas)
  }

  /// The list with the timesteps that a network is told for its sigmas.
  public func timesteps(as condition: NoiseCondition) -> SigmaList {
    SigmaList(timesteps: timesteps.indices.map { condition.timestep(of: sigmas[$0]) }, sigmas: sigmas)
  }

  /// The list with its last sigma once more.
  public func repeatingEnd() -> SigmaList {
    SigmaList(timesteps: timesteps, sigmas: sigmas + sigmas.suffix(1))
  }

  /// The list without timesteps that are there already; its sigmas stay, so that later timesteps have earlier sigmas.
  public func withoutRepeatedTimesteps() -> SigmaList {
    var seen: Set<Double> = []
    return SigmaList(timesteps: timesteps.filter { seen.insert($0).inserted }, sigmas: sigmas)
  }

  /// The list with one more sigma, at which the run ends.
  public func ending(at final: Double) -> SigmaList { SigmaList(timesteps: timesteps, sigmas: sigmas + [final]) }
}

extension SigmaTable {
  /// The points at the timesteps that those of a list are nearest to, each but once.
  public func list(nearestTo list: SigmaList) -> SigmaList {
    self.list(at: list.timesteps(as: .nearest).withoutRepeatedTimesteps().timesteps)
  }

  /// The points at these timesteps.
  public func list(at timesteps: [Double]) -> SigmaList {
    SigmaList(timesteps: timesteps, sigmas: timesteps.map(sigma(at:)))
  }

  /// The points of a sigma schedule.
  public func list(_ schedule: SigmaSchedule, count: Int, from largest: Double, to smallest: Double) -> SigmaList {
    let sigmas = schedule.sigmas(count, from: largest, to: smallest)
    return SigmaList(timesteps: sigmas.map { timestep(of: $0) }, sigmas: sigmas)
  }

  /// The points at sigmas that the caller gave, the last of which is the end of the run.
  public func list(of sigmas: [Double]) -> SigmaList {
    let sigmas = sigmas.map { Double(Float($0)) }
    return SigmaList(timesteps: sigmas.dropLast().map { timestep(of: $0, singlePrecision: true) }, sigmas: sigmas)
  }

  /// So many sigmas evenly in log σ over the whole table, in single precision (`interpolation_type` `log_linear`).
  public func logLinear(_ count: Int) -> [Double] {
    let (low, high) = (Double(Float(log(smallest))), Double(Float(log(largest))))
    return linspace(high, low, count: count).map { Double(Float(exp(Double($0)))) }
  }
}

extension Plan {
  /// A walk along a list of sigmas: one stage from each to the next, as many as there are timesteps.
  ///
  /// - Parameters:
  ///   - list: The points, and at least one sigma more than timesteps. Sigmas are rounded to `Float` first, unless said otherwise.
  ///   - frame: What the sigmas mean.
  ///   - scalesInput: Whether the model sees the sample scaled to unit variance, `x/√(σ² + 1)`.
  ///   - initNoiseSigma: The standard deviation of the first sample.
  ///   - isRounded: Whether the levels are those of the rounded sigmas.
  public init(
    _ list: SigmaList, in frame: Frame, scalesInput: Bool = false, initNoiseSigma: Double = 1, isRounded: Bool = true
  ) {
    let sigmas = list.sigmas.map { Float($0) }
    let levels = list.sigmas.map { frame.level(isRounded ? Double(Float($0)) : $0) }
    let stages = list.timesteps.indices.map { i in
      Stage(
        timestep: list.timesteps[i], from: levels[i], to: levels[i + 1],
        inputScale: scalesInput ? 1 / (levels[i].sigma * levels[i].sigma + 1).squareRoot() : 1)
    }
    self.init(stages, initNoiseSigma: initNoiseSigma, sigmas: sigmas)
  }
}

extension Plan {
  /// A walk along a list of sigmas that evaluates both ends of every interval, but of one that ends at a clean sample.
  ///
  /// - Parameters:
  ///   - list: The points, and one sigma more than timesteps, at which the run ends.
  ///   - frame: What the sigmas mean.
  ///   - scalesInput: Whether the model sees the sample scaled to unit variance.
  ///   - initNoiseSigma: The standard deviation of the first sample.
  public static func twice(
    _ list: SigmaList, in frame: Frame, scalesInput: Bool = false, initNoiseSigma: Double = 1
  ) -> Plan {
    let once = Plan(list, in: frame, scalesInput: scalesInput, initNoiseSigma: initNoiseSigma)
    let (stages, last) = (once.stages, once.stages.count - 1)
    let evaluatedTwice = stages.indices.dropLast().flatMap { i in
      let end = Stage(
        timestep: stages[i + 1].timestep, level: stages[i].end, from: stages[i].start, to: stages[i].end,
        inputScale: stages[i + 1].inputScale)
      return [stages[i], end]
    }
    let sigmas = once.sigmas.enumerated().flatMap { i, sigma in
      Array(repeating: sigma, count: i == 0 || i > last ? 1 : 2)
    }
    return Plan(evaluatedTwice + [stages[last]], initNoiseSigma: initNoiseSigma, sigmas: sigmas)
  }
}

/// The standard deviation of a first sample that has noise up to this sigma: of the noise alone, or of the sample, when
/// the clean sample's variance of 1 is to be counted.
public func initialDeviation(sigma: Double, countingSignal: Bool) -> Double {
  let sigma = Float(sigma)
  return Double(countingSignal ? (sigma * sigma + 1).squareRoot() : sigma)
}

/// The same, signal included, in double precision.
public func initialDeviation(unroundedSigma sigma: Double) -> Double { (sigma * sigma + 1).squareRoot() }
