import Scheduling

/// The unified predictor-corrector, from the keys that say it: `solver_order`, `predict_x0`, `solver_type`,
/// `lower_order_final`, `disable_corrector`, `solver_p`.
struct UniPCKeys: Sendable {
  private let method: UniPC

  init(_ keys: inout ConfigReader) throws(SchedulerError) {
    let order = try keys.integer("solver_order", default: 2, in: 1...9)
    let target: Prediction.Target = try keys.flag("predict_x0", default: true) ? .data : .noise
    let scale: UniPC.Scale = try keys.choice(
      "solver_type", default: .bh2, aliases: ["midpoint": .bh2, "heun": .bh2, "logrho": .bh2])
    let lowers = try keys.flag("lower_order_final", default: true)
    let uncorrected = try keys.integers("disable_corrector")
    try keys.nothing("solver_p", because: "another scheduler as the predictor is not supported")
    method = UniPC(target, order: order, scale: scale, lowersFinalOrders: lowers, uncorrected: Set(uncorrected))
  }

  /// What the method integrates.
  var target: Prediction.Target { method.target }

  /// Refuses a flow that would have to be converted to noise.
  func refuse(_ prediction: PredictionType) throws(SchedulerError) {
    guard prediction == .flow, target == .noise else { return }
    throw SchedulerError(
      .configuration, "prediction_type is \"flow_prediction\", which is not converted to noise",
      "set predict_x0 to true")
  }

  /// The method.
  func solver(_ quirks: Quirks) -> UniPC {
    var solver = method
    solver.multipliesNothing = quirks.contains(.lostLastStep)
    return solver
  }
}
