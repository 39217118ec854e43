/// Improved pseudo linear multistep on a circle (Liu et al. 2022, the fourth-order form, after Crowson's v-diffusion):
/// Adams–Bashforth's weights for the noise of a model that predicts the velocity.
public struct ImprovedPNDM: Solver {
  /// Whether the clean sample is taken for 0 where there is no signal, as in `diffusers`, and not for what the model says.
  public var losesFirstData: Bool

  /// The method.
  public init(losesFirstData: Bool = false) { self.losesFirstData = losesFirstData }

  /// The noise.
  public var target: Prediction.Target { .noise }
  /// Four.
  public var memory: Int { 4 }

  /// Equation 9 with the weights of equation 12.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start, step.stage.end)
    let weights = adamsBashforth[min(step.history, 4) - 1]
    guard step.history > 1 else { return first(from: s, to: t) }
    // Several predictions do not add up to the noise where there is no signal: like diffusers, divide by next to nothing.
    let start = NoiseLevel(alpha: max(s.alpha, 1e-8), sigma: s.sigma)
    var update = Update.constant(.noise, from: start, to: t)
    let noise = update[prediction: 0]
    for (age, weight) in weights.enumerated() { update[prediction: age] = weight * noise }
    return update
  }

  /// A turn by the angle between the levels: the same line with nothing divided by α_s, which may be 0.
  private func first(from s: NoiseLevel, to t: NoiseLevel) -> Update {
    var update = Update(sample: t.alpha * s.alpha + t.sigma * s.sigma)
    update.weights[.output] = s.alpha == 0 && losesFirstData ? 0 : t.sigma * s.alpha - t.alpha * s.sigma
    return update
  }
}

/// Adams and Bashforth's weights for equal steps, by order, the newest first.
let adamsBashforth: [[Double]] = [
  [1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24],
]

extension Plan {
  /// A walk along the quarter circle from noise to signal, whose timesteps are its angles in parts of a right angle.
  ///
  /// - Parameters:
  ///   - count: The number of steps.
  ///   - sigmas: The noise's share at every step and at the end; by default the squares of the sines of equal steps.
  public static func quarterCircle(_ count: Int, sigmas: [Float]? = nil) -> Plan {
    let sigmas =
      sigmas
      ?? linspace(1, 0, count: count + 1).map { step in
        let sine = Float(sin(Double(step * (Float.pi / 2))))
        return sine * sine
      }
    let levels = sigmas.map { sigma in
      NoiseLevel(alpha: Double((1 - sigma * sigma).squareRoot()), sigma: Double(sigma))
    }
    return Plan(
      (0..<count).map { i in
        let angle = Float(atan2(levels[i].sigma, levels[i].alpha))
        return Stage(timestep: Double(angle / Float.pi * 2), from: levels[i], to: levels[i + 1])
      })
  }

  /// The level at an angle of the quarter circle, in parts of a right angle.
  public static func quarterCircleLevel(at angle: Double) -> NoiseLevel {
    NoiseLevel(alpha: cos(angle * Double.pi / 2), sigma: sin(angle * Double.pi / 2))
  }
}
