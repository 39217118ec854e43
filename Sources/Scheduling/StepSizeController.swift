/// What decides the lengths of steps by their errors, and the method itself, by the names that k-diffusion has for it.
public struct AdaptiveOptions: Sendable, Hashable, Codable {
  /// The order of a step, 2 or 3; it is compared with one of an order less.
  public var order = 3
  /// The error that an element may have, relative to it (`rtol`).
  public var relativeTolerance = 0.05
  /// The error that an element may have however small it is (`atol`).
  public var absoluteTolerance = 0.0078
  /// The length of the first step in λ (`h_init`).
  public var initialLength = 0.05
  /// The controller's coefficients (`pcoeff`, `icoeff`, `dcoeff`).
  public var proportional = 0.0, integral = 1.0, derivative = 0.0
  /// The factor for the next length from which a step is accepted (`accept_safety`).
  public var acceptance = 0.81
  /// The share of the noise that is drawn afresh.
  public var eta = 0.0
  /// What fresh noise is multiplied by (`s_noise`).
  public var noiseScale = 1.0

  /// The options of k-diffusion.
  public init() {}
}

/// How the length of a step follows from the errors of those before it: a PID controller of the logarithm of the length, as
/// k-diffusion has it (after Söderlind 2003, "Digital filters in adaptive time-stepping").
struct StepSizeController: Sendable, Hashable, Codable {
  /// The length of the next step.
  private(set) var length: Double
  private let exponents: [Double]
  private let acceptance: Double
  /// Of the last step and the two accepted ones before it; empty before the first.
  private var inverseErrors: [Double] = []

  init(_ options: AdaptiveOptions) {
    length = options.initialLength
    let (p, i, d) = (options.proportional, options.integral, options.derivative)
    let order = options.eta > 0 ? 1.5 : Double(options.order)
    exponents = [(p + i + d) / order, -(p + 2 * d) / order, d / order]
    acceptance = options.acceptance
  }

  /// Whether a step with this error is accepted; decides the next length in either case.
  mutating func accepts(error: Double) -> Bool {
    let inverse = 1 / (error + 1e-8)
    if inverseErrors.isEmpty { inverseErrors = [inverse, inverse, inverse] }
    inverseErrors[0] = inverse
    let product = zip(inverseErrors, exponents).reduce(1) { $0 * pow($1.0, $1.1) }
    let factor = 1 + atan(product - 1)
    length *= factor
    guard factor >= acceptance else { return false }
    inverseErrors = [inverse, inverse, inverseErrors[1]]
    return true
  }
}
