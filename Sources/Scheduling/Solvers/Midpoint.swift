/// DPM-Solver-2 as k-diffusion has it (Crowson, after Karras et al. 2022, algorithm 2): an Euler step to the middle of the
/// interval, in log σ, and a step over the whole interval with the slope found there.
///
/// The slope is `dx/dσ = (x − x₀)/σ`, as it is in Karras's frame and in flow matching. The plan has every interval twice,
/// the second time evaluated at its middle, but for an interval that ends at a clean sample.
public struct Midpoint: Solver {
  /// Whether a step goes further down and adds fresh noise, as much as ancestral sampling does.
  public var isAncestral: Bool
  /// Whether the way down and the noise are in single precision, as in `diffusers`; where a step is short, the timestep of
  /// its middle shows it.
  public var roundsAncestral: Bool
  /// Whether noise is drawn for the first half of a step, too, and thrown away.
  public var drawsAtMiddles = false
  /// What is held constant over an interval; both give the same step, and round it differently.
  public var target = Prediction.Target.data

  /// The method, without noise unless said otherwise.
  public init(isAncestral: Bool = false, roundsAncestral: Bool = false) {
    (self.isAncestral, self.roundsAncestral) = (isAncestral, roundsAncestral)
  }

  /// Half a step or a whole one.
  public func update(_ step: Step) -> Update {
    let (level, s, t) = (step.stage.level, step.stage.start.sigma, step.stage.end.sigma)
    guard level != step.stage.start else {
      let noise: Double? = drawsAtMiddles ? 0 : nil
      if target == .noise { return Update(sample: 1, prediction: t - s, noise: noise, keepsSample: true) }
      let slope = (t - s) / s
      return Update(sample: 1 + slope, prediction: -slope, noise: noise, keepsSample: true)
    }
    let ancestral = Self.ancestral(from: s, to: t, rounded: roundsAncestral)
    if target == .noise {
      return Update(
        keptSample: 1, prediction: (isAncestral ? ancestral.down : t) - s, noise: isAncestral ? ancestral.up : nil)
    }
    let slope = ((isAncestral ? ancestral.down : t) - s) / level.sigma
    return Update(sample: slope, keptSample: 1, prediction: -slope, noise: isAncestral ? ancestral.up : nil)
  }

  /// Where an ancestral step goes without noise, and how much it then adds to be at `t`.
  ///
  /// - Parameter eta: The share of the noise that is drawn afresh; what is rounded draws all of it.
  static func ancestral(
    from s: Double, to t: Double, eta: Double = 1, rounded: Bool = false
  ) -> (down: Double, up: Double) {
    if rounded {
      let (s, t) = (Float(s), Float(t))
      let up = (t * t * (s * s - t * t) / (s * s)).squareRoot()
      return (Double((t * t - up * up).squareRoot()), Double(up))
    }
    let up = eta * t * (1 - (t / s) * (t / s)).squareRoot()
    return ((t * t - up * up).squareRoot(), up)
  }
}

extension Plan {
  /// A walk of ``Midpoint`` along a list of sigmas, in Karras's frame.
  ///
  /// - Parameters:
  ///   - list: The points, and one sigma more than timesteps, at which the run ends.
  ///   - table: The training's sigmas, which say what timestep a middle has.
  ///   - solver: The method; with ancestral sampling the middle is that of the way down.
  ///   - isSingle: Whether the timesteps of middles are in single precision.
  ///   - initNoiseSigma: The standard deviation of the first sample.
  public static func midpoints(
    _ list: SigmaList, of table: SigmaTable, for solver: Midpoint, isSingle: Bool = true, initNoiseSigma: Double
  ) -> Plan {
    let once = Plan(list, in: .karras, scalesInput: true, initNoiseSigma: initNoiseSigma)
    let halves = once.stages.dropLast().enumerated().flatMap { i, stage in
      let (s, t) = (stage.start.sigma, stage.end.sigma)
      let down = solver.isAncestral ? Midpoint.ancestral(from: s, to: t, rounded: solver.roundsAncestral).down : t
      let (low, high) = (Float(log(down)), Float(log(s)))
      let sigma = Double(Float(exp(Double(high.addingProduct(-0.5, high - low)))))
      let middle = NoiseLevel.karras(sigma)
      return [
        Stage(timestep: stage.timestep, from: stage.start, to: middle, inputScale: stage.inputScale),
        Stage(
          timestep: isSingle
            ? Double(Float(table.timestep(of: sigma, singlePrecision: true)))
            : table.timestep(of: middleSigma(list.sigmas[i], list.sigmas[i + 1])), level: middle,
          from: stage.start, to: stage.end, inputScale: 1 / (sigma * sigma + 1).squareRoot()),
      ]
    }
    let sigmas = once.sigmas.prefix(1) + once.sigmas.dropFirst().flatMap { [$0, $0] } + once.sigmas.suffix(1)
    return Plan(halves + once.stages.suffix(1), initNoiseSigma: initNoiseSigma, sigmas: Array(sigmas))
  }

  /// The middle of two sigmas in log σ.
  private static func middleSigma(_ first: Double, _ second: Double) -> Double {
    let (start, end) = (-log(first), -log(second))
    return exp(-(start + (end - start) * 0.5))
  }
}
