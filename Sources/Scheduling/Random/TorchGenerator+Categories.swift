extension TorchGenerator {
  /// One draw from a distribution over categories: a row of `torch.multinomial(probabilities, 1)`.
  ///
  /// torch divides every probability by a draw from the unit exponential, which takes 64 bits of its stream whatever the
  /// precision, and takes the largest. The rows of a matrix are drawn one after another.
  ///
  /// - Parameter probabilities: Weights of the categories, at least one of them above 0; they need not sum to 1.
  public mutating func multinomial<Number: BinaryFloatingPoint>(_ probabilities: [Number]) -> Int {
    var (best, largest) = (0, -Number.infinity)
    for (category, probability) in probabilities.enumerated() {
      let share = probability / Number(exponential())
      if share > largest { (best, largest) = (category, share) }
    }
    return best
  }

  /// Gumbel's noise, in single precision: the largest of logarithms of probabilities with such noise is a draw from them.
  ///
  /// - Parameter floor: What a uniform draw of 0 counts as.
  mutating func gumbel(count: Int, floor: Float) -> [Float] {
    rand([count]).elements.map { uniform in
      let exponential = -Float(log(Double(max(uniform, floor))))
      return -Float(log(Double(exponential)))
    }
  }
}
