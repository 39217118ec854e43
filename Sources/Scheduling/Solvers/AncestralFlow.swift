/// Euler's ancestral method along the paths of rectified flow (ComfyUI's `euler_ancestral` for such models, after Crowson): a
/// step goes further down than to its end, and fresh noise brings it back up.
///
/// A sample on the way there is at the level `(1 − σ↓, σ↓)`. It is scaled to the signal of the end, and the noise is what then
/// is missing.
public struct AncestralFlow: Solver {
  /// How far the step goes down: 0 for to its end, 1 for as far as Euler's ancestral method for Karras's networks.
  public var eta: Double
  /// What fresh noise is multiplied by.
  public var noiseScale: Double
  /// Whether the way down and the noise are in single precision, as in `diffusers`; where there is next to no signal, rounding
  /// decides what the sample is scaled by.
  public var isRounded: Bool

  /// The method.
  public init(eta: Double = 1, noiseScale: Double = 1, isRounded: Bool = false) {
    (self.eta, self.noiseScale, self.isRounded) = (eta, noiseScale, isRounded)
  }

  /// `(α_t/α↓)·x↓ + √(σ_t² − (σ↓·α_t/α↓)²)·z`; Euler's step alone where no noise is asked for, or none remains.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start, step.stage.end)
    // A sigma below this is that of a clean sample.
    guard t.sigma >= 1e-8 else { return Update.constant(.data, from: s, to: .clean) }
    let way =
      isRounded
      ? Self.way(Float(s.sigma), Float(t.sigma), Float(eta), floor: 1e-12) : Self.way(s.sigma, t.sigma, eta, floor: 0)
    // x + (ratio − 1)·(x − x₀)
    var update = Update(sample: way.ratio, prediction: 1 - way.ratio)
    guard eta > 0, noiseScale > 0 else { return update }
    update.weights = way.scale * update.weights
    update.weights[.noise] = way.noise * noiseScale
    update.drawsNoise = true
    return update
  }

  /// How much of the sample's noise is kept on the way down, what the sample is scaled by there, and how much noise is added.
  ///
  /// - Parameter floor: What is added to divisors.
  private static func way<Number: BinaryFloatingPoint>(
    _ s: Number, _ t: Number, _ eta: Number, floor: Number
  ) -> (ratio: Double, scale: Double, noise: Double) {
    let down = t * (1 + (t / s - 1) * eta)
    let (alpha, alphaDown) = (1 - t, 1 - down)
    let kept = down * down * (alpha * alpha) / (alphaDown * alphaDown + floor)
    return (
      Double(down / s), Double(alpha / (alphaDown + floor)), Double(max(0, t * t - kept).squareRoot())
    )
  }
}
