/// The reverse of the variance-preserving SDE by Euler and Maruyama's method (Song et al. 2021, arXiv 2011.13456, equations
/// 6 and 33), in steps of equal length.
public struct EulerMaruyama: Solver {
  /// β at time 0 and at time 1.
  public var smallestBeta, largestBeta: Double

  /// The method.
  public init(smallestBeta: Double, largestBeta: Double) {
    (self.smallestBeta, self.largestBeta) = (smallestBeta, largestBeta)
  }

  /// The noise, of which the score is `−ε/σ`.
  public var target: Prediction.Target { .noise }

  /// `x + (½·β·x + β·s)·h + √(β·h)·z`.
  public func update(_ step: Step) -> Update {
    let beta = smallestBeta + step.stage.timestep * (largestBeta - smallestBeta)
    let growth = beta / Double(step.stages.count)
    return Update(sample: 1 + growth / 2, prediction: -growth / step.stage.start.sigma, noise: growth.squareRoot())
  }
}
