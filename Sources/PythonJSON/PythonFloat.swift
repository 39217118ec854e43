/// The text of Python's `repr` of a float, which is `json.dumps`'s: the fewest digits that read back as the same float,
/// in positional notation from 1e-4 to below 1e16, always with a point or an exponent.
public func pythonRepresentation(of value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
  let sign = value.sign == .minus ? "-" : ""
  let (digits, exponent) = shortestDigits(of: value.magnitude)
  return sign + (exponent > -4 && exponent <= 16 ? positional(digits, exponent) : scientific(digits, exponent - 1))
}

/// The digits `d₁d₂…` and the exponent `e` with which the value is `0.d₁d₂… · 10ᵉ`, no digit to spare.
///
/// Swift's own description has these digits, in another notation.
private func shortestDigits(of value: Double) -> (digits: String, exponent: Int) {
  guard value > 0 else { return ("0", 1) }
  let parts = value.description.split(separator: "e")
  let mantissa = parts[0].split(separator: ".")
  let (whole, fraction) = (mantissa[0], mantissa.count > 1 ? mantissa[1] : "")
  let all = whole + fraction
  let leading = all.prefix { $0 == "0" }.count
  var digits = all.dropFirst(leading)
  while digits.last == "0" { digits.removeLast() }
  let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  return (String(digits), whole.count - leading + shift)
}

private func positional(_ digits: String, _ exponent: Int) -> String {
  if exponent <= 0 { return "0." + String(repeating: "0", count: -exponent) + digits }
  let padded = digits + String(repeating: "0", count: max(0, exponent + 1 - digits.count))
  return padded.prefix(exponent) + "." + padded.dropFirst(exponent)
}

/// At least two digits of exponent, as C prints it.
private func scientific(_ digits: String, _ exponent: Int) -> String {
  let magnitude = (exponent.magnitude < 10 ? "0" : "") + String(exponent.magnitude)
  let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
  return digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+") + magnitude
}
