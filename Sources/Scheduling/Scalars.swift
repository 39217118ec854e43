/// A few numbers, at most sixteen, that need no memory of their own: a solver decides a step without allocating.
struct Scalars {
  private var values = SIMD16<Double>.zero
  /// How many there are.
  let count: Int

  /// So many numbers, by their index.
  init(count: Int, _ value: (Int) -> Double) {
    self.count = count
    for index in 0..<count { values[index] = value(index) }
  }

  var indices: Range<Int> { 0..<count }

  subscript(index: Int) -> Double {
    get { values[index] }
    set { values[index] = newValue }
  }

  /// The numbers with one more.
  func appending(_ number: Double) -> Scalars { Scalars(count: count + 1) { $0 < count ? self[$0] : number } }

  /// The numbers w with which `Σ wₖ·xₖⁿ = bₙ` for every n, x being these numbers, all different: a Vandermonde system, by
  /// the algorithm of Björck and Pereyra (1970), which needs no matrix.
  func weights(ofMoments moments: Scalars) -> Scalars {
    var w = moments
    for k in 0..<max(0, count - 1) {
      for i in (k + 1..<count).reversed() { w[i] -= self[k] * w[i - 1] }
    }
    for k in (0..<max(0, count - 1)).reversed() {
      for i in k + 1..<count { w[i] /= self[i] - self[i - k - 1] }
      for i in k..<count - 1 { w[i] -= w[i + 1] }
    }
    return w
  }
}
