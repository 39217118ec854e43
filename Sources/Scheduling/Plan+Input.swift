extension Plan {
  /// The run without the difference between the ends of intervals that are equal in the logarithm of single precision.
  public func closingEmptyIntervals() -> Plan {
    var plan = self
    for (index, stage) in stages.enumerated() where Float(log(stage.start.sigma)) == Float(log(stage.end.sigma)) {
      plan.stages[index].end = stage.start
    }
    return plan
  }

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
