import Scheduling

/// Which of the DPM-Solvers it is, from the keys that say it: `solver_order`, `algorithm_type`, `solver_type`,
/// `lower_order_final`, `euler_at_final`, `final_sigmas_type`.
struct DPMSolverKeys: Sendable {
  let order: Int
  let algorithm: Algorithm
  let correction: DPMSolverMultistep.Correction
  let lowersFinalOrders: Bool
  let endsWithEuler: Bool
  let final: FinalSigma

  enum Algorithm: String, CaseIterable {
    case data = "dpmsolver++"
    case stochasticData = "sde-dpmsolver++"
    case noise = "dpmsolver"
    case stochasticNoise = "sde-dpmsolver"

    var target: Prediction.Target { self == .data || self == .stochasticData ? .data : .noise }
    var isStochastic: Bool { self == .stochasticData || self == .stochasticNoise }
  }

  /// Which class it is.
  enum Form {
    /// The class with all keys.
    case multistep
    /// Without `euler_at_final` and the SDE on predicted noise, and with another default of `lower_order_final`.
    case singlestep
    /// Without `final_sigmas_type`.
    case inverse
    /// For Karras's preconditioned networks: on predicted data alone.
    case preconditioned
    /// The SDE on predicted data, without `algorithm_type`.
    case cosine

    var algorithms: [Algorithm] {
      switch self {
      case .multistep, .inverse: Algorithm.allCases
      case .singlestep: [.data, .stochasticData, .noise]
      case .preconditioned: [.data, .stochasticData]
      case .cosine: [.stochasticData]
      }
    }
  }

  init(_ keys: inout ConfigReader, _ form: Form = .multistep) throws(SchedulerError) {
    let isSinglestep = form == .singlestep
    order = try keys.integer("solver_order", default: 2, in: 1...3)
    algorithm =
      form == .cosine
      ? .stochasticData
      : try keys.choice("algorithm_type", default: .data, of: form.algorithms, aliases: ["deis": .data])
    correction = try keys.choice(
      "solver_type", default: .midpoint, aliases: ["logrho": .midpoint, "bh1": .midpoint, "bh2": .midpoint])
    lowersFinalOrders = try keys.flag("lower_order_final", default: !isSinglestep)
    endsWithEuler = isSinglestep ? false : try keys.flag("euler_at_final")
    final = form == .inverse ? .smallest : try keys.choice("final_sigmas_type", default: .zero)
    guard algorithm.target == .data || final == .smallest else {
      throw SchedulerError(
        .configuration, "final_sigmas_type is \"zero\", where \(algorithm.rawValue) cannot end",
        "set final_sigmas_type to \"sigma_min\", or algorithm_type to \"dpmsolver++\"")
    }
  }

  /// Refuses a flow where noise is integrated.
  func refuse(_ prediction: PredictionType) throws(SchedulerError) {
    guard prediction == .flow, algorithm.target == .noise else { return }
    throw SchedulerError(
      .configuration, "prediction_type is \"flow_prediction\", which \(algorithm.rawValue) cannot convert",
      "set algorithm_type to \"dpmsolver++\"")
  }

  /// The solver in singlestep form, for a run of so many stages.
  func singlestep(_ count: Int, _ quirks: Quirks) -> DPMSolverSinglestep {
    DPMSolverSinglestep(
      algorithm.target,
      orders: DPMSolverSinglestep.orders(
        count, order: order,
        lowersFinal: lowersFinalOrders && !(order == 2 && quirks.contains(.wholeSecondOrder)),
        endsAtFirst: final == .zero), correction: correction,
      isStochastic: algorithm.isStochastic, flipsThirdOrderSDE: quirks.contains(.thirdOrderSign),
      roundsLambda: quirks.contains(.roundedLambda))
  }

  /// The solver in multistep form.
  func multistep(_ quirks: Quirks) -> DPMSolverMultistep {
    DPMSolverMultistep(
      algorithm.target, order: order, correction: correction, isStochastic: algorithm.isStochastic,
      lowersFinalOrders: lowersFinalOrders, endsAtFirstOrder: endsWithEuler || final == .zero,
      flipsThirdOrderSDE: quirks.contains(.thirdOrderSign),
      roundsLambda: quirks.contains(.roundedLambda))
  }
}
