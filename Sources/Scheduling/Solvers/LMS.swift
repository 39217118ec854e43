/// Linear multistep in σ (Crowson's k-diffusion): Adams–Bashforth's method for unequal steps, on `dx/dσ = ε` of Karras's
/// frame.
public struct LMS: Solver {
  /// How many predictions it weighs unless ``StepOptions/order`` says otherwise; at most 4.
  public var order: Int
  /// Whether a run that begins in the middle takes the weights of a full history and leaves out what it does not have, as
  /// in `diffusers`.
  public var assumesHistory: Bool

  /// The method.
  public init(order: Int = 4, assumesHistory: Bool = false) {
    (self.order, self.assumesHistory) = (order, assumesHistory)
  }

  /// The noise, which is the slope.
  public var target: Prediction.Target { .noise }
  /// Four, that a step can ask for.
  public var memory: Int { 4 }

  /// The integral over the interval of the polynomial through the last slopes.
  public func update(_ step: Step) -> Update {
    let count = min(step.options.order ?? order, assumesHistory ? step.index + 1 : step.history, memory)
    let sigmas = Scalars(count: count) { step.stages[step.index - $0].start.sigma }
    var update = Update(sample: 1)
    for age in 0..<min(count, step.history) {
      update[prediction: age] = Self.integral(of: age, through: sigmas, to: step.stage.end.sigma)
    }
    return update
  }

  /// The integral from the first node to `end` of the polynomial that is 1 at one node and 0 at the others, of degree 3 at
  /// most: for such Gauss's rule of two points is exact.
  private static func integral(of node: Int, through nodes: Scalars, to end: Double) -> Double {
    func value(_ x: Double) -> Double {
      nodes.indices.reduce(1) { product, other in
        other == node ? product : product * (x - nodes[other]) / (nodes[node] - nodes[other])
      }
    }
    let (middle, half) = ((nodes[0] + end) / 2, (end - nodes[0]) / 2)
    let offset = half / 3.0.squareRoot()
    return half * (value(middle - offset) + value(middle + offset))
  }
}
