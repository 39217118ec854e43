import Scheduling

/// The keys of the two classes of DPM-Solver-2, which have the same.
struct KDPM2Keys: Sendable {
  let points: SigmaPoints
  private let prediction: PredictionType

  init(_ keys: inout ConfigReader) throws(SchedulerError) {
    let training = try TrainingNoise(&keys, start: 0.00085, end: 0.012)
    prediction = try keys.prediction([.epsilon, .velocity])
    points = try SigmaPoints(&keys, training)
  }

  func sampler(steps: Int, isAncestral: Bool, _ quirks: Quirks) throws(SchedulerError) -> Sampler {
    let list = try points.list(steps: steps, quirks).ending(at: 0)
    var solver = Midpoint(isAncestral: isAncestral, roundsAncestral: quirks.contains(.roundedAncestral))
    solver.drawsAtMiddles = isAncestral && quirks.contains(.noiseAtMiddles)
    var plan = Plan.midpoints(
      points.timestepForm.map { list.timesteps(as: $0) } ?? list, of: points.table, for: solver,
      initNoiseSigma: points.initNoiseSigma(list))
    plan.noisesMiddlesToEnds = quirks.contains(.middlesNoisedToEnds)
    let rounds = quirks.roundsDerivative(in: plan)
    if rounds { solver.target = .noise }
    let refinement = isAncestral ? quirks.refinement(ofSlopesIn: plan) : .none
    return try Sampler(
      solver, predicting: prediction.prediction, refining: rounds ? .written : refinement, plan: plan)
  }
}
