/// What share of the tokens is still masked during a run (Chang et al. 2022, section 3.3).
public enum MaskingSchedule: String, Sendable, Hashable, Codable, CaseIterable {
  /// `cos(π·r/2)`.
  case cosine
  /// `1 − r`.
  case linear

  /// The share after a part of the steps, in single precision.
  func share(after part: Float) -> Float {
    switch self {
    case .cosine: Float(cos(Double(part * Float.pi32 / 2)))
    case .linear: 1 - part
    }
  }
}

extension Float {
  /// The single-precision number that is nearest to π; `Float.pi` is the one below it.
  fileprivate static let pi32 = Float(Double.pi)
}

/// Tokens that are masked at first, and kept in the order of the model's confidence (Chang et al. 2022, MaskGIT, arXiv
/// 2202.04200, section 3.2; Patil et al. 2024, aMUSEd, arXiv 2401.01808).
///
/// Every step draws all masked tokens, and masks those again that the model is least sure of, as many as the schedule says.
public struct MaskedTokens: TokenMethod {
  /// The class of masked tokens.
  public let maskToken: Int
  /// What share of the tokens is still masked during a run.
  public let schedule: MaskingSchedule
  /// How much chance there is beside confidence, step by step.
  public let temperatures: [Float]
  /// The share of the tokens that were masked at the beginning, of those that the schedule is about (`starting_mask_ratio`).
  public var startingMaskRatio = 1.0

  /// A method for runs of so many steps.
  ///
  /// - Parameters:
  ///   - mask: The token that stands for one that is not known.
  ///   - schedule: How the share of masked tokens falls over a run.
  ///   - steps: How many steps.
  ///   - temperatures: The temperature of the first step and of the last one; in between they are evenly spaced.
  public init(
    mask: Int, schedule: MaskingSchedule, steps: Int, temperatures: (first: Double, last: Double)
  ) {
    (maskToken, self.schedule) = (mask, schedule)
    self.temperatures = linspace(temperatures.first, temperatures.last, count: steps)
  }

  /// The class of masked tokens.
  public var mask: Int? { maskToken }

  /// The share that is masked after a step.
  func maskedShare(after index: Int) -> Float {
    schedule.share(after: Float(index + 1) / Float(temperatures.count))
  }

  /// Refuses a share that is none, and a single token, of which none can be surer than another.
  public func check(_ step: TokenStep) throws(SchedulerError) {
    guard startingMaskRatio.isFinite, startingMaskRatio >= 0 else {
      throw .argument("startingMaskRatio", startingMaskRatio, wants: "a share", "give 1 unless tokens were given")
    }
    guard step.timestep == 0 || step.length > 1 else {
      throw .shape("samples of one token", "draw a single token in one step")
    }
  }

  /// Draws all masked tokens, and masks the least sure ones again but at the end.
  public mutating func step(_ step: TokenStep, using generator: inout TorchGenerator) -> TokenOutput {
    let tokens = Array(step.tokens.joined())
    var (drawn, probabilities) = (tokens, [Float](repeating: 1, count: tokens.count))
    for place in step.places {
      let distribution = softmax(step.logits(of: place))
      let token = generator.multinomial(distribution)
      if tokens[place] == mask { (drawn[place], probabilities[place]) = (token, distribution[token]) }
    }
    var next = drawn
    if step.timestep > 0 {
      let noise = generator.gumbel(count: tokens.count, floor: 1e-20)
      for row in 0..<step.rowCount {
        let places = row * step.length..<(row + 1) * step.length
        let confidences = places.map { place in
          // What was given is surer than anything.
          let share = tokens[place] == mask ? max(probabilities[place], 1e-20) : Float.greatestFiniteMagnitude
          return Float(log(Double(share))) + temperatures[step.index] * noise[place]
        }
        let bound = confidences.sorted()[maskedCount(of: places.count { tokens[$0] == mask }, step)]
        for (place, confidence) in zip(places, confidences) where confidence < bound { next[place] = maskToken }
      }
    }
    let isKept = zip(tokens, next).map { $0 == mask && $1 != mask }
    return TokenOutput(
      prevSample: step.rows(next), sampledTokens: step.rows(drawn), sampledProbabilities: step.rows(probabilities),
      isAccepted: step.rows(isKept), isEdited: step.rows(isKept.map { _ in false }))
  }

  /// How many tokens of a sample are masked again: fewer than were, and at least one.
  private func maskedCount(of masked: Int, _ step: TokenStep) -> Int {
    let share = Float(startingMaskRatio) * maskedShare(after: step.index)
    return Int(max(1, min(Float(masked - 1), (Float(step.length) * share).rounded(.down))))
  }
}

extension TokenSampler<MaskedTokens> {
  /// Clean tokens with as many masked as there are after the step at a timestep, on average: `add_noise`.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` for a timestep that is not the run's.
  public func addNoise(
    _ tokens: [[Int]], _ timestep: Double, using generator: inout TorchGenerator
  ) throws(SchedulerError) -> [[Int]] {
    guard let index = timesteps.firstIndex(of: timestep) else {
      throw .argument("the timestep", timestep, wants: "one of the run's", "use one of the sampler's timesteps")
    }
    let share = method.maskedShare(after: index)
    return tokens.map { row in
      row.isEmpty ? [] : zip(row, generator.rand([row.count]).elements).map { $1 < share ? method.maskToken : $0 }
    }
  }
}
