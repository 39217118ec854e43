/// DDIM's equation run towards the noise: what encodes an image (Song, Meng and Ermon 2020, section 4.3).
///
/// It starts at samples without noise, where the noise cannot be told from the sample; so it is taken from the model's
/// output itself.
public struct InverseDDIM: Solver {
  /// What the model predicts.
  public var prediction: Prediction

  /// The method for a model.
  public init(_ prediction: Prediction) { self.prediction = prediction }

  /// `x_s = α_s·x₀ + σ_s·ε`.
  public func update(_ step: Step) -> Update {
    let (t, s) = (step.stage.start, step.stage.end)  // x_t → x_s
    let noise = prediction.weights(to: .noise, at: t)
    var update = Update(sample: s.sigma * noise.sample, prediction: s.alpha)
    update.weights[.output] = s.sigma * noise.output
    return update
  }
}
