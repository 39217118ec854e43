/// Tokens of which a step takes over as many as are next to independent of each other (Ben-Hamu et al. 2025, arXiv
/// 2505.24857).
///
/// The tokens that the model is surest of are taken over as long as the sum of the entropies of all but the last of them, which
/// is no less than what they say about each other, stays within a bound. The others become any.
public struct EntropyBound: TokenMethod {
  /// The bound, which may change between steps.
  public var bound: Double
  /// The temperature of the logits at the first step, and that which the last one comes near to.
  public let temperatures: Temperatures

  /// Both ends of a temperature.
  public struct Temperatures: Sendable, Hashable, Codable {
    /// At the beginning, and at the end.
    public var first, last: Double

    /// Both ends.
    public init(first: Double, last: Double) { (self.first, self.last) = (first, last) }
  }

  /// The method; without arguments, that of `diffusers`.
  public init(bound: Double = 0.1, temperatures: Temperatures = Temperatures(first: 0.8, last: 0.4)) {
    (self.bound, self.temperatures) = (bound, temperatures)
  }

  /// No token is masked.
  public var mask: Int? { nil }

  /// What logits are divided by at a timestep.
  ///
  /// - Parameters:
  ///   - timestep: The timestep, counted down from the number of steps.
  ///   - count: The number of steps of the run.
  public func temperature(at timestep: Int, of count: Int) -> Double {
    temperatures.last + (temperatures.first - temperatures.last) * (Double(count - timestep) / Double(count))
  }

  /// Refuses a bound that is none, and a temperature that logits cannot be divided by.
  public func check(_ step: TokenStep) throws(SchedulerError) {
    let temperature = temperature(at: step.timestep, of: step.count)
    guard !bound.isNaN, temperature.isFinite, Float(temperature) != 0 else {
      throw .argument(
        "bound, temperature", "\(bound), \(temperature)", wants: "numbers, the latter not 0", "give others")
    }
  }

  /// Takes over the tokens within the bound, and makes any of the others.
  public mutating func step(_ step: TokenStep, using generator: inout TorchGenerator) -> TokenOutput {
    let temperature = temperature(at: step.timestep, of: step.count)
    let (drawn, probabilities) = step.drawn(temperature: 1, divisor: temperature, using: &generator)
    let entropies = step.places.map { Self.entropy(step.logits(of: $0, temperature: temperature)) }
    let isAccepted = step.rows(entropies).map { isWithinBound($0) }
    let random = step.random(using: &generator)
    let accepted = Array(isAccepted.joined())
    let next = step.places.map { accepted[$0] ? drawn[$0] : random[$0] }
    return TokenOutput(
      prevSample: step.rows(next), sampledTokens: step.rows(drawn), sampledProbabilities: step.rows(probabilities),
      isAccepted: isAccepted, isEdited: step.rows(next.map { _ in false }))
  }

  /// Which tokens are taken over, by their entropies.
  private func isWithinBound(_ entropies: [Float]) -> [Bool] {
    var (isWithin, sum) = (entropies.map { _ in false }, 0.0)
    for place in entropies.sortedIndices(by: <) {
      // Sums are made in double precision and rounded one by one.
      sum += Double(entropies[place])
      isWithin[place] = Float(sum) - entropies[place] <= Float(bound)
    }
    return isWithin
  }

  /// The entropy of the distribution that logits stand for.
  private static func entropy(_ logits: [Float]) -> Float {
    let largest = Double(logits.max() ?? 0)
    let weights = logits.map { exp(Double($0) - largest) }
    let sum = weights.reduce(0, +)
    let logarithm = log(sum)
    return Float(
      zip(logits, weights).reduce(0) { entropy, pair in
        pair.1 == 0 ? entropy : entropy - pair.1 / sum * (Double(pair.0) - largest - logarithm)
      })
  }
}
