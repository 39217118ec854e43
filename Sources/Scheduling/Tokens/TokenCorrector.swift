/// Draws some tokens of a run again, given all others, which leaves the distribution of the tokens as it is (arXiv 2605.22765):
/// a sweep of Gibbs sampling.
public struct TokenCorrector: Sendable, Hashable, Codable {
  /// How the tokens to draw again are chosen.
  public enum Selection: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those that are hardly likelier than the likeliest other class, or less likely.
    case lowestLogMargin = "lowest_log_margin"
    /// Those of which no class is likely.
    case lowestLargest = "lowest_maxprob"
    /// Those that are not likely to be what they are.
    case lowestCurrent = "lowest_current_prob"
    /// Any.
    case random
  }

  /// How many sweeps a run makes after every step but the last; for who steps it, the sampler makes none by itself.
  public let sweeps: Int
  /// How many tokens of a sample a sweep draws again.
  public let count: Int
  /// How they are chosen.
  public let selection: Selection
  /// How much chance there is in the choice: the lower, the less.
  public let temperature: Double

  /// A corrector; one token at a time unless said otherwise.
  public init(sweeps: Int = 0, count: Int = 1, selection: Selection = .lowestLogMargin, temperature: Double = 1) {
    (self.sweeps, self.count, self.selection, self.temperature) = (sweeps, count, selection, temperature)
  }

  /// The log probabilities of what a token is, given the others.
  ///
  /// The model has seen the token itself, which is taken out of what it says (equation 13). All that is in double precision,
  /// because the logarithm of the number of classes is taken from it.
  ///
  /// - Parameter alpha: The probability that a token is the clean one.
  func conditional(_ step: TokenStep, place: Int, token: Int, alpha: Double) -> [Double] {
    let classes = Double(step.classCount)
    var logits = step.logits(of: place).map(Double.init)
    logits[token] -= log1p(classes * alpha / (1 - alpha))
    let largest = logits.max() ?? 0
    let sum = log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest
    let (share, uniform) = (log(alpha), log1p(-alpha) - log(classes))
    return logits.map { logit in
      let clean = share + (logit - sum)
      return max(clean, uniform) + log1p(exp(-abs(clean - uniform)))
    }
  }

  /// How much a token is one to draw again.
  private func doubt(_ conditional: [Double], token: Int) -> Double {
    switch selection {
    case .lowestLargest: return -(conditional.max() ?? 0)
    case .lowestCurrent: return -conditional[token]
    case .lowestLogMargin, .random:
      let others = conditional.indices.filter { $0 != token }.map { conditional[$0] }
      return -(conditional[token] - (others.max() ?? -.infinity))
    }
  }

  /// The places of a sample's tokens to draw again.
  func chosen(_ doubts: [Double], noise: ArraySlice<Float>) -> [Int] {
    let keys = selection == .random ? noise.map(Double.init) : zip(doubts, noise).map { $0 / temperature + Double($1) }
    return Array(keys.sortedIndices(by: >).prefix(min(max(1, count), keys.count)))
  }

  /// One sweep.
  func sweep(_ step: TokenStep, alpha: Double, using generator: inout TorchGenerator) -> TokenOutput {
    let conditionals = step.places.map { place in
      conditional(
        step, place: place, token: step.tokens[place / step.length][place % step.length], alpha: alpha)
    }
    let doubts = zip(conditionals, step.tokens.joined()).map { doubt($0, token: $1) }
    let noise =
      selection == .random
      ? generator.rand([step.places.count]).elements : generator.gumbel(count: step.places.count, floor: 1e-12)
    var tokens = step.tokens
    var (drawn, probabilities): ([[Int]], [[Float]]) = ([], [])
    let rows = (0..<step.rowCount).map { $0 * step.length..<($0 + 1) * step.length }
    let places = rows.map { chosen(Array(doubts[$0]), noise: noise[$0]) }
    for row in rows.indices {
      let distributions = places[row].map { conditionals[rows[row].lowerBound + $0].map(exp) }
      drawn.append(distributions.map { generator.multinomial($0) })
      probabilities.append(zip(distributions, drawn[row]).map { Float($0[$1]) })
      for (place, token) in zip(places[row], drawn[row]) { tokens[row][place] = token }
    }
    let isAccepted = places.map { chosen in (0..<step.length).map { chosen.contains($0) } }
    return TokenOutput(
      prevSample: tokens, sampledTokens: drawn, sampledProbabilities: probabilities, isAccepted: isAccepted,
      isEdited: isAccepted)
  }
}

extension TokenSampler<DiscreteDDIM> {
  /// Draws some tokens of each sample again, after a step that is not the last: `step_correct`.
  ///
  /// - Parameters:
  ///   - output: The logits that the model gives the tokens as they are now.
  ///   - tokens: The tokens that the step came to.
  ///   - generator: Where chance comes from.
  /// - Returns: The new tokens, with the ones that were drawn and their probabilities alone, by likelihood to be wrong.
  /// - Throws: ``SchedulerError`` with the code `order` before the first step and after the last one; otherwise as
  ///   ``step(_:_:_:using:)``.
  public func correct(
    _ output: Tensor, _ tokens: [[Int]], using generator: inout TorchGenerator
  ) throws(SchedulerError) -> TokenOutput {
    guard position > 0, !isFinished else {
      throw .order("nothing is to be corrected", "correct after a step, but not after the last one")
    }
    let step = try checked(output, tokens, timestep: Int(timesteps[position - 1]), index: position - 1)
    let alpha = Double(position) / Double(timesteps.count)
    return method.corrector.sweep(step, alpha: alpha, using: &generator)
  }
}
