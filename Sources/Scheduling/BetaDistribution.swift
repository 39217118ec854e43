/// The beta distribution, as far as its quantiles: what places the sigmas of the beta schedule.
struct BetaDistribution {
  private let a, b, normalization: Double

  init(_ a: Double, _ b: Double) {
    (self.a, self.b) = (a, b)
    normalization = tgamma(a + b) / (tgamma(a) * tgamma(b))
  }

  /// The value below which the share `p` of the distribution lies; to about 1e-14.
  func quantile(_ p: Double) -> Double {
    guard p > 0 else { return 0 }
    guard p < 1 else { return 1 }
    var (low, high, x) = (0.0, 1.0, 0.5)
    // Newton's method, kept between the bounds by bisection: both tails are infinitely steep when a or b is below 1.
    for _ in 0..<200 {
      let error = cumulative(x) - p
      if error < 0 { low = x } else { high = x }
      let slope = normalization * pow(x, a - 1) * pow(1 - x, b - 1)
      let newton = x - error / slope
      let next = newton > low && newton < high ? newton : (low + high) / 2
      if abs(next - x) <= 1e-16 * x { return next }
      x = next
    }
    return x
  }

  /// The regularised incomplete beta function I_x(a, b).
  func cumulative(_ x: Double) -> Double {
    // The continued fraction converges quickly on this side of the mean, and I_x(a, b) = 1 − I_{1−x}(b, a).
    if x > (a + 1) / (a + b + 2) { return 1 - BetaDistribution(b, a).cumulative(1 - x) }
    guard x > 0 else { return 0 }
    return normalization * pow(x, a) * pow(1 - x, b) / a * continuedFraction(x)
  }

  /// Lentz's evaluation of the continued fraction 26.5.8 of Abramowitz and Stegun.
  private func continuedFraction(_ x: Double) -> Double {
    var (c, d) = (1.0, 1 / (1 - (a + b) * x / (a + 1)))
    var fraction = d
    for m in 1..<300 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      (d, c) = (1 / (1 + even * d), 1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      (d, c) = (1 / (1 + odd * d), 1 + odd / c)
      fraction *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return fraction
  }
}
