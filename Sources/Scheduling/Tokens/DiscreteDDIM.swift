/// DDIM for tokens that noise exchanges for any others (Austin et al. 2021, D3PM, arXiv 2107.03006), with the linear schedule:
/// at the share `t` of a run a token is still the clean one with the probability `α = 1 − t`.
///
/// Every step draws clean tokens, and then from the posterior `q(x_s | x_t, x₀)`: the clean token, the one that is there, or any.
public struct DiscreteDDIM: TokenMethod {
  /// How much chance there is in the clean tokens: 0 takes the most likely ones.
  public var temperature = 0.0
  /// How tokens are corrected between steps.
  public let corrector: TokenCorrector

  /// The method.
  public init(corrector: TokenCorrector = TokenCorrector()) { self.corrector = corrector }

  /// No token is masked.
  public var mask: Int? { nil }

  /// Refuses a temperature that is none.
  public func check(_ step: TokenStep) throws(SchedulerError) { try SchedulerError.check(temperature: temperature) }

  /// The probabilities of the clean token, the one that is there, and any, whether or not the first two are the same.
  private func routes(_ step: TokenStep) -> (same: [Float], other: [Float]) {
    let (count, classes) = (Double(step.count), Double(step.classCount))
    let (alpha, earlier) = (Double(step.timestep) / count, Double(step.timestep + 1) / count)
    let survival = alpha / earlier
    let clean = Float(earlier * (1 - survival) / classes)
    let rest = [Float(survival * (1 - earlier) / classes), Float((1 - survival) * (1 - earlier) / classes)]
    return (normalized([Float(survival * earlier) + clean] + rest), normalized([clean] + rest))
  }

  private func normalized(_ masses: [Float]) -> [Float] {
    let sum = masses.reduce(0, +)
    return masses.map { $0 / sum }
  }

  /// Draws the tokens of the next, cleaner timestep.
  public mutating func step(_ step: TokenStep, using generator: inout TorchGenerator) -> TokenOutput {
    let (clean, probabilities) = step.drawn(temperature: temperature, using: &generator)
    let (present, routes) = (Array(step.tokens.joined()), routes(step))
    let choices = step.places.map { place in
      generator.multinomial(clean[place] == present[place] ? routes.same : routes.other)
    }
    let random = step.random(using: &generator)
    let next = step.places.map { [clean, present, random][choices[$0]][$0] }
    return TokenOutput(
      prevSample: step.rows(next), sampledTokens: step.rows(clean), sampledProbabilities: step.rows(probabilities),
      isAccepted: step.rows(choices.map { $0 == 0 }), isEdited: step.rows(choices.map { _ in false }))
  }
}
