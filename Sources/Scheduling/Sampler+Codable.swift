extension Sampler: Codable {
  private enum CodingKeys: String, CodingKey {
    case method, solver, prediction, refinement, ignoresVariance, plan, options
    case position, hasStarted, predictions, keptSample, keptNoise
  }

  /// Writes everything that the run needs to go on, bit for bit.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(String(describing: type(of: solver)), forKey: .method)
    try solver.encode(to: container.superEncoder(forKey: .solver))
    try container.encode(prediction, forKey: .prediction)
    try container.encode(refinement, forKey: .refinement)
    try container.encode(ignoresVariance, forKey: .ignoresVariance)
    try container.encode(plan, forKey: .plan)
    try container.encode(options, forKey: .options)
    try container.encode(position, forKey: .position)
    try container.encode(hasStarted, forKey: .hasStarted)
    try container.encode(predictions, forKey: .predictions)
    try container.encodeIfPresent(keptSample, forKey: .keptSample)
    try container.encodeIfPresent(keptNoise, forKey: .keptNoise)
  }

  /// Reads a run that was paused.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .method)
    guard let method = solvers.first(where: { String(describing: $0) == name }) else {
      throw DecodingError.dataCorruptedError(forKey: .method, in: container, debugDescription: "no solver \(name)")
    }
    try self.init(
      method.init(from: container.superDecoder(forKey: .solver)),
      predicting: container.decode(Prediction.self, forKey: .prediction),
      refining: container.decode(Refinement.self, forKey: .refinement),
      ignoringVariance: container.decode(Bool.self, forKey: .ignoresVariance),
      plan: container.decode(Plan.self, forKey: .plan), options: container.decode(StepOptions.self, forKey: .options))
    position = try container.decode(Int.self, forKey: .position)
    hasStarted = try container.decode(Bool.self, forKey: .hasStarted)
    predictions = try container.decode([Tensor].self, forKey: .predictions)
    keptSample = try container.decodeIfPresent(Tensor.self, forKey: .keptSample)
    keptNoise = try container.decodeIfPresent(Tensor.self, forKey: .keptNoise)
    guard (0...plan.stages.count).contains(position), predictions.count <= solver.memory else {
      throw DecodingError.dataCorruptedError(
        forKey: .position, in: container, debugDescription: "the position is not one of the plan's")
    }
  }
}

/// Every solver that a run can be paused with.
private let solvers: [any Solver.Type] = [
  AncestralFlow.self,
  ConsistencyRenewal.self,
  ConsistencySampling.self,
  DDIM.self,
  DDPM.self,
  DEIS.self,
  DPMSolverAncestral.self,
  DPMSolverMultistep.self,
  DPMSolverSDE.self,
  DPMSolverSinglestep.self,
  Euler.self,
  EulerMaruyama.self,
  Heun.self,
  ImprovedPNDM.self,
  InverseDDIM.self,
  LMS.self,
  LatentConsistency.self,
  Midpoint.self,
  PLMS.self,
  RectifiedFlow.self,
  ReverseDiffusion.self,
  SASolver.self,
  TemporalScoreRescaling.self,
  TrajectoryConsistency.self,
  UniPC.self,
]
