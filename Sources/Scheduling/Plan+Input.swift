extension Plan {
  /// The run with its input scaled to unit variance, for clean samples of this deviation: `x/√(σ² + α²·σ_data²)`.
  public func scalingInput(dataDeviation: Double) -> Plan {
    var plan = self
    for index in plan.stages.indices {
      let level = plan.stages[index].level
      let signal = level.alpha * dataDeviation
      plan.stages[index].inputScale = 1 / (level.sigma * level.sigma + signal * signal).squareRoot()
    }
    return plan
  }
}
