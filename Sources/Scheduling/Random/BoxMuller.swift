/// How uniform draws become Gaussian ones, sixteen at a time (Box and Muller 1958), in single precision.
///
/// torch has two answers, which differ in the last bits of a third of the values: its vector code, on x86 with AVX2, and
/// its plain code everywhere else.
public enum GaussianTransform: String, Sendable, Hashable, Codable {
  /// The polynomials of torch's vector code, with the multiplications and additions that its compiler fused.
  case vectorized
  /// The C library's `logf`, `sinf` and `cosf`.
  case plain

  static let blockLength = 16

  /// Transforms sixteen uniform draws in place: the first eight give the radii, the others the angles.
  func transform(_ block: UnsafeMutablePointer<Float>) {
    for j in 0..<Self.blockLength / 2 {
      let (first, second) = (1 - block[j], block[j + 8])
      let (radius, sine, cosine) = self == .vectorized ? Self.polar(first, second) : Self.plainPolar(first, second)
      // Adding zero turns -0 into 0, as torch's addition of the mean does.
      (block[j], block[j + 8]) = (radius * cosine + 0, radius * sine + 0)
    }
  }

  private static func plainPolar(_ u: Float, _ v: Float) -> (radius: Float, sine: Float, cosine: Float) {
    let angle = Float(2 * Double.pi * Double(v))
    return ((-2 * log(u)).squareRoot(), sin(angle), cos(angle))
  }

  private static func polar(_ u: Float, _ v: Float) -> (radius: Float, sine: Float, cosine: Float) {
    let (sine, cosine) = sineAndCosine(Float(2 * Double.pi) * v)
    return ((-2 * logarithm(u)).squareRoot(), sine, cosine)
  }

  /// The logarithm of the Cephes library (`logf`), for arguments in (0, 1].
  private static func logarithm(_ u: Float) -> Float {
    let bits = max(u, .leastNormalMagnitude).bitPattern
    var exponent = Float(Int32(bits >> 23) - 0x7E)
    var x = Float(bitPattern: bits & 0x807F_FFFF | 0x3F00_0000)
    let isSmall = x < 0.707_106_781_186_547_524
    let doubled = isSmall ? x : 0
    if isSmall { exponent -= 1 }
    x = x - 1 + doubled
    let z = x * x
    let coefficients: (Float, Float, Float, Float, Float, Float, Float, Float, Float) = (
      7.0376836292E-2, -1.1514610310E-1, 1.1676998740E-1, -1.2420140846E-1, 1.4249322787E-1, -1.6668057665E-1,
      2.0000714765E-1, -2.4999993993E-1, 3.3333331174E-1
    )
    var y = coefficients.1.addingProduct(coefficients.0, x)
    y = coefficients.2.addingProduct(y, x)
    y = coefficients.3.addingProduct(y, x)
    y = coefficients.4.addingProduct(y, x)
    y = coefficients.5.addingProduct(y, x)
    y = coefficients.6.addingProduct(y, x)
    y = coefficients.7.addingProduct(y, x)
    y = coefficients.8.addingProduct(y, x) * x
    y = (exponent * -2.12194440e-4).addingProduct(y, z).addingProduct(-z, 0.5)
    return (x + y).addingProduct(exponent, 0.693359375)
  }

  /// Sine and cosine of the Cephes library (`sincosf`), for arguments that are not negative.
  private static func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    let octant = (Int32(angle * 1.27323954473516) + 1) & ~1
    let turns = Float(octant)
    // π/4 in three parts, so that the subtraction is exact.
    let x = angle.addingProduct(turns, -0.78515625).addingProduct(turns, -2.4187564849853515625e-4)
      .addingProduct(turns, -3.77489497744594108e-8)
    let z = x * x
    var cosine = (-1.388731625493765E-003 as Float).addingProduct(2.443315711809948E-005, z)
    cosine = (4.166664568298827E-002 as Float).addingProduct(cosine, z) * z
    cosine = (-(z * 0.5)).addingProduct(cosine, z) + 1
    var sine = (8.3321608736E-3 as Float).addingProduct(-1.9515295891E-4, z)
    sine = (-1.6666654611E-1 as Float).addingProduct(sine, z) * z
    sine = x.addingProduct(sine, x)
    let (first, second) = octant & 2 == 0 ? (sine, cosine) : (cosine, sine)
    return (octant & 4 == 0 ? first : -first, (octant - 2) & 4 == 0 ? -second : second)
  }
}
