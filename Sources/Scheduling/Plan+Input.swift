extension Plan {
  /// The run with its input scaled to unit variance, for clean samples of this deviation: `x/√(σ² + σ_data²)`.
  public func scalingInput(dataDeviation: Double) -> Plan {
    var plan = self
    for index in plan.stages.indices {
      let sigma = plan.stages[index].level.sigma
      plan.stages[index].inputScale = 1 / (sigma * sigma + dataDeviation * dataDeviation).squareRoot()
    }
    return plan
  }
}
