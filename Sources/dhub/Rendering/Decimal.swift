import Foundation

/// A number with so many digits after the point, and no more of them than it needs.
func decimal(_ number: Double, _ digits: Int) -> String {
  var text = String(format: "%.\(digits)f", number)
  guard text.contains(".") else { return text }
  while text.last == "0" { text.removeLast() }
  if text.last == "." { text.removeLast() }
  return text
}
