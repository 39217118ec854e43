extension TokenStep {
  /// A draw of every token from what the model says about it, and the drawn tokens' probabilities.
  ///
  /// - Parameters:
  ///   - temperature: What logits are divided by before tokens are drawn; 0 takes the most likely ones without a draw.
  ///     Probabilities are those without it.
  ///   - divisor: What they are divided by before all that.
  func drawn(
    temperature: Double, divisor: Double = 1, using generator: inout TorchGenerator
  ) -> (tokens: [Int], probabilities: [Float]) {
    var (tokens, probabilities): ([Int], [Float]) = ([], [])
    for place in places {
      let logits = logits(of: place, temperature: divisor)
      let distribution = softmax(logits)
      let token =
        switch temperature {
        case 0: logits.indexOfLargest
        case 1: generator.multinomial(distribution)
        default: generator.multinomial(softmax(logits.map { $0 / Float(temperature) }))
        }
      tokens.append(token)
      probabilities.append(distribution[token])
    }
    return (tokens, probabilities)
  }

  /// A token for every place, each class as likely as the others.
  func random(using generator: inout TorchGenerator) -> [Int] {
    generator.randint(0..<classCount, count: places.count)
  }
}

extension SchedulerError {
  /// Refuses a temperature that is none.
  static func check(temperature: Double) throws(SchedulerError) {
    guard temperature >= 0, temperature.isFinite else {
      throw .argument("temperature", temperature, wants: "a number of at least 0", "give 0 for the most likely tokens")
    }
  }
}
